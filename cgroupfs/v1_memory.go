package cgroupfs

// v1MemoryKeys are the keys of memory.stat in v1. There are two of each: one
// for the cgroup's own pages, and after them one with total_ that has those of
// its descendants too, as every key of v2 has.
//
//	cache 8192
//	rss 118784
//	…
//	pgfault 544
//	…
//	hierarchical_memory_limit 4012650496
//	hierarchical_memsw_limit 9223372036854771712
//	total_cache 8192
//	total_rss 118784
//	…
var v1MemoryKeys = [...]memoryKey{
	{name: "cache"}, {name: "rss"}, {name: "rss_huge"}, {name: "shmem"}, {name: "mapped_file"},
	{name: "dirty"}, {name: "writeback"}, {name: "workingset_refault"}, {name: "workingset_refault_anon"}, {name: "workingset_refault_file"},
	{name: "workingset_activate_anon"}, {name: "workingset_activate_file"}, {name: "workingset_restore_anon"}, {name: "workingset_restore_file"}, {name: "workingset_nodereclaim"},
	{name: "swap"}, {name: "swapcached"}, {name: "pgpgin"}, {name: "pgpgout"},
	{"pgfault", func(m *MemorySample) *Value { return &m.Stat.OwnPgFault }, count},
	{"pgmajfault", func(m *MemorySample) *Value { return &m.Stat.OwnPgMajFault }, count},
	{name: "inactive_anon"}, {name: "active_anon"}, {name: "inactive_file"}, {name: "active_file"}, {name: "unevictable"},
	{"hierarchical_memory_limit", func(m *MemorySample) *Value { return &m.Stat.HierarchicalMemoryLimit }, v1Limit},
	{"hierarchical_memsw_limit", func(m *MemorySample) *Value { return &m.Stat.HierarchicalMemSWLimit }, v1Limit},
	{"total_cache", func(m *MemorySample) *Value { return &m.Stat.File }, count},
	{"total_rss", func(m *MemorySample) *Value { return &m.Stat.Anon }, count},
	{"total_rss_huge", func(m *MemorySample) *Value { return &m.Stat.AnonTHP }, count},
	{"total_shmem", func(m *MemorySample) *Value { return &m.Stat.Shmem }, count},
	{"total_mapped_file", func(m *MemorySample) *Value { return &m.Stat.FileMapped }, count},
	{"total_dirty", func(m *MemorySample) *Value { return &m.Stat.FileDirty }, count},
	{"total_writeback", func(m *MemorySample) *Value { return &m.Stat.FileWriteback }, count},
	{"total_workingset_refault_anon", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRefaultAnon }, count},
	{"total_workingset_refault_file", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRefaultFile }, count},
	{"total_workingset_refault", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRefaultFile }, count},
	{"total_workingset_activate_anon", func(m *MemorySample) *Value { return &m.Stat.WorkingsetActivateAnon }, count},
	{"total_workingset_activate_file", func(m *MemorySample) *Value { return &m.Stat.WorkingsetActivateFile }, count},
	{"total_workingset_activate", func(m *MemorySample) *Value { return &m.Stat.WorkingsetActivateFile }, count},
	{"total_workingset_restore_anon", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRestoreAnon }, count},
	{"total_workingset_restore_file", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRestoreFile }, count},
	{"total_workingset_restore", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRestoreFile }, count},
	{"total_workingset_nodereclaim", func(m *MemorySample) *Value { return &m.Stat.WorkingsetNodeReclaim }, count},
	{"total_swap", func(m *MemorySample) *Value { return &m.Swap.Current }, count},
	{"total_swapcached", func(m *MemorySample) *Value { return &m.Stat.SwapCached }, count},
	{name: "total_pgpgin"}, {name: "total_pgpgout"},
	{"total_pgfault", func(m *MemorySample) *Value { return &m.Stat.PgFault }, count},
	{"total_pgmajfault", func(m *MemorySample) *Value { return &m.Stat.PgMajFault }, count},
	{"total_inactive_anon", func(m *MemorySample) *Value { return &m.Stat.InactiveAnon }, count},
	{"total_active_anon", func(m *MemorySample) *Value { return &m.Stat.ActiveAnon }, count},
	{"total_inactive_file", func(m *MemorySample) *Value { return &m.Stat.InactiveFile }, count},
	{"total_active_file", func(m *MemorySample) *Value { return &m.Stat.ActiveFile }, count},
	{"total_unevictable", func(m *MemorySample) *Value { return &m.Stat.Unevictable }, count},
}

func resetV1MemoryStat(s *Sample) {
	resetMemoryStat(s)
	absent(&s.Memory.Swap.Current)
}

// oomControl knows the keys of memory.oom_control:
//
//	oom_kill_disable 0
//	under_oom 0
//	oom_kill 0
func oomControl(s *Sample, key []byte) (*Value, unit) {
	m := &s.Memory
	switch string(key) {
	case "oom_kill_disable":
		return &m.OOMKillDisable, count
	case "under_oom":
		return &m.UnderOOM, count
	case "oom_kill":
		return &m.Events.OOMKill, count
	}
	return nil, count
}

func resetOOMControl(s *Sample) {
	m := &s.Memory
	absent(&m.OOMKillDisable, &m.UnderOOM, &m.Events.OOMKill)
}
