package cgroupfs_test

import "slices"

var runcV2Rows = slices.Concat(
	[]oracleRow{
		c("CpuStats.CpuUsage.TotalUsage", "CPU.UsageNanos", absentIsZero),
		c("CpuStats.CpuUsage.UsageInUsermode", "CPU.UserNanos", absentIsZero),
		c("CpuStats.CpuUsage.UsageInKernelmode", "CPU.SystemNanos", absentIsZero),
		c("CpuStats.ThrottlingData.Periods", "CPU.Periods", absentIsZero),
		c("CpuStats.ThrottlingData.ThrottledPeriods", "CPU.ThrottledPeriods", absentIsZero),
		c("CpuStats.ThrottlingData.ThrottledTime", "CPU.ThrottledNanos", absentIsZero),
		unset("CPUSetStats.*", "fs2 does not read cpuset"),

		g("MemoryStats.Usage.Usage", "Memory.Current", rootSums, absentIsZero),
		g("MemoryStats.Usage.Limit", "Memory.Max", rootSums, maxIsAllOnes, absentIsZero),
		c("MemoryStats.Usage.MaxUsage", "Memory.Peak", absentIsZero),
		unset("MemoryStats.Usage.Failcnt", onlyV1),
		g("MemoryStats.SwapUsage.Usage", "Memory.Swap.Current", rootSums, swapAndMemory, absentIsZero),
		g("MemoryStats.SwapUsage.Limit", "Memory.Swap.Max", rootSums, swapAndMemory, absentIsZero),
		unset("MemoryStats.SwapUsage.*", onlyV1),
		g("MemoryStats.SwapOnlyUsage.Usage", "Memory.Swap.Current", absentIsZero),
		g("MemoryStats.SwapOnlyUsage.Limit", "Memory.Swap.Max", maxIsAllOnes, absentIsZero),
		c("MemoryStats.SwapOnlyUsage.MaxUsage", "Memory.Swap.Peak", absentIsZero),
		unset("MemoryStats.SwapOnlyUsage.Failcnt", onlyV1),
		unset("MemoryStats.KernelUsage.*", onlyV1),
		unset("MemoryStats.KernelTCPUsage.*", onlyV1),
		unset("MemoryStats.PageUsageByNUMA.*", "fs2 does not read memory.numa_stat"),
		missing("MemoryStats.UseHierarchy", "v2 always counts descendants"),
		g("MemoryStats.Cache", "Memory.Stat.File", absentIsZero),
		c("OOMKillCount()", "Memory.Events.OOMKill", absentIsZero),

		g("PidsStats.Current", "PIDs.Current"),
		g("PidsStats.Limit", "PIDs.Max", maxIsZero, absentIsZero),
		g("len(GetPids())", "PIDs.Processes"),

		c("BlkioStats.IoServiceBytesRecursive[].Read", "IO.Devices[].ReadBytes", tornLine),
		c("BlkioStats.IoServiceBytesRecursive[].Write", "IO.Devices[].WriteBytes", tornLine),
		c("BlkioStats.IoServicedRecursive[].Read", "IO.Devices[].ReadOps", tornLine),
		c("BlkioStats.IoServicedRecursive[].Write", "IO.Devices[].WriteOps", tornLine),

		g("HugetlbStats[].Usage", "HugeTLB[].Current", noRsvdEvents),
		c("HugetlbStats[].Failcnt", "HugeTLB[].EventsMax", noRsvdEvents),
		unset("HugetlbStats[].MaxUsage", onlyV1),

		g("MiscStats[].Usage", "Misc[].Current"),
		c("MiscStats[].Events", "Misc[].EventsMax", absentIsZero),
	},
	memoryStatRows(memoryStatKeys),
	[]oracleRow{
		c("MemoryStats.Stats.workingset_refault", "Memory.Stat.WorkingsetRefaultFile", twoNames),
		c("MemoryStats.Stats.workingset_activate", "Memory.Stat.WorkingsetActivateFile", twoNames),
		c("MemoryStats.Stats.workingset_restore", "Memory.Stat.WorkingsetRestoreFile", twoNames),
		missing("MemoryStats.Stats.*", "a Sample has not all keys of all kernels"),
	},
	rdmaRows("RdmaStats.RdmaCurrent", "RdmaStats.RdmaLimit"),
	psiRows("CpuStats.PSI", "Pressure.CPU", absentIsZero),
	psiRows("MemoryStats.PSI", "Pressure.Memory"),
	psiRows("BlkioStats.PSI", "Pressure.IO"),
)

