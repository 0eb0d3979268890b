package expo

import (
	"os"
	"strconv"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

// memoryFamilies are those of memory, and of what limits it.
var memoryFamilies = [...]family{
	{Family{"container_memory_usage_bytes", "Memory in use, page cache included, in bytes.", Gauge}, cgroupfs.Memory, 1, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Memory.UsageBytes }), nil},
	{Family{"container_memory_working_set_bytes", "Memory in use without inactive page cache, in bytes.", Gauge}, cgroupfs.Memory, 1, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Memory.WorkingSetBytes }), nil},
	{Family{"container_memory_rss", "Anonymous memory, huge pages included, in bytes.", Gauge}, cgroupfs.Memory, 1, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.Anon }), nil},
	{Family{"container_memory_cache", "Page cache, in bytes.", Gauge}, cgroupfs.Memory, 2, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.File }), nil},
	{Family{"container_memory_swap", "Swap in use, in bytes.", Gauge}, cgroupfs.Memory, 2, "", putSwap, nil},
	{Family{"container_memory_mapped_file", "Files mapped into memory, in bytes.", Gauge}, cgroupfs.Memory, 2, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.FileMapped }), nil},
	{Family{"container_memory_kernel_usage", "Memory that the kernel uses for it, in bytes.", Gauge}, cgroupfs.Memory, 2, "", putKernelUsage, nil},
	{Family{"container_memory_max_usage_bytes", "The most memory that was ever in use, in bytes.", Gauge}, cgroupfs.MemoryLimits, 2, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Peak }), nil},
	{Family{"container_memory_total_active_file_bytes", "Page cache in use lately, in bytes.", Gauge}, cgroupfs.Memory, 2, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.ActiveFile }), nil},
	{Family{"container_memory_total_inactive_file_bytes", "Page cache not in use lately, in bytes.", Gauge}, cgroupfs.Memory, 2, "",
		memory(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.InactiveFile }), nil},
	{Family{"container_memory_failcnt", "How often the memory limit was met, on cgroup v1.", Counter}, cgroupfs.MemoryLimits, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.FailCount }), nil},
	{Family{"container_memory_failures_total", "Page faults: all, and those that waited for a disk; with its descendants' and, where the kernel tells, without.", Counter}, cgroupfs.Memory, 3, "failure_type, scope", putFailures, nil},
	{Family{"container_memory_events_high_total", "How often memory was above its high mark and was reclaimed.", Counter}, cgroupfs.MemoryEvents, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Events.High }), nil},
	{Family{"container_memory_events_max_total", "How often the memory limit was met.", Counter}, cgroupfs.MemoryEvents, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Events.Max }), nil},
	{Family{"container_oom_events_total", "Processes that the OOM killer killed, its descendants' included.", Counter}, cgroupfs.MemoryEvents, 2, "", putOOM, nil},
	{Family{"container_memory_file_dirty_bytes", "Page cache that is not written yet, in bytes.", Gauge}, cgroupfs.Memory, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.FileDirty }), nil},
	{Family{"container_memory_file_writeback_bytes", "Page cache that is being written, in bytes.", Gauge}, cgroupfs.Memory, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.FileWriteback }), nil},
	{Family{"container_memory_pgscan_total", "Pages looked at for reclaim.", Counter}, cgroupfs.Memory, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.PgScan }), nil},
	{Family{"container_memory_pgsteal_total", "Pages reclaimed.", Counter}, cgroupfs.Memory, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.PgSteal }), nil},
	{Family{"container_memory_workingset_refault_file_total", "Pages of files that were needed again after they were reclaimed.", Counter}, cgroupfs.Memory, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.WorkingsetRefaultFile }), nil},
	{Family{"container_memory_workingset_refault_anon_total", "Anonymous pages that were needed again after they were reclaimed.", Counter}, cgroupfs.Memory, 3, "",
		memoryOrZero(func(c *cgroup) cgroupfs.Value { return c.Sample.Memory.Stat.WorkingsetRefaultAnon }), nil},
	{Family{"container_memory_numa_pages", "Memory on each NUMA node, descendants' included, in pages.", Gauge}, cgroupfs.MemoryNUMA, 4, "type, scope, node", putNUMA, nil},
	{Family{"container_hugetlb_usage_bytes", "Huge pages in use, in bytes.", Gauge}, cgroupfs.HugeTLB, 4, "pagesize",
		hugePages(func(h *cgroupfs.HugePages) cgroupfs.Value { return h.Current }), nil},
	{Family{"container_hugetlb_max_usage_bytes", "The most huge pages that were ever in use, in bytes, on cgroup v1.", Gauge}, cgroupfs.HugeTLB, 4, "pagesize",
		hugePages(func(h *cgroupfs.HugePages) cgroupfs.Value { return h.Peak }), nil},
	{Family{"container_hugetlb_failcnt", "How often the limit of huge pages was met.", Counter}, cgroupfs.HugeTLB, 4, "pagesize",
		hugePages(func(h *cgroupfs.HugePages) cgroupfs.Value { return h.EventsMax }), nil},
	{Family{"container_spec_memory_limit_bytes", "Memory limit, in bytes; for the root the node's memory.", Gauge}, cgroupfs.MemoryLimits, 3, "", putMemoryLimit, nil},
	{Family{"container_spec_memory_swap_limit_bytes", "Swap limit, on cgroup v1 that of memory and swap together, in bytes; for the root the node's swap.", Gauge}, cgroupfs.MemoryLimits, 3, "", putSwapLimit, nil},
	{Family{"container_spec_memory_reservation_limit_bytes", "Memory that is not reclaimed: memory.min, on cgroup v1 the soft limit, in bytes.", Gauge}, cgroupfs.MemoryLimits, 3, "", putReservation, nil},
}

