package cgroupfs

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// A Buffer is the memory that files are read into. One serves any number of
// Groups, one at a time. The zero Buffer is ready for use.
type Buffer struct {
	// Clock is what Stamps are taken from; nil is the time since the Buffer
	// was first used. It must not go backwards.
	Clock func() time.Duration
	// Files and Bytes count what was read: a file that was read twice is two.
	Files, Bytes uint64
	// Meter, if it is not nil, tells what reading costs. Without one no clock is
	// asked but for Stamps.
	Meter *Meter

	b     []byte
	begin time.Time
}

// read returns the text of fd's file, and counts it.
func (b *Buffer) read(fd kernfs.FD, record int) (text []byte, err error) {
	text, b.b, err = kernfs.Read(fd, b.b, record)
	if err == nil {
		b.Files++
		b.Bytes += uint64(len(text))
	}
	return text, err
}

func (b *Buffer) now() time.Duration {
	if b.Clock != nil {
		return b.Clock()
	}
	if b.begin.IsZero() {
		b.begin = time.Now()
	}
	return time.Since(b.begin)
}

// A Group is one cgroup, held open. It is one incarnation: once the cgroup is
// removed, Read answers ErrRemoved for good, also if a cgroup of that name is
// made again. It is not safe for concurrent use.
type Group struct {
	h      *Hierarchy
	name   kernfs.Name // the path, with the leading slash
	files  []fileState // by row
	open   []openFile  // by row.slot
	mounts []mountState
	want   MetricSet // of the last Read
	dir    kernfs.FD // the master's, kept for Children
	links  uint64    // of dir when Children last listed it
	dead   error     // ErrRemoved or fs.ErrClosed, once it is either
}

// fileState is what a group knows about one row. There are sixty, most of
// which have no file.
type fileState struct {
	found uint8   // which of the row's names was there at the last try: the first is 1, none is 0
	wait  backoff // until the names are tried again
}

// name returns the index of the name that was found, or was looked for first.
func (f fileState) name() int { return max(int(f.found), 1) - 1 }

// openFile is what a group knows about a row whose file may be kept open.
type openFile struct {
	fd    kernfs.FD
	epoch uint16
	name  uint8 // which of the row's names it is
}

// mountState is what a group knows about its folder in one mount.
type mountState struct {
	ino   uint64
	epoch uint16
	wait  backoff
}

func newGroup(h *Hierarchy, path string) (*Group, error) {
	g := &Group{
		h: h, name: kernfs.NewName("/" + path), dir: kernfs.None,
		files:  make([]fileState, len(h.rows)),
		open:   make([]openFile, h.slots),
		mounts: make([]mountState, len(h.mounts)),
	}
	for i := range g.open {
		g.open[i].fd = kernfs.None
	}
	dir, err := g.openDir(len(h.mounts) - 1)
	if err != nil {
		return nil, &fs.PathError{Op: "cgroupfs: open", Path: h.filePath(len(h.mounts)-1, path, ""), Err: err}
	}
	kernfs.Close(&dir)
	h.groups[g] = struct{}{}
	return g, nil
}

// Path returns the cgroup's path below the hierarchy's root; "/" is the root.
func (g *Group) Path() string { return g.name.String() }

var root = [...]kernfs.Name{kernfs.NewName(".")}

// rel returns the path as a mount's root knows it.
func (g *Group) rel() kernfs.Name {
	if g.Path() == "/" {
		return root[0]
	}
	return g.name.Tail(1)
}

// Inode returns the inode of the cgroup's folder in the master hierarchy.
// Path and Inode together name one incarnation: a cgroup file system never
// uses an inode twice.
func (g *Group) Inode() uint64 { return g.mounts[len(g.mounts)-1].ino }

// Close gives back what the Group holds. Closing it again does nothing.
func (g *Group) Close() error {
	g.end(errClosed)
	return nil
}

// end gives back what the group holds. From now on it answers why.
func (g *Group) end(why error) {
	g.closeFiles()
	g.closeDir()
	if g.dead == nil {
		g.dead = why
	}
	delete(g.h.groups, g)
}

func (g *Group) closeFiles() {
	for i := range g.open {
		g.h.drop(&g.open[i].fd)
	}
}

func (g *Group) closeDir() { g.h.drop(&g.dir) }

