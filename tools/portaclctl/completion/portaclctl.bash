# The words of a kind, which a table above has for an operand or a value.
_portaclctl_kind() {
	local keys=$_portaclctl_keys

	case $1 in
	*FILE) compgen -f -- "$cur" ;;
	DIR) compgen -d -- "$cur" ;;
	USER) compgen -u -- "$cur" ;;
	PROGRAM) compgen -c -- "$cur" | sort -u ;;
	COMMAND) compgen -W "$_portaclctl_commands" -- "$cur" ;;
	PORT) _portaclctl_port ;;
	KEY)
		[[ $command != explain ]] || keys=${keys#*gid= }
		compgen -W "$keys" -- "$cur" ;;
	*'|'*) compgen -W "${1//|/ }" -- "$cur" ;;
	esac
}

# The value of a key; bash takes `=' for a word of its own.
_portaclctl_key() {
	local prefix=/sys/fs/cgroup

	case $1 in
	exe|launcher) compgen -f -- "$cur" ;;
	uid) compgen -u -- "$cur" ;;
	gid) compgen -g -- "$cur" ;;
	cgroup) compgen -d -- "$prefix$cur" | sed "s|^$prefix||" ;;
	net) compgen -W "init other" -- "$cur" ;;
	launch) compgen -W "root" -- "$cur" ;;
	taint) compgen -W "env nnp chroot writable idmapped deleted shared
		traced namespace nosuid nopath" -- "$cur" ;;
	esac
}

_portaclctl_port() {
	case $cur in
	*/*) compgen -P "${cur%%/*}/" -s -- "${cur#*/}" ;;
	*) compgen -W "tcp/ udp/ sctp/ udplite/ dccp/" -- "$cur" ;;
	esac
}

# The operands before the current word.
_portaclctl_before() {
	local i word

	for ((i = 2; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--*) [[ -z ${_portaclctl_values[$word]} ]] || i=$((i + 1)) ;;
		*) echo "$word" ;;
		esac
	done
}

# The kind of the current operand; the last kind repeats.
_portaclctl_operand() {
	local kinds before

	read -ra kinds <<< "${_portaclctl_operands[$command]}"
	mapfile -t before < <(_portaclctl_before)
	# A process id stands for a program and a user.
	if [[ ${kinds[0]} == PROGRAM && ${before[0]} == [0-9]* ]]; then
		kinds=("${kinds[@]:1}")
	fi
	[[ ${#kinds[@]} -gt 0 ]] || return
	if [[ ${#before[@]} -ge ${#kinds[@]} ]]; then
		_portaclctl_kind "${kinds[-1]}"
	else
		_portaclctl_kind "${kinds[${#before[@]}]}"
	fi
}

_portaclctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local command=${COMP_WORDS[1]}

	if [[ $COMP_CWORD -eq 1 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$_portaclctl_commands
			--help --version" -- "$cur")
		return
	fi
	if [[ $cur == = ]]; then
		cur=""
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	elif [[ $prev != --* ]]; then
		prev=""
	fi
	if [[ -n $prev && -n ${_portaclctl_values[$prev]} ]]; then
		mapfile -t COMPREPLY < <(_portaclctl_kind "${_portaclctl_values[$prev]}")
	elif [[ -n $prev && $prev != --* ]]; then
		mapfile -t COMPREPLY < <(_portaclctl_key "$prev")
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${_portaclctl_options[$command]} --help" -- "$cur")
	else
		mapfile -t COMPREPLY < <(_portaclctl_operand)
	fi
	[[ ${COMPREPLY[*]} != *[=/] ]] || compopt -o nospace 2> /dev/null
}

complete -o filenames -F _portaclctl portaclctl