// putSwap takes for the root of cgroup v2, which has none, the node's.
func putSwap(s *scrape, c *cgroup) {
	v, at := c.Swap.SwapUsageBytes, c.Swap.Time
	if v.IsAbsent() && c.level == LevelNode {
		v, at = s.n.Snapshot.Node.Swap.SwapUsageBytes, s.n.Snapshot.Node.Swap.Time
	}
	s.putOrZero(c, v, 0, orElse(at, c.memoryTime()))
}

// putKernelUsage takes what kubelets do not on cgroup v2: memory.stat has it.
func putKernelUsage(s *scrape, c *cgroup) {
	v := c.Sample.Memory.Kmem
	if !s.has(summary.CompatZeroSeries) && v.IsAbsent() {
		v = c.Sample.Memory.Stat.Kernel
	}
	s.putOrZero(c, v, 0, c.memoryTime())
}

// putOOM counts what the kernel counts. A kubelet may count nothing.
func putOOM(s *scrape, c *cgroup) {
	v := c.Sample.Memory.Events.OOMKill
	if s.has(summary.CompatZeroOOM) {
		v = cgroupfs.Number(0)
	}
	s.putOrZero(c, v, 0, c.memoryTime())
}

// putFailures tells of the hierarchy, and of the cgroup alone where that is
// known. A kubelet prints one number as both.
func putFailures(s *scrape, c *cgroup) {
	m := &c.Sample.Memory.Stat
	for _, f := range [...]struct {
		name       string
		all, alone cgroupfs.Value
	}{{"pgfault", m.PgFault, m.OwnPgFault}, {"pgmajfault", m.PgMajFault, m.OwnPgMajFault}} {
		if s.has(summary.CompatOwnPageFaults) && !f.alone.IsAbsent() {
			f.all = f.alone
		}
		if s.has(summary.CompatFailureScopes) && f.alone.IsAbsent() {
			f.alone = f.all
		}
		s.put(c, f.alone, 0, c.memoryTime(), Label{"failure_type", f.name}, Label{"scope", "container"})
		s.put(c, f.all, 0, c.memoryTime(), Label{"failure_type", f.name}, Label{"scope", "hierarchy"})
	}
}

// putNUMA counts pages, of this machine's size.
func putNUMA(s *scrape, c *cgroup) {
	size := uint64(os.Getpagesize())
	for i := range c.Sample.Memory.NUMA {
		node := &c.Sample.Memory.NUMA[i]
		for _, part := range [...]struct {
			name string
			v    cgroupfs.Value
		}{{"total", node.Total}, {"file", node.File}, {"anon", node.Anon}, {"unevictable", node.Unevictable}} {
			s.put(c, divided(part.v, size), 0, c.memoryTime(),
				Label{"type", part.name}, Label{"scope", "hierarchy"}, Label{"node", strconv.Itoa(int(node.Node))})
		}
	}
}

func hugePages(f func(h *cgroupfs.HugePages) cgroupfs.Value) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		for i := range c.Sample.HugeTLB {
			h := &c.Sample.HugeTLB[i]
			s.put(c, f(h), 0, c.at, Label{"pagesize", s.pageSize(h.PageSize)})
		}
	}
}

// pageSize is a size as hugetlb files have it in their names, "2MB".
func (p *Printer) pageSize(n uint64) string {
	text, ok := p.sizes[n]
	if ok {
		return text
	}
	switch {
	case n >= 1<<30:
		text = strconv.FormatUint(n>>30, 10) + "GB"
	case n >= 1<<20:
		text = strconv.FormatUint(n>>20, 10) + "MB"
	default:
		text = strconv.FormatUint(n>>10, 10) + "KB"
	}
	if p.sizes == nil {
		p.sizes = make(map[uint64]string)
	}
	p.sizes[n] = text
	return text
}

func putMemoryLimit(s *scrape, c *cgroup) {
	v := c.Sample.Memory.Max
	if c.level == LevelNode {
		v = s.n.Snapshot.Node.MemTotal
	}
	s.putLimit(c, v, 0, time.Time{})
}

func putSwapLimit(s *scrape, c *cgroup) {
	v := c.Sample.Memory.Swap.Max
	switch {
	case c.level == LevelNode:
		v = s.n.Snapshot.Node.SwapTotal
	case v.IsAbsent():
		v = c.Sample.Memory.MemSW.Max
	}
	s.putSpec(c, v)
}

func putReservation(s *scrape, c *cgroup) {
	v := c.Sample.Memory.Min
	if v.IsAbsent() {
		v = c.Sample.Memory.SoftLimit
	}
	s.putSpec(c, v)
}

// putSpec adds what a kubelet prints of a cgroup that has a memory limit at all.
func (s *scrape) putSpec(c *cgroup, v cgroupfs.Value) {
	if v.IsAbsent() && (c.level == LevelNode || !c.Sample.Memory.Max.IsAbsent()) {
		s.putOrZero(c, v, 0, time.Time{})
		return
	}
	s.putLimit(c, v, 0, time.Time{})
}
