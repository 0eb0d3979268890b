package cgroupfs_test

import (
	"slices"
	"strings"
)

// blkioRows are the rows of blkio, which both oracles name alike.
func blkioRows(blkio string, quirks ...quirkID) (rows []oracleRow) {
	for _, op := range []string{"Read", "Write", "Sync", "Async", "Discard", "All"} {
		theirs := strings.Replace(op, "All", "Total", 1)
		rows = append(rows,
			c(blkio+".IoServiceBytesRecursive[]."+theirs, "IO.Devices[]."+op+"Bytes", quirks...),
			c(blkio+".IoServicedRecursive[]."+theirs, "IO.Devices[]."+op+"Ops", quirks...))
	}
	const parts = "a Sample has the total alone"
	return append(rows,
		c(blkio+".IoServiceTimeRecursive[].Total", "IO.Devices[].ServiceNanos", quirks...),
		c(blkio+".IoWaitTimeRecursive[].Total", "IO.Devices[].WaitNanos", quirks...),
		g(blkio+".IoQueuedRecursive[].Total", "IO.Devices[].Queued", quirks...),
		c(blkio+".IoMergedRecursive[].Total", "IO.Devices[].Merged", quirks...),
		c(blkio+".IoTimeRecursive[]", "IO.Devices[].TimeNanos", append([]quirkID{inMillis}, quirks...)...),
		c(blkio+".SectorsRecursive[]", "IO.Devices[].Sectors", quirks...),
		missing(blkio+".IoServiceTimeRecursive[].*", parts),
		missing(blkio+".IoWaitTimeRecursive[].*", parts),
		missing(blkio+".IoQueuedRecursive[].*", parts),
		missing(blkio+".IoMergedRecursive[].*", parts),
	)
}

// numaRows are the rows of memory.numa_stat.
func numaRows(numa string) (rows []oracleRow) {
	for _, part := range []string{"Total", "File", "Anon", "Unevictable"} {
		rows = append(rows,
			g(numa+".Hierarchical."+part+".Nodes[]", "Memory.NUMA[]."+part, inPages),
			g(numa+".Hierarchical."+part+".Total", "Memory.AllNodes."+part, inPages, absentIsZero))
	}
	return append(rows, missing(numa+".*", own))
}

