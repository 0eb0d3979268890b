#!/bin/bash
# vmrun.sh v2|v1|hybrid BINARY [ARGS...]
#
# Runs BINARY as root, as the only program of a throw-away QEMU machine that
# has a pure cgroup v2, a pure cgroup v1 or a hybrid hierarchy on
# /sys/fs/cgroup. The program's output comes out on stdout and the exit code
# is the program's own (124: time ran out, 125: the machine ended without one,
# 126: it could not be set up).
#
# Works for test binaries too, from the package's folder, testdata included:
#   CGO_ENABLED=0 go test -exec '/path/to/vmrun.sh v2' ./...
#
# Needs qemu-system-x86 and busybox-static. The kernel is VMRUN_KERNEL, else the
# one that kernel.sh finds for bookworm.
#
#   VMRUN_ACCEL=tcg|kvm    VMRUN_MEM=1024 (MiB)   VMRUN_CPUS=2
#   VMRUN_TIMEOUT=600 (s)  VMRUN_ENV="A=1 B=2"    VMRUN_APPEND="kernel words"
#   VMRUN_FILES="testdata" (what is copied along, relative to the folder)
#   VMRUN_PROGRAMS="/usr/sbin/runc" (programs that are copied along, by path)
#   VMRUN_MODULES="overlay veth" (modules that are loaded, in that order)
set -euo pipefail

die() { echo "vmrun: $*" >&2; exit 126; }
[ $# -ge 2 ] || die "usage: vmrun.sh v2|v1|hybrid BINARY [ARGS...]"
mode=$1 bin=$2; shift 2
case $mode in v1|v2|hybrid) ;; *) die "unknown mode $mode" ;; esac
[ -x "$bin" ] || die "$bin is not an executable file"
command -v qemu-system-x86_64 >/dev/null || die "qemu-system-x86 is not installed"
busybox=$(command -v busybox) || die "busybox-static is not installed"

kernel=${VMRUN_KERNEL:-$("$(dirname "$0")/kernel.sh" bookworm)}

# The initramfs: busybox, the program, its libraries if it is linked
# dynamically (cgo, -race), and the files it wants in its folder.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root
mkdir -p "$root"/{bin,dev,etc,proc,run,sys,tmp,var/tmp,vmrun} "$root$PWD"
cp -L "$busybox" "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
cp -L "$bin" "$root/vmrun/prog"
for p in ${VMRUN_PROGRAMS-}; do
	mkdir -p "$root${p%/*}"
	cp -L "$p" "$root$p"
done
for p in "$bin" ${VMRUN_PROGRAMS-}; do
	for lib in $(ldd "$p" 2>/dev/null | grep -o '/[^ ]*' || true); do
		[ ! -e "$root$lib" ] || continue
		mkdir -p "$root${lib%/*}"
		cp -L "$lib" "$root$lib"
	done
done
for m in ${VMRUN_MODULES-}; do
	cp "${kernel%/*}/../modules/$m.ko" "$root/vmrun/" || die "no module $m beside $kernel"
done
for f in ${VMRUN_FILES-testdata}; do
	[ ! -e "$f" ] || cp -a --parents "$f" "$root$PWD/"
