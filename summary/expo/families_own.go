package expo

import (
	"github.com/nodegauge/nodegauge/cgroupfs"
)

// ownCPUFamilies, and the others called own, are of what the kernel tells and
// nobody exports.
var ownCPUFamilies = [...]family{
	{Family{"nodegauge_cpu_local_throttled_seconds_total", "Time throttled by its own CPU quota, without those above it, in seconds.", Counter}, cgroupfs.CPULocal, 5, "",
		cpuSeconds(func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.LocalThrottledNanos }), nil},
	{Family{"nodegauge_cpu_nice_seconds_total", "CPU time used by niced processes, in core-seconds.", Counter}, cgroupfs.CPU, 5, "",
		cpuSeconds(func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.NiceNanos }), nil},
	{Family{"nodegauge_cpu_force_idle_seconds_total", "Time that core scheduling kept siblings idle, in core-seconds.", Counter}, cgroupfs.CPU, 5, "",
		cpuSeconds(func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.ForceIdleNanos }), nil},
	{Family{"nodegauge_cpu_weight", "Share of CPU time where it is short: 1 to 10000, usually 100.", Gauge}, cgroupfs.CPULimits, 5, "",
		setting(func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.Weight }), nil},
	{Family{"nodegauge_cpu_burst_limit_seconds", "CPU time that may be saved to be used above the quota, in core-seconds.", Gauge}, cgroupfs.CPULimits, 5, "",
		settingSeconds(func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.BurstMax }), nil},
}

var ownMemoryFamilies = [...]family{
	{Family{"nodegauge_memory_events_total", "How often memory limits were met, its descendants' included: memory.events.", Counter}, cgroupfs.MemoryEvents, 5, "event",
		memoryEvents(func(c *cgroup) *cgroupfs.MemoryEventCounts { return &c.Sample.Memory.Events }), nil},
	{Family{"nodegauge_memory_events_local_total", "How often its own memory limits were met: memory.events.local.", Counter}, cgroupfs.MemoryEvents, 5, "event",
		memoryEvents(func(c *cgroup) *cgroupfs.MemoryEventCounts { return &c.Sample.Memory.LocalEvents }), nil},
	{Family{"nodegauge_memory_swap_events_total", "How often swap limits were met: memory.swap.events.", Counter}, cgroupfs.MemoryEvents, 5, "event", putSwapEvents, nil},
	{Family{"nodegauge_memory_min_bytes", "Memory that is never reclaimed, in bytes.", Gauge}, cgroupfs.MemoryLimits, 5, "",
		setting(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Min }), nil},
	{Family{"nodegauge_memory_low_bytes", "Memory that is reclaimed only if there is no other, in bytes.", Gauge}, cgroupfs.MemoryLimits, 5, "",
		setting(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Low }), nil},
	{Family{"nodegauge_memory_high_bytes", "Memory above which it is slowed down and reclaimed, in bytes.", Gauge}, cgroupfs.MemoryLimits, 5, "",
		setting(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.High }), nil},
	{Family{"nodegauge_memory_swap_peak_bytes", "The most swap that was ever in use, in bytes.", Gauge}, cgroupfs.MemoryLimits, 5, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Swap.Peak }), nil},
	{Family{"nodegauge_memory_zswap_bytes", "Memory that compressed swap takes, in bytes.", Gauge}, cgroupfs.ZSwap, 5, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.ZSwap.Current }), nil},
	{Family{"nodegauge_memory_zswap_limit_bytes", "Memory that compressed swap may take, in bytes.", Gauge}, cgroupfs.ZSwap, 5, "",
		setting(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.ZSwap.Max }), nil},
}

