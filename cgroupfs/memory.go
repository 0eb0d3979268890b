package cgroupfs

import (
	"slices"

	"github.com/nodegauge/nodegauge/internal/scan"
)

func memoryStamp(s *Sample) *Stamp { return &s.Memory.Read }

// A memoryKey is a line of memory.stat, and where its number belongs.
type memoryKey struct {
	name  string
	field func(*MemorySample) *Value // nil if nobody wants it
	unit  unit
}

// memoryStat makes the parser of memory.stat, which has more lines than all
// other hot files together and is most of what parsing costs. Keys are in the
// kernel's order: nearly every line is the one that follows, and its key need
// not be looked for.
func memoryStat(keys []memoryKey) parser {
	return func(b []byte, s *Sample) (first error) {
		next := 0
		for line := 1; len(b) > 0; line++ {
			i := next
			for i < len(keys) && !scan.HasKey(b, keys[i].name) {
				i++ // this kernel lacks it
			}
			if i < len(keys) {
				if n, rest, ok := scan.UintLine(b[len(keys[i].name)+1:]); ok {
					if k := &keys[i]; k.field != nil {
						*k.field(&s.Memory) = k.unit.number(n)
					}
					b, next = rest, i+1
					continue
				}
			}
			var text []byte
			text, b = scan.Line(b)
			key, number, _ := scan.Cut(text, ' ')
			i = slices.IndexFunc(keys, func(k memoryKey) bool { return k.name == string(key) })
			if i < 0 {
				continue // a later kernel's
			}
			next = i + 1 // this kernel has another order
			if keys[i].field == nil {
				continue // of no use
			}
			if err := set(keys[i].field(&s.Memory), keys[i].unit, number); err != nil && first == nil {
				first = newParseError(line, text, err)
			}
		}
		return first
	}
}

