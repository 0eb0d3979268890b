package cgroupfs

import (
	"errors"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// A reading is one Read on its way.
type reading struct {
	g      *Group
	dst    *Sample
	buf    *Buffer
	mount  int       // whose folder is open, or -1
	dir    kernfs.FD // that folder
	kept   bool      // it is the group's own, which is kept
	dirErr error     // or why it is not open
	proven bool      // a file of the master was read
	missed bool      // and none of it was missing since
	scout  bool      // it looks for what no cgroup had yet
}

// again reads a row whose file is kept open, as nearly all are in nearly all
// rounds. It returns false if row has to look after it.
func (r *reading) again(row *row) (done bool, err error) {
	st := &r.g.open[row.slot]
	if st.fd == kernfs.None || r.buf.times() {
		return false, nil
	}
	text, err := r.buf.read(st.fd, row.records[st.name])
	if err != nil {
		return false, nil
	}
	if err = r.take(row, st, int(st.name), text); errors.Is(err, errNothing) {
		err = r.nothing(row)
	}
	return true, err
}

// take parses what was read of a row's file.
func (r *reading) take(row *row, st *openFile, name int, text []byte) error {
	r.buf.got(text)
	r.proven = r.proven || row.master
	if row.stamp != nil {
		*row.stamp(r.dst) = Stamp{At: r.buf.now(), Epoch: uint32(r.g.mounts[row.mount].epoch)<<16 | uint32(st.epoch)}
	}
	err := row.parsers[name](text, r.dst)
	if err == nil {
		row.seen |= 1 << name
	}
	return err
}

// row reads one row into dst, which has been reset.
func (r *reading) row(row *row) error {
	st := &r.g.files[row.index]
	if st.found > 0 {
		err := r.file(row, st.name())
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errNothing):
			return r.nothing(row)
		case errors.Is(err, kernfs.ErrAbsent), errors.Is(err, kernfs.ErrDead):
			// It may have been switched off and on, or go by another of its
			// names: look once before it is given up.
			r.g.open[row.slot].epoch++
		default:
			return err
		}
	} else if !st.wait.pass(row.patience(0)) && !r.scouts(row) {
		return nil
	}
	return r.search(row)
}

// nothing is for a file that says nothing: another of the row's names may have
// something, and is looked for once in a while.
func (r *reading) nothing(row *row) error {
	st := &r.g.files[row.index]
	if len(row.names) == 1 || !st.wait.pass(row.patience(st.found)) {
		return nil
	}
	r.g.open[row.slot].epoch++
	return r.search(row)
}

// search tries a row's names in order. The first that has something is kept,
// else the last that is there of those that have something in other cgroups, else
// the last of all: v1's last are those that any kernel fills.
func (r *reading) search(row *row) error {
	st := &r.g.files[row.index]
	fd := &r.g.open[row.slot].fd
	r.g.h.drop(fd)
	there := 0
	for name := range row.names {
		err := r.file(row, name)
		switch {
		case errors.Is(err, kernfs.ErrAbsent), errors.Is(err, kernfs.ErrDead):
			continue
		case errors.Is(err, errNothing):
			r.g.h.drop(fd)
			if there == 0 || row.prefers(name, there-1) {
				there = name + 1
			}
			continue
		}
		*st = fileState{found: uint8(name + 1)}
		return err
	}
	if r.dirErr == nil { // a missing folder has a back-off of its own
		st.wait.fail()
	}
	st.found = uint8(there)
	return nil
}

// prefers reports whether one of the names is to be read rather than one before
// it, where neither says anything. One that leaves descendants out is not, where
// it is there with them: it would stay once it has something.
func (row *row) prefers(name, than int) bool {
	if own, found := strings.CutSuffix(row.names[than].String(), "_recursive"); found && own == row.names[name].String() {
		return false
	}
	return row.seen>>name&1 >= row.seen>>than&1
}

