package cgroupfs_test

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/opencontainers/cgroups"
)

// An oracleHost is a host with one cgroup, /a, by the names of its files; in
// v1 they begin with the controller.
type oracleHost struct {
	name  string
	files map[string]string
	// refuses are the oracles that give nothing at all for this host, and why.
	refuses map[string]string
}

// numbered returns a file with a line for each key. All numbers differ, so
// that no field can be taken for another.
func numbered(from int, keys ...string) string {
	var b strings.Builder
	for i, key := range keys {
		fmt.Fprintf(&b, "%s %d\n", key, from+i*37)
	}
	return b.String()
}

func oracleKeys(pairs []struct{ key, ours string }, more ...string) []string {
	keys := more
	for _, p := range pairs {
		keys = append(keys, p.key)
	}
	return keys
}

// with returns files and more, which wins; a more without text takes a file
// away.
func with(files, more map[string]string) map[string]string {
	files = maps.Clone(files)
	maps.Copy(files, more)
	maps.DeleteFunc(files, func(_, text string) bool { return text == "" })
	return files
}

const (
	twoDevices = "254:16 rbytes=2237440 wbytes=70545408 rios=111 wios=2091 dbytes=8192 dios=3\n" +
		"8:0 rbytes=197567488 wbytes=22138880 rios=2783 wios=223 dbytes=4096 dios=1 cost.vrate=100.00 cost.usage=24\n"
	rdmaCurrent = "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=3 hca_object=17\n"
	rdmaMax     = "mlx4_0 hca_handle=5 hca_object=max\nocrdma1 hca_handle=max hca_object=40\n"
	noV1Limit   = 9223372036854771712
)

// linux612 is a cgroup with every controller and numbers everywhere.
var linux612 = map[string]string{
	"cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
	"cgroup.procs":       "977\n1021\n1022\n1023\n",
	"cgroup.events":      "populated 1\nfrozen 0\n",
	"cgroup.stat":        "nr_descendants 3\nnr_dying_descendants 1\n",
	"cpu.stat": numbered(388306, "usage_usec", "user_usec", "system_usec", "nice_usec", "core_sched.force_idle_usec",
		"nr_periods", "nr_throttled", "throttled_usec", "nr_bursts", "burst_usec"),
	"cpu.max":    "50000 100000\n",
	"cpu.weight": "79\n",
	"memory.stat": numbered(40960, oracleKeys(memoryStatKeys, "pgscan_kswapd", "pgscan_direct", "pgscan_khugepaged",
		"pgsteal_kswapd", "pgsteal_direct", "pgsteal_khugepaged", "thp_swpout")...),
	"memory.current":        "225280\n",
	"memory.peak":           "4825088\n",
	"memory.max":            "134217728\n",
	"memory.high":           "120000000\n",
	"memory.low":            "4096\n",
	"memory.min":            "8192\n",
	"memory.swap.current":   "12288\n",
	"memory.swap.peak":      "16384\n",
	"memory.swap.max":       "67108864\n",
	"memory.swap.high":      "max\n",
	"memory.events":         numbered(3, "low", "high", "max", "oom", "oom_kill", "oom_group_kill"),
	"memory.events.local":   numbered(5, "low", "high", "max", "oom", "oom_kill", "oom_group_kill"),
	"memory.numa_stat":      "anon N0=40960 N1=8192\nfile N0=16384 N1=4096\n",
	"io.stat":               "7:7 \n" + twoDevices,
	"io.max":                "8:16 rbps=2097152 wbps=max riops=max wiops=120\n",
	"pids.current":          "11\n",
	"pids.max":              "4699\n",
	"pids.peak":             "13\n",
	"pids.events":           "max 2\n",
	"cpu.pressure":          pressureText(1),
	"memory.pressure":       pressureText(2),
	"io.pressure":           pressureText(3),
	"irq.pressure":          "full avg10=0.00 avg60=0.00 avg300=0.00 total=104\n",
	"rdma.current":          rdmaCurrent,
	"rdma.max":              rdmaMax,
	"misc.current":          "sev 3\nsev_es 9\n",
	"misc.max":              "sev 500\nsev_es max\n",
	"misc.events":           "sev.max 4\nsev_es.max 6\n",
	"cpuset.cpus":           "0-1\n",
	"cpuset.cpus.effective": "0-1\n",
	"cpuset.mems":           "0\n",
	"cpuset.mems.effective": "0\n",
}

