# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the scripts that boot a kernel: what of its log is a failure.
# shellcheck shell=sh disable=SC2154

bad='^(\[[^]]*\] *)*((\[ )?(BUG|WARNING|UBSAN|Oops)[: ]|kernel BUG at|general protection|DEBUG_LOCKS_WARN_ON|INFO: trying to register non-static key)'

# The functions of portacl, as a stack trace shows them, in a regular expression.
functions() {
	cat "$top"/security/portacl/*.[ch] |
		sed -En 's/^[a-z].*[ *]([a-z_0-9]+)\(.*/\1/p' | sort -u |
		paste -sd '|' | sed 's/.*/ (&)[+]0x/'
}

# complaints LOG: print the warnings, crashes and leaks of a console's log.  A data
# race is reported between two lines of "="; it counts if one of its functions is of
# portacl.  Another processor may write a line into the report.
complaints() {
	awk -v ours="$(functions)" '
		function end() { if (race ~ ours) printf "%s", race; race = "" }
		/======/ { end(); next }
		/BUG: KCSAN: / { race = $0 "\n"; next }
		race != "" { race = race $0 "\n" }
		{ print }
		END { end() }' "$1" | grep -a -E -A 30 "$bad"
}
