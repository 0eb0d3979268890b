package cgroupfs_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// An entry is a figure of ours on its way to what an oracle shows for it.
type entry struct {
	w      *witness
	row    string  // the oracle's figure
	all    figures // everything of ours
	ours   string  // the figure's path
	key    string  // what is in its brackets
	text   string  // the figure, or nothing; quirks change it
	theirs string  // what the oracle says
	skip   bool    // the oracle shows something that a Sample does not have
}

func (e *entry) get(path string) string {
	if text, ok := e.all[path]; ok {
		return text
	}
	return nothing
}

// scale divides a number that is a multiple of by.
func (e *entry) scale(by uint64) {
	if n, err := strconv.ParseUint(e.text, 10, 64); err == nil && n%by == 0 {
		e.text = strconv.FormatUint(n/by, 10)
	}
}

// turn makes one text another.
func (e *entry) turn(is, then string) {
	if e.text == is {
		e.text = then
	}
}

type quirkID int

const (
	absentIsZero quirkID = iota
	maxIsAllOnes
	maxIs32Bits
	maxIsZero
	maxIsNoLimit
	inMicros
	inMillis
	inPages
	swapAndMemory
	memswLessMemory
	rootSums
	ifEnabled
	notCounted
	twoNames
	tornLine
	noRsvdEvents
	rsvdFirst
	knowsNoBFQ
	endsAtKmem
	notThroughLinks
	hugeNoLimit
)

// quirks are all the ways in which an oracle shows something else than the
// kernel's file says. Each turns our figure into the oracle's, exactly.
var quirks = [...]struct {
	why  string
	show func(e *entry)
	live bool // cannot be seen in an ordinary folder
}{
	absentIsZero: {
		why:  "a number that was not there is the zero of Go's integers",
		show: func(e *entry) { e.absentIsZero() },
	},
	maxIsAllOnes: {
		why:  `"max" is the largest number of 64 bits`,
		show: func(e *entry) { e.turn("max", strconv.FormatUint(math.MaxUint64, 10)) },
	},
	maxIs32Bits: {
		why:  `RDMA's numbers have 32 bits there, and "max" is the largest`,
		show: func(e *entry) { e.turn("max", strconv.FormatUint(math.MaxUint32, 10)) },
	},
	maxIsZero: {
		why:  "a pids.max without a limit is 0, as it was when limits were configured so",
		show: func(e *entry) { e.turn("max", "0") },
	},
	maxIsNoLimit: {
		why:  "v1 says that there is no limit with 2^63 rounded down to a page, which is shown as it is",
		show: func(e *entry) { e.turn("max", strconv.FormatUint(e.w.noLimit, 10)) },
	},
	inMicros: {
		why:  "the file's microseconds are kept, in PSI too, whose type there says nanoseconds",
		show: func(e *entry) { e.scale(1e3) },
	},
	inMillis: {
		why:  "the file's milliseconds are kept",
		show: func(e *entry) { e.scale(1e6) },
	},
	inPages: {
		why:  "memory.numa_stat of v1 counts pages, which are kept",
		show: func(e *entry) { e.scale(uint64(os.Getpagesize())) },
	},
	swapAndMemory: {
		why:  "fs2 adds memory to swap again, because v1 has the sum; a limit may wrap, and without swap it is memory's",
		show: (*entry).swapAndMemory,
	},
	memswLessMemory: {
		why:  "swap alone is memory and swap less memory, which wraps where swap is not accounted",
		show: (*entry).memswLessMemory,
	},
	rootSums: {
		why:  "the root of v2 has no memory.current: fs2 puts anon and file there, no limit, and swap from /proc/meminfo",
		show: (*entry).rootSums,
		live: true,
	},
	ifEnabled: {
		why: "cpu.stat is read only if cgroup.controllers has cpu, though every cgroup has it",
		show: func(e *entry) {
			if text, _ := os.ReadFile(e.w.file("cgroup.controllers")); !slices.Contains(strings.Fields(string(text)), "cpu") {
				e.text = "0"
			}
		},
	},
	notCounted: {
		why: "without pids.current there is no number of tasks; we count cgroup.procs, as fs2 does",
		show: func(e *entry) {
			if !exists(e.w.file("pids.current")) {
				e.text = nothing
			}
		},
	},
	twoNames: {
		why:  "workingset keys got another name in 5.9; we have one field for both, fs2 one for each, cgroup2 one for the old",
		show: (*entry).twoNames,
	},
	tornLine: {
		why:  "where a kernel left out the newline after an idle device, the numbers that follow become that device's",
		show: (*entry).tornLine,
	},
	noRsvdEvents: {
		why: "fs2 prefers reservations and asks for hugetlb.<size>.rsvd.events, which no kernel has: it has no huge pages since 5.7",
		show: func(e *entry) {
			if e.get("HugeTLB["+e.key+"].RsvdCurrent") != nothing {
				e.text = nothing
			}
		},
	},
	rsvdFirst: {
		why:  "where there are reservations they take the place of usage; a Sample has no peak and failures of them",
		show: (*entry).rsvdFirst,
	},
	knowsNoBFQ: {
		why: "only CFQ's files are tried and then throttling's without descendants",
		show: func(e *entry) {
			if !exists(e.w.v1File("blkio", "blkio.io_serviced_recursive")) {
				e.skip = differ(e.w.v1File("blkio", "blkio.throttle.io_serviced"),
					e.w.v1File("blkio", "blkio.throttle.io_serviced_recursive"),
					e.w.v1File("blkio", "blkio.bfq.io_serviced_recursive"))
			}
		},
	},
	endsAtKmem: {
		why: "memory is read up to the first file that is missing: memory.kmem.limit_in_bytes, on some kernels",
		show: func(e *entry) {
			if !exists(e.w.v1File("memory", "memory.kmem.limit_in_bytes")) {
				e.text = nothing
			}
		},
	},
	notThroughLinks: {
		why: "folders are walked from their top, but not through a link: a root of cpu,cpuacct, known as cpu, has no processes",
		show: func(e *entry) {
			for _, master := range []string{"memory", "cpuacct", "cpu", "pids"} {
				if dir := e.w.v1[master]; dir != "" {
					if e.w.group == "/" && filepath.Base(dir) != master {
						e.text = "0"
					}
					return
				}
			}
		},
		live: true,
	},
	hugeNoLimit: {
		why: "some kernels write no limit on huge pages as v1 does, which is shown as it is",
		show: func(e *entry) {
			if text, err := os.ReadFile(e.w.file("hugetlb." + e.key + ".max")); err == nil && e.text == "max" && string(text) != "max\n" {
				e.text = strings.TrimSpace(string(text))
			}
		},
	},
}

