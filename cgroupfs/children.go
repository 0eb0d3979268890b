package cgroupfs

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// ChildrenChanged reports whether the cgroup may have other children than
// Children last listed. On a cgroup file system it costs less than a
// microsecond: the number of links of a cgroup's folder is two and one for
// each child. A child that went while another came is not seen here; it is
// seen where the one that went is read. In an ordinary folder the answer is
// always yes.
func (g *Group) ChildrenChanged() (bool, error) {
	if g.dead != nil {
		return false, g.dead
	}
	if !g.h.master().live {
		return true, nil
	}
	dir, kept, err := g.childDir()
	if errors.Is(err, kernfs.ErrAbsent) {
		g.end(ErrRemoved)
		err = ErrRemoved
	}
	if err != nil {
		return false, err
	}
	if !kept {
		defer kernfs.Close(&dir)
	}
	info, err := kernfs.Stat(dir)
	return info.Links != g.links, err
}

// Children calls yield with the name of each child, in no order. The name is
// valid until yield returns. The group's folder is kept open from then on if
// the budget allows.
func (g *Group) Children(buf *Buffer, yield func(name []byte)) error {
	err := g.list(buf, yield)
	if errors.Is(err, kernfs.ErrFull) {
		g.h.giveBack()
		err = g.list(buf, yield)
	}
	switch {
	case err == nil:
		return nil
	case g.dead != nil:
		return g.dead
	case errors.Is(err, kernfs.ErrAbsent):
		g.end(ErrRemoved)
		return ErrRemoved
	}
	return &fs.PathError{Op: "cgroupfs: list", Path: g.h.filePath(len(g.mounts)-1, g.Path(), ""), Err: err}
}

func (g *Group) list(buf *Buffer, yield func(name []byte)) error {
	dir, kept, err := g.childDir()
	if err != nil {
		return err
	}
	// What yield does may have the kept folder given back: whose dir is, is
	// decided here.
	if !kept {
		defer kernfs.Close(&dir)
	}
	info, err := kernfs.Stat(dir)
	if err != nil {
		return err
	}
	if len(buf.b) == 0 {
		buf.b = make([]byte, 4096)
	}
	n := uint64(0)
	err = kernfs.Dirs(dir, buf.b, func(name []byte) {
		n++
		yield(name)
	})
	g.links = info.Links
	if n+2 != info.Links {
		g.links = 0 // it changed meanwhile: what comes next is a change
	}
	return err
}

// childDir returns the master's folder, and whether it is kept or only open
// for the moment.
func (g *Group) childDir() (dir kernfs.FD, kept bool, err error) {
	if g.dead != nil {
		return kernfs.None, false, g.dead
	}
	if g.dir != kernfs.None {
		return g.dir, true, nil
	}
	dir, err = g.openDir(len(g.mounts) - 1)
	if kept = err == nil && g.h.master().live && g.h.keep(); kept {
		g.dir = dir
	}
	return dir, kept, err
}

var markers = [...]kernfs.Name{kernfs.NewName("cgroup.events"), kernfs.NewName("cgroup.clone_children")}

// dated are the v1 controllers whose folders tell when a cgroup was made. A
// cpuset's may be younger, or older, than the cgroup.
var dated = [...]string{"memory", "cpuacct", "cpu", "pids", "blkio"}

// ModTime returns the earliest modification time of the cgroup's folders and
// of the marker file in each: cgroup.events, or cgroup.clone_children in v1.
// It is what a kubelet takes for the time the cgroup was made. It may be
// later: a kernel that drops the folder from its cache dates it anew.
func (g *Group) ModTime() (time.Time, error) {
	if g.dead != nil {
		return time.Time{}, g.dead
	}
	var first time.Time
	earlier := func(info kernfs.Info, err error) {
		if err == nil && (first.IsZero() || info.ModTime.Before(first)) {
			first = info.ModTime
		}
	}
	for i := range g.mounts {
		m := &g.h.mounts[i]
		if m.v2 != g.h.master().v2 || !m.v2 && !slices.ContainsFunc(dated[:], m.has) {
			continue
		}
		dir, err := g.openDir(i)
		if err != nil {
			continue
		}
		earlier(kernfs.Stat(dir))
		for _, name := range markers {
			earlier(kernfs.StatAt(dir, name))
		}
		kernfs.Close(&dir)
	}
	if first.IsZero() {
		return first, g.alive()
	}
	return first, nil
}
