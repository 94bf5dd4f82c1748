#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Bad usage and bad machines end in one clear line.
. "$(dirname "$0")/tap.sh"

unset MAKEFLAGS MAKELEVEL K KSRC CMD T
export PORTACL_CACHE="$tmp/cache"

# by_make PATTERN ARGUMENT…: one line of ours, then make's own.
by_make() {
	line=$1
	shift
	says 2 '^make: \*\*\* ' make -C "${dir:-$top}" --no-print-directory "$@" < /dev/null &&
		[ "$(wc -l < "$tmp/said")" = 2 ] &&
		head -n 1 "$tmp/said" | grep -qE "$line"
}

with() { env PATH="$tmp/bin:$PATH" "$@"; }

# faked COMMAND…: a function, with what instead() put there.
faked() {
	PATH="$tmp/bin:$PATH"
	"$@" && good=0 || good=1
	PATH=${PATH#*:}
	return "$good"
}

checkout_with_blanks() {
	mkdir -p "$tmp/a b"
	cp "$top/Makefile" "$tmp/a b"
	one_line 2 '/a b: make takes no checkout whose path has blanks' \
		make -C "$tmp/a b" --no-print-directory test
}

without_header() {
	instead cc 'case $(cat) in *jansson*) exit 1 ;; esac'
	faked by_make 'no jansson.h for cc; .* apt-get install libjansson-dev' tools
}

# A checkout of user 65534 with a tool that is built at once.
make_checkout() {
	dir=$tmp/checkout
	chmod 755 "$tmp"
	mkdir -p "$dir/tools/portaclctl"
	cp -r "$top/Makefile" "$top/scripts" "$dir"
	printf 'all install:\n\tmkdir -p ../../build/x\n\ttouch ../../build/x/y\n' \
		> "$dir/tools/portaclctl/Makefile"
	chown -R 65534 "$dir"
}

as_owner() { setpriv --reuid 65534 --clear-groups env HOME="$tmp/checkout" "$@"; }

after_root() {
	make -C "$dir" tools || return
	as_owner make -C "$dir" --no-print-directory tools > "$tmp/said" 2>&1 && return 1
	cat "$tmp/said"
	grep -q 'build/*[^ ]* belongs to root: sudo chown -R nobody build' "$tmp/said"
}

after_install() {
	rm -r "$dir/build"
	make -C "$dir" install && as_owner make -C "$dir" tools
}

read_only() {
	chmod a-w "$dir/build"
	says 2 . as_owner make -C "$dir" --no-print-directory html < /dev/null
	grep -q 'build is read-only' "$tmp/said"
}

# fakes_packages [COMMAND]: the links by which systemd and sysvinit start a package's
# services at boot; then the installation does this.
fakes_packages() {
	rm -rf "${tmp:?}/etc" "$tmp/disabled"
	mkdir -p "$tmp/etc/systemd/system/a.wants" "$tmp/etc/rc2.d"
	ln -sf x "$tmp/etc/systemd/system/a.wants/old.service"
	instead id 'echo 0'
	instead dpkg-query 'exit 1'
	instead apt-get "case \"\$*\" in *install*)
		ln -s x '$tmp/etc/systemd/system/a.wants/new.service'
		ln -s x '$tmp/etc/rc2.d/S01new'; ${1-} ;; esac"
	instead systemctl "echo \"\$*\" >> '$tmp/disabled'"
	instead update-rc.d "echo \"\$*\" >> '$tmp/disabled'"
}

# disables STATUS PATTERN: how the script ends that sets up the demo.
disables() {
	says "$1" "$2" with PORTACL_ETC="$tmp/etc" RUNLEVEL=1 "$top/scripts/setup.sh" demo
	good=$?
	cat "$tmp/disabled" "$tmp/said"
	[ $good = 0 ] && [ "$(sort "$tmp/disabled" | xargs)" = 'disable new.service new disable' ] &&
		grep -q 'not started at boot: new.service' "$tmp/said"
}

disables_new() {
	fakes_packages
	disables 0 '^setup: installed: .*curl'
}

# Services that somebody enables later stay enabled.
disables_after_failure() {
	fakes_packages 'exit 1'
	disables 1 . || return
	fakes_packages
	ln -s x "$tmp/etc/systemd/system/a.wants/ssh.service"
	disables 0 '^setup: installed: .*curl'
}

# Each package that dpkg-buildpackage asks for is in a group of make deb.  For make
# kernel-deb it is what the kernel's scripts/package/mkdebian writes.
has_build_depends() {
	grep -q "^kernel_deb='.*build-essential" "$top/scripts/setup.sh" || return
	for package in build-essential $(sed -n 's/^Build-Depends: //p' \
		"$top/tools/portaclctl/debian/control" | tr ',' '\n' | sed 's/(.*//'); do
		sed -n "/^\(bpf\|deb\|tool\)='/p" "$top/scripts/setup.sh" |
			grep -qw -- "${package%-compat}" || { echo "$package"; return 1; }
	done
}

# The package of the kernel's configuration ends too early.
truncated() {
	arch=$(dpkg --print-architecture) in=usr/src/linux-config-6.12
	mkdir -p "$tmp/$in" "$PORTACL_CACHE/apt" "$PORTACL_CACHE/src/6.12"
	seq 100000 | xz > "$tmp/$in/config.${arch}_none_$arch.xz"
	tar -c -C "$tmp" "./$in" | head -c 10000 > "$tmp/tar"
	instead dpkg-deb "cat '$tmp/tar'"
	instead apt-get 'touch linux-config-6.12_1_all.deb'
	touch "$PORTACL_CACHE/apt/updated"
	says 1 'linux-config-6.12: no configuration for' with "$top/scripts/fetch.sh" 6.12 config
}

# judged PATTERN ARGUMENT…: before anything is installed or built.
judged() {
	instead dpkg-query 'exit 1'
	instead apt-get "touch '$tmp/early'"
	faked by_make "$@" && [ ! -e "$tmp/early" ]
}

# stubs: a checkout in $stub whose scripts only seem to install, fetch and build.  apply.sh
# notes that it was called under the lock.
stubs() {
	stub=$tmp/stub
	rm -rf "$stub"
	mkdir -p "$stub/security/portacl" "$stub/tools"
	cp -r "$top/scripts" "$stub"
	for s in setup fetch build docs boot kunit; do
		[ "$s" = "${1-}" ] || printf '#!/bin/sh\n' > "$stub/scripts/$s.sh"
	done
	cat > "$stub/scripts/apply.sh" <<-'END'
	#!/bin/sh
	cd "$1" && { flock -n ../lock true || echo "$PWD" >> "$PORTACL_CACHE/applied"; }
	END
	for k in 6.1 6.12 7.2; do
		mkdir -p "$PORTACL_CACHE/$k/src" "$stub/build/$k"
	done
	git -C "$stub" init -q
	rm -f "$PORTACL_CACHE/applied"
	for c in make perl shellcheck codespell; do instead $c ''; done
}

# Between the build and the tests the lock is free, and so is the tree.
kunit_tests_this_checkout() {
	stubs kunit
	instead python3 'exit 1'
	says 1 'cannot be configured' with "$stub/scripts/kunit.sh"
	cat "$tmp/said"
	[ "$(cat "$PORTACL_CACHE/applied")" = "$PORTACL_CACHE/7.2/src" ]
}

packages=$PORTACL_CACHE/kernel-deb/6.12/config

# fakes_kernel_deb COMMAND: it runs instead of the build of the packages.
fakes_kernel_deb() {
	stubs
	mkdir -p "$tmp/source" "$packages"
	touch "$tmp/source/.portacl-version" "$packages/linux-image-old_1.deb"
	echo CONFIG_A=y > "$tmp/config"
	printf '#!/bin/sh\necho "%s"\n' "$tmp/source" > "$stub/scripts/fetch.sh"
	instead make "case \"\$*\" in *bindeb-pkg*) $1 ;; esac"
}

keeps_packages() {
	fakes_kernel_deb 'exit 1'
	says 1 'does not build' with "$stub/scripts/kernel_deb.sh" 6.12 "$tmp/config" &&
		[ -e "$packages/linux-image-old_1.deb" ]
}

replaces_packages() {
	fakes_kernel_deb "sleep 0.1; touch '$packages/linux-image-6.12.1-portacl_2.deb'"
	says 0 'dpkg -i .*/linux-image-6.12.1-portacl_2.deb, then reboot' \
		with "$stub/scripts/kernel_deb.sh" 6.12 "$tmp/config" &&
		[ "$(cd "$packages" && ls ./*.deb)" = ./linux-image-6.12.1-portacl_2.deb ]
}

lints() {
	with "$stub/scripts/lint.sh" > "$tmp/said" 2>&1
	cat "$tmp/said"
}

lint_tests_this_checkout() {
	stubs
	lints
	[ "$(wc -l < "$PORTACL_CACHE/applied")" = 3 ]
}

docs_fail() {
	stubs
	echo 'exit 1' >> "$stub/scripts/docs.sh"
	lints
	grep -q '^Documentation: make html fails' "$tmp/said"
}

# judges_page: lint.sh finds the page of the results to be another one.
judges_page() {
	lints
	grep -q '^Documentation/tests/README.md: not made by make proof' "$tmp/said"
}

page_differs() {
	stubs
	mkdir "$stub/Documentation"
	"$stub/scripts/proof/proof.sh" || return
	! judges_page && echo >> "$stub/Documentation/tests/README.md" && judges_page
}

# git lists the files of another user's checkout only if it is told to.
lints_checkout_of_another_user() {
	stubs
	echo > "$stub/a.dot"
	echo > "$stub/a.svg"
	git -C "$stub" add -N a.dot
	chown -R 65534 "$stub"
	instead dot 'echo "<text>a</text>"'
	lints
	grep -q '^a.svg: not drawn' "$tmp/said"
}

lints_no_checkout() {
	stubs
	rm -r "$stub/.git"
	says 128 'not a git repository' with env GIT_CEILING_DIRECTORIES="$tmp" \
		"$stub/scripts/lint.sh"
}

# The figures of the KUnit tests come last.
bench_without_kunit() {
	stubs
	mdp=$stub/build/7.2-bench/obj/scripts/selinux/mdp
	mkdir -p "$mdp" "$stub/build/portacl-bpf"
	printf '#!/bin/sh\n: > selinux.conf\n' > "$mdp/mdp"
	chmod +x "$mdp/mdp"
	touch "$stub/build/portacl-bpf/portacl-bpf"
	for c in gcc checkpolicy gnuplot; do instead $c ''; done
	echo 'exit 3' >> "$stub/scripts/kunit.sh"
	says 3 'under user-mode Linux' with "$stub/scripts/bench/bench.sh" 7.2
}

without_home() {
	one_line 1 'no kernel source tree' env -u HOME -u PORTACL_CACHE -u XDG_CACHE_HOME \
		"$top/scripts/apply.sh" /etc
}

# in_common SCRIPT ARGUMENT…
in_common() {
	script=$1
	shift
	(cd "$top" && sh -c ". \"\$0\"; $script" scripts/common.sh "$@")
}

ignores_cdpath() {
	mkdir -p "$tmp/cd/scripts"
	[ "$(CDPATH=$tmp/cd in_common 'echo "$top"')" = "$top" ]
}

interrupted() {
	mkdir -p "$tmp/linux/include/linux" "$tmp/t"
	touch "$tmp/linux/Kbuild" "$tmp/linux/include/linux/lsm_hook_defs.h"
	echo 'PATCHLEVEL = 1' > "$tmp/linux/Makefile"
	instead tar 'kill "$PPID"'
	with TMPDIR="$tmp/t" "$top/scripts/apply.sh" "$tmp/linux" check
	rc=$?
	rm "$tmp/bin/tar"
	[ $rc = 130 ] && [ -z "$(ls "$tmp/t")" ]
}

# renders PATTERN STATUS SCRIPT: docs.sh in a relative directory, by this sphinx-build.
renders() {
	stubs docs
	mkdir -p "$stub/Documentation/sphinx" "$stub/Documentation/sphinx-static" \
		"$stub/Documentation/images"
	touch "$stub/Documentation/conf.py"
	printf '#!/bin/sh\necho "%s"\n' "$stub" > "$stub/scripts/fetch.sh"
	instead sphinx-build "$3"
	(cd "$tmp" && says "$2" "$1" with "$stub/scripts/docs.sh" html) && cat "$tmp/said"
}

copies_behind_link() {
	mkdir "$tmp/real"
	touch "$tmp/real/.portacl-version"
	ln -s real "$tmp/link"
	in_common 'copy_tree "$1" "$2"' "$tmp/link" "$tmp/copy"
	[ ! -L "$tmp/copy" ] && [ -f "$tmp/copy/.portacl-version" ]
}

plan 52
ok "unknown kernel" judged "unknown kernel '5'" kernel K=5
for what in demo kernel-deb patch shell test 'run CMD=true'; do
	# shellcheck disable=SC2086
	ok "unknown kernel: $what" judged "unknown kernel '6.9'" $what K=6.9
done
ok "unknown test" judged "unknown test 'x': one of .*identity_env .*usage .*50-explain" test T=x
ok "no command to run" judged "needs CMD, as in: make run K=6.1 CMD='uname -r'" run K=6.1
ok "a shell without a terminal" judged 'the shell needs a terminal' shell
for what in apply unapply check-tree; do
	ok "no directory: $what" judged \
		'needs KSRC, a kernel source tree, as in: make apply KSRC=/usr' $what
done
ok "kernel-deb: a file that is no configuration" judged \
	'/proc/version: no kernel configuration' kernel-deb CONFIG=/proc/version
echo CONFIG_A=y > "$tmp/a config"
ok "kernel-deb: a configuration with a blank in its name" judged \
	'/a config: the path must not contain' kernel-deb CONFIG="$tmp/a config"
rm "$tmp/bin/dpkg-query" "$tmp/bin/apt-get"
ok "no compiler" by_make "no C compiler 'none'; .* apt-get install gcc" tools CC=none
ok "no header" without_header
rm "$tmp/bin/cc"
if [ "$(id -u)" = 0 ]; then
	make_checkout
	ok "build/ is root's" after_root
	ok "but not after make install" after_install
	ok "build/ is read-only" read_only
else
	skip "build/ is root's" "needs root"
	skip "but not after make install" "needs root"
	skip "build/ is read-only" "needs root"
fi
unset dir
ok "unknown variant" one_line 1 "unknown variant 'x'" \
	"$top/scripts/build.sh" 7.2 x
ok "a directory that is no tree" by_make "'/etc' is no kernel source tree" \
	apply KSRC=/etc
ok "a checkout at a path with blanks" checkout_with_blanks
ok "a cache at a path with blanks" one_line 1 'a b: .* no path with blanks' \
	env PORTACL_CACHE="$tmp/a b" "$top/scripts/build.sh" 7.2
ok "a kernel that was not built" one_line 1 'make kernel K=7.9' \
	"$top/scripts/boot.sh" 7.9 true
ok "a root file system without an init" one_line 1 "no root file system" \
	"$top/scripts/boot.sh" 7.9 -r /etc true
ok "unknown group of packages" one_line 1 "unknown group 'x'" \
	"$top/scripts/setup.sh" x

instead dpkg-query 'exit 1'
instead id 'echo 1000'
ok "packages are missing, and no root" \
	one_line 1 'missing; as root: apt-get install gcc' with "$top/scripts/setup.sh"
ok "a service that a package brings is disabled" disables_new
ok "also if the installation fails, and no other one later" disables_after_failure
rm "$tmp"/bin/*
ok "make deb installs what the build of the package needs" has_build_depends

instead apt-get 'case "$*" in *update*) echo E: no route >&2; exit 100 ;; esac
exec /usr/bin/apt-get "$@"'
ok "no network" says 1 'no package lists: is the network up' \
	with "$top/scripts/fetch.sh" 7.2
rm "$tmp/bin/apt-get"

instead df 'echo x; echo x 1 1 1024 1 /'
ok "no disk" says 1 'MB free, [0-9]+ needed' with "$top/scripts/fetch.sh" 6.1
rm "$tmp/bin/df"

ok "a truncated configuration" truncated
rm "$tmp"/bin/*

ok "kunit.sh tests this checkout" kunit_tests_this_checkout
ok "so does lint.sh" lint_tests_this_checkout
ok "lint.sh: make html fails" docs_fail
if [ "$(id -u)" = 0 ]; then
	ok "lint.sh: a checkout of another user" lints_checkout_of_another_user
else
	skip "lint.sh: a checkout of another user" "needs root"
fi
ok "lint.sh: the page of the results is an older one" page_differs
ok "lint.sh: no checkout" lints_no_checkout
ok "kernel_deb.sh: a build that fails leaves the packages" keeps_packages
ok "kernel_deb.sh: one that succeeds replaces them" replaces_packages
ok "bench.sh: the KUnit tests fail" bench_without_kunit
ok "no HOME" without_home
ok "CDPATH" ignores_cdpath
ok "interrupted" interrupted
ok "an error names no log that is gone" renders 'sphinx-build failed$' 1 'echo why; exit 1'
ok "documents in a relative directory" eval \
	'renders . 0 "for a; do :; done; touch \$a/index.html" && [ -e "$tmp/html/index.html" ]'
ok "a source tree behind a link" copies_behind_link
rm "$tmp"/bin/*

instead dpkg-query 'echo installed'
instead id 'echo 0'
# It leaves its directory when it fails.
instead debootstrap 'mkdir -p "$4"; exit 1'
ok "a root file system cannot be made" says 1 'is the network up' \
	with "$top/scripts/rootfs.sh"
# The remains of the failed attempt are not taken for a file system.
ok "nor is it at the second attempt" says 1 'is the network up' with "$top/scripts/rootfs.sh"

# A mirror on the disk that has this machine's release alone.
host=$(. /etc/os-release && echo "$VERSION_CODENAME")
mkdir -p "$tmp/mirror/dists/$host"
touch "$tmp/mirror/dists/$host/Release"
instead apt-get "echo 'file:$tmp/mirror $host main'"
ok "the mirror lacks the release" says 3 'has no trixie' \
	with "$top/scripts/rootfs.sh" host trixie
