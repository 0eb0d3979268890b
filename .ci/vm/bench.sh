#!/bin/bash
# bench.sh [HIERARCHY/SUITE...] [-- FLAG...]
#
# Runs the benchmarks of internal/bench that read cgroups in throw-away machines (vmrun.sh), one after another, and prints
# their lines and the table. HIERARCHY is v2, v1 or hybrid; SUITE is the Debian release whose kernel boots (kernel.sh); v1
# and hybrid want one whose kernel has v1's memory controller, which bookworm's is the last to have. FLAGs come after
# -test.benchtime 6x -containers 100.
#
# The machines are emulated: a program is slowed more than the kernel below it, so that only ratios between programs mean
# something, and even these not much. Without a word the kernel takes the CPU's counter for broken now and then, and has
# a clock that costs more than a read.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../internal/bench"
boots=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	boots+=("$1")
	shift
done
[ $# -eq 0 ] || shift
[ ${#boots[@]} -gt 0 ] || boots=(v2/trixie v2/bookworm hybrid/bookworm)

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
CGO_ENABLED=0 go test -c -ldflags='-s -w' -o "$tmp/bench.test" .
for b in "${boots[@]}"; do
	echo "--- $b"
	kernel=$("$here/kernel.sh" "${b#*/}")
	VMRUN_KERNEL=$kernel VMRUN_FILES='' VMRUN_ENV="NODEGAUGE_VM=$b" VMRUN_TIMEOUT=${VMRUN_TIMEOUT:-1800} \
		VMRUN_APPEND="tsc=reliable clocksource=tsc" "$here/vmrun.sh" "${b%/*}" "$tmp/bench.test" -test.run '^$' \
		-test.bench '^Benchmark(Read|ReadFull|Round)$' -test.timeout 30m -test.benchtime 6x -containers 100 -markdown /proc/self/fd/1 "$@"
done
