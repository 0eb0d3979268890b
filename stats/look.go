package stats

import (
	"cmp"
	"errors"
	"slices"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/procfs"
)

// A look is one look into the processes of a cgroup.
type look struct {
	c    *Collector
	g    *group
	dst  *Snapshot
	left int   // how many looks are; below 0 there were too few
	err  error // the first that is about this cgroup

	files, sockets               uint64
	noFiles, noSockets, noThread bool // there are some that cannot be read

	several bool // processes
	started uint64
	found   bool // the one that started first
	limit   cgroupfs.Value
	network *SocketStats
}

// run looks into the processes. It returns false if it is not known which there
// are.
func (l *look) run() bool {
	p := l.c.processes
	p.threads = p.threads[:0]
	allowed := min(p.most, p.looks)
	l.left = allowed
	defer func() { p.looks -= allowed - max(l.left, 0) }()
	if p.pids, l.err = l.g.handle.AllProcesses(p.pids[:0], &l.c.buf); l.err != nil {
		return false
	}
	if slices.Contains(p.pids, 0) {
		l.c.tell(errPIDs)
		return false
	}
	slices.Sort(p.pids)             // the one that started first is likely to be among the first
	p.pids = slices.Compact(p.pids) // one that moved away and back while the kernel listed them is there twice
	l.several = len(p.pids) > 1
	for rest := p.pids; len(rest) > 0 && l.left >= 0; {
		n := l.some(rest)
		if n == 0 {
			return false
		}
		rest = rest[n:]
	}
	if l.left < 0 {
		l.err, l.limit, l.network = errLooks, cgroupfs.Value{}, nil
	}
	if l.g == l.c.root {
		l.ofProcess1()
	}
	return true
}

// some looks into the first few processes, and returns how many; 0 if that went
// wrong. Their folders are opened before the cgroup is asked again which
// processes it has: whoever had the number of one before has another folder.
func (l *look) some(pids []int) int {
	p, n := l.c.processes, 0
	defer func() {
		for i := range n {
			p.together[i].Close()
		}
	}()
	for n < min(len(pids), maxTogether) {
		var err error
		p.together[n], err = l.c.host.Process(pids[n])
		if errors.Is(err, kernfs.ErrFull) {
			if n > 0 {
				break // few are enough
			}
			l.err = err
			return 0
		}
		p.hidden[n] = err != nil
		n++
	}
	if p.listed, l.err = l.g.handle.AllProcesses(p.listed[:0], &l.c.buf); l.err != nil {
		return 0
	}
	slices.Sort(p.listed)
	for i, pid := range pids[:n] {
		_, there := slices.BinarySearch(p.listed, pid)
		switch {
		case !there: // it ended, or moved
		case p.hidden[i]:
			l.noFiles, l.noThread = true, true
			l.c.tell(errHidden)
		case l.left >= 0:
			l.process(&p.together[i])
		}
	}
	return n
}

// process looks into one process. If it ends meanwhile nothing of it counts.
func (l *look) process(p *procfs.Process) {
	kinds := l.c.processes.kinds
	if l.left -= looksOfProcess; l.left < 0 {
		return
	}
	var d procfs.Descriptors
	if kinds&ProcessFiles != 0 && !l.noFiles {
		var err error
		d, err = p.Descriptors(l.left)
		if l.noFiles = err != nil; l.ended(err) {
			l.noFiles = false
			return
		}
		l.left -= d.Open
	}
	if kinds&ProcessSched != 0 && !l.noThread && l.left >= 0 && l.threads(p) {
		return
	}
	if kinds&(ProcessFiles|ProcessSockets) != 0 && l.g != l.c.root {
		l.first(p)
	}
	l.files += uint64(d.Open)
	l.sockets += d.Sockets.N
	l.noSockets = l.noSockets || !d.Sockets.OK
}

// threads keeps the threads of a process, and reports whether it has ended.
func (l *look) threads(p *procfs.Process) (ended bool) {
	seen := &l.c.processes.threads
	before := len(*seen)
	var err error
	if *seen, err = p.Threads(*seen, l.left); l.ended(err) {
		return true
	}
	l.noThread = err != nil
	l.left -= len(*seen) - before
	return false
}

