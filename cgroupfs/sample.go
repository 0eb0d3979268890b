package cgroupfs

import "time"

// A Sample is what the kernel says about one cgroup. A Value that was not
// read, or that this kernel does not have, is absent. Bytes are bytes, times
// are nanoseconds and counters count since the cgroup was made, whatever unit
// the file uses. Each field names its cgroup v2 file, its v1 file, and the
// first kernel that has it where that is younger than 4.15.
//
// A Sample belongs to the caller and is meant to be read into again: slices
// keep their capacity, and nothing in it aliases a Buffer. It is not safe for
// concurrent use.
type Sample struct {
	CPU      CPUSample
	CPUSet   CPUSetSample
	Memory   MemorySample
	IO       IOSample
	PIDs     PIDsSample
	Pressure PressureSample
	HugeTLB  []HugePages
	RDMA     []RDMADevice
	Misc     []MiscResource
	Core     CoreSample
}

// A Stamp says when a section was read, and of which life of its files.
type Stamp struct {
	// At is when the section's hot file was read, on the Buffer's clock.
	At time.Duration
	// Epoch changes when the counters may have started again although the
	// cgroup lives: a v1 directory outside the master hierarchy was made anew,
	// or a controller was switched off and on. No rate goes across it.
	Epoch uint32
}

// CPUSample is the cpu controller's section.
type CPUSample struct {
	Read Stamp // of UsageNanos

	UsageNanos  Value // cpu.stat usage_usec; v1 cpuacct.usage
	UserNanos   Value // cpu.stat user_usec; v1 cpuacct.stat user, in ticks of 10 ms
	SystemNanos Value // cpu.stat system_usec; v1 cpuacct.stat system, in ticks of 10 ms
	NiceNanos   Value // cpu.stat nice_usec; v1 none; since 6.12
	// ForceIdleNanos is time that core scheduling kept siblings idle:
	// cpu.stat core_sched.force_idle_usec; v1 none; since 5.19.
	ForceIdleNanos Value

	Periods          Value // cpu.stat nr_periods, in both versions
	ThrottledPeriods Value // cpu.stat nr_throttled, in both versions
	ThrottledNanos   Value // cpu.stat throttled_usec; v1 cpu.stat throttled_time
	Bursts           Value // cpu.stat nr_bursts, in both versions; since 5.15
	BurstNanos       Value // cpu.stat burst_usec; v1 cpu.stat burst_time; since 5.15
	// LocalThrottledNanos is throttling by this cgroup's own limit, without
	// that of its ancestors: cpu.stat.local throttled_usec; v1 none; since 6.6.
	LocalThrottledNanos Value

	QuotaNanos  Value // cpu.max, first field; v1 cpu.cfs_quota_us, where -1 is Max
	PeriodNanos Value // cpu.max, second field; v1 cpu.cfs_period_us
	BurstMax    Value // cpu.max.burst, in nanoseconds; v1 cpu.cfs_burst_us; since 5.15
	Weight      Value // cpu.weight, 1 to 10000; v1 none
	Shares      Value // v1 cpu.shares; v2 none
	Idle        Value // cpu.idle, 0 or 1, in both versions; since 5.15

	PerCPU []CPUUsage // by CPU number; v1 cpuacct.usage_percpu and cpuacct.usage_all; v2 none
}

// CPUUsage is the time a cgroup used on one possible CPU.
type CPUUsage struct {
	UsageNanos  Value // v1 cpuacct.usage_percpu
	UserNanos   Value // v1 cpuacct.usage_all, second column
	SystemNanos Value // v1 cpuacct.usage_all, third column
}

// CPUSetSample is the cpuset controller's section.
type CPUSetSample struct {
	CPUs          List // cpuset.cpus, in both versions; empty means the parent's
	CPUsEffective List // cpuset.cpus.effective; v1 cpuset.effective_cpus
	Mems          List // cpuset.mems, in both versions; empty means the parent's
	MemsEffective List // cpuset.mems.effective; v1 cpuset.effective_mems
}

