package cgroupfs_test

import (
	"slices"
	"strings"

	"github.com/opencontainers/cgroups"
)

// An oracleRow says which figure of a Sample is an oracle's. "[]" stands for
// what both have in brackets. A row without ours says why there is none.
type oracleRow struct {
	theirs, ours string
	kind         figureKind
	quirks       []quirkID
	why          string
	zero         bool // the oracle never sets it
}

type figureKind uint8

const (
	gauge   figureKind = iota // goes up and down, or is set by somebody
	counter                   // only goes up
)

// unmet reports whether no oracle can be made to show it here: they ask the
// running host for its sizes of huge pages, wherever they read.
func (r *oracleRow) unmet() bool {
	return r.ours != "" && len(cgroups.HugePageSizes()) == 0 && strings.Contains(r.ours, "HugeTLB[]")
}

func g(theirs, ours string, quirks ...quirkID) oracleRow {
	return oracleRow{theirs: theirs, ours: ours, quirks: quirks}
}

func c(theirs, ours string, quirks ...quirkID) oracleRow {
	return oracleRow{theirs: theirs, ours: ours, quirks: quirks, kind: counter}
}

// missing is a row for what a Sample does not have.
func missing(theirs, why string) oracleRow { return oracleRow{theirs: theirs, why: why} }

// unset is a row for what an oracle never sets in that version.
func unset(theirs, why string) oracleRow { return oracleRow{theirs: theirs, why: why, zero: true} }

const (
	onlyV1 = "it is v1's"
	onlyV2 = "it is v2's"
	own    = "a Sample counts descendants too: it has the key with total_"
)

// psiRows are the rows of one pressure file.
func psiRows(theirs, ours string, full ...quirkID) []oracleRow {
	var rows []oracleRow
	for _, line := range []string{".Some", ".Full"} {
		var quirks []quirkID
		if line == ".Full" {
			quirks = full
		}
		for _, avg := range []string{".Avg10", ".Avg60", ".Avg300"} {
			rows = append(rows, g(theirs+line+avg, ours+line+avg, quirks...))
		}
		rows = append(rows, c(theirs+line+".Total", ours+line+".TotalNanos", append([]quirkID{inMicros}, quirks...)...))
	}
	return rows
}

// memoryStatKeys are the keys of memory.stat in v2, and our fields.
var memoryStatKeys = []struct{ key, ours string }{
	{"anon", "Anon"}, {"file", "File"}, {"kernel", "Kernel"}, {"kernel_stack", "KernelStack"}, {"pagetables", "PageTables"},
	{"sec_pagetables", "SecPageTables"}, {"percpu", "PerCPU"}, {"sock", "Sock"}, {"vmalloc", "VMalloc"}, {"shmem", "Shmem"},
	{"zswap", "ZSwap"}, {"zswapped", "ZSwapped"}, {"file_mapped", "FileMapped"}, {"file_dirty", "FileDirty"},
	{"file_writeback", "FileWriteback"}, {"swapcached", "SwapCached"}, {"anon_thp", "AnonTHP"}, {"file_thp", "FileTHP"},
	{"shmem_thp", "ShmemTHP"}, {"inactive_anon", "InactiveAnon"}, {"active_anon", "ActiveAnon"},
	{"inactive_file", "InactiveFile"}, {"active_file", "ActiveFile"}, {"unevictable", "Unevictable"},
	{"slab_reclaimable", "SlabReclaimable"}, {"slab_unreclaimable", "SlabUnreclaimable"}, {"slab", "Slab"}, {"hugetlb", "HugeTLB"},
	{"workingset_refault_anon", "WorkingsetRefaultAnon"}, {"workingset_refault_file", "WorkingsetRefaultFile"},
	{"workingset_activate_anon", "WorkingsetActivateAnon"}, {"workingset_activate_file", "WorkingsetActivateFile"},
	{"workingset_restore_anon", "WorkingsetRestoreAnon"}, {"workingset_restore_file", "WorkingsetRestoreFile"},
	{"workingset_nodereclaim", "WorkingsetNodeReclaim"}, {"pgscan", "PgScan"}, {"pgsteal", "PgSteal"}, {"pgfault", "PgFault"},
	{"pgmajfault", "PgMajFault"}, {"pgrefill", "PgRefill"}, {"pgactivate", "PgActivate"}, {"pgdeactivate", "PgDeactivate"},
	{"pglazyfree", "PgLazyFree"}, {"pglazyfreed", "PgLazyFreed"}, {"thp_fault_alloc", "THPFaultAlloc"},
	{"thp_collapse_alloc", "THPCollapseAlloc"}, {"zswpin", "ZSwpIn"}, {"zswpout", "ZSwpOut"}, {"zswpwb", "ZSwpWb"},
}

// memoryStatKeysV1 are those of v1 that a Sample has.
var memoryStatKeysV1 = []struct{ key, ours string }{
	{"total_cache", "File"}, {"total_rss", "Anon"}, {"total_rss_huge", "AnonTHP"}, {"total_shmem", "Shmem"},
	{"total_mapped_file", "FileMapped"}, {"total_dirty", "FileDirty"}, {"total_writeback", "FileWriteback"},
	{"total_swapcached", "SwapCached"}, {"total_inactive_anon", "InactiveAnon"}, {"total_active_anon", "ActiveAnon"},
	{"total_inactive_file", "InactiveFile"}, {"total_active_file", "ActiveFile"}, {"total_unevictable", "Unevictable"},
	{"total_workingset_refault_anon", "WorkingsetRefaultAnon"}, {"total_workingset_refault_file", "WorkingsetRefaultFile"},
	{"total_workingset_activate_anon", "WorkingsetActivateAnon"}, {"total_workingset_activate_file", "WorkingsetActivateFile"},
	{"total_workingset_restore_anon", "WorkingsetRestoreAnon"}, {"total_workingset_restore_file", "WorkingsetRestoreFile"},
	{"total_workingset_nodereclaim", "WorkingsetNodeReclaim"}, {"total_pgfault", "PgFault"}, {"total_pgmajfault", "PgMajFault"},
	{"pgfault", "OwnPgFault"}, {"pgmajfault", "OwnPgMajFault"},
}

func isEvent(key string) bool {
	key = strings.TrimPrefix(key, "total_")
	return slices.ContainsFunc([]string{"pg", "workingset_", "thp_", "zsw"}, func(p string) bool {
		return strings.HasPrefix(key, p) && !strings.HasPrefix(key, "zswap")
	})
}

func memoryStatRows(keys []struct{ key, ours string }) (rows []oracleRow) {
	for _, k := range keys {
		row := g("MemoryStats.Stats."+k.key, "Memory.Stat."+k.ours)
		if strings.Contains(k.key, "workingset_") && strings.HasSuffix(k.key, "_file") {
			row.quirks = []quirkID{twoNames}
		}
		if isEvent(k.key) {
			row.kind = counter
		}
		rows = append(rows, row)
	}
	return rows
}

func rdmaRows(current, limit string) []oracleRow {
	return []oracleRow{
		g(current+"[].HcaHandles", "RDMA[].HCAHandles"),
		g(current+"[].HcaObjects", "RDMA[].HCAObjects"),
		g(limit+"[].HcaHandles", "RDMA[].HCAHandlesMax", maxIs32Bits),
		g(limit+"[].HcaObjects", "RDMA[].HCAObjectsMax", maxIs32Bits),
	}
}