func pressureText(n int) string {
	return fmt.Sprintf("some avg10=%d.74 avg60=%d.95 avg300=%d.60 total=%d\nfull avg10=%d.04 avg60=%d.40 avg300=%d.12 total=%d\n",
		70+n, 60+n, 30+n, 154894339+n, n, n+10, n+20, 812461+n)
}

// hugePages are files for each size that the running host has. A # in the
// text is another number for each.
func hugePages(name, text string) map[string]string {
	files := make(map[string]string)
	for i, size := range cgroups.HugePageSizes() {
		files[strings.ReplaceAll(name, "<size>", size)] = strings.ReplaceAll(text, "#", strconv.Itoa(2097152*(i+3))) + "\n"
	}
	return files
}

func joined(all ...map[string]string) map[string]string {
	files := make(map[string]string)
	for _, m := range all {
		maps.Copy(files, m)
	}
	return files
}

func oracleHostsV2() []oracleHost {
	all := joined(linux612,
		hugePages("hugetlb.<size>.current", "#"), hugePages("hugetlb.<size>.max", "4#"), hugePages("hugetlb.<size>.events", "max 5#"))
	return []oracleHost{
		{name: "every controller, huge pages without reservations as before 5.7", files: all},
		{name: "huge pages with reservations", files: joined(all,
			hugePages("hugetlb.<size>.rsvd.current", "6#"), hugePages("hugetlb.<size>.rsvd.max", "7#"))},
		{name: "no limits", files: with(all, joined(map[string]string{
			"memory.max": "max\n", "memory.high": "max\n", "memory.swap.max": "max\n", "pids.max": "max\n", "cpu.max": "max 100000\n",
		}, hugePages("hugetlb.<size>.max", "max")))},
		{name: "limited swap but unlimited memory", files: with(all, joined(map[string]string{"memory.max": "max\n"},
			hugePages("hugetlb.<size>.max", "9223372036854771712")))},
		{name: "no swap, no PSI of the whole CPU, old keys: 5.4", files: with(all, map[string]string{
			"memory.swap.current": "", "memory.swap.peak": "", "memory.swap.max": "", "memory.swap.high": "", "memory.peak": "",
			"cpu.pressure": "some avg10=74.74 avg60=66.95 avg300=36.60 total=154894339\n",
			"memory.stat": numbered(40960, "anon", "file", "kernel_stack", "slab", "sock", "shmem", "file_mapped",
				"workingset_refault", "workingset_activate", "workingset_restore", "workingset_nodereclaim", "pgfault", "pgmajfault"),
			"misc.events": "",
		})},
		{name: "no controllers", files: map[string]string{
			"cgroup.controllers": "\n",
			"cgroup.procs":       "977\n1021\n",
			"cpu.stat":           numbered(388306, "usage_usec", "user_usec", "system_usec"),
			"cpu.pressure":       pressureText(1),
		}},
		{name: "controllers without a file", files: joined(map[string]string{
			"cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
			"cgroup.procs":       "977\n1021\n",
			"memory.events":      "sock_throttled 0\n",
			"io.stat":            "254:0 cost.usage=24 cost.wait=1\n",
		}, hugePages("hugetlb.<size>.rsvd.current", "#"))},
		{name: "io.stat without a newline after an idle device: 5.16 to 5.18", files: with(all, map[string]string{
			"io.stat": "252:0 253:0 rbytes=2237440 wbytes=70545408 rios=111 wios=2091 dbytes=8192 dios=3\n" +
				"(unknown) rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n",
		})},
	}
}