// MemorySample is the memory controller's section.
type MemorySample struct {
	Read Stamp // of Current, or of Stat where there is no Current

	Current Value // memory.current, not at the root; v1 memory.usage_in_bytes
	Peak    Value // memory.peak, since 5.19; v1 memory.max_usage_in_bytes
	Min     Value // memory.min; v1 none
	Low     Value // memory.low; v1 none
	High    Value // memory.high; v1 none
	Max     Value // memory.max; v1 memory.limit_in_bytes, where 2^63 rounded down to a page is Max

	SoftLimit Value // v1 memory.soft_limit_in_bytes; v2 none
	FailCount Value // v1 memory.failcnt; v2 none (see Events.Max)
	Kmem      Value // v1 memory.kmem.usage_in_bytes; v2 none (see Stat.Kernel)
	KmemTCP   Value // v1 memory.kmem.tcp.usage_in_bytes; v2 none (see Stat.Sock)

	Swap  SwapSample
	MemSW MemSWSample
	ZSwap ZSwapSample

	Events      MemoryEventCounts // memory.events; v1 only OOMKill, of memory.oom_control
	LocalEvents MemoryEventCounts // memory.events.local, since 5.2; v1 none
	// UnderOOM is 1 while the cgroup waits for the OOM killer:
	// v1 memory.oom_control under_oom; v2 none.
	UnderOOM Value
	// OOMKillDisable is 1 if the OOM killer is switched off:
	// v1 memory.oom_control oom_kill_disable; v2 none.
	OOMKillDisable Value

	Stat MemoryStat
	NUMA []NUMANode // memory.numa_stat, since 5.10; v1 memory.numa_stat
}

// SwapSample is swap alone. In v1 only Current is known: what v1 limits is
// memory and swap together, see MemSWSample.
type SwapSample struct {
	Current    Value // memory.swap.current; v1 memory.stat total_swap
	Peak       Value // memory.swap.peak, since 6.5; v1 none
	High       Value // memory.swap.high, since 5.8; v1 none
	Max        Value // memory.swap.max; v1 none
	EventsHigh Value // memory.swap.events high, since 5.8; v1 none
	EventsMax  Value // memory.swap.events max; v1 none
	EventsFail Value // memory.swap.events fail; v1 none
}

// MemSWSample is v1's memory plus swap. v2 has none of it, and v1 has it only
// where the kernel accounts swap.
type MemSWSample struct {
	Current   Value // v1 memory.memsw.usage_in_bytes
	Peak      Value // v1 memory.memsw.max_usage_in_bytes
	Max       Value // v1 memory.memsw.limit_in_bytes
	FailCount Value // v1 memory.memsw.failcnt
}

// ZSwapSample is compressed swap in memory. v1 has none of it.
type ZSwapSample struct {
	Current   Value // memory.zswap.current, since 5.19
	Max       Value // memory.zswap.max, since 5.19
	Writeback Value // memory.zswap.writeback, 0 or 1, since 6.8
}

// MemoryEventCounts counts how often memory limits were met.
type MemoryEventCounts struct {
	Low           Value // low
	High          Value // high
	Max           Value // max
	OOM           Value // oom
	OOMKill       Value // oom_kill; v1 memory.oom_control oom_kill
	OOMGroupKill  Value // oom_group_kill, since 5.17
	SockThrottled Value // sock_throttled, since 6.19
}