// ended reports whether an error says that a process has ended, and else keeps
// it.
func (l *look) ended(err error) bool {
	switch {
	case errors.Is(err, kernfs.ErrAbsent):
		return true
	case errors.Is(err, procfs.ErrTooMany):
		l.left = -1
	case errors.Is(err, procfs.ErrNoSched):
	case kernfs.IsDenied(err):
		l.c.tell(err)
	case l.err == nil:
		l.err = err
	}
	return false
}

// first reads what is told of the process that started first, if this is so far.
func (l *look) first(p *procfs.Process) {
	if l.several {
		started, err := p.StartNanos()
		if err != nil {
			l.ended(err)
			return
		}
		if l.found && started >= l.started {
			return
		}
		l.started = started
	}
	l.found = true
	l.limitAndNetwork(p)
}

func (l *look) limitAndNetwork(p *procfs.Process) {
	kinds := l.c.processes.kinds
	if kinds&ProcessFiles != 0 {
		limit, err := p.MaxOpenFiles()
		l.ended(err)
		l.limit = limitOf(limit)
	}
	if kinds&ProcessSockets != 0 {
		var err error
		if l.network, err = l.c.socketsOf(p, l.dst); errors.Is(err, procfs.ErrTooMany) {
			err = errSockets // that is about nothing but sockets
		}
		l.ended(err)
	}
}

// ofProcess1 reads what is told of the node's first process for the root,
// wherever that is.
func (l *look) ofProcess1() {
	p, err := l.c.host.Process(1)
	l.ended(err)
	if err == nil {
		l.limitAndNetwork(&p)
		p.Close()
	}
}

func limitOf(l procfs.Limit) cgroupfs.Value {
	switch {
	case l.Unlimited:
		return cgroupfs.Max()
	case l.OK:
		return cgroupfs.Number(l.N)
	}
	return cgroupfs.Value{}
}

// stats is what was seen.
func (l *look) stats(kinds ProcessSet) ProcessStats {
	s := ProcessStats{Time: l.c.now(), MaxOpenFiles: l.limit, Network: l.network}
	if l.left < 0 {
		return s
	}
	if kinds&ProcessFiles != 0 && !l.noFiles {
		s.FileDescriptors = cgroupfs.Number(l.files)
		if !l.noSockets {
			s.Sockets = cgroupfs.Number(l.sockets)
		}
	}
	if kinds&ProcessSched != 0 && !l.noThread {
		if l.g.threads == nil {
			l.g.threads = new(threads)
		}
		sum := l.g.threads.add(l.c.processes.threads)
		s.RunNanos, s.WaitNanos, s.Timeslices = cgroupfs.Number(sum.RunNanos), cgroupfs.Number(sum.WaitNanos), cgroupfs.Number(sum.Timeslices)
	}
	return s
}

// threads are those of a cgroup that were seen, by number, and the sum of those
// that have ended or left.
type threads struct {
	seen  []procfs.Thread
	ended procfs.SchedStat
}

// add makes now what is there, which it sorts, and returns the sum of all that
// ever were: it never goes back.
func (t *threads) add(now []procfs.Thread) procfs.SchedStat {
	slices.SortFunc(now, func(a, b procfs.Thread) int { return cmp.Compare(a.ID, b.ID) })
	now = slices.CompactFunc(now, func(a, b procfs.Thread) bool { return a.ID == b.ID }) // a number may be another's by now
	i := 0
	for _, old := range t.seen {
		for i < len(now) && now[i].ID < old.ID {
			i++
		}
		// A number that is there again may be another thread's.
		if i == len(now) || now[i].ID != old.ID || now[i].RunNanos < old.RunNanos || now[i].WaitNanos < old.WaitNanos || now[i].Timeslices < old.Timeslices {
			t.ended.Add(old.SchedStat)
		}
	}
	t.seen = append(t.seen[:0], now...)
	sum := t.ended
	for i := range now {
		sum.Add(now[i].SchedStat)
	}
	return sum
}
