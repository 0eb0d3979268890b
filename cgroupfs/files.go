package cgroupfs

import "errors"

// A parser puts the text of one file into its part of a Sample, which has been
// reset. It keeps nothing of b. It goes on after a line that it does not
// understand, and returns a *ParseError without a Path for the first of them.
type parser func(b []byte, s *Sample) error

// errNothing is a parser's answer to a file that is there but says nothing,
// so that the row's next file is tried.
var errNothing = errors.New("file says nothing")

// A file is what we know about one file of the kernel: where it is, what it
// tells, and how it is read. Group.Read is one loop over these; it knows
// neither versions nor names. To add a metric is to add a row and a parser.
type file struct {
	// controller is the v2 controller that makes the file, or "" if every
	// cgroup has it. In the v1 table it is the v1 controller whose mount has
	// the file, or "" for the master's.
	controller string
	// v1 is, in the v2 table, the v1 controller that tells the same: where it
	// is mounted the row is left out. "*" stands for any, "" for none.
	v1     string
	metric MetricSet
	// names are tried in order, and the first that has something is read
	// until it disappears. "<size>" stands for each huge page size.
	names []string
	parse parser
	// parsers, if set, has a parser for each name.
	parsers []parser
	// sized makes the parser of a row whose name has a <size>.
	sized func(pageSize uint64) parser
	// reset makes the row's part of the Sample absent. Nil for sized rows:
	// the whole section is emptied before any of them is read.
	reset func(*Sample)
	// stamp is where the time of reading is kept; nil for all but hot files
	// of sections that have one.
	stamp func(*Sample) *Stamp
	// iterated are those of names that may be given in pieces: they are read
	// until there is no more, and those of v1 are not kept open.
	iterated []string
}

