package machine

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// CPUs are how many there are; 0 is not known.
type CPUs struct {
	Logical int // what the scheduler sees: a core may be two
	Cores   int
	Sockets int
}

// maxCPUs bounds a list of CPUs; no kernel is built for more.
const maxCPUs = 1 << 16

var errCPUs = errors.New("not a list of CPUs")

const cpus = "sys/devices/system/cpu/"

// CPUs counts the CPUs that are online, as sys shows them. Where it does not,
// /proc/cpuinfo tells, of some architectures no more than how many there are.
func (f *Files) CPUs() CPUs {
	b := f.Read(cpus + "online")
	list, err := ParseCPUList(b)
	f.note(cpus+"online", err)
	if c, ok := f.topology(list); ok {
		return c
	}
	const name = "proc/cpuinfo"
	c, err := ParseCPUInfo(f.Read(name))
	f.note(name, err)
	if len(list) > 0 {
		c.Logical = len(list)
	}
	return c
}

// topology counts what the CPUs are on, if sys tells of each.
func (f *Files) topology(list []int) (CPUs, bool) {
	sockets, cores := make(map[string]bool), make(map[[2]string]bool)
	for _, cpu := range list {
		at := fmt.Sprintf("%scpu%d/topology/", cpus, cpu)
		socket, core := f.First(at+"physical_package_id"), f.First(at+"core_id")
		if socket == "" || core == "" {
			return CPUs{}, false
		}
		sockets[socket], cores[[2]string{socket, core}] = true, true
	}
	return CPUs{Logical: len(list), Cores: len(cores), Sockets: len(sockets)}, len(list) > 0
}

// ParseCPUList parses a list of CPUs as sys has it. It may be empty.
//
//	0-3,8
func ParseCPUList(b []byte) ([]int, error) {
	line, _ := scan.Line(b)
	var list []int
	for rest := scan.Trim(line); len(rest) > 0; {
		var item []byte
		item, rest, _ = scan.Cut(rest, ',')
		from, to, isRange := scan.Cut(item, '-')
		first, err := scan.Uint32(from)
		last := first
		if isRange && err == nil {
			last, err = scan.Uint32(to)
		}
		if err != nil || last < first || last >= maxCPUs {
			return nil, procfs.NewParseError(1, line, errCPUs)
		}
		for cpu := first; cpu <= last; cpu++ {
			list = append(list, int(cpu))
		}
		if len(list) > maxCPUs {
			return nil, procfs.NewParseError(1, line, errCPUs)
		}
	}
	return list, nil
}

// ParseCPUInfo counts the CPUs in the text of /proc/cpuinfo. Sockets and cores
// are known only if it tells of each CPU on which it is, as x86's does:
//
//	processor	: 1
//	physical id	: 0
//	core id		: 1
func ParseCPUInfo(b []byte) (CPUs, error) {
	var (
		c            CPUs
		first        error
		line         []byte
		socket, core string
		sockets      = make(map[string]bool)
		cores        = make(map[[2]string]bool)
		known        int
		endOfOne     = func() {
			if socket != "" && core != "" {
				sockets[socket], cores[[2]string{socket, core}] = true, true
				known++
			}
			socket, core = "", ""
		}
	)
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		key, value, _ := scan.Cut(line, ':')
		value = scan.Trim(value)
		switch string(bytes.TrimRight(key, " \t")) {
		case "processor":
			endOfOne()
			if _, err := scan.Uint32(value); err == nil {
				c.Logical++
			} else if first == nil {
				first = procfs.NewParseError(n, line, err)
			}
		case "physical id":
			socket = string(value)
		case "core id":
			core = string(value)
		}
	}
	endOfOne()
	if known == c.Logical {
		c.Cores, c.Sockets = len(cores), len(sockets)
	}
	return c, first
}
