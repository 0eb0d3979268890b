package procfs

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// A Cgroup says which cgroup of one hierarchy a process is in.
type Cgroup struct {
	// Hierarchy is 0 for cgroup v2, else the number of a v1 hierarchy.
	Hierarchy uint64
	// Controllers are the v1 hierarchy's, for example "cpu,cpuacct" or
	// "name=systemd"; empty for v2.
	Controllers string
	// Path is relative to the root of the reader's cgroup namespace, without
	// the kernel's " (deleted)".
	Path string
	// Deleted says that the cgroup is removed; the process is a zombie.
	Deleted bool
	// Outside says that the path begins with "/..": the process lives outside
	// the namespace. Such a path is below no mount and must not be joined with
	// one, which would name a different cgroup.
	Outside bool
}

// ReadCgroups returns the cgroups of a process.
func ReadCgroups(proc string, pid int) ([]Cgroup, error) {
	return readCgroups(filepath.Join(proc, strconv.Itoa(pid), "cgroup"))
}

// ReadSelfCgroups returns the cgroups of the calling process.
func ReadSelfCgroups(proc string) ([]Cgroup, error) {
	return readCgroups(filepath.Join(proc, "self", "cgroup"))
}

func readCgroups(path string) ([]Cgroup, error) {
	b, err := ReadFile(path, MaxSize)
	if err != nil {
		return nil, err
	}
	list, err := ParseCgroups(b)
	return list, WithPath(path, err)
}

// ParseCgroups parses the text of /proc/PID/cgroup, in its order. A path may
// contain colons, but no newline: the kernel makes no such cgroup.
//
//	4:cpu,cpuacct:/kubepods/besteffort
//	1:name=systemd:/system.slice/kubelet.service
//	0::/system.slice/kubelet.service
func ParseCgroups(b []byte) ([]Cgroup, error) {
	var (
		list  []Cgroup
		first error
		line  []byte
	)
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		c, err := parseCgroup(line)
		if err == nil {
			list = append(list, c)
		} else if first == nil {
			first = NewParseError(n, line, err)
		}
	}
	return list, first
}

func parseCgroup(line []byte) (Cgroup, error) {
	id, rest, _ := scan.Cut(line, ':')
	controllers, path, found := scan.Cut(rest, ':')
	if !found {
		return Cgroup{}, errFields
	}
	n, err := scan.Uint(id)
	if err != nil {
		return Cgroup{}, err
	}
	if len(path) == 0 || path[0] != '/' {
		return Cgroup{}, errPath
	}
	c := Cgroup{Hierarchy: n, Controllers: string(controllers), Path: string(path)}
	// proc_cgroup_show appends the word on v2 only: on v1 it is a name's own.
	if n == 0 && len(controllers) == 0 {
		c.Path, c.Deleted = strings.CutSuffix(c.Path, " (deleted)")
	}
	c.Outside = c.Path == "/.." || strings.HasPrefix(c.Path, "/../")
	return c, nil
}

// ProcStat is what /proc/PID/stat says about a process.
type ProcStat struct {
	// StartNanos is when the process started, in nanoseconds since the start
	// of the node (field 22, in steps of 10 ms). Together with the pid it tells
	// a process from a later one that has its pid.
	StartNanos uint64
}

// ReadProcStat returns the stat of a process.
func ReadProcStat(proc string, pid int) (ProcStat, error) {
	path := filepath.Join(proc, strconv.Itoa(pid), "stat")
	b, err := ReadFile(path, MaxSize)
	if err != nil {
		return ProcStat{}, err
	}
	s, err := ParseProcStat(b)
	return s, WithPath(path, err)
}

// ParseProcStat parses the text of /proc/PID/stat. The name of the process is
// the only field that may hold spaces and parentheses, so that the last
// parenthesis ends it:
//
//	1 (my (odd) name) S 0 1 1 0 -1 4194560 3 0 0 0 1 2 0 0 20 0 1 0 1234 …
func ParseProcStat(b []byte) (ProcStat, error) {
	const state, startTime = 3, 22 // as proc(5) counts
	end := bytes.LastIndexByte(b, ')')
	if end < 0 {
		return ProcStat{}, NewParseError(1, b, errFields)
	}
	field, rest := scan.Field(scan.Trim(b[end+1:]))
	for range startTime - state {
		field, rest = scan.Field(rest)
	}
	if len(field) == 0 {
		return ProcStat{}, NewParseError(1, b, errFields)
	}
	var n Number
	if err := parseTimes(field, nanosPerTick, &n); err != nil {
		return ProcStat{}, NewParseError(1, b, err)
	}
	return ProcStat{StartNanos: n.N}, nil
}
