package stats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/nodegauge/nodegauge/internal/rounds"
)

// Options are a Collector's options. The zero Options, and nil, are good for
// most.
type Options struct {
	// Metrics are what to read; 0 is cgroupfs.DefaultMetrics.
	Metrics cgroupfs.MetricSet
	// MinWindow is the shortest time that a rate is the mean of, so that an
	// extra round on demand does not make it noisy; 0 is 500 ms.
	MinWindow time.Duration
	// SlowInterval is how old limits, events and what else
	// cgroupfs.MetricSet.Slow returns may become before they are read again; 0
	// is 30 s. If it is negative they are read in every round.
	SlowInterval time.Duration
	// MaxOpenFiles is how many descriptors may be kept; 0 is half of
	// RLIMIT_NOFILE, at most 8192. A negative number keeps none.
	MaxOpenFiles int
	// KubepodsRoot is the cgroup that holds the pods, "/kubelet/kubepods" for
	// example. Empty means that it is found, see Identify.
	KubepodsRoot string
	// Root is the folder where the host's root is mounted; the host's proc is
	// read below it. Empty is "/" for the cgroups of this machine; for a folder
	// that is none of a kernel (cgroupfs.Hierarchy.Live) no proc is read then,
	// since this machine's belongs to other cgroups.
	Root string
	// Network reads the interfaces of the node and of every pod: see the
	// package's documentation. False reads none.
	Network bool
	// Processes reads what only /proc has of each cgroup's processes: see the
	// package's documentation. It costs far more than all else; 0 reads none.
	Processes ProcessSet
	// Budgets are how much of a core reading may take: what is over is not read,
	// and told of in Snapshot.Shed. See the package's documentation. Nil is no
	// budget, and costs nothing.
	Budgets []Budget
	// Now is the clock; nil is time.Now. It may be called from any goroutine.
	Now func() time.Time
}

// A Collector follows the cgroups of a node. It is safe for concurrent use:
// its rounds come one after another. It starts no goroutine. Close it to give
// back its descriptors.
type Collector struct {
	h            *cgroupfs.Hierarchy
	minWindow    time.Duration
	slowInterval time.Duration
	kubepodsRoot string
	now          func() time.Time
	epoch        time.Time // what Stamps and points count from
	ownCgroup    string
	hostRoot     string // empty is "/"

	latest atomic.Pointer[Snapshot] // the newest that is shared

	turn rounds.Turn // who has it may touch what follows

	closed  bool
	metrics cgroupfs.MetricSet // that are asked for
	want    cgroupfs.MetricSet // of these, what this round reads
	trial   cgroupfs.MetricSet // what it reads of every cgroup, due or not
	proc    *procfs.Reader
	host    *procfs.Proc // the same proc; both nil if there is none to read
	buf     cgroupfs.Buffer
	sample  cgroupfs.Sample // what a cgroup is read into
	root    *group
	order   []*group // all, in the order in which they are read
	parents []*group // those whose children are followed
	changed bool     // the tree is not what order has
	lost    bool     // a cgroup is gone, and to be swept
	names   []string // of children that came: memory for list
	listing uint64   // how often children were listed
	again   bool     // a child that was listed could not be opened
	gen     uint64
	began   time.Duration // when the round began
	wall    time.Time     // and what the clock showed
	took    time.Duration
	node    Node
	disks   []procfs.Disk
	errs    Errors
	self    Self
	lag     time.Duration // how late the round is

	networks  *networks  // nil if they are not read
	processes *processes // nil if they are not read
	budget    *shedder   // nil if there are no budgets
	meter     cgroupfs.Meter
	costing   *costing // nil but in a round of Cost
}

// ErrClosed says that the Collector is closed. It satisfies
// errors.Is(err, fs.ErrClosed).
var ErrClosed = fmt.Errorf("stats: collector is closed: %w", fs.ErrClosed)

