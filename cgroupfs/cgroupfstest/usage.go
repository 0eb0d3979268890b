package cgroupfstest

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// Usage is what a fake cgroup uses, for tests that do not care about single
// files. What is zero is zero in the files; a MemoryLimit of 0 is no limit.
type Usage struct {
	CPU      time.Duration // since the cgroup was made
	CPUQuota time.Duration // CPU time in each 100 ms; 0 is no limit

	Periods, ThrottledPeriods uint64        // of those 100 ms, if there is a quota
	Throttled                 time.Duration // in ThrottledPeriods

	Memory       uint64 // bytes, everything included
	Anon         uint64 // bytes
	InactiveFile uint64 // bytes; working set is Memory without them
	MemoryLimit  uint64 // bytes; 0 is none
	PageFaults   uint64
	// PIDs are its processes. A container without any has ended, and package
	// summary leaves it out.
	PIDs []int
}

// Put gives a cgroup the files of a kernel 6.1: it makes the cgroup, or moves
// it on. Only this cgroup: its parents get no files. The root is "". On a node
// made by NewV1 the files are v1's, and the name has no controller. Limits are
// among what a Collector reads seldom: a test that changes one lets
// stats.Options.SlowInterval pass, or makes it negative.
func (t *Tree) Put(cgroup string, u Usage) {
	t.tb.Helper()
	files := u.v2()
	if t.v1 {
		files = u.v1()
	}
	for name, text := range files {
		controller, file, ok := strings.Cut(name, "/")
		if !ok {
			controller, file = "", name
		}
		if cgroup == "" && strings.HasPrefix(file, "memory.") && file != "memory.stat" && !t.v1 {
			continue // the root of v2 has no memory.current
		}
		t.Write(path.Join(controller, cgroup, file), text)
	}
}

func (u *Usage) v2() map[string]string {
	limit, quota := "max", "max"
	if u.CPUQuota > 0 {
		quota = strconv.FormatInt(u.CPUQuota.Microseconds(), 10)
	}
	if u.MemoryLimit > 0 {
		limit = strconv.FormatUint(u.MemoryLimit, 10)
	}
	return map[string]string{
		"cpu.stat": fmt.Sprintf("usage_usec %d\nuser_usec %d\nsystem_usec 0\nnr_periods %d\nnr_throttled %d\nthrottled_usec %d\n",
			u.CPU.Microseconds(), u.CPU.Microseconds(), u.Periods, u.ThrottledPeriods, u.Throttled.Microseconds()),
		"cpu.max":        quota + " 100000\n",
		"memory.current": fmt.Sprintf("%d\n", u.Memory),
		"memory.max":     limit + "\n",
		"memory.stat": fmt.Sprintf("anon %d\nfile %d\ninactive_file %d\npgfault %d\npgmajfault 0\n",
			u.Anon, u.Memory-min(u.Memory, u.Anon), u.InactiveFile, u.PageFaults),
		"memory.swap.current": "0\n",
		"pids.current":        fmt.Sprintf("%d\n", len(u.PIDs)),
		"cgroup.procs":        u.procs(),
	}
}

func (u *Usage) v1() map[string]string {
	limit, quota := uint64(9223372036854771712), int64(-1)
	if u.CPUQuota > 0 {
		quota = u.CPUQuota.Microseconds()
	}
	if u.MemoryLimit > 0 {
		limit = u.MemoryLimit
	}
	return map[string]string{
		"cpu,cpuacct/cpuacct.usage":     fmt.Sprintf("%d\n", u.CPU.Nanoseconds()),
		"cpu,cpuacct/cpuacct.stat":      fmt.Sprintf("user %d\nsystem 0\n", u.CPU.Milliseconds()/10),
		"cpu,cpuacct/cpu.stat":          fmt.Sprintf("nr_periods %d\nnr_throttled %d\nthrottled_time %d\n", u.Periods, u.ThrottledPeriods, u.Throttled.Nanoseconds()),
		"cpu,cpuacct/cpu.cfs_quota_us":  fmt.Sprintf("%d\n", quota),
		"cpu,cpuacct/cpu.cfs_period_us": "100000\n",
		"memory/memory.usage_in_bytes":  fmt.Sprintf("%d\n", u.Memory),
		"memory/memory.limit_in_bytes":  fmt.Sprintf("%d\n", limit),
		"memory/memory.stat": fmt.Sprintf("rss %d\ninactive_file %d\npgfault %d\npgmajfault 0\ntotal_rss %d\ntotal_cache %d\ntotal_inactive_file %d\ntotal_pgfault %d\ntotal_pgmajfault 0\ntotal_swap 0\n",
			u.Anon, u.InactiveFile, u.PageFaults, u.Anon, u.Memory-min(u.Memory, u.Anon), u.InactiveFile, u.PageFaults),
		"memory/cgroup.procs": u.procs(),
		"pids/pids.current":   fmt.Sprintf("%d\n", len(u.PIDs)),
	}
}

func (u *Usage) procs() string {
	var b strings.Builder
	for _, pid := range u.PIDs {
		fmt.Fprintf(&b, "%d\n", pid)
	}
	return b.String()
}
