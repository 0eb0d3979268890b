// Package diskwalk counts what a folder takes of a disk, in as many pieces as
// its caller wants, and keeps nothing open between them.
//
// A walk opens nothing but folders, and none through a link, above its root or
// on another mount; whoever renames and links in the tree meanwhile can change
// what is counted and nothing else. It does what `du -x` does: blocks, not
// sizes, and a file with several names once.
package diskwalk

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// Limits.
const (
	// MaxDepth is how deep folders may lie in each other.
	MaxDepth = 1024
	// MaxLinks is how many files with several names all walks of one Walker
	// remember together, and OwnLinks how many each may whatever others do.
	MaxLinks = 1 << 16
	OwnLinks = 1024

	window = 32  // folders that are open at once
	pause  = 128 // entries between two looks at the clock
)

var (
	// ErrTooDeep says that folders lie deeper in each other than MaxDepth.
	ErrTooDeep = fmt.Errorf("more than %d folders deep", MaxDepth)
	// ErrGone says that the folder to count is not there.
	ErrGone = fmt.Errorf("folder to count: %w", fs.ErrNotExist)
)

// A Root is a folder to count.
type Root struct {
	// ZPath is its path below the descriptor that Step gets, and a NUL.
	ZPath []byte
	// Cross allows the way to it, not in it, to lead onto another mount.
	Cross bool
	// Flat counts what lies directly in it, less folders and itself.
	Flat bool
	// Mounts are paths below it that are left alone, untouched, even if the
	// kernel does not tell that something is mounted there.
	Mounts []string
}

// A Walk is a count that has begun. The zero Walk has not.
type Walk struct {
	// Bytes are the blocks, Inodes the files and folders counted so far.
	Bytes, Inodes uint64
	// Doubled says that there were more files with several names than can be
	// remembered: each of their names counts.
	Doubled bool

	dev    uint64
	levels []level // the folders from the root to where the walk is
	links  map[uint64]struct{}
	begun  bool
}

// A level is a folder in which a walk is.
type level struct {
	zname []byte
	ino   uint64
	next  int64 // where its list goes on
}

// A Walker is what walks need only while they go. One serves any number, one
// after the other. It is not safe for concurrent use.
type Walker struct {
	// Left is how many entries may still be looked at.
	Left int

	expires func() bool
	since   int // entries since it was asked
	slots   [window]slot
	links   int // remembered by all walks
	path    []byte
}

// Begin gives a Walker a new budget: how many entries walks may look at, and
// what tells that it is time to stop, which is asked now and then.
func (wr *Walker) Begin(entries int, expired func() bool) {
	wr.Left, wr.expires, wr.since = entries, expired, 0
}

// A slot holds the open folder of one level: the level's number modulo window.
type slot struct {
	Dir
	level int
}

// Step goes on with a walk, for at most limit entries. It reports true when
// the count is complete. An error other than ErrGone names a folder that could
// not be counted; the walk cannot go on.
func (w *Walk) Step(base kernfs.FD, r *Root, wr *Walker, limit int) (done bool, err error) {
	defer wr.close()
	limit = min(limit, wr.Left)
	wr.Left -= limit
	defer func() { wr.Left += limit }()
	if !w.begun {
		w.begun = true
		w.levels = append(w.levels[:0], level{zname: append(w.zname(0), r.ZPath...)})
	}
	for len(w.levels) > 0 {
		d, err := w.reach(base, r, wr, &limit)
		if err != nil || d == nil && limit == 0 {
			return false, err
		}
		if d == nil {
			continue // it was replaced
		}
		e, ok, err := d.Next()
		switch {
		case errors.Is(err, kernfs.ErrAbsent), err == nil && !ok: // removed, or at its end
			w.pop(wr)
		case err != nil:
			return false, w.wrap(nil, err)
		case limit == 0 || wr.expired():
			return false, nil
		default:
			limit--
			w.levels[len(w.levels)-1].next = e.Next
			if err := w.entry(d, r, wr, e); err != nil {
				return false, w.wrap(e.Name(), err)
			}
		}
	}
	return true, nil
}

