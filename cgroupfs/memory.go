package cgroupfs

func memoryStamp(s *Sample) *Stamp { return &s.Memory.Read }

// memoryStat knows the keys of memory.stat. Each kernel has its own choice of
// them, and more than these:
//
//	anon 40960
//	file 16384
//	kernel 167936
//	kernel_stack 16384
//	pagetables 20480
//	…
//	pgfault 857
//	pgmajfault 0
//	…
func memoryStat(s *Sample, key []byte) (*Value, unit) {
	m := &s.Memory.Stat
	switch string(key) {
	case "anon":
		return &m.Anon, count
	case "file":
		return &m.File, count
	case "kernel":
		return &m.Kernel, count
	case "kernel_stack":
		return &m.KernelStack, count
	case "pagetables":
		return &m.PageTables, count
	case "sec_pagetables":
		return &m.SecPageTables, count
	case "percpu":
		return &m.PerCPU, count
	case "sock":
		return &m.Sock, count
	case "vmalloc":
		return &m.VMalloc, count
	case "shmem":
		return &m.Shmem, count
	case "zswap":
		return &m.ZSwap, count
	case "zswapped":
		return &m.ZSwapped, count
	case "file_mapped":
		return &m.FileMapped, count
	case "file_dirty":
		return &m.FileDirty, count
	case "file_writeback":
		return &m.FileWriteback, count
	case "swapcached":
		return &m.SwapCached, count
	case "anon_thp":
		return &m.AnonTHP, count
	case "file_thp":
		return &m.FileTHP, count
	case "shmem_thp":
		return &m.ShmemTHP, count
	case "inactive_anon":
		return &m.InactiveAnon, count
	case "active_anon":
		return &m.ActiveAnon, count
	case "inactive_file":
		return &m.InactiveFile, count
	case "active_file":
		return &m.ActiveFile, count
	case "unevictable":
		return &m.Unevictable, count
	case "slab_reclaimable":
		return &m.SlabReclaimable, count
	case "slab_unreclaimable":
		return &m.SlabUnreclaimable, count
	case "slab":
		return &m.Slab, count
	case "hugetlb":
		return &m.HugeTLB, count
	}
	return memoryStatEvent(m, key), count
}

// memoryStatEvent knows the keys of memory.stat that count events.
func memoryStatEvent(m *MemoryStat, key []byte) *Value {
	switch string(key) {
	case "workingset_refault_anon":
		return &m.WorkingsetRefaultAnon
	case "workingset_refault_file", "workingset_refault": // before 5.9 only file pages had one
		return &m.WorkingsetRefaultFile
	case "workingset_activate_anon":
		return &m.WorkingsetActivateAnon
	case "workingset_activate_file", "workingset_activate":
		return &m.WorkingsetActivateFile
	case "workingset_restore_anon":
		return &m.WorkingsetRestoreAnon
	case "workingset_restore_file", "workingset_restore":
		return &m.WorkingsetRestoreFile
	case "workingset_nodereclaim":
		return &m.WorkingsetNodeReclaim
	case "pgscan":
		return &m.PgScan
	case "pgsteal":
		return &m.PgSteal
	case "pgfault":
		return &m.PgFault
	case "pgmajfault":
		return &m.PgMajFault
	case "pgrefill":
		return &m.PgRefill
	case "pgactivate":
		return &m.PgActivate
	case "pgdeactivate":
		return &m.PgDeactivate
	case "pglazyfree":
		return &m.PgLazyFree
	case "pglazyfreed":
		return &m.PgLazyFreed
	case "thp_fault_alloc":
		return &m.THPFaultAlloc
	case "thp_collapse_alloc":
		return &m.THPCollapseAlloc
	case "zswpin":
		return &m.ZSwpIn
	case "zswpout":
		return &m.ZSwpOut
	case "zswpwb":
		return &m.ZSwpWb
	}
	return nil
}

func resetMemoryStat(s *Sample) { s.Memory.Stat = MemoryStat{} }

// field knows the keys of memory.events and memory.events.local:
//
//	low 0
//	high 0
//	max 0
//	oom 0
//	oom_kill 0
//	oom_group_kill 0
func (e *MemoryEventCounts) field(key []byte) *Value {
	switch string(key) {
	case "low":
		return &e.Low
	case "high":
		return &e.High
	case "max":
		return &e.Max
	case "oom":
		return &e.OOM
	case "oom_kill":
		return &e.OOMKill
	case "oom_group_kill":
		return &e.OOMGroupKill
	case "sock_throttled":
		return &e.SockThrottled
	}
	return nil
}

func memoryEvents(s *Sample, key []byte) (*Value, unit) { return s.Memory.Events.field(key), count }
func resetMemoryEvents(s *Sample)                       { s.Memory.Events = MemoryEventCounts{} }

func memoryEventsLocal(s *Sample, key []byte) (*Value, unit) {
	return s.Memory.LocalEvents.field(key), count
}
func resetMemoryEventsLocal(s *Sample) { s.Memory.LocalEvents = MemoryEventCounts{} }

// swapEvents knows the keys of memory.swap.events:
//
//	high 0
//	max 0
//	fail 0
func swapEvents(s *Sample, key []byte) (*Value, unit) {
	w := &s.Memory.Swap
	switch string(key) {
	case "high":
		return &w.EventsHigh, count
	case "max":
		return &w.EventsMax, count
	case "fail":
		return &w.EventsFail, count
	}
	return nil, nil
}

func resetSwapEvents(s *Sample) {
	w := &s.Memory.Swap
	absent(&w.EventsHigh, &w.EventsMax, &w.EventsFail)
}