func (e *entry) absentIsZero() {
	if e.theirs == "0" {
		e.turn(nothing, "0")
	}
}

func (e *entry) swapAndMemory() {
	memory := map[string]string{"Memory.Swap.Current": "Memory.Current", "Memory.Swap.Max": "Memory.Max"}[e.ours]
	if e.get("Memory.Current") == nothing {
		return
	}
	number := func(text string) uint64 {
		if text == "max" {
			return math.MaxUint64
		}
		n, _ := strconv.ParseUint(text, 10, 64)
		return n
	}
	sum := number(e.text)
	if e.text != "max" {
		sum += number(e.get(memory))
	}
	e.text = strconv.FormatUint(sum, 10)
}

func (e *entry) memswLessMemory() {
	memory := map[string]string{"Memory.MemSW.Current": "Memory.Current", "Memory.MemSW.FailCount": "Memory.FailCount"}[e.ours]
	e.text = strconv.FormatUint(e.all.number(e.ours)-e.all.number(memory), 10)
}

func (e *entry) rootSums() {
	if e.w.root != "/sys/fs/cgroup" || e.w.group != "/" {
		return
	}
	sum := e.all.number("Memory.Stat.Anon") + e.all.number("Memory.Stat.File")
	switch e.ours {
	case "Memory.Current":
		e.text = strconv.FormatUint(sum, 10)
	case "Memory.Swap.Current":
		e.text = strconv.FormatUint(sum+swapUsed(), 10)
	default:
		e.text = strconv.FormatUint(math.MaxUint64, 10)
	}
}

// swapUsed returns what /proc/meminfo says of swap, in bytes.
func swapUsed() uint64 {
	text, _ := os.ReadFile("/proc/meminfo")
	var total, free uint64
	for line := range strings.SplitSeq(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 {
			switch n, _ := strconv.ParseUint(fields[1], 10, 64); fields[0] {
			case "SwapTotal:":
				total = n
			case "SwapFree:":
				free = n
			}
		}
	}
	return (total - free) << 10
}

// tornLine knows the one torn line that the tests have: "252:0 253:0 rbytes=…".
func (e *entry) tornLine() {
	if text, _ := os.ReadFile(e.w.file("io.stat")); !strings.Contains(string(text), "252:0 253:0 ") {
		return
	}
	switch e.key {
	case "252:0":
		e.text = e.get(strings.Replace(e.ours, "252:0", "253:0", 1))
	case "253:0":
		e.text = nothing
	}
}

// twoNames makes the field absent where the file has its other key.
func (e *entry) twoNames() {
	path := e.w.file("memory.stat")
	if e.w.v1 != nil {
		path = e.w.v1File("memory", "memory.stat")
	}
	key := strings.TrimPrefix(e.row, "MemoryStats.Stats.")
	switch key {
	case "Memory.WorkingsetRefault":
		key = "workingset_refault"
	case "Memory.WorkingsetActivate":
		key = "workingset_activate"
	}
	if text, _ := os.ReadFile(path); !strings.Contains(string(text), key+" ") {
		e.text = nothing
	}
}

func (e *entry) rsvdFirst() {
	rsvd := e.get("HugeTLB[" + e.key + "].RsvdCurrent")
	switch {
	case rsvd == nothing:
	case strings.HasSuffix(e.ours, ".Current"):
		e.text = rsvd
	default:
		e.skip = true
	}
}

// differ reports whether one of the other files is there and has another text.
func differ(path string, others ...string) bool {
	text, _ := os.ReadFile(path)
	return slices.ContainsFunc(others, func(other string) bool {
		o, err := os.ReadFile(other)
		return err == nil && string(o) != string(text)
	})
}
