package cgroupfs

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

// memoryStat612 is what Linux 6.12 prints, with huge pages and NUMA balancing.
const memoryStat612 = "anon 40960\nfile 16384\nkernel 167936\nkernel_stack 16384\npagetables 20480\nsec_pagetables 0\npercpu 144\n" +
	"sock 0\nvmalloc 8192\nshmem 0\nfile_mapped 0\nfile_dirty 0\nfile_writeback 0\nswapcached 0\nanon_thp 0\nfile_thp 0\nshmem_thp 0\n" +
	"inactive_anon 36864\nactive_anon 4096\ninactive_file 0\nactive_file 16384\nunevictable 0\nslab_reclaimable 52136\n" +
	"slab_unreclaimable 46608\nslab 98744\nworkingset_refault_anon 0\nworkingset_refault_file 0\nworkingset_activate_anon 0\n" +
	"workingset_activate_file 0\nworkingset_restore_anon 0\nworkingset_restore_file 0\nworkingset_nodereclaim 0\n" +
	"pgdemote_kswapd 0\npgdemote_direct 0\npgdemote_khugepaged 0\npgpromote_success 0\npgscan 0\npgsteal 0\npgscan_kswapd 0\n" +
	"pgscan_direct 0\npgscan_khugepaged 0\npgsteal_kswapd 0\npgsteal_direct 0\npgsteal_khugepaged 0\npgfault 857\npgmajfault 0\n" +
	"pgrefill 0\npgactivate 0\npgdeactivate 0\npglazyfree 0\npglazyfreed 0\nswpin_zero 0\nswpout_zero 0\nthp_fault_alloc 1\n" +
	"thp_collapse_alloc 0\nthp_swpout 0\nthp_swpout_fallback 0\nnuma_pages_migrated 0\nnuma_pte_updates 0\nnuma_hint_faults 0\n"

// Out of order a key costs a search, and a file of them more than the read.
func TestMemoryKeysAreInTheKernelsOrder(t *testing.T) {
	for version, text := range map[string]string{"6.1": kernelText["v2/memory.stat"], "6.12": memoryStat612} {
		last := -1
		for line := range strings.Lines(text) {
			key, _, _ := strings.Cut(line, " ")
			i := slices.IndexFunc(memoryKeys[:], func(k memoryKey) bool { return k.name == key })
			require.Greater(t, i, last, "Linux %s: %s", version, key)
			last = i
		}
	}
}

// TestMemoryStatInAnotherOrder: whatever the order is, each key is found.
func TestMemoryStatInAnotherOrder(t *testing.T) {
	lines := slices.Collect(strings.Lines(memoryStat612))
	var want, got Sample
	require.NoError(t, memoryStat(memoryKeys[:])([]byte(memoryStat612), &want))
	slices.Reverse(lines)
	require.NoError(t, memoryStat(memoryKeys[:])([]byte(strings.Join(lines, "")), &got))
	require.Equal(t, want, got)
	require.Equal(t, Number(1), got.Memory.Stat.THPFaultAlloc)
}