// file reads one file of a row and parses it. It keeps the descriptor of a
// hot file if the budget allows.
func (r *reading) file(row *row, name int) error {
	st := &r.g.open[row.slot]
	fd := st.fd
	r.buf.lap(lapOther)
	if fd == kernfs.None {
		var err error
		fd, err = r.open(row, name)
		r.buf.lap(lapOpen)
		if err != nil {
			return err
		}
	}
	text, err := r.buf.read(fd, row.records[name])
	r.buf.lap(lapRead)
	switch {
	case st.fd == kernfs.None && err == nil && row.kept[name] && r.g.h.keep():
		st.fd, st.name = fd, uint8(name)
		r.buf.kept()
	case st.fd == kernfs.None:
		kernfs.Close(&fd)
		r.buf.closed(err == nil && row.kept[name])
	case err == nil:
	case errors.Is(err, kernfs.ErrDead):
		// The descriptor is dead, the file perhaps not: its cgroup may have
		// been made anew in this mount, or its controller switched off and on.
		r.g.h.drop(&st.fd)
		st.epoch++
		return r.file(row, name)
	}
	if err != nil {
		r.missed = r.missed || row.master && errors.Is(err, kernfs.ErrDead)
		return err
	}
	return r.take(row, st, name, text)
}

// open opens a row's file below its folder, which it opens if it is not.
func (r *reading) open(row *row, name int) (kernfs.FD, error) {
	if r.mount != row.mount {
		r.enter(row.mount)
	}
	if r.dirErr != nil {
		return kernfs.None, r.dirErr
	}
	if !r.kept && row.slot > 0 && !row.kept[name] && r.isMaster() && r.g.h.master().live && r.g.h.keep() {
		r.g.dir, r.kept = r.dir, true // it is needed in every round
	}
	fd, err := kernfs.OpenAt(r.dir, row.names[name])
	if errors.Is(err, kernfs.ErrFull) {
		r.g.h.giveBack()
		if r.kept && r.g.dir == kernfs.None { // the folder was given back too
			if r.enter(row.mount); r.dirErr != nil {
				return kernfs.None, r.dirErr
			}
		}
		fd, err = kernfs.OpenAt(r.dir, row.names[name])
	}
	if r.isMaster() && errors.Is(err, kernfs.ErrAbsent) {
		r.missed = true
	}
	return fd, err
}

func (r *reading) isMaster() bool { return r.mount == len(r.g.mounts)-1 }

// enter opens the group's folder in a mount.
func (r *reading) enter(mount int) {
	r.leave()
	r.mount = mount
	if r.isMaster() && r.g.dir != kernfs.None {
		r.dir, r.kept, r.dirErr = r.g.dir, true, nil
		return
	}
	wait := &r.g.mounts[mount].wait
	if !wait.pass(maxWait) {
		r.dirErr = kernfs.ErrAbsent
		return
	}
	r.dir, r.dirErr = r.g.openDir(mount)
	if !errors.Is(r.dirErr, kernfs.ErrAbsent) {
		*wait = backoff{}
		return
	}
	if r.isMaster() {
		r.missed = true
		return
	}
	if r.g.mounts[mount].ino != 0 && wait.fails == 0 {
		r.g.mounts[mount].epoch++
	}
	wait.fail()
}

func (r *reading) leave() {
	if !r.kept {
		kernfs.Close(&r.dir)
	}
	r.dir, r.mount, r.kept = kernfs.None, -1, false
}

// A backoff skips 1, 2, 4, 8, 16 … tries after failures in a row.
type backoff struct{ left, fails uint8 }

func (w *backoff) fail() {
	w.left = 1 << w.fails
	w.fails = min(w.fails+1, 7)
}

// pass reports whether to try, and counts the try that it refuses. No more than
// most are skipped.
func (w *backoff) pass(most uint8) bool {
	w.left = min(w.left, most)
	if w.left == 0 {
		return true
	}
	w.left--
	return false
}

// maxWait is how many rounds at most go by before something is looked for
// again, and maxWaitUnseen if it was not seen in any cgroup yet: then this
// kernel is likely not to have it, and to look for it in all of them is dear.
const (
	maxWait       = 16
	maxWaitUnseen = 128
)

// scouts reports whether this reading looks for what was not seen yet, though it
// need not: one in a while does, so that all soon know of a file that all have
// from now on.
func (r *reading) scouts(row *row) bool { return r.scout && row.seen == 0 }

// scouts reports whether the next reading does. It is not in step with rounds of
// whatever length, so that it is not always the same cgroup.
func (h *Hierarchy) scouts() bool {
	if h.reads++; h.reads < h.scout {
		return false
	}
	h.scout = h.reads + 240 + h.reads%17
	return true
}

// patience is how many tries of a row to skip at most, when one of its names was
// found, from 1 on, or none of them.
func (row *row) patience(found uint8) uint8 {
	if row.slot == 0 {
		return maxWait // it is read seldom enough
	}
	others := row.seen
	if found > 0 {
		others &^= 1 << (found - 1)
	}
	if others != 0 {
		return maxWait
	}
	return maxWaitUnseen
}
