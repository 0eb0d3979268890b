package cgroupfs

// kernelText is one text for each row of the tables, by version and the row's
// first name. The texts were taken from Linux 6.1; keys that other kernels
// have were added to them, and some zeros made numbers, so that together they
// set every field of a Sample.
var kernelText = map[string]string{
	"v2/cpu.stat": "usage_usec 388306\nuser_usec 203183\nsystem_usec 185122\nnice_usec 12\ncore_sched.force_idle_usec 7\n" +
		"nr_periods 40\nnr_throttled 3\nthrottled_usec 65012\nnr_bursts 1\nburst_usec 210\n",
	"v2/cpu.max":        "max 100000\n",
	"v2/cpu.max.burst":  "0\n",
	"v2/cpu.weight":     "1\n",
	"v2/cpu.idle":       "0\n",
	"v2/cpu.stat.local": "throttled_usec 65012\n",

	"v2/memory.stat": "anon 40960\nfile 16384\nkernel 167936\nkernel_stack 16384\npagetables 20480\nsec_pagetables 0\npercpu 144\n" +
		"sock 0\nvmalloc 8192\nshmem 0\nzswap 0\nzswapped 0\nfile_mapped 0\nfile_dirty 0\nfile_writeback 0\nswapcached 0\nanon_thp 0\nfile_thp 0\n" +
		"shmem_thp 0\ninactive_anon 36864\nactive_anon 4096\ninactive_file 0\nactive_file 16384\nunevictable 0\n" +
		"slab_reclaimable 52136\nslab_unreclaimable 46608\nslab 98744\nhugetlb 0\nworkingset_refault_anon 0\nworkingset_refault_file 0\n" +
		"workingset_activate_anon 0\nworkingset_activate_file 0\nworkingset_restore_anon 0\nworkingset_restore_file 0\n" +
		"workingset_nodereclaim 0\npgscan 0\npgsteal 0\npgscan_kswapd 0\npgscan_direct 0\npgsteal_kswapd 0\npgsteal_direct 0\n" +
		"pgfault 857\npgmajfault 0\npgrefill 0\npgactivate 0\npgdeactivate 0\npglazyfree 0\npglazyfreed 0\nzswpin 0\nzswpout 0\nzswpwb 0\n" +
		"thp_fault_alloc 1\nthp_collapse_alloc 0\n",
	"v2/memory.current":         "225280\n",
	"v2/memory.swap.current":    "0\n",
	"v2/memory.max":             "134217728\n",
	"v2/memory.high":            "max\n",
	"v2/memory.low":             "0\n",
	"v2/memory.min":             "0\n",
	"v2/memory.peak":            "4825088\n",
	"v2/memory.swap.max":        "max\n",
	"v2/memory.swap.high":       "max\n",
	"v2/memory.swap.peak":       "0\n",
	"v2/memory.events":          "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\nsock_throttled 0\n",
	"v2/memory.events.local":    "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\nsock_throttled 0\n",
	"v2/memory.swap.events":     "high 0\nmax 0\nfail 0\n",
	"v2/memory.zswap.current":   "0\n",
	"v2/memory.zswap.max":       "max\n",
	"v2/memory.zswap.writeback": "1\n",
	"v2/memory.numa_stat": "anon N0=40960 N1=8192\nfile N0=16384 N1=0\nkernel_stack N0=16384 N1=0\npagetables N0=20480 N1=0\n" +
		"shmem N0=0 N1=0\nunevictable N0=0 N1=0\nslab_reclaimable N0=52136 N1=0\n",

	"v2/io.stat": "7:7 \n7:6 \n254:16 rbytes=2237440 wbytes=70545408 rios=111 wios=2091 dbytes=0 dios=0\n" +
		"254:0 rbytes=197567488 wbytes=22138880 rios=2783 wios=223 dbytes=4096 dios=1 " +
		"cost.vrate=100.00 cost.usage=24 cost.wait=3 cost.indebt=2 cost.indelay=1\n",
	"v2/io.max": "8:16 rbps=2097152 wbps=max riops=max wiops=120\n",

	"v2/pids.current":      "1\n",
	"v2/pids.max":          "4699\n",
	"v2/pids.peak":         "6\n",
	"v2/pids.events":       "max 0\n",
	"v2/pids.events.local": "max 0\n",
	"v2/cgroup.procs":      "977\n1021\n1022\n1023\n",

	"v2/cpu.pressure":    "some avg10=74.74 avg60=66.95 avg300=36.60 total=154894339\nfull avg10=0.00 avg60=0.04 avg300=0.12 total=812461\n",
	"v2/memory.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
	"v2/io.pressure":     "some avg10=0.00 avg60=0.04 avg300=0.14 total=908249\nfull avg10=0.00 avg60=0.04 avg300=0.12 total=812461\n",
	"v2/irq.pressure":    "full avg10=0.00 avg60=0.00 avg300=0.00 total=104\n",

	"v2/hugetlb.<size>.current":      "0\n",
	"v2/hugetlb.<size>.max":          "max\n",
	"v2/hugetlb.<size>.events":       "max 0\n",
	"v2/hugetlb.<size>.rsvd.current": "0\n",
	"v2/hugetlb.<size>.rsvd.max":     "max\n",

	"v2/rdma.current": "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=1 hca_object=23\n",
	"v2/rdma.max":     "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=3 hca_object=max\n",

	"v2/misc.current": "sev 3\nsev_es 0\n",
	"v2/misc.max":     "sev max\nsev_es 5\n",
	"v2/misc.peak":    "sev 4\nsev_es 1\n",
	"v2/misc.events":  "sev.max 0\nsev_es.max 2\n",

	"v2/cpuset.cpus":           "0-3,8\n",
	"v2/cpuset.cpus.effective": "0-1\n",
	"v2/cpuset.mems":           "0\n",
	"v2/cpuset.mems.effective": "0\n",

	"v2/cgroup.stat":       "nr_descendants 49\nnr_subsys_cpuset 33\nnr_dying_descendants 29\nnr_dying_subsys_cpuset 0\n",
	"v2/cgroup.stat.local": "frozen_usec 0\n",
	"v2/cgroup.events":     "populated 1\nfrozen 0\n",

	"v1/cpuacct.usage":         "263460505368\n",
	"v1/cpuacct.stat":          "user 10517\nsystem 15828\n",
	"v1/cpuacct.usage_percpu":  "137332332051 126128173317 \n",
	"v1/cpuacct.usage_all":     "cpu user system\n0 48416000000 62108000000\n1 35784000000 64612000000\n",
	"v1/cpu.stat":              "nr_periods 40\nnr_throttled 3\nthrottled_time 65012000\nnr_bursts 1\nburst_time 210000\n",
	"v1/cpu.cfs_quota_us":      "-1\n",
	"v1/cpu.cfs_period_us":     "100000\n",
	"v1/cpu.cfs_burst_us":      "0\n",
	"v1/cpu.shares":            "2\n",
	"v1/cpu.idle":              "0\n",
	"v1/memory.usage_in_bytes": "540672\n",

	"v1/memory.stat": "cache 8192\nrss 118784\nrss_huge 0\nshmem 0\nmapped_file 0\ndirty 0\nwriteback 0\nworkingset_refault_anon 0\n" +
		"workingset_refault_file 0\nswap 0\npgpgin 236\npgpgout 205\npgfault 544\npgmajfault 0\ninactive_anon 114688\n" +
		"active_anon 4096\ninactive_file 0\nactive_file 8192\nunevictable 0\nhierarchical_memory_limit 4012650496\n" +
		"hierarchical_memsw_limit 9223372036854771712\ntotal_cache 294309888\ntotal_rss 265752576\ntotal_rss_huge 106954752\n" +
		"total_shmem 17891328\ntotal_mapped_file 129982464\ntotal_dirty 114688\ntotal_writeback 0\n" +
		"total_workingset_refault_anon 0\ntotal_workingset_refault_file 0\ntotal_workingset_activate_anon 0\n" +
		"total_workingset_activate_file 0\ntotal_workingset_restore_anon 0\ntotal_workingset_restore_file 0\n" +
		"total_workingset_nodereclaim 0\ntotal_swap 0\ntotal_swapcached 0\ntotal_pgpgin 176545\ntotal_pgpgout 71003\n" +
		"total_pgfault 178321\ntotal_pgmajfault 1616\ntotal_inactive_anon 297308160\ntotal_active_anon 802816\n" +
		"total_inactive_file 182792192\ntotal_active_file 93626368\ntotal_unevictable 0\n",
	"v1/memory.limit_in_bytes":           "9223372036854771712\n",
	"v1/memory.soft_limit_in_bytes":      "9223372036854771712\n",
	"v1/memory.max_usage_in_bytes":       "5791744\n",
	"v1/memory.failcnt":                  "0\n",
	"v1/memory.kmem.usage_in_bytes":      "413696\n",
	"v1/memory.kmem.tcp.usage_in_bytes":  "0\n",
	"v1/memory.memsw.usage_in_bytes":     "540672\n",
	"v1/memory.memsw.max_usage_in_bytes": "5791744\n",
	"v1/memory.memsw.limit_in_bytes":     "9223372036854771712\n",
	"v1/memory.memsw.failcnt":            "0\n",
	"v1/memory.oom_control":              "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n",
	"v1/memory.numa_stat": "total=31 N0=31\nfile=2 N0=2\nanon=29 N0=29\nunevictable=0 N0=0\nhierarchical_total=31 N0=31\n" +
		"hierarchical_file=2 N0=2\nhierarchical_anon=29 N0=29\nhierarchical_unevictable=0 N0=0\n",

	"v1/blkio.bfq.io_service_bytes_recursive": "254:16 Read 4096\n254:16 Write 70545408\n254:16 Sync 70549504\n254:16 Async 0\n254:16 Discard 0\n" +
		"254:16 Total 70549504\n254:0 Read 0\n254:0 Write 0\n254:0 Sync 0\n254:0 Async 0\n254:0 Discard 0\n254:0 Total 0\nTotal 70549504\n",
	"v1/blkio.bfq.io_serviced_recursive":     "254:16 Read 1\n254:16 Write 2091\n254:16 Sync 2092\n254:16 Async 0\n254:16 Discard 0\n254:16 Total 2092\nTotal 2092\n",
	"v1/blkio.bfq.io_service_time_recursive": "8:0 Read 0\n8:0 Write 539663582\n8:0 Sync 0\n8:0 Async 539663582\n8:0 Discard 0\n8:0 Total 539663582\nTotal 539663582\n",
	"v1/blkio.bfq.io_wait_time_recursive":    "8:0 Read 539663582\n8:0 Write 0\n8:0 Sync 0\n8:0 Async 539663582\n8:0 Total 539663582\nTotal 539663582\n",
	"v1/blkio.bfq.io_queued_recursive":       "8:0 Read 0\n8:0 Write 2\n8:0 Sync 0\n8:0 Async 2\n8:0 Total 2\nTotal 2\n",
	"v1/blkio.bfq.io_merged_recursive":       "8:0 Read 0\n8:0 Write 6\n8:0 Sync 6\n8:0 Async 0\n8:0 Total 6\nTotal 6\n",
	"v1/blkio.bfq.time_recursive":            "8:0 4711\n",
	"v1/blkio.bfq.sectors_recursive":         "8:0 137784\n8:16 8\n",

	"v1/pids.current": "4\n",
	"v1/pids.max":     "max\n",
	"v1/pids.peak":    "7\n",
	"v1/pids.events":  "max 0\n",
	"v1/cgroup.procs": "977\n1021\n1022\n1023\n",

	"v1/hugetlb.<size>.usage_in_bytes":      "0\n",
	"v1/hugetlb.<size>.limit_in_bytes":      "9223372036852678656\n",
	"v1/hugetlb.<size>.max_usage_in_bytes":  "0\n",
	"v1/hugetlb.<size>.failcnt":             "0\n",
	"v1/hugetlb.<size>.rsvd.usage_in_bytes": "0\n",
	"v1/hugetlb.<size>.rsvd.limit_in_bytes": "9223372036852678656\n",

	"v1/rdma.current": "mlx4_0 hca_handle=2 hca_object=2000\n",
	"v1/rdma.max":     "mlx4_0 hca_handle=max hca_object=max\n",
	"v1/misc.current": "sev 3\n",
	"v1/misc.max":     "sev max\n",
	"v1/misc.peak":    "sev 4\n",
	"v1/misc.events":  "sev.max 1\n",

	"v1/cpuset.cpus":           "0-1\n",
	"v1/cpuset.effective_cpus": "0-1\n",
	"v1/cpuset.mems":           "0\n",
	"v1/cpuset.effective_mems": "0\n",
}
