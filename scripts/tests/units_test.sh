#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Import the units of packages, under the distribution's systemd (guest/units.sh).
# Usage: units_test.sh K
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
make -s -C "$top/tools/portaclctl" > /dev/null
exec "$top/scripts/boot.sh" "${1:-6.12}" -t 3000 -r "$("$top/scripts/rootfs.sh")" \
	bash "$top/scripts/guest/units.sh" "$top/build/portaclctl/portaclctl" \
	"$top/tools/portaclctl/tests/units"