// MemoryStat is memory.stat: what the memory is used for, and events. In v1
// it is read from the keys that start with total_, which count the cgroup and
// its descendants as v2 does.
type MemoryStat struct {
	Anon              Value // anon; v1 total_rss
	File              Value // file; v1 total_cache
	Kernel            Value // kernel, since 5.18; v1 none (see Kmem)
	KernelStack       Value // kernel_stack; v1 none
	PageTables        Value // pagetables, since 5.11; v1 none
	SecPageTables     Value // sec_pagetables, since 6.1; v1 none
	PerCPU            Value // percpu, since 5.9; v1 none
	Sock              Value // sock; v1 none
	VMalloc           Value // vmalloc, since 5.19; v1 none
	Shmem             Value // shmem; v1 total_shmem
	ZSwap             Value // zswap, since 5.19; v1 none
	ZSwapped          Value // zswapped, since 5.19; v1 none
	FileMapped        Value // file_mapped; v1 total_mapped_file
	FileDirty         Value // file_dirty; v1 total_dirty
	FileWriteback     Value // file_writeback; v1 total_writeback
	SwapCached        Value // swapcached, since 5.12; v1 total_swapcached, since 6.7
	AnonTHP           Value // anon_thp, since 5.5; v1 total_rss_huge
	FileTHP           Value // file_thp, since 5.11; v1 none
	ShmemTHP          Value // shmem_thp, since 5.11; v1 none
	InactiveAnon      Value // inactive_anon; v1 total_inactive_anon
	ActiveAnon        Value // active_anon; v1 total_active_anon
	InactiveFile      Value // inactive_file; v1 total_inactive_file
	ActiveFile        Value // active_file; v1 total_active_file
	Unevictable       Value // unevictable; v1 total_unevictable
	SlabReclaimable   Value // slab_reclaimable; v1 none
	SlabUnreclaimable Value // slab_unreclaimable; v1 none
	Slab              Value // slab; v1 none
	HugeTLB           Value // hugetlb, since 6.9; v1 none

	WorkingsetRefaultAnon  Value // workingset_refault_anon, since 5.9; v1 total_workingset_refault_anon
	WorkingsetRefaultFile  Value // workingset_refault_file, since 5.9 (before: workingset_refault); v1 total_workingset_refault_file
	WorkingsetActivateAnon Value // workingset_activate_anon, since 5.9; v1 total_workingset_activate_anon
	WorkingsetActivateFile Value // workingset_activate_file, since 5.9 (before: workingset_activate); v1 total_workingset_activate_file
	WorkingsetRestoreAnon  Value // workingset_restore_anon, since 5.9; v1 total_workingset_restore_anon
	WorkingsetRestoreFile  Value // workingset_restore_file, since 5.9; v1 total_workingset_restore_file
	WorkingsetNodeReclaim  Value // workingset_nodereclaim; v1 total_workingset_nodereclaim
	PgScan                 Value // pgscan; v1 none
	PgSteal                Value // pgsteal; v1 none
	PgFault                Value // pgfault; v1 total_pgfault
	PgMajFault             Value // pgmajfault; v1 total_pgmajfault
	PgRefill               Value // pgrefill; v1 none
	PgActivate             Value // pgactivate; v1 none
	PgDeactivate           Value // pgdeactivate; v1 none
	PgLazyFree             Value // pglazyfree; v1 none
	PgLazyFreed            Value // pglazyfreed; v1 none
	THPFaultAlloc          Value // thp_fault_alloc, since 5.5; v1 none
	THPCollapseAlloc       Value // thp_collapse_alloc, since 5.5; v1 none
	ZSwpIn                 Value // zswpin, since 5.19; v1 none
	ZSwpOut                Value // zswpout, since 5.19; v1 none
	ZSwpWb                 Value // zswpwb, since 6.8; v1 none

	// OwnPgFault and OwnPgMajFault count the cgroup's own processes without
	// those of its descendants: v1 pgfault and pgmajfault; v2 none. They are
	// what a kubelet publishes on v1.
	OwnPgFault    Value
	OwnPgMajFault Value
	// HierarchicalMemoryLimit and HierarchicalMemSWLimit are the smallest limit
	// on the way to the root: v1 hierarchical_memory_limit and
	// hierarchical_memsw_limit; v2 none.
	HierarchicalMemoryLimit Value
	HierarchicalMemSWLimit  Value
}

// NUMANode is a cgroup's memory on one node, in bytes.
type NUMANode struct {
	Node        uint32
	Anon        Value // memory.numa_stat anon; v1 hierarchical_anon, in pages
	File        Value // memory.numa_stat file; v1 hierarchical_file, in pages
	Unevictable Value // memory.numa_stat unevictable; v1 hierarchical_unevictable, in pages
	Total       Value // v1 hierarchical_total, in pages; v2 none
}

// IOSample is the io controller's section; blkio in v1.
type IOSample struct {
	Read Stamp // of Devices

	// Devices is by device, in the kernel's order. Partitions, and on some
	// kernels devices without a disk behind them, are not among them.
	Devices []IODevice // io.stat; v1 blkio.*
	Limits  []IOLimit  // io.max; v1 none
}

// IODevice is what a cgroup did to one block device. In v1 the fields come
// from the first of three families that has anything: blkio.bfq.*_recursive,
// blkio.*_recursive (CFQ, before 5.0), blkio.throttle.*.
type IODevice struct {
	Major, Minor uint32

	ReadBytes    Value // io.stat rbytes; v1 io_service_bytes Read
	WriteBytes   Value // io.stat wbytes; v1 io_service_bytes Write
	DiscardBytes Value // io.stat dbytes; v1 io_service_bytes Discard
	ReadOps      Value // io.stat rios; v1 io_serviced Read
	WriteOps     Value // io.stat wios; v1 io_serviced Write
	DiscardOps   Value // io.stat dios; v1 io_serviced Discard

	CostUsageNanos   Value // io.stat cost.usage, with the iocost controller, since 5.10; v1 none
	CostWaitNanos    Value // io.stat cost.wait, with io.cost debugging, since 5.10; v1 none
	CostInDebtNanos  Value // io.stat cost.indebt, with io.cost debugging, since 5.10; v1 none
	CostInDelayNanos Value // io.stat cost.indelay, with io.cost debugging, since 5.10; v1 none

	SyncBytes    Value // v1 io_service_bytes Sync; v2 none
	AsyncBytes   Value // v1 io_service_bytes Async; v2 none
	SyncOps      Value // v1 io_serviced Sync; v2 none
	AsyncOps     Value // v1 io_serviced Async; v2 none
	ServiceNanos Value // v1 io_service_time Total; v2 none
	WaitNanos    Value // v1 io_wait_time Total; v2 none
	Queued       Value // v1 io_queued Total; v2 none
	Merged       Value // v1 io_merged Total; v2 none
	TimeNanos    Value // v1 time, in milliseconds; v2 none
	Sectors      Value // v1 sectors; v2 none
}

