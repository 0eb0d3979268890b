#!/bin/bash
# kernel.sh RELEASE: prints the path of a Debian cloud kernel for vmrun.sh (VMRUN_KERNEL), fetching it on first use.
# RELEASE is a Debian suite: bullseye (5.10), bookworm (6.1), trixie (6.12), sid (the newest). Nothing is installed: the
# package is only unpacked into the cache. The mirror is the one this system's apt already uses. Some of the
# kernel's modules are in the folder modules beside boot (VMRUN_MODULES), as far as it has them.
#
#   VMRUN_KERNEL=$(./kernel.sh trixie) ./vmrun.sh v2 ./some.test -test.v
set -euo pipefail
die() { echo "kernel: $*" >&2; exit 1; }
suite=${1:?usage: kernel.sh bullseye|bookworm|trixie|sid}
cache=${VMRUN_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vmrun}/$suite
modules=(overlay veth loop quota_tree quota_v2 libcrc32c xfs) # each after those that it needs
files=("${modules[@]/#/*/}")
files=("${files[@]/%/.ko*}")
found() { find "$cache/boot" -name 'vmlinuz-*' 2>/dev/null | sort -V | tail -n 1; }
[ -z "$(found)" ] || [ "$(cat "$cache/modules/list" 2>/dev/null)" != "${modules[*]}" ] || { found; exit; }
rm -rf "$cache" # an older cache has fewer modules, and a module fits one kernel

# shellcheck disable=SC2016 # apt's own variable
uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | sort -u | head -n 1)
[ -n "$uri" ] || die "apt knows no mirror: run apt-get update first"
mkdir -p "$cache"/{lists/partial,archives/partial,unpacked,modules,boot}
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$cache/sources.list"
opt=(-o "Dir::Etc::sourcelist=$cache/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::Lists=$cache/lists"
	-o "Dir::Cache::archives=$cache/archives" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o APT::Sandbox::User=root
	-o 'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false' -o 'Acquire::Languages=none')
apt-get -qq "${opt[@]}" update >&2
pkg=$(apt-cache "${opt[@]}" depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
[ -n "$pkg" ] || die "$suite has no cloud kernel"
# Newer releases split the image: the boot file and the modules may be in packages that the named one depends on.
for p in "$pkg" $(apt-cache "${opt[@]}" depends "$pkg" | awk '/Depends: linux-(image|binary|modules)-/ {print $2}'); do
	(cd "$cache/archives" && apt-get -qq "${opt[@]}" download "$p" >&2)
	dpkg-deb --fsys-tarfile "$cache"/archives/"$p"_*.deb |
		tar -x -C "$cache/unpacked" --wildcards '*/vmlinuz*' "${files[@]}" 2>/dev/null || true
done
k=$(find "$cache/unpacked" -name 'vmlinuz*' -size +1M | head -n 1)
[ -n "$k" ] || die "no kernel in $pkg"
for m in "${modules[@]}"; do
	f=$(find "$cache/unpacked" -name "$m.ko" -o -name "$m.ko.xz")
	case $f in
	*.xz) xz -dc "$f" >"$cache/modules/$m.ko" ;;
	*.ko) mv "$f" "$cache/modules/" ;;
	esac
done
echo "${modules[*]}" >"$cache/modules/list"
mv "$k" "$cache/boot/vmlinuz-$suite"
rm -rf "$cache"/{archives,lists,unpacked}
found