var runcV1Rows = slices.Concat(
	[]oracleRow{
		c("CpuStats.CpuUsage.TotalUsage", "CPU.UsageNanos", absentIsZero),
		c("CpuStats.CpuUsage.UsageInUsermode", "CPU.UserNanos", absentIsZero),
		c("CpuStats.CpuUsage.UsageInKernelmode", "CPU.SystemNanos", absentIsZero),
		c("CpuStats.CpuUsage.PercpuUsage[]", "CPU.PerCPU[].UsageNanos"),
		c("CpuStats.CpuUsage.PercpuUsageInUsermode[]", "CPU.PerCPU[].UserNanos"),
		c("CpuStats.CpuUsage.PercpuUsageInKernelmode[]", "CPU.PerCPU[].SystemNanos"),
		c("CpuStats.ThrottlingData.Periods", "CPU.Periods", absentIsZero),
		c("CpuStats.ThrottlingData.ThrottledPeriods", "CPU.ThrottledPeriods", absentIsZero),
		c("CpuStats.ThrottlingData.ThrottledTime", "CPU.ThrottledNanos", absentIsZero),

		g("CPUSetStats.CPUs[]", "CPUSet.CPUs[]"),
		g("CPUSetStats.Mems[]", "CPUSet.Mems[]"),
		missing("CPUSetStats.*", "a Sample has no flags"),

		g("MemoryStats.Usage.Usage", "Memory.Current", absentIsZero),
		c("MemoryStats.Usage.MaxUsage", "Memory.Peak", absentIsZero),
		c("MemoryStats.Usage.Failcnt", "Memory.FailCount", absentIsZero),
		g("MemoryStats.Usage.Limit", "Memory.Max", maxIsNoLimit, absentIsZero),
		g("MemoryStats.SwapUsage.Usage", "Memory.MemSW.Current", absentIsZero),
		c("MemoryStats.SwapUsage.MaxUsage", "Memory.MemSW.Peak", absentIsZero),
		c("MemoryStats.SwapUsage.Failcnt", "Memory.MemSW.FailCount", absentIsZero),
		g("MemoryStats.SwapUsage.Limit", "Memory.MemSW.Max", maxIsNoLimit, absentIsZero),
		g("MemoryStats.SwapOnlyUsage.Usage", "Memory.MemSW.Current", memswLessMemory),
		g("MemoryStats.SwapOnlyUsage.Failcnt", "Memory.MemSW.FailCount", memswLessMemory),
		unset("MemoryStats.SwapOnlyUsage.*", onlyV2),
		g("MemoryStats.KernelUsage.Usage", "Memory.Kmem", absentIsZero),
		missing("MemoryStats.KernelUsage.*", "a Sample has what is used of it alone"),
		g("MemoryStats.KernelTCPUsage.Usage", "Memory.KmemTCP", absentIsZero),
		missing("MemoryStats.KernelTCPUsage.*", "a Sample has what is used of it alone"),
		missing("MemoryStats.UseHierarchy", "a Sample counts descendants if the kernel does"),
		missing("MemoryStats.Cache", own),
		c("OOMKillCount()", "Memory.Events.OOMKill", absentIsZero),
		g("MemoryStats.Stats.total_swap", "Memory.Swap.Current"),
		g("MemoryStats.Stats.hierarchical_memory_limit", "Memory.Stat.HierarchicalMemoryLimit", maxIsNoLimit),
		g("MemoryStats.Stats.hierarchical_memsw_limit", "Memory.Stat.HierarchicalMemSWLimit", maxIsNoLimit),

		g("PidsStats.Current", "PIDs.Current", absentIsZero),
		g("PidsStats.Limit", "PIDs.Max", maxIsZero, absentIsZero),

		g("HugetlbStats[].Usage", "HugeTLB[].Current", rsvdFirst),
		c("HugetlbStats[].MaxUsage", "HugeTLB[].Peak", rsvdFirst),
		c("HugetlbStats[].Failcnt", "HugeTLB[].EventsMax", rsvdFirst),
	},
	memoryStatRows(memoryStatKeysV1),
	[]oracleRow{
		c("MemoryStats.Stats.total_workingset_refault", "Memory.Stat.WorkingsetRefaultFile", twoNames),
		c("MemoryStats.Stats.total_workingset_activate", "Memory.Stat.WorkingsetActivateFile", twoNames),
		c("MemoryStats.Stats.total_workingset_restore", "Memory.Stat.WorkingsetRestoreFile", twoNames),
		missing("MemoryStats.Stats.total_*", "a Sample has v2's events"),
		missing("MemoryStats.Stats.*", own),
	},
	numaRows("MemoryStats.PageUsageByNUMA"),
	blkioRows("BlkioStats"),
	rdmaRows("RdmaStats.RdmaCurrent", "RdmaStats.RdmaLimit"),
)

