package cgroupfs

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// Processes appends the numbers of the cgroup's processes to dst, in the order
// of the master's cgroup.procs: those of this cgroup alone, not of its children.
// A threaded cgroup, which does not tell, has none, and a process that has no
// number here, because it belongs to another pid namespace, is left out. A line
// that is not understood does not hide the others.
func (g *Group) Processes(dst []int, buf *Buffer) ([]int, error) {
	all, err := g.AllProcesses(dst, buf)
	here := slices.DeleteFunc(all[len(dst):], func(pid int) bool { return pid == 0 })
	return all[:len(dst)+len(here)], err
}

// AllProcesses does what Processes does, with a 0 for each process that has no
// number here.
func (g *Group) AllProcesses(dst []int, buf *Buffer) ([]int, error) {
	if g.dead != nil {
		return dst, g.dead
	}
	text, err := g.procs(buf)
	if errors.Is(err, kernfs.ErrFull) {
		g.h.giveBack()
		text, err = g.procs(buf)
	}
	if errors.Is(err, kernfs.ErrAbsent) || errors.Is(err, kernfs.ErrDead) {
		if err = g.alive(); errors.Is(err, kernfs.ErrAbsent) {
			g.end(ErrRemoved)
			return dst, ErrRemoved
		}
	}
	if err == nil {
		dst, err = parseProcesses(text, dst)
	}
	if err != nil {
		err = g.wrapFile(len(g.mounts)-1, procs[0].String(), err)
	}
	return dst, err
}

// procs returns the text of the master's cgroup.procs. It is not kept open: an
// open one of v1 answers from a cache.
func (g *Group) procs(buf *Buffer) ([]byte, error) {
	dir := g.dir
	if dir == kernfs.None {
		var err error
		if dir, err = g.openDir(len(g.mounts) - 1); err != nil {
			return nil, err
		}
		defer kernfs.Close(&dir)
	}
	fd, err := kernfs.OpenAt(dir, procs[0])
	if err != nil {
		return nil, err
	}
	defer kernfs.Close(&fd)
	return buf.read(fd, procsRecord)
}

// parseProcesses appends the numbers in a cgroup.procs. The kernel shows 0 for
// a process that has none in the reader's pid namespace.
//
//	977
//	1021
func parseProcesses(b []byte, dst []int) ([]int, error) {
	var (
		first error
		line  []byte
	)
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		pid, err := scan.Uint32(line)
		if err == nil && pid > math.MaxInt32 {
			err = scan.ErrRange
		}
		switch {
		case err == nil:
			dst = append(dst, int(pid))
		case first == nil:
			first = newParseError(n, line, err)
		}
	}
	return dst, first
}

// Own returns the path of the cgroup that this process is in, or "" if it is
// not known: it is not below the hierarchy's root, a cgroup namespace hides it,
// or the hierarchy is an ordinary folder.
func (h *Hierarchy) Own() (string, error) {
	if !h.Live() {
		return "", nil
	}
	list, err := procfs.ReadSelfCgroups("/proc")
	i := slices.IndexFunc(list, func(c procfs.Cgroup) bool {
		if h.master().v2 {
			return c.Hierarchy == 0
		}
		return slices.ContainsFunc(strings.Split(c.Controllers, ","), h.master().has)
	})
	if i < 0 || list[i].Outside || list[i].Deleted {
		return "", err
	}
	// The root may be a part of the hierarchy, or more of it than the process's
	// cgroup namespace shows: the cgroup is the one that lists the process.
	for path := list[i].Path; ; {
		if h.hasSelf(path) {
			return path, nil
		}
		slash := strings.IndexByte(path[1:], '/')
		switch {
		case slash >= 0:
			path = path[1+slash:]
		case path != "/":
			path = "/"
		default:
			return "", nil
		}
	}
}

func (h *Hierarchy) hasSelf(path string) bool {
	g, err := h.Group(path)
	if err != nil {
		return false
	}
	defer g.Close()
	pids, err := g.Processes(nil, new(Buffer))
	return err == nil && slices.Contains(pids, os.Getpid())
}