// linux54V1 is a cgroup with every controller of v1, swap accounting, CFQ and
// huge pages without reservations.
var linux54V1 = joined(map[string]string{
	"cpu/cpu.stat":                 numbered(40, "nr_periods", "nr_throttled", "throttled_time", "nr_bursts", "burst_time"),
	"cpu/cpu.shares":               "1024\n",
	"cpu/cpu.cfs_quota_us":         "50000\n",
	"cpu/cpu.cfs_period_us":        "100000\n",
	"cpuacct/cpuacct.usage":        "263460505368\n",
	"cpuacct/cpuacct.stat":         "user 10517\nsystem 15828\n",
	"cpuacct/cpuacct.usage_percpu": "137332332051 126128173317 \n",
	"cpuacct/cpuacct.usage_all":    "cpu user system\n0 48416000000 62108000000\n1 35784000000 64612000000\n",

	"memory/cgroup.procs":                       "977\n1021\n1022\n",
	"memory/memory.stat":                        v1Stat(),
	"memory/memory.usage_in_bytes":              "225280\n",
	"memory/memory.max_usage_in_bytes":          "4825088\n",
	"memory/memory.limit_in_bytes":              "134217728\n",
	"memory/memory.soft_limit_in_bytes":         "9223372036854771712\n",
	"memory/memory.failcnt":                     "12\n",
	"memory/memory.memsw.usage_in_bytes":        "241664\n",
	"memory/memory.memsw.max_usage_in_bytes":    "4993024\n",
	"memory/memory.memsw.limit_in_bytes":        "201326592\n",
	"memory/memory.memsw.failcnt":               "15\n",
	"memory/memory.kmem.usage_in_bytes":         "98304\n",
	"memory/memory.kmem.max_usage_in_bytes":     "106496\n",
	"memory/memory.kmem.limit_in_bytes":         "9223372036854771712\n",
	"memory/memory.kmem.failcnt":                "0\n",
	"memory/memory.kmem.tcp.usage_in_bytes":     "20480\n",
	"memory/memory.kmem.tcp.max_usage_in_bytes": "24576\n",
	"memory/memory.kmem.tcp.limit_in_bytes":     "9223372036854771712\n",
	"memory/memory.kmem.tcp.failcnt":            "0\n",
	"memory/memory.use_hierarchy":               "1\n",
	"memory/memory.oom_control":                 "oom_kill_disable 1\nunder_oom 1\noom_kill 7\n",
	"memory/memory.numa_stat": "total=31 N0=21 N1=10\nfile=2 N0=1 N1=1\nanon=27 N0=18 N1=9\nunevictable=2 N0=2 N1=0\n" +
		"hierarchical_total=75 N0=44 N1=31\nhierarchical_file=20 N0=13 N1=7\n" +
		"hierarchical_anon=50 N0=28 N1=22\nhierarchical_unevictable=5 N0=3 N1=2\n",

	"pids/pids.current":          "11\n",
	"pids/pids.max":              "4699\n",
	"pids/cgroup.procs":          "977\n1021\n1022\n",
	"rdma/rdma.current":          rdmaCurrent,
	"rdma/rdma.max":              rdmaMax,
	"cpuset/cpuset.cpus":         "0-2,5\n",
	"cpuset/cpuset.mems":         "0-1\n",
	"cpuset/cpuset.mem_hardwall": "1\n",

	"blkio/blkio.throttle.io_serviced":      operations(5000),
	"blkio/blkio.throttle.io_service_bytes": operations(90000),
}, hugePages("hugetlb/hugetlb.<size>.usage_in_bytes", "#"), hugePages("hugetlb/hugetlb.<size>.max_usage_in_bytes", "4#"),
	hugePages("hugetlb/hugetlb.<size>.failcnt", "5#"), hugePages("hugetlb/hugetlb.<size>.limit_in_bytes", "9223372036852678656"))

func v1Stat() string {
	keys := []string{"cache", "rss", "rss_huge", "shmem", "mapped_file", "dirty", "writeback", "workingset_refault_anon", "swap",
		"pgpgin", "pgpgout", "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable",
		"total_swap", "total_pgpgin", "total_pgpgout"}
	return numbered(8192, oracleKeys(memoryStatKeysV1, keys...)...) +
		"hierarchical_memory_limit 134217728\nhierarchical_memsw_limit 201326592\n"
}

