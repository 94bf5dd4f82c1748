#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Get a kernel source tree from the distribution's signed packages and print
# its directory.  Usage: fetch.sh 6.1|6.12|7.2|latest [config [cloud]|image]
#   config  print the distribution's configuration of that kernel instead; cloud: that
#           for virtual machines
#   image   print the directory of the distribution's own kernel instead, which is
#           unpacked there with its modules and not installed
#
# The exit status is 3 if the archive has no such series (any longer).
#
# The packages come through a private apt directory, made from the mirror that
# this machine's own apt is configured with; nothing of the system's apt
# configuration is changed.
set -eu
. "$(dirname "$0")/common.sh"

apt=$cache/apt
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

private_apt() {
	apt-get -qq -c "$apt/apt.conf" "$@"
}

# One list: this release as apt knows it, and the same mirror's backports and
# unstable, all signed by the distribution's own keys.
make_private_apt() {
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/pref"
	. /etc/os-release
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' | sort -u |
	awk -v rel="$VERSION_CODENAME" -v key="$keyring" '
		index($2, rel) == 1 && $3 == "main" {
			deb = "deb [signed-by=" key "] " $1
			print deb, $2, $3
		}
		$2 == rel && $3 == "main" && !done++ {
			print deb, rel "-backports main"
			print deb, "sid main"
		}' > "$apt/sources.list"
	grep -q ' sid main' "$apt/sources.list" ||
		die "apt knows no mirror of $VERSION_CODENAME main: see /etc/apt"
	cat > "$apt/apt.conf" <<-END
	Dir::Etc::SourceList "$apt/sources.list";
	Dir::Etc::SourceParts "-";
	Dir::Etc::Preferences "-";
	Dir::Etc::PreferencesParts "$apt/pref";
	Dir::State::Lists "$apt/lists";
	Dir::Cache "$apt";
	Acquire::Retries "3";
	APT::Sandbox::User "root";
	END
}

newest() {
	apt-cache -c "$apt/apt.conf" search --names-only '^linux-source-[0-9.]+$' |
		sed 's/^linux-source-\([0-9.]*\) .*/\1/' | sort -V | tail -n 1
}

update() {
	[ -n "$(find "$apt/updated" -mmin -720 2>/dev/null)" ] && return
	say "updating the package lists"
	make_private_apt
	private_apt update >&2 || die "no package lists: is the network up?"
	touch "$apt/updated"
}

must_exist() {
	apt-cache -c "$apt/apt.conf" show "linux-source-$1" > /dev/null 2>&1 ||
		{ say "the archive has no linux-source-$1; the newest is $(newest)"; exit 3; }
}

# Fetch Debian's configuration for this machine's architecture into $config.
fetch_config() {
	config=$cache/src/$1${2:+-$2}.config
	[ ! -s "$config" ] || return 0
	update
	arch=$(dpkg --print-architecture)
	say "downloading linux-config-$1"
	(cd "$apt/archives" && rm -f "linux-config-$1"_*.deb &&
		private_apt download "linux-config-$1" >&2) ||
		die "linux-config-$1: download failed"
	dpkg-deb --fsys-tarfile "$apt/archives/linux-config-$1"_*.deb |
		tar -xO "./usr/src/linux-config-$1/config.${arch}_none_${2:+$2-}$arch.xz" |
		xz -dc > "$config.new" ||
		die "linux-config-$1: no configuration for ${2:+$2-}$arch"
	rm -f "$apt/archives/linux-config-$1"_*.deb
	mv "$config.new" "$config"
}

# The package that the distribution's metapackage names for series $1, in its newest
# version, and those that it is made of since Debian 14.
image_packages() {
	arch=$(dpkg --print-architecture)
	version=$(apt-cache -c "$apt/apt.conf" madison "linux-image-$arch" |
		awk -v k="$1." 'index($3, k) == 1 { print $3 }' | sort -V | tail -n 1)
	[ -n "$version" ] || return 0
	package=$(depends "linux-image-$arch=$version" image)
	echo "$package"
	for kind in base binary modules; do
		depends "$package" $kind
	done
}

# depends PACKAGE KIND: print the package linux-KIND-* that it depends on, if any.
depends() {
	apt-cache -c "$apt/apt.conf" show "$1" |
		sed -n "s/^Depends:.*\(linux-$2-[^ ,]*\).*/\1/p" | head -n 1
}

# Unpack the image in $cache/stock/$1, as before Debian 14: modules in lib, the kernel in
# boot.  The dependencies between modules are indexed.
fetch_image() {
	dir=$cache/stock/$1
	[ ! -d "$dir" ] || return 0
	update
	packages=$(image_packages "$1")
	[ -n "$packages" ] || { say "the archive has no linux-image of $1"; exit 3; }
	need 1000 "$cache"
	rm -rf "$dir.new"
	mkdir -p "$dir.new/lib" "$dir.new/boot"
	for package in $packages; do
		say "downloading $package"
		(cd "$apt/archives" && rm -f "$package"_*.deb &&
			private_apt download "$package" >&2) ||
			die "$package: download failed"
		dpkg-deb -x "$apt/archives/$package"_*.deb "$dir.new" ||
			die "$package: cannot be unpacked"
		rm -f "$apt/archives/$package"_*.deb
	done
	[ ! -d "$dir.new/usr/lib/modules" ] || mv "$dir.new/usr/lib/modules" "$dir.new/lib"
	release=$(ls "$dir.new/lib/modules")
	[ -e "$dir.new/boot/vmlinuz-$release" ] ||
		mv "$dir.new/lib/modules/$release/vmlinuz" "$dir.new/boot/vmlinuz-$release"
	depmod -b "$dir.new" "$release" || die "$1: depmod failed"
	mv "$dir.new" "$dir"
}

unpack() {
	need 3000 "$cache"
	say "downloading linux-source-$1"
	(cd "$apt/archives" && rm -f "linux-source-$1"_*.deb &&
		private_apt download "linux-source-$1" >&2) ||
		die "linux-source-$1: download failed"
	deb=$(ls "$apt/archives/linux-source-$1"_*.deb)
	say "unpacking ${deb##*/}"
	rm -rf "$cache/src/$1.new"
	mkdir -p "$cache/src/$1.new"
	dpkg-deb --fsys-tarfile "$deb" |
		tar -xO "./usr/src/linux-source-$1.tar.xz" |
		tar -xJ --strip-components=1 -C "$cache/src/$1.new" ||
		die "$deb: cannot be unpacked"
	dpkg-deb -f "$deb" Version > "$cache/src/$1.new/.portacl-version"
	rm -f "$deb"
	mv "$cache/src/$1.new" "$cache/src/$1"
}

k=${1-}
known_kernel "$k"
command -v dpkg-deb >/dev/null || die "needs a Debian system (dpkg-deb, apt); elsewhere, patch a kernel tree: make apply KSRC=DIR"
mkdir -p "$cache/src" "$cache/stock" "$apt/archives" || die "$cache: cannot be made"
exec 8> "$cache/src/lock"
flock 8
if [ "${2-}" = image ]; then
	fetch_image "$k"
	echo "$cache/stock/$k"
	exit
fi
if [ ! -d "$cache/src/$k" ]; then
	update
	[ "$k" != latest ] || k=$(newest)
	[ -d "$cache/src/$k" ] || { must_exist "$k"; unpack "$k"; }
fi
case ${2-} in
config) fetch_config "$k" "${3-}"; echo "$config" ;;
*) echo "$cache/src/$k" ;;
esac
