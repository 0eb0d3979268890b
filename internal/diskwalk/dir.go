package diskwalk

import (
	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// bufSize is for one piece of a list: about a hundred names.
const bufSize = 4096

// A Dir lists one folder after the other with one buffer. The zero Dir is
// ready to open. It is not safe for concurrent use.
type Dir struct {
	fd        kernfs.FD
	open      bool
	seek      int64 // where to go on; -1 is where it stands
	buf, rest []byte
}

// Open opens a folder below base for listing, see kernfs.OpenListAt.
func (d *Dir) Open(base kernfs.FD, zpath []byte, cross bool) error {
	d.Close()
	fd, err := kernfs.OpenListAt(base, zpath, cross)
	if err == nil {
		d.set(fd, 0)
	}
	return err
}

// set takes over an open folder, to list it from next on.
func (d *Dir) set(fd kernfs.FD, next int64) {
	d.Close()
	d.fd, d.open, d.seek = fd, true, -1
	if next != 0 {
		d.seek = next
	}
	if d.buf == nil {
		d.buf = make([]byte, bufSize)
	}
}

// FD returns the descriptor, which stays the Dir's.
func (d *Dir) FD() kernfs.FD { return d.fd }

// Close closes the folder, if one is open.
func (d *Dir) Close() {
	if d.open {
		kernfs.Close(&d.fd)
	}
	d.open, d.rest = false, nil
}

// Next returns the next entry but "." and "..", and reports false at the end.
// The entry's name is valid until the next call.
func (d *Dir) Next() (e kernfs.Entry, ok bool, err error) {
	for {
		for len(d.rest) > 0 {
			e, d.rest = kernfs.NextEntry(d.rest)
			if len(e.ZName) > 0 && string(e.ZName) != ".\x00" && string(e.ZName) != "..\x00" {
				return e, true, nil
			}
		}
		if d.seek >= 0 {
			if err := kernfs.Seek(d.fd, d.seek); err != nil {
				return kernfs.Entry{}, false, err
			}
			d.seek = -1
		}
		n, err := kernfs.List(d.fd, d.buf)
		if n == 0 || err != nil {
			return kernfs.Entry{}, false, err
		}
		d.rest = d.buf[:n]
	}
}

// Kind returns what an entry of the folder is, and looks if the list does not
// say.
func (d *Dir) Kind(e *kernfs.Entry) kernfs.Kind {
	if e.Kind != kernfs.KindUnknown {
		return e.Kind
	}
	switch f, err := kernfs.LstatAt(d.fd, e.ZName); {
	case err != nil:
		return kernfs.KindUnknown
	case f.IsDir:
		return kernfs.KindDir
	}
	return kernfs.KindOther
}
