package procfs

import (
	"bytes"
	"errors"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// ErrTooMany says that a process has more of something than was to be counted.
var ErrTooMany = errors.New("too many to count")

// Descriptors are the open descriptors of a process.
type Descriptors struct {
	Open    int
	Sockets Number // those of them that are; absent for lack of privilege
}

var socket = [...]byte{'s', 'o', 'c', 'k', 'e', 't', ':', '['}

// Descriptors counts the open descriptors of the process: the entries of
// /proc/PID/fd, and those that lead to "socket:[4711]". It fails with
// ErrTooMany if there are more than most.
func (p *Process) Descriptors(most int) (Descriptors, error) {
	d := Descriptors{Sockets: Number{OK: true}}
	err := kernfs.Entries(p.dir, processFiles[fileDescriptors], p.proc.listBuf(), func(in kernfs.FD, name kernfs.Name) bool {
		if d.Open++; d.Open > most {
			return false
		}
		to, err := kernfs.ReadLinkAt(in, name, p.proc.link[:]) // a longer one is none of a socket
		switch {
		case err == nil && bytes.HasPrefix(to, socket[:]):
			d.Sockets.N++
		case kernfs.IsDenied(err):
			d.Sockets.OK = false
		}
		return true
	})
	if !d.Sockets.OK {
		d.Sockets = Number{}
	}
	if err == nil && d.Open > most {
		err = ErrTooMany
	}
	if err != nil {
		return Descriptors{}, p.wrap(fileDescriptors, p.ended(fileStart, err))
	}
	return d, nil
}

// A Limit is a resource limit.
type Limit struct {
	N         uint64
	Unlimited bool // N is nothing then
	OK        bool // it was read
}

// MaxOpenFiles reads how many descriptors the process may have: the soft limit.
func (p *Process) MaxOpenFiles() (Limit, error) {
	text, err := p.read(fileLimits)
	if err != nil {
		return Limit{}, err
	}
	l, err := ParseMaxOpenFiles(text)
	return l, p.wrap(fileLimits, err)
}

var openFiles = [...]byte{'M', 'a', 'x', ' ', 'o', 'p', 'e', 'n', ' ', 'f', 'i', 'l', 'e', 's', ' '}

// ParseMaxOpenFiles returns the soft limit of descriptors in the text of
// /proc/PID/limits.
//
//	Max open files            1024                 524288               files
func ParseMaxOpenFiles(b []byte) (Limit, error) {
	var line []byte
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		rest, found := bytes.CutPrefix(line, openFiles[:])
		if !found {
			continue
		}
		soft, _ := scan.Field(rest)
		if string(soft) == "unlimited" {
			return Limit{Unlimited: true, OK: true}, nil
		}
		num, err := scan.Uint(soft)
		if err != nil {
			return Limit{}, NewParseError(n, line, err)
		}
		return Limit{N: num, OK: true}, nil
	}
	return Limit{}, nil
}

// StartNanos reads when the process started, in nanoseconds since the start of
// the node.
func (p *Process) StartNanos() (uint64, error) {
	text, err := p.read(fileStart)
	if err != nil {
		return 0, err
	}
	s, err := ParseProcStat(text)
	return s.StartNanos, p.wrap(fileStart, err)
}

// read returns the text of a file, which is good until the next one. Where the
// process has ended it fails with kernfs.ErrAbsent.
func (p *Process) read(file int) ([]byte, error) {
	text, err := p.proc.read(p.dir, processFiles[file])
	if err != nil {
		return nil, p.wrap(file, p.ended(file, err))
	}
	return text, nil
}