// IOLimit is a cgroup's limits on one block device, per second.
type IOLimit struct {
	Major, Minor uint32
	ReadBytes    Value // io.max rbps
	WriteBytes   Value // io.max wbps
	ReadOps      Value // io.max riops
	WriteOps     Value // io.max wiops
}

// PIDsSample is the pids controller's section. Tasks are threads.
type PIDsSample struct {
	Current   Value // pids.current, in both versions, not at the root
	Max       Value // pids.max, in both versions
	Peak      Value // pids.peak, in both versions; since 6.1
	EventsMax Value // pids.events max, in both versions
	// LocalEventsMax is pids.events.local max, since 6.11; v1 none.
	LocalEventsMax Value
	// Processes is the number of lines of cgroup.procs, in both versions:
	// processes in the cgroup itself, without its descendants. It is absent
	// in a threaded cgroup.
	Processes Value
}

// PressureSample is the share of time that tasks waited for a resource. v1
// has none of it. A kernel booted without PSI gives nothing.
type PressureSample struct {
	Read   Stamp    // of the last of CPU, Memory and IO
	CPU    Stall    // cpu.pressure, since 4.20
	Memory Stall    // memory.pressure, since 4.20
	IO     Stall    // io.pressure, since 4.20
	IRQ    StallPSI // irq.pressure full, since 6.1
}

// Stall is the pressure of one resource.
type Stall struct {
	Some StallPSI // at least one task waited
	Full StallPSI // all tasks waited at once; for cpu since 5.13
}

// StallPSI is one line of a pressure file.
type StallPSI struct {
	TotalNanos Value   // total, in the file in microseconds
	Avg10      Percent // avg10
	Avg60      Percent // avg60
	Avg300     Percent // avg300
}

// HugePages is a cgroup's use of huge pages of one size, in bytes.
type HugePages struct {
	PageSize  uint64 // bytes
	Current   Value  // hugetlb.<size>.current; v1 hugetlb.<size>.usage_in_bytes
	Max       Value  // hugetlb.<size>.max; v1 hugetlb.<size>.limit_in_bytes
	Peak      Value  // v1 hugetlb.<size>.max_usage_in_bytes; v2 none
	EventsMax Value  // hugetlb.<size>.events max; v1 hugetlb.<size>.failcnt
	// RsvdCurrent and RsvdMax are reservations: hugetlb.<size>.rsvd.current and
	// .rsvd.max; v1 hugetlb.<size>.rsvd.usage_in_bytes and .rsvd.limit_in_bytes; since 5.7.
	RsvdCurrent Value
	RsvdMax     Value
}

// RDMADevice is a cgroup's use of one RDMA device.
type RDMADevice struct {
	Name          string
	HCAHandles    Value // rdma.current hca_handle, in both versions
	HCAObjects    Value // rdma.current hca_object, in both versions
	HCAHandlesMax Value // rdma.max hca_handle, in both versions
	HCAObjectsMax Value // rdma.max hca_object, in both versions
}

// MiscResource is a cgroup's use of one resource of the misc controller, such
// as "sev" or "sgx_epc".
type MiscResource struct {
	Name      string
	Current   Value // misc.current, in both versions; since 5.13
	Max       Value // misc.max, in both versions; since 5.13
	Peak      Value // misc.peak, in both versions; since 6.11
	EventsMax Value // misc.events <name>.max, in both versions; since 5.16
}

// CoreSample is what cgroup v2 knows about a cgroup itself. v1 has none of it.
type CoreSample struct {
	Descendants      Value // cgroup.stat nr_descendants
	DyingDescendants Value // cgroup.stat nr_dying_descendants: removed but still holding memory
	FrozenNanos      Value // cgroup.stat.local frozen_usec, since 6.19
	Populated        Value // cgroup.events populated, 0 or 1
	Frozen           Value // cgroup.events frozen, 0 or 1; since 5.2
}