// expired asks for the time after so many entries.
func (wr *Walker) expired() bool {
	if wr.since++; wr.since < pause {
		return false
	}
	wr.since = 0
	return wr.expires()
}

// entry counts one entry of the innermost folder, and enters it if it is a
// folder itself.
func (w *Walk) entry(d *Dir, r *Root, wr *Walker, e kernfs.Entry) error {
	if len(r.Mounts) > 0 && w.isMount(r, wr, e.Name()) {
		return nil
	}
	if e.Kind != kernfs.KindDir {
		f, err := kernfs.LstatAt(d.fd, e.ZName)
		if err != nil {
			return unlessGone(err)
		}
		if !f.IsDir {
			w.add(wr, &f)
			return nil
		}
	}
	if r.Flat {
		return nil
	}
	return w.enter(d, wr, e)
}

// enter opens a folder, counts it, and makes it the innermost.
func (w *Walk) enter(d *Dir, wr *Walker, e kernfs.Entry) error {
	if len(w.levels) == MaxDepth {
		return ErrTooDeep
	}
	fd, err := kernfs.OpenListAt(d.fd, e.ZName, false)
	if err != nil {
		return unlessGone(err)
	}
	f, err := kernfs.StatFile(fd)
	if err != nil || f.Dev != w.dev {
		kernfs.Close(&fd)
		return unlessGone(err)
	}
	w.add(wr, &f)
	n := len(w.levels)
	w.levels = append(w.levels, level{zname: append(w.zname(n), e.ZName...), ino: f.Ino})
	wr.put(n, fd, 0)
	return nil
}

// zname returns the memory of a name that was at that level before.
func (w *Walk) zname(n int) []byte {
	if n < cap(w.levels) {
		return w.levels[:n+1][n].zname[:0]
	}
	return nil
}

// unlessGone returns err unless it says that something was removed or replaced
// meanwhile, or lies on another mount.
func unlessGone(err error) error {
	if errors.Is(err, kernfs.ErrAbsent) || errors.Is(err, kernfs.ErrOtherMount) {
		return nil
	}
	return err
}

// add counts a file or a folder.
func (w *Walk) add(wr *Walker, f *kernfs.File) {
	if f.Dev != w.dev {
		return // a mounted file
	}
	if f.Links > 1 && !f.IsDir {
		if _, again := w.links[f.Ino]; again {
			return
		}
		w.remember(wr, f.Ino)
	}
	w.Bytes += f.Blocks * 512
	w.Inodes++
}

func (w *Walk) remember(wr *Walker, ino uint64) {
	if wr.links >= MaxLinks && len(w.links) >= OwnLinks {
		w.Doubled = true
		return
	}
	if w.links == nil {
		w.links = make(map[uint64]struct{})
	}
	w.links[ino] = struct{}{}
	wr.links++
}

// isMount reports whether a name in the innermost folder is one of r.Mounts.
func (w *Walk) isMount(r *Root, wr *Walker, name []byte) bool {
	wr.path = append(w.appendPath(wr.path[:0], 1), name...)
	return slices.Contains(r.Mounts, string(wr.path))
}

// appendPath appends the names of levels, each with a slash.
func (w *Walk) appendPath(b []byte, from int) []byte {
	for _, l := range w.levels[min(from, len(w.levels)):] {
		b = append(append(b, l.zname[:len(l.zname)-1]...), '/')
	}
	return b
}

// wrap names the file that err is about, below Step's descriptor. What would
// not print is escaped: the names are a pod's, and end on somebody's terminal.
func (w *Walk) wrap(name []byte, err error) error {
	path := string(append(w.appendPath(nil, 0), name...))
	if len(name) == 0 && path != "" {
		path = path[:len(path)-1]
	}
	if len(path) > 512 {
		path = path[:512] + "…"
	}
	if quoted := strconv.Quote(path); len(quoted) > len(path)+2 {
		path = quoted
	}
	return &fs.PathError{Op: "count", Path: path, Err: err}
}