// operations is a blkio file with a line for each operation on two devices.
func operations(from int) string {
	var b strings.Builder
	total := 0
	for i, device := range []string{"8:0", "254:16"} {
		read, write, sync, discard := from+i*1000, from+i*1000+37, from+i*1000+41, from+i*1000+59
		sum := read + write + discard
		fmt.Fprintf(&b, "%[1]s Read %[2]d\n%[1]s Write %[3]d\n%[1]s Sync %[4]d\n%[1]s Async %[5]d\n%[1]s Discard %[6]d\n%[1]s Total %[7]d\n",
			device, read, write, sync, sum-sync, discard, sum)
		total += sum
	}
	fmt.Fprintf(&b, "Total %d\n", total)
	return b.String()
}

// scheduled are the files of an I/O scheduler, "" for CFQ.
func scheduled(prefix string) map[string]string {
	files := map[string]string{
		"sectors_recursive": "8:0 6792\n254:16 7001\n",
		"time_recursive":    "8:0 4711\n254:16 4811\n",
	}
	for i, name := range []string{"io_service_bytes", "io_serviced", "io_service_time", "io_wait_time", "io_merged", "io_queued"} {
		files[name+"_recursive"] = operations((i + 2) * 100000)
	}
	named := make(map[string]string)
	for name, text := range files {
		named["blkio/blkio."+prefix+name] = text
	}
	return named
}

func oracleHostsV1() []oracleHost {
	noSwap := map[string]string{
		"memory/memory.memsw.usage_in_bytes": "", "memory/memory.memsw.max_usage_in_bytes": "",
		"memory/memory.memsw.limit_in_bytes": "", "memory/memory.memsw.failcnt": "",
	}
	return []oracleHost{
		{name: "every controller, CFQ", files: joined(linux54V1, scheduled(""))},
		{name: "BFQ", files: joined(linux54V1, scheduled("bfq."))},
		{name: "throttling alone, with and without descendants", files: with(linux54V1, map[string]string{
			"blkio/blkio.throttle.io_serviced_recursive":      operations(7000),
			"blkio/blkio.throttle.io_service_bytes_recursive": operations(110000),
		})},
		{name: "throttling alone, a leaf", files: linux54V1},
		{name: "no swap, no limits, reservations", files: with(linux54V1, joined(noSwap, map[string]string{
			"memory/memory.limit_in_bytes": "9223372036854771712\n",
			"memory/memory.stat":           numbered(512, "total_rss", "total_cache") + "hierarchical_memory_limit 9223372036854771712\n",
			"pids/pids.max":                "max\n",
			"cpu/cpu.cfs_quota_us":         "-1\n",
		}, hugePages("hugetlb/hugetlb.<size>.rsvd.usage_in_bytes", "6#"), hugePages("hugetlb/hugetlb.<size>.rsvd.max_usage_in_bytes", "7#"),
			hugePages("hugetlb/hugetlb.<size>.rsvd.failcnt", "8#"), hugePages("hugetlb/hugetlb.<size>.rsvd.limit_in_bytes", "9#")))},
		{name: "unlimited memory and swap", files: with(linux54V1, map[string]string{
			"memory/memory.memsw.limit_in_bytes": "9223372036854771712\n",
			"memory/memory.stat":                 "hierarchical_memory_limit 9223372036854771712\nhierarchical_memsw_limit 9223372036854771712\n",
		})},
		{name: "no limit on kernel memory", files: with(linux54V1, map[string]string{
			"memory/memory.kmem.limit_in_bytes": "",
		})},
		{name: "old keys, no usage_all, no oom_kill: 4.12", files: with(linux54V1, map[string]string{
			"memory/memory.stat": numbered(512, "cache", "rss", "total_cache", "total_rss", "total_workingset_refault",
				"total_workingset_activate", "total_workingset_restore"),
			"memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n",
			"cpuacct/cpuacct.usage_all": "",
		})},
		{name: "pids alone", files: map[string]string{"pids/pids.current": "3\n", "pids/pids.max": "max\n", "pids/cgroup.procs": "1\n2\n3\n"}},
		{name: "rdma alone", files: map[string]string{"rdma/rdma.current": rdmaCurrent, "rdma/rdma.max": rdmaMax, "memory/cgroup.procs": ""}},
		{name: "memory with nothing in it", files: map[string]string{
			"memory/cgroup.procs": "1\n", "memory/memory.stat": "cache 0\n", "memory/memory.oom_control": "oom_kill 0\n",
		}, refuses: map[string]string{runcV1.name: "one missing file and everything is lost"}},
	}
}
