package cgroupfs

import (
	"strconv"
	"strings"
	"testing"
)

func FuzzCPUStat(f *testing.F) {
	fuzzParser(f, "v2/cpu.stat", slowKeyed(map[string]slowField{
		"usage_usec":                 {path: "CPU.UsageNanos", unit: "us"},
		"user_usec":                  {path: "CPU.UserNanos", unit: "us"},
		"system_usec":                {path: "CPU.SystemNanos", unit: "us"},
		"nice_usec":                  {path: "CPU.NiceNanos", unit: "us"},
		"core_sched.force_idle_usec": {path: "CPU.ForceIdleNanos", unit: "us"},
		"nr_periods":                 {path: "CPU.Periods"},
		"nr_throttled":               {path: "CPU.ThrottledPeriods"},
		"throttled_usec":             {path: "CPU.ThrottledNanos", unit: "us"},
		"nr_bursts":                  {path: "CPU.Bursts"},
		"burst_usec":                 {path: "CPU.BurstNanos", unit: "us"},
	}))
}

func FuzzCPUMax(f *testing.F) {
	fuzzParser(f, "v2/cpu.max", func(text string, s *Sample) int {
		text = strings.Trim(text, " \t\n")
		first, second := text, ""
		if i := strings.IndexAny(text, " \t"); i >= 0 {
			first, second = text[:i], strings.Trim(text[i:], " \t\n")
		}
		good := slowField{path: "CPU.QuotaNanos", unit: "us", read: slowQuota}.set(s, first)
		if !(slowField{path: "CPU.PeriodNanos", unit: "us"}).set(s, second) || !good {
			return 1
		}
		return 0
	}, "50000 100000\n", "max\n", "max x\n", "x 100000\n", "1 2 3\n", "-1 100000\n")
}

// slowMemoryStat makes the names of our fields from those of the kernel's keys.
func slowMemoryStat() map[string]slowField {
	known := make(map[string]slowField)
	for name, keys := range map[string]string{
		"Anon": "anon", "File": "file", "Kernel": "kernel", "KernelStack": "kernel_stack", "PageTables": "pagetables",
		"SecPageTables": "sec_pagetables", "PerCPU": "percpu", "Sock": "sock", "VMalloc": "vmalloc", "Shmem": "shmem",
		"ZSwap": "zswap", "ZSwapped": "zswapped", "FileMapped": "file_mapped", "FileDirty": "file_dirty",
		"FileWriteback": "file_writeback", "SwapCached": "swapcached", "AnonTHP": "anon_thp", "FileTHP": "file_thp",
		"ShmemTHP": "shmem_thp", "InactiveAnon": "inactive_anon", "ActiveAnon": "active_anon", "InactiveFile": "inactive_file",
		"ActiveFile": "active_file", "Unevictable": "unevictable", "SlabReclaimable": "slab_reclaimable",
		"SlabUnreclaimable": "slab_unreclaimable", "Slab": "slab", "HugeTLB": "hugetlb",
		"WorkingsetRefaultAnon": "workingset_refault_anon", "WorkingsetRefaultFile": "workingset_refault_file workingset_refault",
		"WorkingsetActivateAnon": "workingset_activate_anon", "WorkingsetActivateFile": "workingset_activate_file workingset_activate",
		"WorkingsetRestoreAnon": "workingset_restore_anon", "WorkingsetRestoreFile": "workingset_restore_file workingset_restore",
		"WorkingsetNodeReclaim": "workingset_nodereclaim", "PgScan": "pgscan", "PgSteal": "pgsteal", "PgFault": "pgfault",
		"PgMajFault": "pgmajfault", "PgRefill": "pgrefill", "PgActivate": "pgactivate", "PgDeactivate": "pgdeactivate",
		"PgLazyFree": "pglazyfree", "PgLazyFreed": "pglazyfreed", "THPFaultAlloc": "thp_fault_alloc",
		"THPCollapseAlloc": "thp_collapse_alloc", "ZSwpIn": "zswpin", "ZSwpOut": "zswpout", "ZSwpWb": "zswpwb",
	} {
		for key := range strings.FieldsSeq(keys) {
			known[key] = slowField{path: "Memory.Stat." + name}
		}
	}
	return known
}

