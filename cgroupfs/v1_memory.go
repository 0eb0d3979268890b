package cgroupfs

// v1MemoryStat knows the keys of memory.stat in v1. There are two of each: one
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
func v1MemoryStat(s *Sample, key []byte) (*Value, unit) {
	m := &s.Memory.Stat
	switch string(key) {
	case "total_cache":
		return &m.File, count
	case "total_rss":
		return &m.Anon, count
	case "total_rss_huge":
		return &m.AnonTHP, count
	case "total_shmem":
		return &m.Shmem, count
	case "total_mapped_file":
		return &m.FileMapped, count
	case "total_dirty":
		return &m.FileDirty, count
	case "total_writeback":
		return &m.FileWriteback, count
	case "total_swap":
		return &s.Memory.Swap.Current, count
	case "total_swapcached":
		return &m.SwapCached, count
	case "total_inactive_anon":
		return &m.InactiveAnon, count
	case "total_active_anon":
		return &m.ActiveAnon, count
	case "total_inactive_file":
		return &m.InactiveFile, count
	case "total_active_file":
		return &m.ActiveFile, count
	case "total_unevictable":
		return &m.Unevictable, count
	case "hierarchical_memory_limit":
		return &m.HierarchicalMemoryLimit, v1Limit
	case "hierarchical_memsw_limit":
		return &m.HierarchicalMemSWLimit, v1Limit
	}
	return v1MemoryStatEvent(m, key), count
}

// v1MemoryStatEvent knows the keys of memory.stat that count events.
func v1MemoryStatEvent(m *MemoryStat, key []byte) *Value {
	switch string(key) {
	case "pgfault":
		return &m.OwnPgFault
	case "pgmajfault":
		return &m.OwnPgMajFault
	case "total_pgfault":
		return &m.PgFault
	case "total_pgmajfault":
		return &m.PgMajFault
	case "total_workingset_refault_anon":
		return &m.WorkingsetRefaultAnon
	case "total_workingset_refault_file", "total_workingset_refault":
		return &m.WorkingsetRefaultFile
	case "total_workingset_activate_anon":
		return &m.WorkingsetActivateAnon
	case "total_workingset_activate_file", "total_workingset_activate":
		return &m.WorkingsetActivateFile
	case "total_workingset_restore_anon":
		return &m.WorkingsetRestoreAnon
	case "total_workingset_restore_file", "total_workingset_restore":
		return &m.WorkingsetRestoreFile
	case "total_workingset_nodereclaim":
		return &m.WorkingsetNodeReclaim
	}
	return nil
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
	return nil, nil
}

func resetOOMControl(s *Sample) {
	m := &s.Memory
	absent(&m.OOMKillDisable, &m.UnderOOM, &m.Events.OOMKill)
}