// New returns a Collector of the cgroups in h. It takes h over: closing the
// Collector closes h. Only if New fails h is still the caller's to close.
func New(h *cgroupfs.Hierarchy, o *Options) (*Collector, error) {
	if o == nil {
		o = &Options{}
	}
	c := &Collector{
		h:            h,
		turn:         rounds.NewTurn(),
		metrics:      o.Metrics,
		minWindow:    o.MinWindow,
		slowInterval: o.SlowInterval,
		kubepodsRoot: cleanKubepodsRoot(o.KubepodsRoot),
		now:          o.Now,
		hostRoot:     o.Root,
	}
	if c.metrics == 0 {
		c.metrics = cgroupfs.DefaultMetrics
	}
	if c.minWindow == 0 {
		c.minWindow = 500 * time.Millisecond
	}
	if c.slowInterval == 0 {
		c.slowInterval = 30 * time.Second
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.epoch = c.now()
	c.buf.Clock = c.clock
	c.budget = newShedder(o.Budgets, c.minWindow, c.slowInterval)
	c.buf.Meter = c.budgetMeter()
	if o.Root != "" || h.Live() {
		proc := filepath.Join(cmp.Or(o.Root, "/"), "proc")
		c.proc, c.host = procfs.NewReader(proc), procfs.NewProc(proc)
		if o.Network {
			c.networks = newNetworks(c.host)
		}
		if o.Processes != 0 {
			c.processes = newProcesses(o.Processes)
		}
	}
	h.SetMaxOpenFiles(o.MaxOpenFiles)
	c.ownCgroup, _ = h.Own() // where it cannot be told, it is not known
	c.readNode(&c.node)      // the node's start is needed to date cgroups
	if c.root, _ = c.open(nil, ""); c.root == nil {
		return nil, fmt.Errorf("stats: the root cgroup cannot be opened: %w", errors.Join(append(c.errs.Examples, c.closeProc())...))
	}
	c.parents, c.changed = []*group{c.root}, true
	return c, nil
}

// clock is the time since the Collector was made, which never goes back where
// Options.Now is the default.
func (c *Collector) clock() time.Duration { return c.now().Sub(c.epoch) }

// take waits for the turn, of a Collector that is not closed.
func (c *Collector) take(ctx context.Context) error {
	if err := c.turn.Take(ctx); err != nil {
		return err
	}
	if c.closed {
		c.turn.Give()
		return ErrClosed
	}
	return nil
}

// Collect takes one round now, and fills dst with it. Once dst has grown to
// the node's size it allocates nothing. It fails only where nothing can be
// collected: the context is done, the root cgroup is gone, the Collector is
// closed. Then dst holds nothing to be trusted. What else goes wrong is in
// dst: in Errors, and beside the cgroup that it concerns.
func (c *Collector) Collect(ctx context.Context, dst *Snapshot) error {
	if err := c.take(ctx); err != nil {
		return err
	}
	defer c.turn.Give()
	err := c.round(ctx, dst)
	if err != nil {
		*dst = Snapshot{}
	}
	return err
}

// Fresh returns a Snapshot whose round began at most maxAge ago, and takes a
// round if there is none. Askers share it: it must not be changed, and nobody
// has to give it back. Of many who ask at once one takes the round; if its
// context ends the next one does. Errors are those of Collect.
func (c *Collector) Fresh(ctx context.Context, maxAge time.Duration) (*Snapshot, error) {
	asked := c.clock()
	oldest := asked - max(maxAge, 0)
	if s := c.latest.Load(); s != nil && s.began >= oldest && s.began <= asked && ctx.Err() == nil {
		return s, nil
	}
	if err := c.take(ctx); err != nil {
		return nil, err
	}
	defer c.turn.Give()
	if s := c.latest.Load(); s != nil && s.began >= oldest && s.began <= c.clock() {
		return s, nil // somebody took the round meanwhile
	}
	return c.publish(ctx)
}

// Run takes rounds until ctx ends, and returns its error. The first round is
// now, the second after a random part of every, and from then on the phase is
// fixed: 10 s is 10 s. A round that would begin while another is under way
// is left out. Fresh returns the rounds of Run.
func (c *Collector) Run(ctx context.Context, every time.Duration) error {
	return rounds.Run(ctx, every, func(due time.Time) error { return c.runOnce(ctx, due) })
}

// runOnce takes a round that is due at a time.
func (c *Collector) runOnce(ctx context.Context, due time.Time) error {
	if err := c.take(ctx); err != nil {
		return err
	}
	defer c.turn.Give()
	c.lag = max(time.Since(due), 0)
	_, err := c.publish(ctx)
	c.lag = 0
	return err
}

// SetMetrics changes what the next rounds read. Rates that are still read go on.
func (c *Collector) SetMetrics(metrics cgroupfs.MetricSet) {
	c.turn.Wait()
	defer c.turn.Give()
	if metrics == 0 {
		metrics = cgroupfs.DefaultMetrics
	}
	if c.metrics != metrics && !c.closed {
		c.metrics = metrics
		c.root.forget() // what is not read any more is absent
		if c.budget != nil {
			c.budget.restart() // the next round reads the slow metrics too
		}
	}
}

// Close gives back what the Collector holds. A round that is under way ends
// first. Snapshots stay good. Closing it again does nothing.
func (c *Collector) Close() error {
	c.turn.Wait()
	defer c.turn.Give()
	if c.closed {
		return nil
	}
	c.closed = true
	return errors.Join(c.h.Close(), c.closeProc())
}

func (c *Collector) closeProc() error {
	if c.proc == nil {
		return nil
	}
	c.host.Close()
	return c.proc.Close()
}
