package stats

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/procfs"
)

const (
	// maxLooks bounds what is looked at of one cgroup in a round, and
	// maxAllLooks of all of them, so that what a container does costs nobody
	// more. Each descriptor and each thread is a look, and a process is
	// looksOfProcess beside these.
	maxLooks       = 1 << 16
	maxAllLooks    = 1 << 19
	looksOfProcess = 4
	// maxTogether is how many processes are open at once.
	maxTogether = 16
)

var (
	// errLooks is what is told of a cgroup whose processes are not counted.
	errLooks = errors.New("stats: more processes, descriptors and threads than are looked at in a round: none of them is counted")
	// errSockets is what is told of the first cgroup in a network namespace of
	// which the sockets are not counted.
	errSockets = errors.New("stats: more sockets in a network namespace than are read: none of them is counted")
	// errHidden is what is told where a process in a cgroup is not in proc:
	// hidepid hides it.
	errHidden = fmt.Errorf("stats: proc does not show all processes: %w", fs.ErrPermission)
)

// processes is what a Collector needs to look into processes.
type processes struct {
	kinds ProcessSet
	most  int  // looks at one cgroup
	looks int  // that are left in the round
	told  bool // in this round that a privilege is missing

	pids, listed []int
	together     [maxTogether]procfs.Process
	hidden       [maxTogether]bool // it could not be opened
	threads      []procfs.Thread
	sockets      map[uint64]*SocketStats // of the round, by network namespace
}

func newProcesses(kinds ProcessSet) *processes {
	return &processes{kinds: kinds, most: maxLooks, sockets: make(map[uint64]*SocketStats)}
}

// readProcesses reads what /proc has of the processes of every cgroup, into the
// Snapshot, where the cgroups were read to.
func (c *Collector) readProcesses(ctx context.Context, dst *Snapshot) error {
	p := c.processes
	if p == nil {
		return nil
	}
	p.looks, p.told = maxAllLooks, false
	defer clear(p.sockets) // they lie in the Snapshot, which is not to be held
	if err := c.sameNumbers(); err != nil {
		if c.networks == nil { // else it was told
			c.errs.add(err)
		}
		return nil
	}
	return c.readProcessesBelow(ctx, c.root, dst)
}

// sameNumbers fails if proc does not number processes as cgroup.procs does.
func (c *Collector) sameNumbers() error {
	if !c.h.Live() {
		return nil
	}
	pid, err := c.host.Self()
	if errors.Is(err, kernfs.ErrFull) {
		c.giveBack()
		pid, err = c.host.Self()
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && pid != os.Getpid() {
		return errPIDs
	}
	return err
}

func (c *Collector) readProcessesBelow(ctx context.Context, g *group, dst *Snapshot) error {
	c.lookInto(g, dst)
	for _, child := range g.children {
		if err := c.readProcessesBelow(ctx, child, dst); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// lookInto reads what the processes of one cgroup have.
func (c *Collector) lookInto(g *group, dst *Snapshot) {
	p := c.processes
	l := look{c: c, g: g, dst: dst}
	known := l.run()
	if errors.Is(l.err, kernfs.ErrFull) {
		c.giveBack()
		l = look{c: c, g: g, dst: dst}
		known = l.run()
	}
	c.note(g, l.err)
	if known {
		dst.processes = append(dst.processes, l.stats(p.kinds))
		dst.Cgroups[g.index].Processes = &dst.processes[len(dst.processes)-1]
	}
}

// tell counts an error that may concern every process: once a round.
func (c *Collector) tell(err error) {
	if !c.processes.told {
		c.processes.told = true
		c.errs.add(err)
	}
}

// socketsOf returns the sockets of the network namespace of a process, which
// are read unless they were in this round. It returns nil if they are not known.
func (c *Collector) socketsOf(p *procfs.Process, dst *Snapshot) (*SocketStats, error) {
	dev, id, err := c.netDev(p)
	if err != nil {
		return nil, err
	}
	defer dev.Close()
	if s, found := c.processes.sockets[id]; found && id != 0 {
		return s, nil
	}
	read, err := p.Sockets()
	if err != nil && !isParseError(err) {
		if !errors.Is(err, fs.ErrNotExist) { // another of its processes would fare no better
			c.processes.sockets[id] = nil
		}
		return nil, err
	}
	dst.sockets = append(dst.sockets, SocketStats{TCP: read.TCP, TCP6: read.TCP6, UDP: udpOf(read.UDP), UDP6: udpOf(read.UDP6)})
	s := &dst.sockets[len(dst.sockets)-1]
	c.processes.sockets[id] = s
	return s, err
}

func udpOf(u procfs.UDP) UDPStats {
	return UDPStats{Listen: u.Sockets, Dropped: u.Dropped, RxQueued: u.RxQueued, TxQueued: u.TxQueued}
}