// openDir opens the group's folder in a mount for the moment, and sees whether
// it is still the same one. In the master another folder is no folder: that
// cgroup is not this one.
func (g *Group) openDir(mount int) (kernfs.FD, error) {
	m, st := &g.h.mounts[mount], &g.mounts[mount]
	dir, err := kernfs.OpenDirAt(m.root, g.rel())
	if errors.Is(err, kernfs.ErrFull) {
		g.h.giveBack()
		dir, err = kernfs.OpenDirAt(m.root, g.rel())
	}
	if err != nil {
		return kernfs.None, err
	}
	info, err := kernfs.Stat(dir)
	if err == nil && g.Path() == "/" {
		if err = present(dir, info); errors.Is(err, kernfs.ErrFull) {
			g.h.giveBack()
			err = present(dir, info)
		}
	}
	if err != nil {
		kernfs.Close(&dir)
		return kernfs.None, err
	}
	if st.ino != info.Ino {
		if st.ino != 0 {
			if mount == len(g.mounts)-1 {
				kernfs.Close(&dir)
				return kernfs.None, kernfs.ErrAbsent
			}
			st.epoch++
		}
		st.ino = info.Ino
	}
	return dir, nil
}

var procs = [...]kernfs.Name{kernfs.NewName("cgroup.procs")}

// present tells whether a root is still there, which is held open. A folder of
// an ordinary file system that was removed has no links; one of a cgroup file
// system keeps them, but has no files any more.
func present(dir kernfs.FD, info kernfs.Info) error {
	if info.Links == 0 {
		return kernfs.ErrAbsent
	}
	if kind, err := kernfs.TypeOf(dir); err != nil || kind == kernfs.Ordinary {
		return err
	}
	fd, err := kernfs.OpenAt(dir, procs[0])
	kernfs.Close(&fd)
	return err
}

// alive reports whether the cgroup is still there under its name.
func (g *Group) alive() error {
	dir, err := g.openDir(len(g.mounts) - 1)
	kernfs.Close(&dir)
	return err
}

// Read fills dst with the metrics in want; what belongs to other metrics is
// left as it was. Files the kernel does not provide leave their Values absent.
// A malformed or unreadable file does not stop the others: Read returns the
// first such error once all are read. ErrRemoved says that the cgroup is gone,
// and that dst holds nothing to be trusted.
func (g *Group) Read(dst *Sample, want MetricSet, buf *Buffer) error {
	if g.dead != nil {
		return g.dead
	}
	r := reading{g: g, dst: dst, buf: buf, mount: -1, dir: kernfs.None, scout: g.h.scouts()}
	defer r.end()
	var first error
	if g.want != want {
		g.follow(want)
	}
	for _, row := range g.h.plan(want) { // v2, v1 or hybrid, the master's last: the loop does not know which
		buf.turn(row.metric)
		row.reset(dst)
		done, err := r.again(row)
		if !done {
			err = r.row(row)
		}
		if err != nil && first == nil {
			first = g.wrap(row, err)
		}
	}
	buf.turn(0)
	// What was read came from this incarnation if the master is there at the
	// end. A file of it that could be read proves that; else the folder does.
	if r.proven && !r.missed {
		return first
	}
	if err := g.alive(); errors.Is(err, kernfs.ErrAbsent) {
		g.end(ErrRemoved)
		return ErrRemoved
	} else if err != nil && first == nil {
		first = &fs.PathError{Op: "cgroupfs: open", Path: g.h.filePath(len(g.mounts)-1, g.Path(), ""), Err: err}
	}
	return first
}

// follow gives back the descriptors of files that are no longer read: the
// budget is for those that are.
func (g *Group) follow(want MetricSet) {
	g.want = want
	folder := g.links > 0 // Children was asked for
	for i := range g.h.rows {
		if r := &g.h.rows[i]; want&r.metric == 0 {
			g.h.drop(&g.open[r.slot].fd)
		} else {
			folder = folder || r.needsFolder()
		}
	}
	if !folder {
		g.closeDir()
	}
}

// wrap says which file an error is about.
func (g *Group) wrap(r *row, err error) error {
	return g.wrapFile(r.mount, r.names[g.files[r.index].name()].String(), err)
}

func (g *Group) wrapFile(mount int, file string, err error) error {
	name := g.h.filePath(mount, g.Path(), file)
	var parse *ParseError
	switch {
	case errors.As(err, &parse):
		parse.Path = name
		return parse
	case errors.Is(err, kernfs.ErrTooLarge):
		return fmt.Errorf("cgroupfs: %s: %w", name, ErrTooLarge)
	}
	return fmt.Errorf("cgroupfs: %w", &fs.PathError{Op: "read", Path: name, Err: err})
}
