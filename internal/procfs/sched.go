package procfs

import (
	"errors"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// SchedStat is what the scheduler counted of a thread since it started.
type SchedStat struct {
	RunNanos   uint64 // on a CPU
	WaitNanos  uint64 // ready for one
	Timeslices uint64 // how often it was given one
}

// Add adds what another thread has.
func (s *SchedStat) Add(other SchedStat) {
	s.RunNanos += other.RunNanos
	s.WaitNanos += other.WaitNanos
	s.Timeslices += other.Timeslices
}

// ParseSchedStat parses the text of /proc/PID/task/TID/schedstat:
//
//	205138951 2035208786 461
func ParseSchedStat(b []byte) (SchedStat, error) {
	var s SchedStat
	line, _ := scan.Line(b)
	rest := line
	for _, dst := range [...]*uint64{&s.RunNanos, &s.WaitNanos, &s.Timeslices} {
		var num []byte
		if num, rest = scan.Field(rest); len(num) == 0 {
			return SchedStat{}, NewParseError(1, line, errFields)
		}
		var err error
		if *dst, err = scan.Uint(num); err != nil {
			return SchedStat{}, NewParseError(1, line, err)
		}
	}
	return s, nil
}

// A Thread is a thread of a process.
type Thread struct {
	ID uint32
	SchedStat
}

// Threads appends the threads of the process to dst. It fails with ErrTooMany
// if there are more than most, and with ErrNoSched where the kernel does not
// tell. A thread that has ended is left out.
func (p *Process) Threads(dst []Thread, most int) ([]Thread, error) {
	var first error
	begin := len(dst)
	err := kernfs.Entries(p.dir, processFiles[fileTasks], p.proc.listBuf(), func(in kernfs.FD, name kernfs.Name) bool {
		var t Thread
		if len(dst)-begin == most {
			first = ErrTooMany
			return false
		}
		if t, first = p.thread(in, name); first == nil && t.ID != 0 {
			dst = append(dst, t)
		}
		return first == nil
	})
	switch {
	case first != nil:
		return dst[:begin], first
	case err != nil:
		return dst[:begin], p.wrap(fileTasks, p.ended(fileStart, err))
	}
	return dst, nil
}

// ErrNoSched says that the kernel has no schedstat.
var ErrNoSched = errors.New("no schedstat")

const schedstat = "/schedstat\x00"

// thread reads a thread of the open folder task; one that has ended has no ID.
func (p *Process) thread(in kernfs.FD, name kernfs.Name) (Thread, error) {
	z := append(append(p.proc.name[:0], name.String()...), schedstat...)
	id, err := scan.Uint32(z[:len(z)-len(schedstat)])
	if err != nil {
		return Thread{}, nil // no thread
	}
	text, err := p.proc.read(in, kernfs.Borrow(z))
	if err != nil {
		switch {
		case kernfs.Missing(in, name):
			return Thread{}, nil
		case errors.Is(err, kernfs.ErrAbsent):
			return Thread{}, ErrNoSched
		}
		return Thread{}, p.wrap(fileTasks, err)
	}
	s, err := ParseSchedStat(text)
	return Thread{ID: id, SchedStat: s}, p.wrapThread(name, err)
}

func (p *Process) wrapThread(name kernfs.Name, err error) error {
	if err == nil {
		return nil // without making the path
	}
	return p.proc.wrapPID(p.pid, "task/"+name.String()+"/schedstat", err)
}
