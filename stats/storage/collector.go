package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/nodegauge/nodegauge/internal/diskwalk"
	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/rounds"
	"github.com/nodegauge/nodegauge/stats"
)

// Options are a Collector's options. The zero Options, and nil, are good for a
// process that sees the host's files and runs as root.
type Options struct {
	// Root is the folder where the host's root is mounted, such as /host in a
	// container; "" is "/". An ordinary folder will do.
	Root string
	// KubeletRoot is the host's name of the kubelet's folder, in which pods
	// lies; "" is /var/lib/kubelet.
	KubeletRoot string
	// LogRoot is the host's name of the folder with one folder of logs for each
	// pod; "" is /var/log/pods.
	LogRoot string
	// Source says what images and writable layers take; nil if nobody does.
	Source Source
	// Entries is how many files and folders of volumes and logs a round looks
	// at, at most; 0 is 100,000.
	Entries int
	// Time is how long a round counts them, at most, by Now; 0 is 1 s.
	Time time.Duration
	// Wait is how long a round waits for file systems to say how full they are,
	// counted from when it asks them; 0 is 2 s.
	Wait time.Duration
	// Remote asks network and FUSE file systems too, and counts in them.
	// Without it they are not touched.
	Remote bool
	// Now is the clock; nil is time.Now. It may be called from any goroutine.
	Now func() time.Time
}

// A Collector follows what the pods of a node take of its disks. It is safe
// for concurrent use: its rounds come one after another. It keeps nothing open
// between rounds, and so keeps nobody from unmounting anything.
type Collector struct {
	o      Options
	latest atomic.Pointer[Snapshot]

	turn rounds.Turn // who has it may touch what follows

	closed  bool
	round   uint64
	errs    stats.Errors
	mounts  mounts
	asker   asker
	kubelet tree // its folder pods
	logs    tree
	pods    map[string]*pod
	order   []*pod // the same, by UID
	walker  diskwalk.Walker
	spare   []*diskwalk.Walk
	queue   []*folder
	served  uint64
	project map[project]int
	layers  Layers            // what Options.Source said in this round
	places  map[string]*mount // where the folders it named are
	node    *mount
	looked  int // entries in this round
}

var (
	// ErrClosed says that the Collector is closed. It satisfies
	// errors.Is(err, fs.ErrClosed).
	ErrClosed = fmt.Errorf("storage: collector is closed: %w", fs.ErrClosed)

	// ErrHung says that a file system does not say how full it is: statfs has
	// not come back. It is among a Snapshot's Errors as long as this lasts, and
	// Close returns it where a goroutine still waits.
	ErrHung = errors.New("statfs does not come back")
)

// New returns a Collector. It touches no file yet. On systems other than
// Linux it returns errors.ErrUnsupported.
func New(o *Options) (*Collector, error) {
	if !kernfs.HasDisks {
		return nil, fmt.Errorf("storage: %w", errors.ErrUnsupported)
	}
	if o == nil {
		o = &Options{}
	}
	if o.Entries < 0 || o.Time < 0 || o.Wait < 0 {
		return nil, fmt.Errorf("storage: a budget below zero: %d entries, %v, wait %v", o.Entries, o.Time, o.Wait)
	}
	c := &Collector{o: *o, turn: rounds.NewTurn(), pods: map[string]*pod{}, project: map[project]int{}}
	c.o.Root = cmp.Or(o.Root, "/")
	c.o.KubeletRoot = cmp.Or(o.KubeletRoot, "/var/lib/kubelet")
	c.o.LogRoot = cmp.Or(o.LogRoot, "/var/log/pods")
	c.o.Entries = cmp.Or(o.Entries, 100_000)
	c.o.Time = cmp.Or(o.Time, time.Second)
	c.o.Wait = cmp.Or(o.Wait, 2*time.Second)
	if c.o.Now == nil {
		c.o.Now = time.Now
	}
	c.asker.statfs = kernfs.Statfs
	for _, t := range c.trees() {
		t.fd, t.folders = kernfs.None, map[string]*folder{}
	}
	return c, nil
}

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

// Collect takes one round now and returns what is known after it. It fails
// only where nothing can be known: the context is done, this process's mounts
// cannot be read, the Collector is closed. What else goes wrong is in the
// Snapshot's Errors. A round that ctx ends is not lost: the next goes on there.
func (c *Collector) Collect(ctx context.Context) (*Snapshot, error) {
	if err := c.take(ctx); err != nil {
		return nil, err
	}
	defer c.turn.Give()
	if err := c.collect(ctx); err != nil {
		return nil, err
	}
	s := c.fill()
	c.latest.Store(s)
	return s, nil
}

// Latest returns the newest Snapshot of Collect or Run, or nil before the
// first. It never waits.
func (c *Collector) Latest() *Snapshot { return c.latest.Load() }

// Run takes rounds until ctx ends, and returns its error. The first round is
// now, the second after a random part of every, and from then on the phase is
// fixed. A round that would begin while another is under way is left out. The
// kubelet looks once a minute.
func (c *Collector) Run(ctx context.Context, every time.Duration) error {
	return rounds.Run(ctx, every, func(time.Time) error {
		_, err := c.Collect(ctx)
		return err
	})
}

// Close ends the Collector. A round that is under way ends first. A statfs that
// hangs for longer than Options.Wait is not waited for: Close returns ErrHung
// then, and the goroutine that waits ends if the file system ever answers.
// Snapshots stay good. Closing it again does nothing.
func (c *Collector) Close() error {
	c.turn.Wait()
	defer c.turn.Give()
	if c.closed {
		return nil
	}
	c.closed = true
	return c.hanging()
}
