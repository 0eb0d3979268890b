package cgroupfs

import (
	"math/bits"
	"strings"
)

// A MetricSet chooses what Group.Read reads. A metric that is not in the set
// costs nothing: its files are not opened.
type MetricSet uint32

// The metrics, each with the files it reads in cgroup v2 and in v1.
const (
	// CPU is usage and throttling: cpu.stat; v1 cpuacct.usage, cpuacct.stat, cpu.stat.
	CPU MetricSet = 1 << iota
	// CPULimits is quota, period, burst, weight: cpu.max, cpu.max.burst, cpu.weight, cpu.idle;
	// v1 cpu.cfs_quota_us, cpu.cfs_period_us, cpu.cfs_burst_us, cpu.shares, cpu.idle.
	CPULimits
	// CPULocal is throttling by the cgroup's own limit alone: cpu.stat.local; v1 none.
	CPULocal
	// PerCPU is usage by CPU: v1 cpuacct.usage_percpu and cpuacct.usage_all; v2 none.
	PerCPU
	// Memory is usage and its parts: memory.current, memory.stat, memory.swap.current;
	// v1 memory.usage_in_bytes, memory.stat.
	Memory
	// MemoryLimits is memory.max, memory.high, memory.low, memory.min, memory.peak, memory.swap.max,
	// memory.swap.high, memory.swap.peak; v1 memory.limit_in_bytes, memory.soft_limit_in_bytes,
	// memory.max_usage_in_bytes, memory.failcnt, memory.kmem.*, memory.memsw.*.
	MemoryLimits
	// MemoryEvents is memory.events, memory.events.local, memory.swap.events; v1 memory.oom_control.
	MemoryEvents
	// ZSwap is memory.zswap.current, memory.zswap.max, memory.zswap.writeback; v1 none.
	ZSwap
	// MemoryNUMA is memory.numa_stat, in both versions. It costs nearly as much as memory.stat.
	MemoryNUMA
	// IO is bytes and operations by device: io.stat; v1 blkio.*.
	IO
	// IOLimits is io.max; v1 none.
	IOLimits
	// PIDs is pids.current, or the length of cgroup.procs where there is none; v1 pids.current.
	PIDs
	// PIDLimits is pids.max, pids.peak, pids.events, pids.events.local; v1 pids.max, pids.peak, pids.events.
	PIDLimits
	// Processes is the number of processes in the cgroup itself: cgroup.procs, in both versions.
	Processes
	// Pressure is cpu.pressure, memory.pressure and io.pressure; v1 none.
	Pressure
	// PressureIRQ is irq.pressure; v1 none.
	PressureIRQ
	// HugeTLB is hugetlb.<size>.*, in both versions.
	HugeTLB
	// RDMA is rdma.current and rdma.max, in both versions.
	RDMA
	// Misc is misc.current, misc.max, misc.peak and misc.events, in both versions.
	Misc
	// CPUSet is cpuset.cpus, cpuset.mems and what of them is in effect, in both versions.
	CPUSet
	// Core is the cgroup itself: cgroup.stat, cgroup.stat.local, cgroup.events; v1 none.
	Core

	endOfMetrics
)

const (
	// AllMetrics is everything.
	AllMetrics = endOfMetrics - 1

	// DefaultMetrics is what a kubelet's summary and metrics are made of.
	DefaultMetrics = CPU | CPULimits | Memory | MemoryLimits | MemoryEvents | IO | PIDs | PIDLimits | Processes | Pressure

	// slowMetrics are set by somebody and seldom change, or are records and
	// events that nobody needs at every sample.
	slowMetrics = CPULimits | MemoryLimits | ZSwap | IOLimits | PIDLimits | HugeTLB | RDMA | Misc | CPUSet | Core | MemoryEvents
)

// Has reports whether every metric of m is in s.
func (s MetricSet) Has(m MetricSet) bool { return s&m == m }

// Slow returns the metrics of s that need not be read at every sample:
// limits, events, records and controllers that seldom change. Their files are
// opened for the moment; the descriptors of the others are kept.
func (s MetricSet) Slow() MetricSet { return s & slowMetrics }

var metricNames = [...]string{
	"CPU", "CPULimits", "CPULocal", "PerCPU", "Memory", "MemoryLimits", "MemoryEvents", "ZSwap",
	"MemoryNUMA", "IO", "IOLimits", "PIDs", "PIDLimits", "Processes", "Pressure", "PressureIRQ",
	"HugeTLB", "RDMA", "Misc", "CPUSet", "Core",
}

// String returns the names of the metrics with a bar between them.
func (s MetricSet) String() string {
	if i := bits.TrailingZeros32(uint32(s)); i < len(metricNames) && s == 1<<i {
		return metricNames[i] // without garbage
	}
	var names []string
	for i, name := range metricNames {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}