var ownCgroupFamilies = [...]family{
	{Family{"nodegauge_pids_peak", "The most threads that there ever were.", Gauge}, cgroupfs.PIDLimits, 5, "",
		plain(func(c *cgroup) cgroupfs.Value { return c.Sample.PIDs.Peak }), nil},
	{Family{"nodegauge_pids_events_max_total", "Forks that failed because of a limit of threads, its descendants' included.", Counter}, cgroupfs.PIDLimits, 5, "",
		plain(func(c *cgroup) cgroupfs.Value { return c.Sample.PIDs.EventsMax }), nil},
	{Family{"nodegauge_pids_events_local_max_total", "Forks that failed because of its own limit of threads.", Counter}, cgroupfs.PIDLimits, 5, "",
		plain(func(c *cgroup) cgroupfs.Value { return c.Sample.PIDs.LocalEventsMax }), nil},
	{Family{"nodegauge_pressure_irq_stalled_seconds_total", "Time in which all tasks waited for interrupts, in seconds.", Counter}, cgroupfs.PressureIRQ, 5, "", putIRQ, nil},
	{Family{"nodegauge_cgroup_descendants", "Cgroups below it.", Gauge}, cgroupfs.Core, 5, "",
		plain(func(c *cgroup) cgroupfs.Value { return c.Sample.Core.Descendants }), nil},
	{Family{"nodegauge_cgroup_dying_descendants", "Cgroups below it that were removed and still hold memory.", Gauge}, cgroupfs.Core, 5, "",
		plain(func(c *cgroup) cgroupfs.Value { return c.Sample.Core.DyingDescendants }), nil},
	{Family{"nodegauge_cgroup_frozen", "1 if its processes are frozen, else 0.", Gauge}, cgroupfs.Core, 5, "",
		plain(func(c *cgroup) cgroupfs.Value { return c.Sample.Core.Frozen }), nil},
	{Family{"nodegauge_cgroup_frozen_seconds_total", "Time for which its processes were frozen, in seconds.", Counter}, cgroupfs.Core, 5, "",
		plainSeconds(func(c *cgroup) cgroupfs.Value { return c.Sample.Core.FrozenNanos }), nil},
	{Family{"nodegauge_misc_usage", "What it uses of a resource of the misc controller.", Gauge}, cgroupfs.Misc, 5, "resource",
		misc(func(m *cgroupfs.MiscResource) cgroupfs.Value { return m.Current }), nil},
	{Family{"nodegauge_misc_limit", "What it may use of a resource of the misc controller.", Gauge}, cgroupfs.Misc, 5, "resource",
		misc(func(m *cgroupfs.MiscResource) cgroupfs.Value { return m.Max }), nil},
	{Family{"nodegauge_rdma_hca_handles", "Handles of an RDMA device.", Gauge}, cgroupfs.RDMA, 5, "device",
		rdma(func(d *cgroupfs.RDMADevice) cgroupfs.Value { return d.HCAHandles }), nil},
	{Family{"nodegauge_rdma_hca_objects", "Objects of an RDMA device.", Gauge}, cgroupfs.RDMA, 5, "device",
		rdma(func(d *cgroupfs.RDMADevice) cgroupfs.Value { return d.HCAObjects }), nil},
}

func memoryEvents(f func(c *cgroup) *cgroupfs.MemoryEventCounts) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		e := f(c)
		at := c.memoryTime()
		s.put(c, e.Low, 0, at, Label{"event", "low"})
		s.put(c, e.High, 0, at, Label{"event", "high"})
		s.put(c, e.Max, 0, at, Label{"event", "max"})
		s.put(c, e.OOM, 0, at, Label{"event", "oom"})
		s.put(c, e.OOMKill, 0, at, Label{"event", "oom_kill"})
		s.put(c, e.OOMGroupKill, 0, at, Label{"event", "oom_group_kill"})
		s.put(c, e.SockThrottled, 0, at, Label{"event", "sock_throttled"})
	}
}

func putSwapEvents(s *scrape, c *cgroup) {
	swap := &c.Sample.Memory.Swap
	at := c.memoryTime()
	s.put(c, swap.EventsHigh, 0, at, Label{"event", "high"})
	s.put(c, swap.EventsMax, 0, at, Label{"event", "max"})
	s.put(c, swap.EventsFail, 0, at, Label{"event", "fail"})
}

func putIRQ(s *scrape, c *cgroup) {
	s.put(c, c.Sample.Pressure.IRQ.TotalNanos, 9, orElse(c.PressureTime, c.at))
}

func misc(f func(m *cgroupfs.MiscResource) cgroupfs.Value) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		for i := range c.Sample.Misc {
			m := &c.Sample.Misc[i]
			s.put(c, f(m), 0, c.at, Label{"resource", m.Name})
		}
	}
}

func rdma(f func(d *cgroupfs.RDMADevice) cgroupfs.Value) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		for i := range c.Sample.RDMA {
			d := &c.Sample.RDMA[i]
			s.put(c, f(d), 0, c.at, Label{"device", d.Name})
		}
	}
}
