# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The output of --json fits portaclctl.schema.json, in every subcommand.

schema=$src/portaclctl.schema.json
# The package belongs to the system's own interpreter.
cat > valid.py <<'END'
import json, sys
import jsonschema

def close(part):
    """The document allows further members; here each must stand in it."""
    if isinstance(part, dict):
        if "properties" in part and "required" in part:
            part.setdefault("additionalProperties", False)
        for value in part.values():
            close(value)
    elif isinstance(part, list):
        for value in part:
            close(value)

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
close(schema)
schema["$ref"] = "#/$defs/" + sys.argv[2]
lines = sys.stdin.readlines() if sys.argv[3:] else [sys.stdin.read()]
assert lines
for line in lines:
    jsonschema.validate(json.loads(line), schema,
                        jsonschema.Draft202012Validator)
END
python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2> /dev/null
has_jsonschema=$?
tried=
# valid NAME STATUS ARGUMENT…: the output of the subcommand fits the schema.
valid() {
	name=$1 want=$2
	shift 2
	tried="$tried $1"
	if [ $has_jsonschema != 0 ]; then
		skip "json: $name" "needs python3-jsonschema"
		return
	fi
	"$ctl" "$@" --json > out 2> err < "${log:-/dev/null}"
	status=$?
	[ "$status" = "$want" ] || echo "status $status, not $want" >> err
	[ "$status" = "$want" ] &&
		python3 valid.py "$schema" "$1" < out 2>> err
	point $? "json: $name"
}
kernel_files "$PWD/json"
mkdir -p json/etc/portacl.d
export PORTACLCTL_ROOT="$PWD/json"
sed -i 's/^error .*/error line 2, column 11: number out of range/' "$fs/status"
printf 'kernel denies=3\ntotal lost=1\n' >> "$fs/stats"
cat > "$fs/observed" <<'END'
exe=/usr/sbin/nginx verified=1 uid=0 proto=tcp port=80 outcome=legacy count=3 taint=none
exe=/bin/liar verified=0 uid=1 proto=tcp port=82 outcome=legacy count=1 taint=none
overflow=2
END
echo 'allow tcp 80 exe=/nonexistent uid=0' > json/etc/portacl.conf
printf 'allow tcp 80, 443 uid=0\nallow tcp 70000 uid=0\n' > wrong.conf
echo 'deny any 1-65535' > deny.conf

valid "check" 0 check
json "check: what went to standard error is a member" \
	'j["ok"] and j["rules"] == 1 and len(j["warnings"]) > 0'
[ ! -s err ]
point $? "check: nothing else is printed"
valid "check of wrong files" 1 check wrong.conf
json "check: each error has its place" '[(p["line"], p["column"], p["warning"])
	for p in j["problems"]] == [(1, 14, False), (2, 11, False)] and not j["ok"]'
listen
valid "check --live --strict" 1 check --live --strict --print deny.conf
json "check: the findings" 'len(j["live"]["findings"]) > 0 and "deny any" in j["text"]'
valid "load --dry-run" 0 load --dry-run
grep -q 'allow tcp 80,443' "$fs/policy"
point $? "load --dry-run loads nothing"
json "load --dry-run says so" 'j["loaded"] is False and j["rules"] == 1'
valid "load --strict, refused" 1 load --strict --dry-run deny.conf
kill "$server"
gives "load --dry-run as text" 0 '^not loaded: --dry-run' load --dry-run
gives "--confirm and --json" 2 'asks a question' load --json --confirm 5
valid "diff" 1 diff
json "diff: the lines" 'j["differs"] and
	j["added"] == ["allow tcp 80 exe=/nonexistent uid=0"] and len(j["removed"]) == 2'
valid "show" 0 show
valid "status" 0 status
valid "mode" 0 mode
valid "mode, changed" 0 mode enforce
valid "lock" 0 lock
json "lock: the value" 'j == {"locked": False}'
valid "stats" 0 stats
json "stats: kernel threads" 'j["total"]["kernel_denies"] == 3 and j["total"]["lost"] == 1'
valid "test" 1 test --file deny.conf tcp/80 uid=0
json "test: the rule" 'j["verdict"] == "deny" and j["rule"]["rule"] == 1'
valid "test without a rule" 0 test --file /dev/null tcp/80 uid=0
valid "explain" 1 explain --file deny.conf env root tcp/80
log=refused.log
echo 'portacl: denied proto=tcp addr=:: port=80 uid=33 pid=7 comm="x" exe="/usr/bin/x" rule=1 reason="deny rule"' > $log
valid "explain of a log" 1 explain --file deny.conf -
json "explain of a log: the record" 'j[0]["count"] == 1 and j[0]["refused"] and
	j[0]["record"]["time"] is None and j[0]["record"]["port"] == 80'
valid "learn of a log" 0 learn -
json "learn of a log: the rule" '[r["ports"] for r in j["rules"]] == [[80]] and j["overflow"] == 0'
log=
valid "who" 0 who --file deny.conf tcp/80
valid "who, both protocols" 0 who --file deny.conf 80
start_sleep
echo "allow tcp 80 exe=$exe uid=0" > ps.conf
valid "ps" 0 ps --file ps.conf
json "ps: the process" "any(p['pid'] == $sleeper for p in j)"
kill "$sleeper"
valid "learn" 0 learn
json "learn: the rules" 'j["overflow"] == 2 and
	sorted(r["usable"] for r in j["rules"]) == [False, True]'
valid "import" 0 import --mac-portacl uid:33:tcp:80
json "import: the rule" 'any(l["kind"] == "rule" and "uid=33" in l["text"] for l in j["lines"])'
valid "add" 0 add allow tcp 81 uid=0
json "add: the place" 'j["changed"] and j["loaded"] and j["line"] == 1'
valid "delete" 0 delete allow tcp 81 uid=0
valid "delete --no-load, nothing there" 1 delete --no-load allow tcp 81 uid=0
mkdir -p json/empty
valid "import --setcap" 0 import --setcap /empty
valid "lint" 1 lint deny.conf
if [ -w /dev/kmsg ] && [ $has_jsonschema = 0 ]; then
	: > out
	"$ctl" monitor --json --denials > out 2> err &
	monitor=$!
	tried="$tried monitor"
	# The record is there once the monitor reads.
	monitored() {
		printf '%s\n' 'portacl: denied proto=tcp addr=0.0.0.0 port=80 uid=33 pid=7 comm="x\033" exe="/usr/bin/x" rule=default reason="no rule"' > /dev/kmsg
		[ -s out ]
	}
	until_true 60 monitored
	kill $monitor
	wait $monitor
	python3 valid.py "$schema" monitor lines < out 2>> err
	point $? "json: monitor"
	head -n 1 out > line
	mv line out
	json "monitor: the record" 'j["verdict"] == "deny" and j["port"] == 80 and
		j["reason"] == "no rule" and j["uid"] == 33'
else
	skip "json: monitor" "needs /dev/kmsg and python3-jsonschema"
	tried="$tried monitor"
fi
# Whatever has --json was tried, and has a definition.
run --table
awk -F '\t' '$1 == "option" && $3 == "json" { print $2 }' out > answering
while read -r name; do
	case " $tried " in
	*" $name "*) ;;
	*) echo "not tried: $name" ;;
	esac
	grep -q "^		\"$name\": " "$schema" || echo "no definition: $name"
done < answering > err
[ -s answering ] && [ ! -s err ]
point $? "json: each subcommand with --json was tried"
unset PORTACLCTL_ROOT
