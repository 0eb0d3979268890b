package diskwalk

import (
	"errors"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// reach returns the innermost folder, open. It opens what is not, from the
// innermost that is: after a pause from the root, name by name. A folder that
// is another now is left, and nil is returned; so it is if the root is to be
// counted and limit is 0.
func (w *Walk) reach(base kernfs.FD, r *Root, wr *Walker, limit *int) (*Dir, error) {
	top := len(w.levels) - 1
	from := top
	for from >= 0 && !wr.holds(from) {
		from--
	}
	for i := from + 1; i <= top; i++ {
		dir := base
		if i > 0 {
			dir = wr.slots[(i-1)%window].fd
		}
		ok, err := w.open(dir, i, r, wr, limit)
		if !ok || err != nil {
			return nil, err
		}
		top = len(w.levels) - 1 // less if the root was made anew
	}
	return &wr.slots[top%window].Dir, nil
}

// open opens the folder of one level. It reports false where the folder is
// another now: the walk is then in the one above, or at its start.
func (w *Walk) open(dir kernfs.FD, i int, r *Root, wr *Walker, limit *int) (ok bool, err error) {
	l := &w.levels[i]
	fd, err := kernfs.OpenListAt(dir, l.zname, i == 0 && r.Cross)
	var f kernfs.File
	if err == nil {
		f, err = kernfs.StatFile(fd)
	}
	switch {
	case err != nil:
		kernfs.Close(&fd)
		return false, w.lose(i, err)
	case i == 0 && (f.Ino != l.ino || f.Dev != w.dev): // first time, or made anew
		if *limit == 0 && !r.Flat {
			kernfs.Close(&fd)
			return false, nil
		}
		w.begin(r, wr, &f, limit)
	case f.Ino != l.ino || f.Dev != w.dev:
		kernfs.Close(&fd)
		w.levels = w.levels[:i]
		return false, nil
	}
	wr.put(i, fd, w.levels[i].next)
	return true, nil
}

// lose leaves the folder of a level that cannot be opened. It returns nil if
// the walk can go on above it.
func (w *Walk) lose(i int, err error) error {
	if i == 0 && errors.Is(err, kernfs.ErrAbsent) {
		return ErrGone
	}
	w.levels = w.levels[:i+1]
	if i == 0 || unlessGone(err) != nil {
		return w.wrap(nil, err)
	}
	w.levels = w.levels[:i]
	return nil
}

// begin starts the count at its root.
func (w *Walk) begin(r *Root, wr *Walker, f *kernfs.File, limit *int) {
	w.Forget(wr)
	w.Bytes, w.Inodes, w.Doubled = 0, 0, false
	w.dev = f.Dev
	w.levels = w.levels[:1]
	w.levels[0].ino, w.levels[0].next = f.Ino, 0
	if !r.Flat {
		*limit--
		w.add(wr, f)
	}
}

// pop leaves the innermost folder.
func (w *Walk) pop(wr *Walker) {
	top := len(w.levels) - 1
	wr.slots[top%window].Close()
	w.levels = w.levels[:top]
}

// Forget gives back what a walk that will not go on remembers of files with
// several names.
func (w *Walk) Forget(wr *Walker) {
	wr.links -= len(w.links)
	clear(w.links)
}

// Reset makes w a walk that has not begun, and keeps its memory unless there
// is much of it.
func (w *Walk) Reset(wr *Walker) {
	much := len(w.links) > 1024 || cap(w.levels) > 64
	w.Forget(wr)
	if much {
		*w = Walk{}
		return
	}
	*w = Walk{levels: w.levels[:0], links: w.links}
}

func (wr *Walker) holds(i int) bool {
	s := &wr.slots[i%window]
	return s.open && s.level == i
}

func (wr *Walker) put(i int, fd kernfs.FD, next int64) {
	s := &wr.slots[i%window]
	s.set(fd, next)
	s.level = i
}

func (wr *Walker) close() {
	for i := range wr.slots {
		wr.slots[i].Close()
	}
}
