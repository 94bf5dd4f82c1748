#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Print the completion of a shell.
# Usage: generate.sh PORTACLCTL SHELL…    what follows the shell's name is ignored
set -eu
here=$(dirname "$0")
shell=${2%%[-/]*}
"$1" --table | awk -v shell="$shell" -f "$here/generate.awk"
[ "$shell" != bash ] || cat "$here/portaclctl.bash"
