package cgroupfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/mountinfo"
)

// A Version says which cgroup interface a host has.
type Version uint8

const (
	// V2 is one unified hierarchy.
	V2 Version = iota + 2
	// V1 is a hierarchy for each controller.
	V1
	// Hybrid is V1 for some controllers and a unified hierarchy for the rest.
	Hybrid
)

// String returns "v2", "v1" or "hybrid".
func (v Version) String() string {
	switch v {
	case V2:
		return "v2"
	case V1:
		return "v1"
	case Hybrid:
		return "hybrid"
	}
	return "unknown"
}

// A Hierarchy is the cgroups of one host: the unified hierarchy of cgroup v2,
// the hierarchies of v1, or both. It knows which mount serves which file, and
// its Groups share its descriptors. A Hierarchy and its Groups are not safe
// for concurrent use. Close it to give back all it holds.
type Hierarchy struct {
	version Version
	mounts  []mount // the master is the last
	rows    []row
	slots   int // how long a Group.open is
	plans   plans
	reads   uint64 // of all Groups
	scout   uint64 // the next of them that is a scout
	groups  map[*Group]struct{}
	budget  budget
}

// Detect opens the cgroups that are mounted here, as /proc/self/mountinfo
// lists them. It fails with ErrNoHierarchy where there are none, and with
// errors.ErrUnsupported on systems other than Linux.
func Detect() (*Hierarchy, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		if runtime.GOOS != "linux" {
			return nil, fmt.Errorf("cgroupfs: %w on %s", errors.ErrUnsupported, runtime.GOOS)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: %w: is /proc mounted?", ErrNoHierarchy, err)
		}
		return nil, fmt.Errorf("cgroupfs: %w", err)
	}
	infos, err := mountinfo.Parse(text)
	mounts := mountsOf(infos)
	if len(mounts) == 0 {
		return nil, errors.Join(fmt.Errorf("%w in /proc/self/mountinfo", ErrNoHierarchy), err)
	}
	return open(mounts, "/sys")
}

// Open opens the cgroups below root: a host's /sys/fs/cgroup that is mounted
// elsewhere, a part of a v2 hierarchy, or an ordinary folder that has the same
// files. What is found there decides the version. An empty folder, where
// something was to be mounted perhaps, is ErrNoHierarchy.
func Open(root string) (*Hierarchy, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, fmt.Errorf("cgroupfs: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("cgroupfs: %s: not a folder", root)
	}
	mounts, err := mountsBelow(root)
	if err != nil {
		return nil, err
	}
	return open(mounts, filepath.Join(root, "..", ".."))
}

func open(mounts []mount, sys string) (*Hierarchy, error) {
	h := &Hierarchy{mounts: mounts, groups: make(map[*Group]struct{}), budget: newBudget(0)}
	for i := range h.mounts {
		h.mounts[i].root = kernfs.None
	}
	for i := range h.mounts {
		if err := h.mounts[i].open(); err != nil {
			h.Close()
			return nil, err
		}
	}
	h.version = versionOf(h.mounts)
	// The master goes last: it is read last.
	slices.SortStableFunc(h.mounts, func(a, b mount) int { return b.rank() - a.rank() })
	h.rows = expand(h.mounts, pageSizes(filepath.Join(sys, "kernel", "mm", "hugepages")))
	h.slots = 1
	for i := range h.rows {
		r := &h.rows[i]
		r.index, r.master = i, r.mount == len(h.mounts)-1
		if r.metric.Slow() == 0 {
			r.slot = h.slots
			h.slots++
		}
		for _, record := range r.records {
			r.kept = append(r.kept, r.slot > 0 && h.mounts[r.mount].keeps(record > 0))
		}
	}
	h.makePlans()
	return h, nil
}

func versionOf(mounts []mount) Version {
	switch v2 := slices.ContainsFunc(mounts, func(m mount) bool { return m.v2 }); {
	case v2 && len(mounts) > 1:
		return Hybrid
	case v2:
		return V2
	}
	return V1
}

// Version returns which interface was found.
func (h *Hierarchy) Version() Version { return h.version }

// Root returns the folder of the master hierarchy: the one that decides which
// cgroups there are. It is the only one in v2; in v1 it is memory's, else
// cpuacct's, cpu's or pids'.
func (h *Hierarchy) Root() string { return h.master().dir }

func (h *Hierarchy) master() *mount { return &h.mounts[len(h.mounts)-1] }

// Live reports whether the master is a cgroup file system and not an ordinary
// folder with the same files. In an ordinary folder no rate has a meaning
// beyond what its files say, and nothing is kept open.
func (h *Hierarchy) Live() bool { return h.master().live }

// SetMaxOpenFiles sets how many descriptors the Groups may keep, and closes
// those that are too many. 0 is the default: half of RLIMIT_NOFILE, at most
// 8192. A negative n keeps none. Fewer descriptors cost time, nothing else.
func (h *Hierarchy) SetMaxOpenFiles(n int) {
	h.budget.limit = newBudget(n).limit
	h.shrink(h.budget.limit)
}

// MaxOpenFiles returns how many descriptors the Groups may keep: what
// SetMaxOpenFiles set, or less since the process had none left.
func (h *Hierarchy) MaxOpenFiles() int { return h.budget.limit }

// OpenFiles returns how many descriptors the Groups keep.
func (h *Hierarchy) OpenFiles() int { return h.budget.used }

// GivenBack returns how many descriptors were closed though they were of use:
// the process had none left, or SetMaxOpenFiles allowed fewer.
func (h *Hierarchy) GivenBack() uint64 { return h.budget.givenBack }

// Reset makes absent in s what belongs to the metrics in set.
func (h *Hierarchy) Reset(s *Sample, set MetricSet) {
	for i := range h.rows {
		if set&h.rows[i].metric != 0 {
			h.rows[i].reset(s)
		}
	}
}

// Group opens a cgroup by its path below the hierarchy's root, which is "/".
// It fails with an error that satisfies errors.Is(err, fs.ErrNotExist) if the
// master hierarchy has no such cgroup, and with ErrOutside for a path with a
// ".." in it.
func (h *Hierarchy) Group(name string) (*Group, error) {
	if h.master().root == kernfs.None {
		return nil, errClosed
	}
	if slices.Contains(strings.Split(name, "/"), "..") {
		return nil, fmt.Errorf("%w: %q", ErrOutside, name)
	}
	if strings.IndexByte(name, 0) >= 0 {
		return nil, &fs.PathError{Op: "cgroupfs: open", Path: name, Err: fs.ErrInvalid}
	}
	return newGroup(h, strings.TrimPrefix(path.Clean("/"+name), "/"))
}

// Close closes the Hierarchy and its Groups. Closing it again does nothing.
func (h *Hierarchy) Close() error {
	for g := range h.groups {
		g.Close()
	}
	for i := range h.mounts {
		kernfs.Close(&h.mounts[i].root)
	}
	return nil
}

// filePath is for messages: what could not be printed is escaped, since whoever
// makes a cgroup chooses its name.
func (h *Hierarchy) filePath(mount int, group, name string) string {
	path := filepath.Join(h.mounts[mount].dir, group, name)
	if quoted := strconv.Quote(path); len(quoted) > len(path)+2 {
		return quoted
	}
	return path
}
