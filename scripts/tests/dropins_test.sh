#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The drop-ins of the tool's examples, under the distribution's systemd.
# Usage: dropins_test.sh K
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
exec "$top/scripts/boot.sh" "${1:-6.12}" -t 1500 -r "$("$top/scripts/rootfs.sh")" \
	bash "$top/scripts/guest/dropins.sh" "$top/tools/portaclctl/examples"