var containerdV1Rows = slices.Concat(
	[]oracleRow{
		c("CPU.Usage.Total", "CPU.UsageNanos", absentIsZero),
		c("CPU.Usage.User", "CPU.UserNanos", absentIsZero),
		c("CPU.Usage.Kernel", "CPU.SystemNanos", absentIsZero),
		c("CPU.Usage.PerCPU[]", "CPU.PerCPU[].UsageNanos"),
		c("CPU.Throttling.Periods", "CPU.Periods", absentIsZero),
		c("CPU.Throttling.ThrottledPeriods", "CPU.ThrottledPeriods", absentIsZero),
		c("CPU.Throttling.ThrottledTime", "CPU.ThrottledNanos", absentIsZero),

		g("Memory.Usage.Usage", "Memory.Current", absentIsZero),
		c("Memory.Usage.Max", "Memory.Peak", absentIsZero),
		c("Memory.Usage.Failcnt", "Memory.FailCount", absentIsZero),
		g("Memory.Usage.Limit", "Memory.Max", maxIsNoLimit, absentIsZero),
		g("Memory.Swap.Usage", "Memory.MemSW.Current", absentIsZero),
		c("Memory.Swap.Max", "Memory.MemSW.Peak", absentIsZero),
		c("Memory.Swap.Failcnt", "Memory.MemSW.FailCount", absentIsZero),
		g("Memory.Swap.Limit", "Memory.MemSW.Max", maxIsNoLimit, absentIsZero),
		g("Memory.Kernel.Usage", "Memory.Kmem", absentIsZero),
		missing("Memory.Kernel.*", "a Sample has what is used of it alone"),
		g("Memory.KernelTCP.Usage", "Memory.KmemTCP", endsAtKmem, absentIsZero),
		missing("Memory.KernelTCP.*", "a Sample has what is used of it alone"),
		g("Memory.HierarchicalMemoryLimit", "Memory.Stat.HierarchicalMemoryLimit", maxIsNoLimit, absentIsZero),
		g("Memory.HierarchicalSwapLimit", "Memory.Stat.HierarchicalMemSWLimit", maxIsNoLimit, absentIsZero),
		g("Memory.TotalCache", "Memory.Stat.File", absentIsZero),
		g("Memory.TotalRSS", "Memory.Stat.Anon", absentIsZero),
		g("Memory.TotalRSSHuge", "Memory.Stat.AnonTHP", absentIsZero),
		g("Memory.TotalMappedFile", "Memory.Stat.FileMapped", absentIsZero),
		g("Memory.TotalDirty", "Memory.Stat.FileDirty", absentIsZero),
		g("Memory.TotalWriteback", "Memory.Stat.FileWriteback", absentIsZero),
		g("Memory.TotalInactiveAnon", "Memory.Stat.InactiveAnon", absentIsZero),
		g("Memory.TotalActiveAnon", "Memory.Stat.ActiveAnon", absentIsZero),
		g("Memory.TotalInactiveFile", "Memory.Stat.InactiveFile", absentIsZero),
		g("Memory.TotalActiveFile", "Memory.Stat.ActiveFile", absentIsZero),
		g("Memory.TotalUnevictable", "Memory.Stat.Unevictable", absentIsZero),
		c("Memory.TotalPgFault", "Memory.Stat.PgFault", absentIsZero),
		c("Memory.TotalPgMajFault", "Memory.Stat.PgMajFault", absentIsZero),
		c("Memory.PgFault", "Memory.Stat.OwnPgFault", absentIsZero),
		c("Memory.PgMajFault", "Memory.Stat.OwnPgMajFault", absentIsZero),
		missing("Memory.TotalPgPgIn", "a Sample has v2's events"),
		missing("Memory.TotalPgPgOut", "a Sample has v2's events"),
		missing("Memory.PgPgIn", own),
		missing("Memory.PgPgOut", own),
		missing("Memory.Cache", own),
		missing("Memory.RSS", own),
		missing("Memory.RSSHuge", own),
		missing("Memory.MappedFile", own),
		missing("Memory.Dirty", own),
		missing("Memory.Writeback", own),
		missing("Memory.InactiveAnon", own),
		missing("Memory.ActiveAnon", own),
		missing("Memory.InactiveFile", own),
		missing("Memory.ActiveFile", own),
		missing("Memory.Unevictable", own),
		g("MemoryOomControl.OomKillDisable", "Memory.OOMKillDisable", absentIsZero),
		g("MemoryOomControl.UnderOom", "Memory.UnderOOM", absentIsZero),
		c("MemoryOomControl.OomKill", "Memory.Events.OOMKill", absentIsZero),

		g("Pids.Current", "PIDs.Current"),
		g("Pids.Limit", "PIDs.Max", maxIsZero),
		g("len(Processes())", "PIDs.Processes", notThroughLinks),

		g("Hugetlb[].Usage", "HugeTLB[].Current"),
		c("Hugetlb[].Max", "HugeTLB[].Peak"),
		c("Hugetlb[].Failcnt", "HugeTLB[].EventsMax"),
	},
	blkioRows("Blkio", knowsNoBFQ),
	rdmaRows("Rdma.Current", "Rdma.Limit"),
)
