package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// memoryOf derives a cgroup's memory. The root of v2 has no usage of its own;
// there it is what the kubelet takes for it: anonymous memory and page cache.
// Whole says that nothing of the cgroup failed to be read.
func memoryOf(s *cgroupfs.MemorySample, isRoot, whole bool, at time.Time) Memory {
	usage := s.Current
	if usage.IsAbsent() && isRoot {
		usage = sum(s.Stat.Anon, s.Stat.File)
	}
	m := Memory{
		UsageBytes:      usage,
		WorkingSetBytes: workingSet(usage, &s.Stat, whole),
		RSSBytes:        s.Stat.Anon,
		PageFaults:      s.Stat.PgFault,
		MajorPageFaults: s.Stat.PgMajFault,
	}
	m.AvailableBytes = minus(s.Max, m.WorkingSetBytes)
	if m != (Memory{}) {
		m.Time = at
	}
	return m
}

// workingSet is usage minus inactive page cache. The two come from two reads,
// so that the cache may be the larger: then nothing is in the working set. A
// kernel that does not tell the cache has all of usage in it, as kubelets say;
// where memory.stat could not be read nothing is known.
func workingSet(usage cgroupfs.Value, stat *cgroupfs.MemoryStat, whole bool) cgroupfs.Value {
	if whole && stat.InactiveFile.IsAbsent() && *stat != (cgroupfs.MemoryStat{}) {
		return usage
	}
	return minus(usage, stat.InactiveFile)
}

// swapOf derives a cgroup's swap.
func swapOf(s *cgroupfs.SwapSample, at time.Time) Swap {
	if s.Current.IsAbsent() {
		return Swap{}
	}
	return Swap{Time: at, SwapUsageBytes: s.Current, SwapAvailableBytes: minus(s.Max, s.Current)}
}

// sum is absent if a part is.
func sum(a, b cgroupfs.Value) cgroupfs.Value {
	m, ok := a.Get()
	n, ok2 := b.Get()
	if !ok || !ok2 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(m + n)
}

// minus is never below zero, and absent if a part is absent or max.
func minus(a, b cgroupfs.Value) cgroupfs.Value {
	m, ok := a.Get()
	n, ok2 := b.Get()
	if !ok || !ok2 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(m - min(m, n))
}
