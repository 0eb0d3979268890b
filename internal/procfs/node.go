package procfs

import (
	"math"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// A Number is a number that the text may lack. The zero Number is absent.
type Number struct {
	N  uint64
	OK bool // N was read
}

// nanosPerTick is the length of a tick of USER_HZ, the unit in which the
// kernel shows times in proc whatever its own HZ. It is 100 per second on
// every architecture that Go supports.
const nanosPerTick = 10_000_000

// MemInfo is what /proc/meminfo says about the node's memory, in bytes.
type MemInfo struct {
	MemTotal  Number
	MemFree   Number
	SwapTotal Number // 0 if there is no swap
	SwapFree  Number
}

// ParseMemInfo parses the text of /proc/meminfo:
//
//	MemTotal:       24682416 kB
//	MemFree:        24384156 kB
func ParseMemInfo(b []byte) (MemInfo, error) {
	var (
		m     MemInfo
		first error
		line  []byte
	)
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		key, rest, _ := scan.Cut(line, ':')
		var dst *Number
		switch string(key) {
		case "MemTotal":
			dst = &m.MemTotal
		case "MemFree":
			dst = &m.MemFree
		case "SwapTotal":
			dst = &m.SwapTotal
		case "SwapFree":
			dst = &m.SwapFree
		default:
			continue
		}
		if err := parseKiB(rest, dst); err != nil && first == nil {
			first = NewParseError(n, line, err)
		}
	}
	return m, first
}

// parseKiB parses "   24682416 kB". The kernel's kB are KiB.
func parseKiB(b []byte, dst *Number) error {
	num, rest := scan.Field(b)
	unit, rest := scan.Field(rest)
	if string(unit) != "kB" || len(scan.Trim(rest)) > 0 {
		return errUnit
	}
	return parseTimes(num, 1024, dst)
}

// parseTimes sets dst to the number that is all of b, times unit.
func parseTimes(b []byte, unit uint64, dst *Number) error {
	n, err := scan.Uint(b)
	if err != nil {
		return err
	}
	if n > math.MaxUint64/unit {
		return scan.ErrRange
	}
	*dst = Number{N: n * unit, OK: true}
	return nil
}

// Stat is what /proc/stat says about the node.
type Stat struct {
	BootTime Number // btime: when the node started, in seconds since 1970
	CPU      CPUTimes
	CPUs     int // online CPUs: lines cpu0, cpu1, …
}

// CPUTimes is the time that all CPUs together spent since the start of the
// node, in nanoseconds; the kernel shows it in steps of 10 ms. The zero
// CPUTimes is absent.
type CPUTimes struct {
	User    uint64 // includes guests
	Nice    uint64 // includes niced guests
	System  uint64
	Idle    uint64
	IOWait  uint64 // idle too; may go backwards
	IRQ     uint64
	SoftIRQ uint64
	Steal   uint64 // a hypervisor ran something else
	OK      bool   // the line was read
}

// ParseStat parses the text of /proc/stat, of which it wants these lines:
//
//	cpu  7957 0 3201 344063 1032 0 71 78 0 0
//	cpu0 3685 0 1212 173271 57 0 13 33 0 0
//	btime 1722268800
func ParseStat(b []byte) (Stat, error) {
	var (
		s     Stat
		first error
		line  []byte
	)
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		key, rest := scan.Field(line)
		var err error
		switch {
		case string(key) == "cpu":
			err = parseCPUTimes(rest, &s.CPU)
		case string(key) == "btime":
			err = parseTimes(scan.Trim(rest), 1, &s.BootTime)
		case isCPU(key):
			s.CPUs++
		}
		if err != nil && first == nil {
			first = NewParseError(n, line, err)
		}
	}
	return s, first
}

// parseCPUTimes parses the eight times that every kernel since 2.6.11 has.
// The two of guests that follow are part of the first two.
func parseCPUTimes(b []byte, dst *CPUTimes) error {
	var (
		t   CPUTimes
		num []byte
	)
	for _, p := range [...]*uint64{&t.User, &t.Nice, &t.System, &t.Idle, &t.IOWait, &t.IRQ, &t.SoftIRQ, &t.Steal} {
		if num, b = scan.Field(b); len(num) == 0 {
			return errFields
		}
		var n Number
		if err := parseTimes(num, nanosPerTick, &n); err != nil {
			return err
		}
		*p = n.N
	}
	t.OK = true
	*dst = t
	return nil
}

// isCPU reports whether key is "cpu" and a number.
func isCPU(key []byte) bool {
	if len(key) < 4 || string(key[:3]) != "cpu" {
		return false
	}
	for _, c := range key[3:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// ParseTasks parses how many tasks there are from the text of /proc/loadavg,
// where it stands after the slash. They are threads, though the kubelet calls
// them processes:
//
//	0.20 0.18 0.12 1/80 11206
func ParseTasks(b []byte) (Number, error) {
	line, _ := scan.Line(b)
	field, rest := scan.Field(line)
	for range 3 {
		field, rest = scan.Field(rest)
	}
	_, num, found := scan.Cut(field, '/')
	if !found {
		return Number{}, NewParseError(1, line, errFields)
	}
	var n Number
	if err := parseTimes(num, 1, &n); err != nil {
		return n, NewParseError(1, line, err)
	}
	return n, nil
}

// ParseNumber parses a file that is one number, as those in /proc/sys are.
func ParseNumber(b []byte) (Number, error) {
	var n Number
	if err := parseTimes(scan.Trim(b), 1, &n); err != nil {
		line, _ := scan.Line(b)
		return n, NewParseError(1, line, err)
	}
	return n, nil
}
