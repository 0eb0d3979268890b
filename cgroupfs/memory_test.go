package cgroupfs

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestParseMemory(t *testing.T) {
	testParse(t, []parseTest{
		{"keys of a kernel before 5.9", "v2/memory.stat", "anon 1\nworkingset_refault 2\nworkingset_activate 3\nworkingset_nodereclaim 4\n",
			Sample{Memory: MemorySample{Stat: MemoryStat{Anon: Number(1), WorkingsetRefaultFile: Number(2),
				WorkingsetActivateFile: Number(3), WorkingsetNodeReclaim: Number(4)}}}, 0},
		{"a key that begins like another", "v2/memory.stat", "anonymous 1\npgscan_kswapd 2\nfile 3\n",
			Sample{Memory: MemorySample{Stat: MemoryStat{File: Number(3)}}}, 0},
		{"a line cut short", "v2/memory.stat", "anon 40960\nfile", Sample{Memory: MemorySample{Stat: MemoryStat{Anon: Number(40960)}}}, 2},
		{"a negative number", "v2/memory.stat", "anon -4096\n", Sample{Memory: MemorySample{Stat: MemoryStat{Anon: Number(0)}}}, 0},
		{"numbers of as many digits as there are", "v2/memory.stat", "anon 9223372036854775807\nfile 9999999999999999999\nsock 18446744073709551615\nshmem 99999999999999999999\nslab 7\n",
			Sample{Memory: MemorySample{Stat: MemoryStat{Anon: Number(1<<63 - 1), File: Number(0), Sock: Number(0), Slab: Number(7)}}}, 4},
		{"keys twice, and before those they follow", "v2/memory.stat", "file 2\nanon 1\n\nfile 3\nfile_mapped 4 5\nshmem 6\nunheard_of x\n",
			Sample{Memory: MemorySample{Stat: MemoryStat{Anon: Number(1), File: Number(3), Shmem: Number(6)}}}, 5},
		{"events", "v2/memory.events", "low 0\nhigh 3\nmax 12\noom 2\noom_kill 1\n",
			Sample{Memory: MemorySample{Events: MemoryEventCounts{Low: Number(0), High: Number(3), Max: Number(12), OOM: Number(2), OOMKill: Number(1)}}}, 0},
		{"events of the cgroup itself", "v2/memory.events.local", "oom_kill 1\n",
			Sample{Memory: MemorySample{LocalEvents: MemoryEventCounts{OOMKill: Number(1)}}}, 0},
		{"before 5.8 there is no high", "v2/memory.swap.events", "max 1\nfail 2\n",
			Sample{Memory: MemorySample{Swap: SwapSample{EventsMax: Number(1), EventsFail: Number(2)}}}, 0},
		{"two nodes", "v2/memory.numa_stat", "anon N0=40960 N1=8192\nfile N0=16384 N1=0\nshmem N0=1 N1=1\n",
			Sample{Memory: MemorySample{NUMA: []NUMANode{
				{Node: 0, Anon: Number(40960), File: Number(16384)}, {Node: 1, Anon: Number(8192), File: Number(0)}}}}, 0},
		{"nodes with a gap", "v2/memory.numa_stat", "anon N0=1 N8=2\n",
			Sample{Memory: MemorySample{NUMA: []NUMANode{{Node: 0, Anon: Number(1)}, {Node: 8, Anon: Number(2)}}}}, 0},
		{"a bad node does not stop the others", "v2/memory.numa_stat", "anon N0=? N1=2 N=3\n",
			Sample{Memory: MemorySample{NUMA: []NUMANode{{Node: 0}, {Node: 1, Anon: Number(2)}}}}, 1},
	})
}

func TestParseV1Memory(t *testing.T) {
	page := uint64(os.Getpagesize())
	testParse(t, []parseTest{
		{"the total keys count, not the cgroup's own", "v1/memory.stat",
			"cache 1\nrss 2\nswap 3\ninactive_file 4\ntotal_cache 10\ntotal_rss 20\ntotal_swap 30\ntotal_inactive_file 40\n",
			Sample{Memory: MemorySample{Swap: SwapSample{Current: Number(30)},
				Stat: MemoryStat{File: Number(10), Anon: Number(20), InactiveFile: Number(40)}}}, 0},
		{"faults are kept of both kinds", "v1/memory.stat", "pgfault 544\npgmajfault 1\ntotal_pgfault 178321\ntotal_pgmajfault 1616\n",
			Sample{Memory: MemorySample{Stat: MemoryStat{OwnPgFault: Number(544), OwnPgMajFault: Number(1),
				PgFault: Number(178321), PgMajFault: Number(1616)}}}, 0},
		{"limits on the way to the root", "v1/memory.stat", "hierarchical_memory_limit 4012650496\nhierarchical_memsw_limit 9223372036854771712\n",
			Sample{Memory: MemorySample{Stat: MemoryStat{HierarchicalMemoryLimit: Number(4012650496), HierarchicalMemSWLimit: Max()}}}, 0},
		{"the OOM killer's file", "v1/memory.oom_control", "oom_kill_disable 0\nunder_oom 1\noom_kill 7\n",
			Sample{Memory: MemorySample{OOMKillDisable: Number(0), UnderOOM: Number(1), Events: MemoryEventCounts{OOMKill: Number(7)}}}, 0},
		{"before 4.13 there is no oom_kill", "v1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n",
			Sample{Memory: MemorySample{OOMKillDisable: Number(0), UnderOOM: Number(0)}}, 0},
		{"pages become bytes, of the hierarchical keys", "v1/memory.numa_stat",
			"total=31 N0=31\nanon=29 N0=29\nhierarchical_total=33 N0=33\nhierarchical_anon=29 N0=29\n",
			Sample{Memory: MemorySample{NUMA: []NUMANode{{Node: 0, Anon: Number(29 * page), Total: Number(33 * page)}}}}, 0},
		{"lines without a sum are skipped", "v1/memory.numa_stat", "hierarchical_anon N0=1\n\nhierarchical_file=2 N0=2\n",
			Sample{Memory: MemorySample{NUMA: []NUMANode{{Node: 0, File: Number(2 * page)}}}}, 0},
	})
}

