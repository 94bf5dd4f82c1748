# SPDX-License-Identifier: GPL-2.0-only
# The completion of a shell, from what `portaclctl --table' prints.
# Usage: awk -v shell=bash|zsh|fish -f generate.awk TABLE

BEGIN {
	FS = "\t"
	ports = "tcp/ udp/ sctp/ udplite/ dccp/"
	set("PORT", "compadd -S \"\" -- " ports, ports)
	set("FILE", "_files", "")
	set("RULES|FILE", "_files", "")
	set("DIR", "_files -/", "(__fish_complete_directories)")
	set("USER", "_users", "(__fish_complete_users)")
	set("PROGRAM", "_command_names -e", "(__fish_complete_command)")
	print (shell == "zsh" ? "#compdef portaclctl\n" : "") \
		"# SPDX-License-Identifier: GPL-2.0-only"
	print "# " shell " completion for portaclctl(8), made of its table"
}

function quoted(text)
{
	gsub(/'/, shell == "fish" ? "\\'" : "'\\''", text)
	return "'" text "'"
}

# Set how zsh and fish complete a kind of word.
function set(kind, zsh, fish)
{
	actions[kind] = shell == "zsh" ? zsh : fish
}

function action(kind)
{
	if (kind in actions)
		return actions[kind]
	if (kind ~ /[|]/) {
		gsub(/[|]/, " ", kind)
		return shell == "zsh" ? "(" kind ")" : kind
	}
	return shell == "zsh" ? " " : ""
}

function fish_line(command, rest)
{
	print "complete -c portaclctl -n '__fish_seen_subcommand_from " \
		command "' " rest
}

function zsh_operands(kinds, n, i, list, text)
{
	n = split(kinds, list, " ")
	for (i = 1; i <= n; i++)
		text = text " " quoted((i == n ? "*" : i) ":" list[i] ":" \
				       action(list[i]))
	return text
}

function fish_action(kind)
{
	return kind ~ /FILE$/ ? "-F" : "-f -a " quoted(action(kind))
}

function fish_operands(command, kinds, n, i, list)
{
	n = split(kinds, list, " ")
	for (i = 1; i <= n; i++)
		fish_line(command, fish_action(list[i]))
}

# They come first: the other lines make use of them.
$1 == "key" {
	keys = keys (keys ? " " : "") $2
	set("KEY", "compadd -S \"\" -- " keys, keys)
}

$1 == "command" {
	commands = commands (commands ? " " : "") $2
	set("COMMAND", "_portaclctl_commands", commands)
	names[++nr] = $2
	operands[$2] = $3
	text[$2] = $4
}

$1 == "option" {
	options[$2] = options[$2] (options[$2] ? " " : "") "--" $3
	if ($4 && !index(values, "[--" $3 "]"))
		values = values "\n\t[--" $3 "]=" quoted($4)
	if (shell == "zsh")
		arguments[$2] = arguments[$2] " " quoted("--" $3 \
			($4 ? "=" : "") "[" $5 "]" \
			($4 ? ":" $4 ":" action($4) : ""))
	if (shell == "fish")
		arguments[$2] = arguments[$2] $3 "\t" $4 "\t" $5 "\n"
}

function make_bash()
{
	print "\n_portaclctl_commands=" quoted(commands)
	print "_portaclctl_keys=" quoted(keys)
	print "declare -gA _portaclctl_options=("
	for (i = 1; i <= nr; i++)
		print "\t[" names[i] "]=" quoted(options[names[i]])
	print ")\ndeclare -gA _portaclctl_operands=(\n\t[help]=COMMAND"
	for (i = 1; i <= nr; i++)
		print "\t[" names[i] "]=" quoted(operands[names[i]])
	print ")\ndeclare -gA _portaclctl_values=(" values "\n)\n"
}

function make_zsh()
{
	print "\n_portaclctl_commands() {\n\tlocal list=("
	for (i = 1; i <= nr; i++)
		print "\t\t" quoted(names[i] ":" text[names[i]])
	print "\t)\n\t_describe command list\n}\n\n_portaclctl() {"
	print "\tif ((CURRENT == 2)); then\n\t\t_portaclctl_commands"
	print "\t\tcompadd -- help --help --version\n\t\treturn\n\tfi"
	print "\tshift words\n\t((CURRENT--))\n\tcase $words[1] in"
	print "\thelp) _portaclctl_commands ;;"
	for (i = 1; i <= nr; i++)
		print "\t" names[i] ") _arguments -S '--help[explain the options]'" \
			arguments[names[i]] zsh_operands(operands[names[i]]) " ;;"
	print "\tesac\n}\n\n_portaclctl \"$@\""
}

function fish_option(command, line, part)
{
	split(line, part, "\t")
	fish_line(command, "-l " part[1] " -d " quoted(part[3]) \
		  (part[2] ? " -r " fish_action(part[2]) : ""))
}

function make_fish(n, j, list)
{
	print "\ncomplete -c portaclctl -f"
	print "complete -c portaclctl -l help -d 'explain the options'"
	print "complete -c portaclctl -n __fish_use_subcommand -l version -d 'print the version'"
	print "complete -c portaclctl -n __fish_use_subcommand -a help -d 'explain a command'"
	fish_operands("help", "COMMAND")
	for (i = 1; i <= nr; i++) {
		print "complete -c portaclctl -n __fish_use_subcommand -a " \
			names[i] " -d " quoted(text[names[i]])
		n = split(arguments[names[i]], list, "\n")
		for (j = 1; j < n; j++)
			fish_option(names[i], list[j])
		fish_operands(names[i], operands[names[i]])
	}
}

END {
	if (shell == "bash")
		make_bash()
	else if (shell == "zsh")
		make_zsh()
	else
		make_fish()
}
