package cgroupfs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/mountinfo"
)

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
		for c := range strings.SplitSeq(e.Name(), ",") {
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

// keeps reports whether descriptors are worth keeping in a mount. An iterated
// file of v1 that is open answers from a cache as long as somebody else reads
// it, too: it is opened each time.
func (m *mount) keeps(iterated bool) bool { return m.live && (m.v2 || !iterated) }