// TestMemoryKeysFollowTheKernelsOrder counts the lines of which the key has to be
// looked for: that costs as much as all others together.
func TestMemoryKeysFollowTheKernelsOrder(t *testing.T) {
	const sizes = "anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem zswap zswapped file_mapped file_dirty file_writeback " +
		"swapcached anon_thp file_thp shmem_thp inactive_anon active_anon inactive_file active_file unevictable slab_reclaimable slab_unreclaimable slab "
	const workingset = "workingset_refault_anon workingset_refault_file workingset_activate_anon workingset_activate_file " +
		"workingset_restore_anon workingset_restore_file workingset_nodereclaim "
	const demoted = "pgdemote_kswapd pgdemote_direct pgdemote_khugepaged pgdemote_proactive "
	const faults = "pgfault pgmajfault pgrefill pgactivate pgdeactivate pglazyfree pglazyfreed "
	const rest = "swpin_zero swpout_zero zswpin zswpout zswpwb thp_fault_alloc thp_collapse_alloc thp_swpout thp_swpout_fallback " +
		"numa_pages_migrated numa_pte_updates numa_hint_faults"
	const reclaim = "pgscan_kswapd pgscan_direct pgscan_khugepaged pgsteal_kswapd pgsteal_direct pgsteal_khugepaged "
	for _, tc := range []struct {
		kernel, keys string
		lookups      int
	}{
		{"5.10", "anon file kernel_stack percpu sock shmem file_mapped file_dirty file_writeback anon_thp inactive_anon active_anon inactive_file " +
			"active_file unevictable slab_reclaimable slab_unreclaimable slab workingset_refault_anon workingset_refault_file workingset_activate_anon " +
			"workingset_activate_file workingset_restore_anon workingset_restore_file workingset_nodereclaim pgfault pgmajfault pgrefill pgscan pgsteal " +
			"pgactivate pgdeactivate pglazyfree pglazyfreed thp_fault_alloc thp_collapse_alloc", 1},
		{"6.1", sizes + workingset + "pgscan pgsteal pgscan_kswapd pgscan_direct pgsteal_kswapd pgsteal_direct " + faults + rest, 0},
		{"6.12", sizes + workingset + demoted + "pgpromote_success pgscan pgsteal " + reclaim + faults + rest, 0},
		{"6.18", sizes + "hugetlb " + workingset + demoted + "pgpromote_success pgscan pgsteal pswpin pswpout " + reclaim + faults + rest, 0},
		{"7.0", sizes + "hugetlb " + workingset + demoted + "pgsteal_kswapd pgsteal_direct pgsteal_khugepaged pgsteal_proactive " +
			"pgscan_kswapd pgscan_direct pgscan_khugepaged pgscan_proactive pgrefill pgpromote_success pgscan pgsteal pswpin pswpout " +
			"pgfault pgmajfault pgactivate pgdeactivate pglazyfree pglazyfreed " + rest, 0},
	} {
		next, lookups := 0, 0
		for key := range strings.FieldsSeq(tc.keys) {
			is := func(k memoryKey) bool { return k.name == key }
			i := slices.IndexFunc(memoryKeys[next:], is) + next
			if i < next {
				i = slices.IndexFunc(memoryKeys[:], is)
				lookups++
			}
			next = max(i+1, 0)
		}
		if lookups > tc.lookups {
			t.Errorf("Linux %s: %d keys are looked for, want at most %d", tc.kernel, lookups, tc.lookups)
		}
	}
}

// TestParseMemoryOfAnotherOrder has all keys, in orders that no kernel has.
func TestParseMemoryOfAnotherOrder(t *testing.T) {
	for first := range len(memoryKeys) {
		var text []byte
		want := make(map[string]Value)
		for i := range memoryKeys {
			k := memoryKeys[(first+7*i)%len(memoryKeys)]
			n := uint64(i) << 20
			text = fmt.Appendf(text, "%s %d\n", k.name, n)
			want[k.name] = Number(n)
		}
		var s Sample
		if err := memoryStat(memoryKeys[:])(text, &s); err != nil {
			t.Fatal(err)
		}
		for _, k := range memoryKeys {
			if k.field == nil || strings.HasPrefix(k.name, "workingset_") {
				continue // two names have one place there
			}
			if got := *k.field(&s.Memory); got != want[k.name] {
				t.Errorf("from key %d on: %s is %v, want %v", first, k.name, got, want[k.name])
			}
		}
	}
}
