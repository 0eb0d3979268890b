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
	groups  map[*Group]struct{}
	budget  budget
}

// A mount is one hierarchy's root folder.
type mount struct {
	dir         string
	v2          bool
	controllers []string // of v2 beside v1: nil if not known
	root        kernfs.FD
	live        bool // on a cgroup file system: what it says about links is true
}

func (m *mount) has(controller string) bool {
	return slices.Contains(m.controllers, controller)
}

// A row is a file of the table, expanded for one hierarchy.
type row struct {
	*file
	mount    int
	names    []kernfs.Name
	iterated []bool // by name
	parsers  []parser
	reset    func(*Sample)
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

// read are the v1 controllers that have a row.
var read = [...]string{"memory", "cpuacct", "cpu", "pids", "blkio", "cpuset", "hugetlb", "rdma", "misc"}

// mountsOf chooses among the mounts of a host. Where a hierarchy is mounted
// more than once, one that shows it whole wins, then the first.
func mountsOf(infos []mountinfo.Mount) []mount {
	slices.SortStableFunc(infos, func(a, b mountinfo.Mount) int { return rank(a) - rank(b) })
	var mounts []mount
	for _, info := range infos {
		m := mount{dir: info.MountPoint, v2: info.FSType == "cgroup2"}
		if !m.v2 {
			m.controllers = slices.DeleteFunc(info.Controllers(), func(c string) bool { return !slices.Contains(read[:], c) })
		}
		if !m.v2 && len(m.controllers) == 0 || slices.ContainsFunc(mounts, func(o mount) bool { return o.same(&m) }) {
			continue
		}
		mounts = append(mounts, m)
	}
	return mounts
}

func rank(m mountinfo.Mount) int {
	switch {
	case m.Root == "/":
		return 0
	case !strings.HasPrefix(m.Root, "/.."):
		return 1
	}
	return 2 // it shows more than this cgroup namespace
}

func (m *mount) same(o *mount) bool {
	return m.v2 && o.v2 || !m.v2 && !o.v2 && m.controllers[0] == o.controllers[0]
}

// mountsBelow finds the hierarchies in a folder by what it contains.
func mountsBelow(root string) ([]mount, error) {
	if hasAny(root, "cgroup.controllers") {
		return []mount{{dir: root, v2: true}}, nil
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("cgroupfs: %w", err)
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%w: %s is empty", ErrNoHierarchy, root)
	}
	var mounts []mount
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if !e.IsDir() { // the links cpu and cpuacct to cpu,cpuacct among them
			continue
		}
		m := mount{dir: dir}
		for _, c := range strings.Split(e.Name(), ",") {
			if slices.Contains(read[:], c) {
				m.controllers = append(m.controllers, c)
			}
		}
		switch {
		case e.Name() == "unified":
			m.v2 = true
		case len(m.controllers) == 0, hasAny(dir, "cgroup.controllers", "cgroup.type", "cgroup.events"):
			continue // not a v1 controller's, or a v2 cgroup that is called like one
		}
		mounts = append(mounts, m)
	}
	if slices.ContainsFunc(mounts, func(m mount) bool { return !m.v2 }) {
		return mounts, nil
	}
	if !hasKnownFile(root) {
		return nil, fmt.Errorf("%w: no file of a cgroup in %s", ErrNoHierarchy, root)
	}
	return []mount{{dir: root, v2: true}}, nil
}