// v2Files are the files of cgroup v2. In each section what is set by somebody
// comes after what is measured. Like v1Files they are made where a hierarchy is
// opened, so that who links the package pays nothing before main.
func v2Files() []file {
	return []file{
		// What every cgroup has of CPU time, and what the cpu controller adds.
		{v1: "cpuacct", metric: CPU, names: []string{"cpu.stat"}, parse: keyed(cpuStat), reset: resetCPUStat, stamp: cpuStamp},
		{controller: "cpu", v1: "cpu", metric: CPULimits, names: []string{"cpu.max"}, parse: parseCPUMax, reset: resetCPUMax},
		single(file{controller: "cpu", v1: "cpu", metric: CPULimits, names: []string{"cpu.max.burst"}},
			micros, func(s *Sample) *Value { return &s.CPU.BurstMax }),
		single(file{controller: "cpu", v1: "cpu", metric: CPULimits, names: []string{"cpu.weight"}},
			count, func(s *Sample) *Value { return &s.CPU.Weight }),
		single(file{controller: "cpu", v1: "cpu", metric: CPULimits, names: []string{"cpu.idle"}},
			count, func(s *Sample) *Value { return &s.CPU.Idle }),
		oneKey(file{v1: "cpu", metric: CPULocal, names: []string{"cpu.stat.local"}},
			"throttled_usec", micros, func(s *Sample) *Value { return &s.CPU.LocalThrottledNanos }),

		// memory.stat is before memory.current, whose time is the section's; the
		// root has only the former.
		{controller: "memory", v1: "memory", metric: Memory, names: []string{"memory.stat"},
			parse: memoryStat(memoryKeys[:]), reset: resetMemoryStat, stamp: memoryStamp},
		single(file{controller: "memory", v1: "memory", metric: Memory, names: []string{"memory.current"}, stamp: memoryStamp},
			count, func(s *Sample) *Value { return &s.Memory.Current }),
		single(file{controller: "memory", v1: "memory", metric: Memory, names: []string{"memory.swap.current"}},
			count, func(s *Sample) *Value { return &s.Memory.Swap.Current }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.max"}},
			limit, func(s *Sample) *Value { return &s.Memory.Max }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.high"}},
			limit, func(s *Sample) *Value { return &s.Memory.High }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.low"}},
			limit, func(s *Sample) *Value { return &s.Memory.Low }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.min"}},
			limit, func(s *Sample) *Value { return &s.Memory.Min }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.peak"}},
			count, func(s *Sample) *Value { return &s.Memory.Peak }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.swap.max"}},
			limit, func(s *Sample) *Value { return &s.Memory.Swap.Max }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.swap.high"}},
			limit, func(s *Sample) *Value { return &s.Memory.Swap.High }),
		single(file{controller: "memory", v1: "memory", metric: MemoryLimits, names: []string{"memory.swap.peak"}},
			count, func(s *Sample) *Value { return &s.Memory.Swap.Peak }),
		{controller: "memory", v1: "memory", metric: MemoryEvents, names: []string{"memory.events"},
			parse: keyed(memoryEvents), reset: resetMemoryEvents},
		{controller: "memory", v1: "memory", metric: MemoryEvents, names: []string{"memory.events.local"},
			parse: keyed(memoryEventsLocal), reset: resetMemoryEventsLocal},
		{controller: "memory", v1: "memory", metric: MemoryEvents, names: []string{"memory.swap.events"},
			parse: keyed(swapEvents), reset: resetSwapEvents},
		single(file{controller: "memory", v1: "memory", metric: ZSwap, names: []string{"memory.zswap.current"}},
			count, func(s *Sample) *Value { return &s.Memory.ZSwap.Current }),
		single(file{controller: "memory", v1: "memory", metric: ZSwap, names: []string{"memory.zswap.max"}},
			limit, func(s *Sample) *Value { return &s.Memory.ZSwap.Max }),
		single(file{controller: "memory", v1: "memory", metric: ZSwap, names: []string{"memory.zswap.writeback"}},
			count, func(s *Sample) *Value { return &s.Memory.ZSwap.Writeback }),
		{controller: "memory", v1: "memory", metric: MemoryNUMA, names: []string{"memory.numa_stat"},
			parse: numaStat(count, numaPart), reset: resetNUMA},

		{controller: "io", v1: "blkio", metric: IO, names: []string{"io.stat"}, parse: lines(ioStatLine), reset: resetIODevices, stamp: ioStamp},
		{controller: "io", v1: "blkio", metric: IOLimits, names: []string{"io.max"}, parse: lines(ioMaxLine), reset: resetIOLimits},

		// Without the pids controller the cgroup's own processes are counted, and
		// its threads where it is threaded and will not tell its processes.
		{v1: "pids", metric: PIDs, names: []string{"pids.current", "cgroup.procs", "cgroup.threads"},
			parsers: []parser{number(count, pidsCurrent), lineCount(pidsCurrent), lineCount(pidsCurrent)},
			reset:   resetPIDsCurrent, iterated: []string{"cgroup.procs", "cgroup.threads"}},
		single(file{controller: "pids", v1: "pids", metric: PIDLimits, names: []string{"pids.max"}},
			limit, func(s *Sample) *Value { return &s.PIDs.Max }),
		single(file{controller: "pids", v1: "pids", metric: PIDLimits, names: []string{"pids.peak"}},
			count, func(s *Sample) *Value { return &s.PIDs.Peak }),
		oneKey(file{controller: "pids", v1: "pids", metric: PIDLimits, names: []string{"pids.events"}},
			"max", count, func(s *Sample) *Value { return &s.PIDs.EventsMax }),
		oneKey(file{controller: "pids", v1: "pids", metric: PIDLimits, names: []string{"pids.events.local"}},
			"max", count, func(s *Sample) *Value { return &s.PIDs.LocalEventsMax }),
		{v1: "*", metric: Processes, names: []string{"cgroup.procs"}, parse: lineCount(pidsProcesses), reset: resetProcesses, iterated: []string{"cgroup.procs"}},

		{metric: Pressure, names: []string{"cpu.pressure"}, parse: pressure(cpuPressure), reset: resetCPUPressure, stamp: pressureStamp},
		{metric: Pressure, names: []string{"memory.pressure"}, parse: pressure(memoryPressure), reset: resetMemoryPressure, stamp: pressureStamp},
		{metric: Pressure, names: []string{"io.pressure"}, parse: pressure(ioPressure), reset: resetIOPressure, stamp: pressureStamp},
		{metric: PressureIRQ, names: []string{"irq.pressure"}, parse: pressure(irqPressure), reset: resetIRQPressure},

		{controller: "hugetlb", v1: "hugetlb", metric: HugeTLB, names: []string{"hugetlb.<size>.current"},
			sized: sizedNumber(count, (*HugePages).current)},
		{controller: "hugetlb", v1: "hugetlb", metric: HugeTLB, names: []string{"hugetlb.<size>.max"},
			sized: sizedNumber(hugeLimit, (*HugePages).max)},
		{controller: "hugetlb", v1: "hugetlb", metric: HugeTLB, names: []string{"hugetlb.<size>.events"},
			sized: hugeTLBEvents},
		{controller: "hugetlb", v1: "hugetlb", metric: HugeTLB, names: []string{"hugetlb.<size>.rsvd.current"},
			sized: sizedNumber(count, (*HugePages).rsvdCurrent)},
		{controller: "hugetlb", v1: "hugetlb", metric: HugeTLB, names: []string{"hugetlb.<size>.rsvd.max"},
			sized: sizedNumber(hugeLimit, (*HugePages).rsvdMax)},

		{controller: "rdma", v1: "rdma", metric: RDMA, names: []string{"rdma.current"}, parse: rdma((*RDMADevice).current), reset: resetRDMA},
		{controller: "rdma", v1: "rdma", metric: RDMA, names: []string{"rdma.max"}, parse: rdma((*RDMADevice).max), reset: resetWithSection},

		{controller: "misc", v1: "misc", metric: Misc, names: []string{"misc.current"}, parse: misc(count, (*MiscResource).current), reset: resetMisc},
		{controller: "misc", v1: "misc", metric: Misc, names: []string{"misc.max"}, parse: misc(limit, (*MiscResource).max), reset: resetWithSection},
		{controller: "misc", v1: "misc", metric: Misc, names: []string{"misc.peak"}, parse: misc(count, (*MiscResource).peak), reset: resetWithSection},
		{controller: "misc", v1: "misc", metric: Misc, names: []string{"misc.events"}, parse: lines(miscEventsLine), reset: resetWithSection},

		listed(file{controller: "cpuset", v1: "cpuset", metric: CPUSet, names: []string{"cpuset.cpus"}},
			func(s *Sample) *List { return &s.CPUSet.CPUs }),
		listed(file{controller: "cpuset", v1: "cpuset", metric: CPUSet, names: []string{"cpuset.cpus.effective"}},
			func(s *Sample) *List { return &s.CPUSet.CPUsEffective }),
		listed(file{controller: "cpuset", v1: "cpuset", metric: CPUSet, names: []string{"cpuset.mems"}},
			func(s *Sample) *List { return &s.CPUSet.Mems }),
		listed(file{controller: "cpuset", v1: "cpuset", metric: CPUSet, names: []string{"cpuset.mems.effective"}},
			func(s *Sample) *List { return &s.CPUSet.MemsEffective }),

		{metric: Core, names: []string{"cgroup.stat"}, parse: keyed(cgroupStat), reset: resetCgroupStat},
		oneKey(file{metric: Core, names: []string{"cgroup.stat.local"}},
			"frozen_usec", micros, func(s *Sample) *Value { return &s.Core.FrozenNanos }),
		{metric: Core, names: []string{"cgroup.events"}, parse: keyed(cgroupEvents), reset: resetCgroupEvents},
	}
}