func FuzzMemoryStat(f *testing.F) {
	fuzzParser(f, "v2/memory.stat", slowKeyed(slowMemoryStat()),
		"anon 1\nworkingset_refault 3\nworkingset_activate 2\nworkingset_restore 1\nworkingset_nodereclaim 0\n")
}

func slowMemoryEvents(section string) slowParser {
	known := make(map[string]slowField)
	for key, name := range map[string]string{"low": "Low", "high": "High", "max": "Max", "oom": "OOM", "oom_kill": "OOMKill",
		"oom_group_kill": "OOMGroupKill", "sock_throttled": "SockThrottled"} {
		known[key] = slowField{path: "Memory." + section + "." + name}
	}
	return slowKeyed(known)
}

func FuzzMemoryEvents(f *testing.F) {
	fuzzParser(f, "v2/memory.events", slowMemoryEvents("Events"))
}

func FuzzMemoryEventsLocal(f *testing.F) {
	fuzzParser(f, "v2/memory.events.local", slowMemoryEvents("LocalEvents"))
}

func FuzzSwapEvents(f *testing.F) {
	fuzzParser(f, "v2/memory.swap.events", slowKeyed(map[string]slowField{
		"high": {path: "Memory.Swap.EventsHigh"}, "max": {path: "Memory.Swap.EventsMax"}, "fail": {path: "Memory.Swap.EventsFail"},
	}))
}

// slowNUMA reads the lines whose key, which may have a sum after it, is known.
func slowNUMA(unit string, known map[string]string) slowParser {
	return func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			fields := slowFields(line)
			if len(fields) == 0 {
				return true
			}
			key := fields[0]
			if unit == "pages" {
				var hasSum bool
				if key, _, hasSum = strings.Cut(key, "="); !hasSum {
					return true
				}
			}
			name, ok := known[key]
			if !ok {
				return true
			}
			good := true
			for _, item := range fields[1:] {
				if node, found := strings.CutPrefix(item, "N"); found && !slowNode(s, node, slowField{path: name, unit: unit}) {
					good = false
				}
			}
			return good
		})
	}
}

func slowNode(s *Sample, item string, f slowField) bool {
	id, number, _ := strings.Cut(item, "=")
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return false
	}
	for i := range s.Memory.NUMA {
		if s.Memory.NUMA[i].Node == uint32(n) {
			return f.set(&s.Memory.NUMA[i], number)
		}
	}
	s.Memory.NUMA = append(s.Memory.NUMA, NUMANode{Node: uint32(n)})
	return f.set(&s.Memory.NUMA[len(s.Memory.NUMA)-1], number)
}

func FuzzNUMAStat(f *testing.F) {
	fuzzParser(f, "v2/memory.numa_stat", slowNUMA("", map[string]string{"anon": "Anon", "file": "File", "unevictable": "Unevictable"}),
		"anon N0=1 N4294967295=2 N4294967296=3 Nx=1 N\nfile=4 N0=4\n")
}

func FuzzIOStat(f *testing.F) {
	known := map[string]slowField{
		"rbytes": {path: "ReadBytes"}, "wbytes": {path: "WriteBytes"}, "dbytes": {path: "DiscardBytes"},
		"rios": {path: "ReadOps"}, "wios": {path: "WriteOps"}, "dios": {path: "DiscardOps"},
		"cost.usage": {path: "CostUsageNanos", unit: "us"}, "cost.wait": {path: "CostWaitNanos", unit: "us"},
		"cost.indebt": {path: "CostInDebtNanos", unit: "us"}, "cost.indelay": {path: "CostInDelayNanos", unit: "us"},
	}
	fuzzParser(f, "v2/io.stat", func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			name, items := slowDeviceLine(line)
			major, minor, known2, good := slowDeviceOf(name)
			if !known2 || len(items) == 0 {
				return good
			}
			d := IODevice{Major: major, Minor: minor}
			good = slowItems(&d, items, known)
			for i := range s.IO.Devices {
				if s.IO.Devices[i].Major == major && s.IO.Devices[i].Minor == minor {
					s.IO.Devices[i] = d
					return good
				}
			}
			s.IO.Devices = append(s.IO.Devices, d)
			return good
		})
	}, "252:0 ", "(unknown) rbytes=1\n252:0 253:0 rbytes=3\n252:0 rbytes=1\n252:0 wbytes=x rios=1\n", ":1 rbytes=1\n1:4294967296 rbytes=1\n", "rbytes=1\n")
}