// hasKnownFile looks below root too, since a copy may have the files of some
// cgroups only; not for long, since it may be any folder.
func hasKnownFile(root string) bool {
	found, left := false, 10_000
	_ = filepath.WalkDir(root, func(_ string, e fs.DirEntry, err error) error {
		left--
		found = err == nil && !e.IsDir() && slices.Contains(known[:], e.Name())
		if found || left == 0 {
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// known are files by which a cgroup of v2 is known.
var known = [...]string{"cgroup.procs", "cgroup.type", "cgroup.events", "cgroup.stat", "cpu.stat", "memory.stat", "memory.current", "io.stat", "pids.current"}

func hasAny(dir string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	})
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
	return h, nil
}

func (m *mount) open() error {
	root, err := kernfs.OpenDir(m.dir)
	if err != nil {
		return &fs.PathError{Op: "cgroupfs: open", Path: m.dir, Err: err}
	}
	m.root = root
	kind, err := kernfs.TypeOf(root)
	if err != nil {
		return &fs.PathError{Op: "cgroupfs: statfs", Path: m.dir, Err: err}
	}
	if m.v2 && kind == kernfs.Cgroup1 {
		return fmt.Errorf("%w: %s is one hierarchy of cgroup v1, not the folder that has them all", ErrNoHierarchy, m.dir)
	}
	m.live = kind != kernfs.Ordinary
	if m.v2 {
		if text, err := os.ReadFile(filepath.Join(m.dir, "cgroup.controllers")); err == nil {
			m.controllers = strings.Fields(string(text))
			if m.controllers == nil {
				m.controllers = []string{} // known to be none
			}
		}
	}
	return nil
}

// rank orders mounts by how well they serve as the master: the least is best.
// Of v1 only the first four can: a lone cpuset beside v2 tells nothing of which
// cgroups there are.
func (m *mount) rank() int {
	const masters = 4
	if m.v2 {
		return masters
	}
	if i := slices.IndexFunc(read[:], m.has); i < masters {
		return i
	}
	return masters + 1
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

// expand makes the rows of a hierarchy from the tables.
func expand(mounts []mount, sizes []uint64) []row {
	var rows []row
	master := len(mounts) - 1
	for i := range mounts {
		m := &mounts[i]
		if m.v2 {
			for j := range v2Files {
				if f := &v2Files[j]; servedByV2(f, m, mounts) {
					rows = f.appendRows(rows, i, sizes)
				}
			}
			continue
		}
		for j := range v1Files {
			if f := &v1Files[j]; m.has(f.controller) || f.controller == "" && i == master {
				rows = f.appendRows(rows, i, sizes)
			}
		}
	}
	return rows
}

// servedByV2 reports whether v2's mount m serves a file. On a host with v1
// mounts it serves the controllers it has; on one without it may get others yet.
func servedByV2(f *file, m *mount, mounts []mount) bool {
	switch {
	case len(mounts) == 1:
		return true
	case f.controller != "" && m.controllers != nil && !m.has(f.controller):
		return false
	case f.v1 == "*":
		return mounts[len(mounts)-1].v2
	}
	return !slices.ContainsFunc(mounts, func(o mount) bool { return !o.v2 && o.has(f.v1) })
}

// appendRows appends the row of f, or one for each huge page size.
func (f *file) appendRows(rows []row, mount int, sizes []uint64) []row {
	if f.sized == nil {
		r := row{file: f, mount: mount, reset: f.reset, parsers: f.parsers}
		for _, name := range f.names {
			r.names = append(r.names, kernfs.NewName(name))
			r.iterated = append(r.iterated, slices.Contains(f.iterated, name))
			if f.parsers == nil {
				r.parsers = append(r.parsers, f.parse)
			}
		}
		return append(rows, r)
	}
	for _, size := range sizes {
		r := row{file: f, mount: mount, reset: func(*Sample) {}}
		if len(rows) == 0 || rows[len(rows)-1].metric != f.metric {
			r.reset = func(s *Sample) { s.HugeTLB = s.HugeTLB[:0] }
		}
		for _, name := range f.names {
			r.names = append(r.names, kernfs.NewName(strings.ReplaceAll(name, "<size>", sizeName(size))))
			r.iterated = append(r.iterated, false)
			r.parsers = append(r.parsers, f.sized(size))
		}
		rows = append(rows, r)
	}
	return rows
}

// sizeName returns a huge page's size as the kernel names it in file names.
func sizeName(bytes uint64) string {
	switch {
	case bytes >= 1<<30:
		return strconv.FormatUint(bytes>>30, 10) + "GB"
	case bytes >= 1<<20:
		return strconv.FormatUint(bytes>>20, 10) + "MB"
	}
	return strconv.FormatUint(bytes>>10, 10) + "KB"
}

// pageSizes lists the huge page sizes of a host from sysfs, or those of most
// hosts where that is not to be had.
func pageSizes(dir string) []uint64 {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []uint64{2 << 20, 1 << 30}
	}
	var sizes []uint64
	for _, e := range entries {
		text, ok := strings.CutPrefix(e.Name(), "hugepages-")
		text, isKB := strings.CutSuffix(text, "kB")
		if kb, err := strconv.ParseUint(text, 10, 64); ok && isKB && err == nil {
			sizes = append(sizes, kb<<10)
		}
	}
	slices.Sort(sizes)
	return sizes
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
	used := h.budget.used
	h.budget = newBudget(n)
	h.budget.used = used
	h.shrink(h.budget.limit)
}

// OpenFiles returns how many descriptors the Groups keep.
func (h *Hierarchy) OpenFiles() int { return h.budget.used }

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

// A budget is how many descriptors may be kept and how many are.
type budget struct{ limit, used int }

func newBudget(n int) budget {
	switch {
	case n < 0:
		return budget{}
	case n == 0:
		return budget{limit: int(min(kernfs.MaxOpenFiles()/2, 8192))}
	}
	return budget{limit: n}
}

// giveBack closes half of what is kept and keeps no more than that from now
// on: the process has no descriptors left.
func (h *Hierarchy) giveBack() {
	h.budget.limit = h.budget.used / 2
	h.shrink(h.budget.limit)
}

// shrink closes kept descriptors until no more than limit are left: files
// first, since a folder serves many.
func (h *Hierarchy) shrink(limit int) {
	for _, release := range []func(*Group){(*Group).closeFiles, (*Group).closeDir} {
		for g := range h.groups {
			if h.budget.used <= limit {
				return
			}
			release(g)
		}
	}
}

// keep takes one descriptor from the budget, if there is one left.
func (h *Hierarchy) keep() bool {
	if h.budget.used >= h.budget.limit {
		return false
	}
	h.budget.used++
	return true
}

func (h *Hierarchy) drop(fd *kernfs.FD) {
	if *fd != kernfs.None {
		h.budget.used--
		kernfs.Close(fd)
	}
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