var containerdV2Rows = slices.Concat(
	[]oracleRow{
		c("CPU.UsageUsec", "CPU.UsageNanos", inMicros, ifEnabled, absentIsZero),
		c("CPU.UserUsec", "CPU.UserNanos", inMicros, ifEnabled, absentIsZero),
		c("CPU.SystemUsec", "CPU.SystemNanos", inMicros, ifEnabled, absentIsZero),
		c("CPU.NrPeriods", "CPU.Periods", absentIsZero),
		c("CPU.NrThrottled", "CPU.ThrottledPeriods", absentIsZero),
		c("CPU.ThrottledUsec", "CPU.ThrottledNanos", inMicros, absentIsZero),

		g("Memory.Usage", "Memory.Current", absentIsZero),
		g("Memory.UsageLimit", "Memory.Max", maxIsAllOnes, absentIsZero),
		c("Memory.MaxUsage", "Memory.Peak", absentIsZero),
		g("Memory.SwapUsage", "Memory.Swap.Current", absentIsZero),
		g("Memory.SwapLimit", "Memory.Swap.Max", maxIsAllOnes, absentIsZero),
		c("Memory.SwapMaxUsage", "Memory.Swap.Peak", absentIsZero),
		c("Memory.WorkingsetRefault", "Memory.Stat.WorkingsetRefaultFile", twoNames, absentIsZero),
		c("Memory.WorkingsetActivate", "Memory.Stat.WorkingsetActivateFile", twoNames, absentIsZero),
		c("MemoryEvents.Low", "Memory.Events.Low", absentIsZero),
		c("MemoryEvents.High", "Memory.Events.High", absentIsZero),
		c("MemoryEvents.Max", "Memory.Events.Max", absentIsZero),
		c("MemoryEvents.Oom", "Memory.Events.OOM", absentIsZero),
		c("MemoryEvents.OomKill", "Memory.Events.OOMKill", absentIsZero),

		g("Pids.Current", "PIDs.Current", notCounted, absentIsZero),
		g("Pids.Limit", "PIDs.Max", maxIsAllOnes, absentIsZero),
		g("len(Procs())", "PIDs.Processes"),

		c("Io.Usage[].Rbytes", "IO.Devices[].ReadBytes", tornLine, absentIsZero),
		c("Io.Usage[].Wbytes", "IO.Devices[].WriteBytes", tornLine, absentIsZero),
		c("Io.Usage[].Rios", "IO.Devices[].ReadOps", tornLine, absentIsZero),
		c("Io.Usage[].Wios", "IO.Devices[].WriteOps", tornLine, absentIsZero),

		g("Hugetlb[].Current", "HugeTLB[].Current", absentIsZero),
		g("Hugetlb[].Max", "HugeTLB[].Max", hugeNoLimit, maxIsAllOnes, absentIsZero),
	},
	containerdMemoryStatRows(),
	rdmaRows("Rdma.Current", "Rdma.Limit"),
	psiRows("CPU.PSI", "Pressure.CPU"),
	psiRows("Memory.PSI", "Pressure.Memory"),
	psiRows("Io.PSI", "Pressure.IO"),
)

// containerdMemoryStatRows are the keys of memory.stat that have a field there.
func containerdMemoryStatRows() (rows []oracleRow) {
	for theirs, ours := range map[string]string{
		"Anon": "Anon", "File": "File", "KernelStack": "KernelStack", "Slab": "Slab", "Sock": "Sock", "Shmem": "Shmem",
		"FileMapped": "FileMapped", "FileDirty": "FileDirty", "FileWriteback": "FileWriteback", "AnonThp": "AnonTHP",
		"InactiveAnon": "InactiveAnon", "ActiveAnon": "ActiveAnon", "InactiveFile": "InactiveFile", "ActiveFile": "ActiveFile",
		"Unevictable": "Unevictable", "SlabReclaimable": "SlabReclaimable", "SlabUnreclaimable": "SlabUnreclaimable",
	} {
		rows = append(rows, g("Memory."+theirs, "Memory.Stat."+ours, absentIsZero))
	}
	for theirs, ours := range map[string]string{
		"Pgfault": "PgFault", "Pgmajfault": "PgMajFault", "WorkingsetNodereclaim": "WorkingsetNodeReclaim", "Pgrefill": "PgRefill",
		"Pgscan": "PgScan", "Pgsteal": "PgSteal", "Pgactivate": "PgActivate", "Pgdeactivate": "PgDeactivate",
		"Pglazyfree": "PgLazyFree", "Pglazyfreed": "PgLazyFreed", "ThpFaultAlloc": "THPFaultAlloc", "ThpCollapseAlloc": "THPCollapseAlloc",
	} {
		rows = append(rows, c("Memory."+theirs, "Memory.Stat."+ours, absentIsZero))
	}
	return rows
}