// slowDeviceLine finds the last name before the items of a line.
func slowDeviceLine(line string) (name string, items []string) {
	fields := slowFields(line)
	for len(fields) > 0 && !strings.Contains(fields[0], "=") {
		name, fields = fields[0], fields[1:]
	}
	return name, fields
}

func FuzzIOMax(f *testing.F) {
	known := map[string]slowField{
		"rbps": {path: "ReadBytes", read: slowLimit}, "wbps": {path: "WriteBytes", read: slowLimit},
		"riops": {path: "ReadOps", read: slowLimit}, "wiops": {path: "WriteOps", read: slowLimit},
	}
	fuzzParser(f, "v2/io.max", func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			name, items := slowDeviceLine(line)
			major, minor, ok, good := slowDeviceOf(name)
			if !ok || len(items) == 0 {
				return good
			}
			l := IOLimit{Major: major, Minor: minor}
			good = slowItems(&l, items, known)
			s.IO.Limits = append(s.IO.Limits, l)
			return good
		})
	})
}

func slowRDMA(known map[string]slowField) slowParser {
	return func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			fields := slowFields(line)
			if len(fields) == 0 {
				return true
			}
			for i := range s.RDMA {
				if s.RDMA[i].Name == fields[0] {
					return slowItems(&s.RDMA[i], fields[1:], known)
				}
			}
			s.RDMA = append(s.RDMA, RDMADevice{Name: fields[0]})
			return slowItems(&s.RDMA[len(s.RDMA)-1], fields[1:], known)
		})
	}
}

func FuzzRDMACurrent(f *testing.F) {
	fuzzParser(f, "v2/rdma.current", slowRDMA(map[string]slowField{
		"hca_handle": {path: "HCAHandles"}, "hca_object": {path: "HCAObjects"},
	}))
}

func FuzzRDMAMax(f *testing.F) {
	fuzzParser(f, "v2/rdma.max", slowRDMA(map[string]slowField{
		"hca_handle": {path: "HCAHandlesMax", read: slowLimit}, "hca_object": {path: "HCAObjectsMax", read: slowLimit},
	}))
}

func slowMisc(suffix string, f slowField) slowParser {
	return func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			name, number, _ := strings.Cut(line, " ")
			name, found := strings.CutSuffix(name, suffix)
			if name == "" || !found {
				return true
			}
			for i := range s.Misc {
				if s.Misc[i].Name == name {
					return f.set(&s.Misc[i], number)
				}
			}
			s.Misc = append(s.Misc, MiscResource{Name: name})
			return f.set(&s.Misc[len(s.Misc)-1], number)
		})
	}
}

func FuzzMiscCurrent(f *testing.F) {
	fuzzParser(f, "v2/misc.current", slowMisc("", slowField{path: "Current"}), "sev\n 5\nsev 1 2\n")
}

func FuzzMiscMax(f *testing.F) {
	fuzzParser(f, "v2/misc.max", slowMisc("", slowField{path: "Max", read: slowLimit}))
}

func FuzzMiscEvents(f *testing.F) {
	fuzzParser(f, "v2/misc.events", slowMisc(".max", slowField{path: "EventsMax"}), ".max 1\nsev.max.max 2\nsev 3\n")
}

func FuzzCgroupStat(f *testing.F) {
	fuzzParser(f, "v2/cgroup.stat", slowKeyed(map[string]slowField{
		"nr_descendants": {path: "Core.Descendants"}, "nr_dying_descendants": {path: "Core.DyingDescendants"},
	}))
}

func FuzzCgroupEvents(f *testing.F) {
	fuzzParser(f, "v2/cgroup.events", slowKeyed(map[string]slowField{
		"populated": {path: "Core.Populated"}, "frozen": {path: "Core.Frozen"},
	}))
}