done
echo 'root:x:0:0:root:/tmp:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
{
	printf 'cd %q || exit 126\n' "$PWD"
	for v in ${VMRUN_ENV-}; do printf 'export %q\n' "$v"; done
	printf 'exec /vmrun/prog'
	for a in "$@"; do printf ' %q' "$a"; done
	echo
} >"$root/vmrun/run"
{
	echo '#!/bin/sh'
	echo "mode=$mode modules='${VMRUN_MODULES-}'"
	cat <<'INIT'
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin:/usr/sbin HOME=/tmp TMPDIR=/var/tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /dev/pts
mount -t tmpfs shm /dev/shm
mount -t devpts pts /dev/pts
ip link set lo up
for m in $modules; do insmod /vmrun/$m.ko; done
mke2fs -F /dev/nvme0n1 >/dev/null && mount -t ext4 /dev/nvme0n1 $TMPDIR
cg=/sys/fs/cgroup
if [ $mode = v2 ]; then
	mount -t cgroup2 cgroup2 $cg
else
	# The layout that systemd makes: one hierarchy per controller, two shared.
	mount -t tmpfs -o mode=755 tmpfs $cg
	known=" $(awk '$4 == 1 {print $1}' /proc/cgroups | tr '\n' ' ')"
	for set in cpuset cpu,cpuacct blkio memory devices freezer net_cls,net_prio perf_event hugetlb pids rdma misc; do
		list=
		for c in ${set//,/ }; do
			case $known in *" $c "*) list=$list${list:+,}$c ;; esac
		done
		[ -n "$list" ] || continue
		mkdir $cg/$list
		# Kernels built without a controller's v1 half (memory since 6.11, say) refuse the mount.
		mount -t cgroup -o $list cgroup $cg/$list 2>/dev/null || { rmdir $cg/$list; continue; }
		case $list in *,*) for c in ${list//,/ }; do ln -s $list $cg/$c; done ;; esac
	done
	mkdir $cg/systemd
	mount -t cgroup -o none,name=systemd cgroup $cg/systemd
	if [ $mode = hybrid ]; then
		mkdir $cg/unified
		mount -t cgroup2 cgroup2 $cg/unified
	fi
	mount -o remount,ro $cg
fi
stty -F /dev/ttyS0 -opost
echo vmrun-start >/dev/ttyS1
sh /vmrun/run </dev/null >/dev/ttyS0 2>&1
echo "vmrun-rc=$?" >/dev/ttyS1
reboot -f
INIT
} >"$root/init"
chmod 755 "$root/init"
(cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null) >"$tmp/initrd"

# Some QEMUs emulate cmpxchg16b wrongly, and newer kernels then break their own
# heap: they do without if the processor has none.
case ${VMRUN_ACCEL:-tcg} in
tcg) accel=(-accel "tcg,thread=multi" -cpu "max,-cx16") ;;
*) accel=(-accel "$VMRUN_ACCEL" -cpu host) ;;
esac

# A disk for temporary files, so that there is I/O to count.
truncate -s 1G "$tmp/disk"

# ttyS0 is the program's output; the kernel's messages and the exit code go to
# ttyS1. A panic or the reboot at the end makes QEMU leave (-no-reboot).
# Under emulation a kernel dies in early boot now and then: that is tried again.
for _ in 1 2 3; do
	qrc=0
	timeout --foreground "${VMRUN_TIMEOUT:-600}" qemu-system-x86_64 "${accel[@]}" \
		-machine q35 -smp "${VMRUN_CPUS:-2}" -m "${VMRUN_MEM:-1024}" \
		-nodefaults -no-user-config -display none -no-reboot -nic none \
		-drive "file=$tmp/disk,if=none,id=disk,format=raw" -device nvme,drive=disk,serial=vmrun \
		-kernel "$kernel" -initrd "$tmp/initrd" \
		-append "console=ttyS1,115200 quiet panic=-1 oops=panic psi=1 ${VMRUN_APPEND-}" \
		-serial stdio -serial "file:$tmp/log" </dev/null || qrc=$?
	if [ "$qrc" -eq 124 ] || grep -q vmrun-start "$tmp/log" 2>/dev/null; then break; fi
	echo "vmrun: the kernel died in early boot" >&2
done
rc=$(sed -n 's/.*vmrun-rc=\([0-9]*\).*/\1/p' "$tmp/log" 2>/dev/null | tail -n 1)
[ -z "$rc" ] || exit "$rc"
tail -n 40 "$tmp/log" >&2 2>/dev/null || true
if [ "$qrc" -eq 124 ]; then
	echo "vmrun: no end after ${VMRUN_TIMEOUT:-600} s" >&2
	exit 124
fi
echo "vmrun: the machine ended without an exit code (qemu: $qrc)" >&2
exit 125
