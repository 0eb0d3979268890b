package cgroupfs

import (
	"strconv"
	"testing"
)

func FuzzV1CPUAcctStat(f *testing.F) {
	fuzzParser(f, "v1/cpuacct.stat", slowKeyed(map[string]slowField{
		"user": {path: "CPU.UserNanos", unit: "ticks"}, "system": {path: "CPU.SystemNanos", unit: "ticks"},
	}), "user 10517\nsystem 15828\nsched_delay 3\n")
}

func FuzzV1CPUStat(f *testing.F) {
	fuzzParser(f, "v1/cpu.stat", slowKeyed(map[string]slowField{
		"nr_periods": {path: "CPU.Periods"}, "nr_throttled": {path: "CPU.ThrottledPeriods"},
		"throttled_time": {path: "CPU.ThrottledNanos"}, "nr_bursts": {path: "CPU.Bursts"}, "burst_time": {path: "CPU.BurstNanos"},
	}))
}

// slowPerCPU puts a CPU's number into s, as far as there are CPUs.
func slowPerCPU(s *Sample, cpu int, name, number string) bool {
	if cpu >= maxCPUs {
		return false
	}
	for len(s.CPU.PerCPU) <= cpu {
		s.CPU.PerCPU = append(s.CPU.PerCPU, CPUUsage{})
	}
	return slowField{path: name}.set(&s.CPU.PerCPU[cpu], number)
}

func FuzzV1UsagePerCPU(f *testing.F) {
	fuzzParser(f, "v1/cpuacct.usage_percpu", func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			good := true
			for cpu, number := range slowFields(line) {
				good = slowPerCPU(s, cpu, "UsageNanos", number) && good
			}
			return good
		})
	}, "1 x 3")
}

func FuzzV1UsageAll(f *testing.F) {
	fuzzParser(f, "v1/cpuacct.usage_all", func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			fields := append(slowFields(line), "", "", "")
			if fields[0] == "" || fields[0] == "cpu" {
				return true
			}
			cpu, err := strconv.ParseUint(fields[0], 10, 32)
			if err != nil || cpu >= maxCPUs {
				return false
			}
			good := slowPerCPU(s, int(cpu), "UserNanos", fields[1])
			return slowPerCPU(s, int(cpu), "SystemNanos", fields[2]) && good
		})
	}, "8191 1 2\n8192 1 2\n4294967295 1 2\n", "0 1\n1\n2 x 3\n")
}

func FuzzV1MemoryStat(f *testing.F) {
	known := make(map[string]slowField)
	for key, name := range map[string]string{
		"total_cache": "File", "total_rss": "Anon", "total_rss_huge": "AnonTHP", "total_shmem": "Shmem",
		"total_mapped_file": "FileMapped", "total_dirty": "FileDirty", "total_writeback": "FileWriteback",
		"total_swapcached": "SwapCached", "total_inactive_anon": "InactiveAnon", "total_active_anon": "ActiveAnon",
		"total_inactive_file": "InactiveFile", "total_active_file": "ActiveFile", "total_unevictable": "Unevictable",
		"pgfault": "OwnPgFault", "pgmajfault": "OwnPgMajFault", "total_pgfault": "PgFault", "total_pgmajfault": "PgMajFault",
	} {
		known[key] = slowField{path: "Memory.Stat." + name}
	}
	// What v2 calls by the same names.
	for key, field := range slowMemoryStat() {
		if len(key) > 10 && key[:10] == "workingset" {
			known["total_"+key] = field
		}
	}
	known["total_swap"] = slowField{path: "Memory.Swap.Current"}
	known["hierarchical_memory_limit"] = slowField{path: "Memory.Stat.HierarchicalMemoryLimit", read: slowV1Limit}
	known["hierarchical_memsw_limit"] = slowField{path: "Memory.Stat.HierarchicalMemSWLimit", read: slowV1Limit}
	fuzzParser(f, "v1/memory.stat", slowKeyed(known))
}

func FuzzV1OOMControl(f *testing.F) {
	fuzzParser(f, "v1/memory.oom_control", slowKeyed(map[string]slowField{
		"oom_kill_disable": {path: "Memory.OOMKillDisable"}, "under_oom": {path: "Memory.UnderOOM"}, "oom_kill": {path: "Memory.Events.OOMKill"},
	}))
}

func FuzzV1NUMAStat(f *testing.F) {
	fuzzParser(f, "v1/memory.numa_stat", slowNUMA("pages", map[string]string{
		"hierarchical_anon": "Anon", "hierarchical_file": "File", "hierarchical_unevictable": "Unevictable", "hierarchical_total": "Total",
	}), "hierarchical_anon N0=1\nhierarchical_anon=5 N0=5\n")
}

func slowBlkio(unit string, known map[string]string) slowParser {
	return func(text string, s *Sample) int {
		said := false
		bad := slowEachLine(text, func(line string) bool {
			fields := append(slowFields(line), "", "", "")
			major, minor, ok, good := slowDeviceOf(fields[0])
			if !ok {
				return good
			}
			said = true
			at := -1
			for i := range s.IO.Devices {
				if s.IO.Devices[i].Major == major && s.IO.Devices[i].Minor == minor {
					at = i
				}
			}
			if at < 0 {
				at = len(s.IO.Devices)
				s.IO.Devices = append(s.IO.Devices, IODevice{Major: major, Minor: minor})
			}
			op, number := fields[1], fields[2]
			if number == "" {
				op, number = "", fields[1]
			}
			name, ok := known[op]
			return !ok || slowField{path: name, unit: unit}.set(&s.IO.Devices[at], number)
		})
		if bad == 0 && !said {
			return saysNothing
		}
		return bad
	}
}

func FuzzV1IOBytes(f *testing.F) {
	fuzzParser(f, "v1/blkio.throttle.io_service_bytes", slowBlkio("", map[string]string{
		"Read": "ReadBytes", "Write": "WriteBytes", "Discard": "DiscardBytes", "Sync": "SyncBytes", "Async": "AsyncBytes",
	}), kernelText["v1/blkio.bfq.io_service_bytes_recursive"], "Total 0\n", "(unknown) Read 1\n8:0\n8:0 1\n8:0 Read\n", "8: Read 1\n")
}

func FuzzV1IOOps(f *testing.F) {
	fuzzParser(f, "v1/blkio.throttle.io_serviced", slowBlkio("", map[string]string{
		"Read": "ReadOps", "Write": "WriteOps", "Discard": "DiscardOps", "Sync": "SyncOps", "Async": "AsyncOps",
	}), kernelText["v1/blkio.bfq.io_serviced_recursive"])
}

func FuzzV1IOTotal(f *testing.F) {
	fuzzParser(f, "v1/blkio.bfq.io_wait_time_recursive", slowBlkio("", map[string]string{"Total": "WaitNanos"}))
}

func FuzzV1IOTime(f *testing.F) {
	fuzzParser(f, "v1/blkio.bfq.time_recursive", slowBlkio("ms", map[string]string{"": "TimeNanos"}), "8:0\n8:0 x\n8:0 Read 1\n")
}
