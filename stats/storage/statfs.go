package storage

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// An asker asks file systems how full they are. One that hangs, hangs for
// ever, and so does whoever asked: that is a goroutine of its own for each
// device, and as long as it has not come back no other is sent there.
type asker struct {
	statfs func(path string) (kernfs.Filling, error)
	out    map[string]*errand // by device
	until  time.Time          // when the round stops waiting
}

// An errand is one goroutine that asks the mounts of one device, in turn.
type errand struct {
	since  time.Time
	round  uint64
	mounts []*mount    // those that have not answered
	answer chan answer // has room for all: the goroutine waits for nobody
}

type answer struct {
	at  time.Time
	fs  kernfs.Filling
	err error
}

// ask sends somebody to each mount whose filling is wanted.
func (c *Collector) ask() {
	a := &c.asker
	if a.out == nil {
		a.out = map[string]*errand{}
	}
	for device, e := range a.out { // late answers of earlier rounds
		if c.gather(e, nil) {
			delete(a.out, device)
		}
	}
	var now map[string]*errand
	for _, m := range c.mounts.byPoint {
		switch e := a.out[m.device]; {
		case m.wanted != c.round:
		case m.class == classMemory:
			fs, err := a.statfs(m.point)
			c.answered(m, answer{c.o.Now(), fs, err})
		case e != nil:
			c.hung(m, e)
		default:
			if now == nil {
				now = map[string]*errand{}
			}
			if now[m.device] == nil {
				now[m.device] = &errand{since: c.o.Now(), round: c.round}
			}
			now[m.device].mounts = append(now[m.device].mounts, m)
		}
	}
	a.until = time.Now().Add(c.o.Wait)
	for device, e := range now {
		e.start(a.statfs, c.o.Now)
		a.out[device] = e
	}
}

// start sends the goroutine, which gets nothing of the Collector but its clock.
func (e *errand) start(statfs func(string) (kernfs.Filling, error), now func() time.Time) {
	points := make([]string, len(e.mounts))
	for i, m := range e.mounts {
		points[i] = m.point
	}
	answers := make(chan answer, len(points))
	e.answer = answers
	go func() {
		for _, point := range points {
			fs, err := statfs(point)
			answers <- answer{now(), fs, err}
		}
	}()
}

// gather takes the answers of an errand: those that are there, and, while
// expired is not nil, those that come before it fires. It reports whether the
// errand is done.
func (c *Collector) gather(e *errand, expired <-chan struct{}) bool {
	for len(e.mounts) > 0 {
		var got answer
		select {
		case got = <-e.answer: // what is there is taken, however late it is
		default:
			if expired == nil {
				return false
			}
			select {
			case got = <-e.answer:
			case <-expired:
				expired = nil
				continue
			}
		}
		c.answered(e.mounts[0], got)
		e.mounts = e.mounts[1:]
	}
	return true
}

// answered takes over what a file system said of a mount.
func (c *Collector) answered(m *mount, got answer) {
	switch {
	case errors.Is(got.err, kernfs.ErrAbsent): // unmounted meanwhile
	case got.err != nil:
		c.add(fmt.Errorf("statfs %s: %w", m.point, got.err))
	case got.fs.Mount != 0 && got.fs.Mount != m.id: // the same, or hidden by another
	default:
		m.fs.Time = got.at
		m.fs.set(&got.fs)
	}
}

// await waits for those who were sent in this round, until Options.Wait after
// they were sent.
func (c *Collector) await(ctx context.Context) {
	a := &c.asker
	var cancel context.CancelFunc
	for device, e := range a.out {
		if e.round != c.round {
			continue // ask has told
		}
		done := c.gather(e, nil)
		if !done {
			if cancel == nil {
				ctx, cancel = context.WithDeadline(ctx, a.until)
				defer cancel()
			}
			done = c.gather(e, ctx.Done())
		}
		if done {
			delete(a.out, device)
			continue
		}
		for _, m := range e.mounts {
			c.hung(m, e)
		}
	}
}

func (c *Collector) hung(m *mount, e *errand) {
	c.add(fmt.Errorf("%s: %w since %v", m.point, ErrHung, e.since.UTC().Format(time.RFC3339)))
}

// hanging gives those who are out the rest of Options.Wait, which they had not
// if a context ended, and says which file systems hang.
func (c *Collector) hanging() error {
	ctx, cancel := context.WithDeadline(context.Background(), c.asker.until)
	defer cancel()
	var errs []error
	for _, e := range c.asker.out {
		if !c.gather(e, ctx.Done()) {
			errs = append(errs, fmt.Errorf("storage: %s: %w", e.mounts[0].point, ErrHung))
		}
	}
	return errors.Join(errs...)
}

// product is n times size, or absent if that is more than a Value holds.
func product(n, size uint64) cgroupfs.Value {
	if high, low := bits.Mul64(n, size); high == 0 {
		return cgroupfs.Number(low)
	}
	return cgroupfs.Value{}
}

func number(n uint64) cgroupfs.Value { return cgroupfs.Number(n) }
