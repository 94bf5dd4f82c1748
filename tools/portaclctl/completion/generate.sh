#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Print the completion of a shell.
# Usage: generate.sh PORTACLCTL bash|zsh|fish
set -eu
here=$(dirname "$0")
shell=$2
"$1" --table | awk -v shell="$shell" -f "$here/generate.awk"
[ "$shell" != bash ] || cat "$here/portaclctl.bash"