// memoryKeys are the keys of memory.stat in the order in which kernels print
// them. Each kernel has its own choice; before 5.9 only file pages had refaults.
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
var memoryKeys = [...]memoryKey{
	{"anon", func(m *MemorySample) *Value { return &m.Stat.Anon }, count},
	{"file", func(m *MemorySample) *Value { return &m.Stat.File }, count},
	{"kernel", func(m *MemorySample) *Value { return &m.Stat.Kernel }, count},
	{"kernel_stack", func(m *MemorySample) *Value { return &m.Stat.KernelStack }, count},
	{"pagetables", func(m *MemorySample) *Value { return &m.Stat.PageTables }, count},
	{"sec_pagetables", func(m *MemorySample) *Value { return &m.Stat.SecPageTables }, count},
	{"percpu", func(m *MemorySample) *Value { return &m.Stat.PerCPU }, count},
	{"sock", func(m *MemorySample) *Value { return &m.Stat.Sock }, count},
	{"vmalloc", func(m *MemorySample) *Value { return &m.Stat.VMalloc }, count},
	{"shmem", func(m *MemorySample) *Value { return &m.Stat.Shmem }, count},
	{"zswap", func(m *MemorySample) *Value { return &m.Stat.ZSwap }, count},
	{"zswapped", func(m *MemorySample) *Value { return &m.Stat.ZSwapped }, count},
	{"file_mapped", func(m *MemorySample) *Value { return &m.Stat.FileMapped }, count},
	{"file_dirty", func(m *MemorySample) *Value { return &m.Stat.FileDirty }, count},
	{"file_writeback", func(m *MemorySample) *Value { return &m.Stat.FileWriteback }, count},
	{"swapcached", func(m *MemorySample) *Value { return &m.Stat.SwapCached }, count},
	{"anon_thp", func(m *MemorySample) *Value { return &m.Stat.AnonTHP }, count},
	{"file_thp", func(m *MemorySample) *Value { return &m.Stat.FileTHP }, count},
	{"shmem_thp", func(m *MemorySample) *Value { return &m.Stat.ShmemTHP }, count},
	{"inactive_anon", func(m *MemorySample) *Value { return &m.Stat.InactiveAnon }, count},
	{"active_anon", func(m *MemorySample) *Value { return &m.Stat.ActiveAnon }, count},
	{"inactive_file", func(m *MemorySample) *Value { return &m.Stat.InactiveFile }, count},
	{"active_file", func(m *MemorySample) *Value { return &m.Stat.ActiveFile }, count},
	{"unevictable", func(m *MemorySample) *Value { return &m.Stat.Unevictable }, count},
	{"slab_reclaimable", func(m *MemorySample) *Value { return &m.Stat.SlabReclaimable }, count},
	{"slab_unreclaimable", func(m *MemorySample) *Value { return &m.Stat.SlabUnreclaimable }, count},
	{"slab", func(m *MemorySample) *Value { return &m.Stat.Slab }, count},
	{"hugetlb", func(m *MemorySample) *Value { return &m.Stat.HugeTLB }, count},
	{"workingset_refault_anon", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRefaultAnon }, count},
	{"workingset_refault_file", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRefaultFile }, count},
	{"workingset_refault", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRefaultFile }, count},
	{"workingset_activate_anon", func(m *MemorySample) *Value { return &m.Stat.WorkingsetActivateAnon }, count},
	{"workingset_activate_file", func(m *MemorySample) *Value { return &m.Stat.WorkingsetActivateFile }, count},
	{"workingset_activate", func(m *MemorySample) *Value { return &m.Stat.WorkingsetActivateFile }, count},
	{"workingset_restore_anon", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRestoreAnon }, count},
	{"workingset_restore_file", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRestoreFile }, count},
	{"workingset_restore", func(m *MemorySample) *Value { return &m.Stat.WorkingsetRestoreFile }, count},
	{"workingset_nodereclaim", func(m *MemorySample) *Value { return &m.Stat.WorkingsetNodeReclaim }, count},
	{name: "pgdemote_kswapd"}, {name: "pgdemote_direct"}, {name: "pgdemote_khugepaged"}, {name: "pgdemote_proactive"}, {name: "pgpromote_success"},
	{"pgscan", func(m *MemorySample) *Value { return &m.Stat.PgScan }, count},
	{"pgsteal", func(m *MemorySample) *Value { return &m.Stat.PgSteal }, count},
	{name: "pgscan_kswapd"}, {name: "pgscan_direct"}, {name: "pgscan_khugepaged"}, {name: "pgscan_proactive"}, {name: "pgsteal_kswapd"},
	{name: "pgsteal_direct"}, {name: "pgsteal_khugepaged"}, {name: "pgsteal_proactive"},
	{"pgfault", func(m *MemorySample) *Value { return &m.Stat.PgFault }, count},
	{"pgmajfault", func(m *MemorySample) *Value { return &m.Stat.PgMajFault }, count},
	{"pgrefill", func(m *MemorySample) *Value { return &m.Stat.PgRefill }, count},
	{"pgactivate", func(m *MemorySample) *Value { return &m.Stat.PgActivate }, count},
	{"pgdeactivate", func(m *MemorySample) *Value { return &m.Stat.PgDeactivate }, count},
	{"pglazyfree", func(m *MemorySample) *Value { return &m.Stat.PgLazyFree }, count},
	{"pglazyfreed", func(m *MemorySample) *Value { return &m.Stat.PgLazyFreed }, count},
	{name: "swpin_zero"}, {name: "swpout_zero"},
	{"zswpin", func(m *MemorySample) *Value { return &m.Stat.ZSwpIn }, count},
	{"zswpout", func(m *MemorySample) *Value { return &m.Stat.ZSwpOut }, count},
	{"zswpwb", func(m *MemorySample) *Value { return &m.Stat.ZSwpWb }, count},
	{"thp_fault_alloc", func(m *MemorySample) *Value { return &m.Stat.THPFaultAlloc }, count},
	{"thp_collapse_alloc", func(m *MemorySample) *Value { return &m.Stat.THPCollapseAlloc }, count},
	{name: "thp_swpout"}, {name: "thp_swpout_fallback"}, {name: "numa_pages_migrated"}, {name: "numa_pte_updates"}, {name: "numa_hint_faults"},
	{name: "numa_task_migrated"}, {name: "numa_task_swapped"},
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
	return nil, count
}

func resetSwapEvents(s *Sample) {
	w := &s.Memory.Swap
	absent(&w.EventsHigh, &w.EventsMax, &w.EventsFail)
}
