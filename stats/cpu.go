package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// cpuOf derives a cgroup's CPU use and keeps the point that the next rate
// needs. A rate of half as much again as all CPUs can give is a counter that
// is wrong, and not known.
func cpuOf(s *cgroupfs.CPUSample, ps *points, window time.Duration, cpus int, at time.Time) CPU {
	if s.UsageNanos.IsAbsent() {
		return CPU{}
	}
	c := CPU{Time: at, UsageCoreNanoSeconds: s.UsageNanos}
	c.UsageNanoCores, c.Window = ps.next(Counter{s.UsageNanos, s.Read.At, s.Read.Epoch}, window)
	if n, _ := c.UsageNanoCores.Get(); cpus > 0 && n > uint64(cpus)*1_500_000_000 {
		c.UsageNanoCores, c.Window = cgroupfs.Value{}, 0
	}
	return c
}
