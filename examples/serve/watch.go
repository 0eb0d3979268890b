package main

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// A change logs an error when it is another than the last, and when it is over:
// what goes wrong in every round is one line. It is safe for concurrent use.
type change struct {
	log  *slog.Logger
	what string

	mu   sync.Mutex
	last string
}

func (c *change) note(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if text == c.last {
		return
	}
	c.last = text
	if err == nil {
		c.log.Info(c.what + ": well again")
		return
	}
	c.log.Warn(c.what, "error", err)
}

// told is a PodSource that logs the errors of another.
type told struct {
	source summary.PodSource
	change change
}

func (t *told) Pods(ctx context.Context) ([]summary.Pod, error) {
	pods, err := t.source.Pods(ctx)
	if ctx.Err() == nil { // a client that went away is nobody's error
		t.change.note(err)
	}
	return pods, err
}

// watch logs the errors of rounds until ctx ends: the first of each look.
func (n *node) watch(ctx context.Context) {
	cgroups := change{log: n.log, what: "cgroups"}
	disks := change{log: n.log, what: "disks"}
	for range ticks(ctx, lookEvery) {
		if snap, err := n.stats.Fresh(ctx, math.MaxInt64); err == nil { // the newest there is
			cgroups.note(first(&snap.Errors))
		}
		if snap := n.disks.Latest(); snap != nil {
			disks.note(first(&snap.Errors))
		}
	}
}

// know reads what changes seldom until ctx ends.
func (n *node) know(ctx context.Context) {
	machine := change{log: n.log, what: "machine"}
	for range ticks(ctx, machineEvery) {
		m, err := n.stats.Machine()
		machine.note(err)
		n.machine.Store(&m)
	}
}

// begin takes two rounds a second apart, so that rates are known then and not
// only after the second of Run's.
func (n *node) begin(ctx context.Context) {
	rounds := 0
	for range ticks(ctx, time.Second) {
		_, _ = n.stats.Fresh(ctx, 0) // Run will say what is wrong
		if rounds++; rounds == 2 {
			return
		}
	}
}

// ticks yields now, and then after each interval until ctx ends.
func ticks(ctx context.Context, every time.Duration) func(yield func() bool) {
	return func(yield func() bool) {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for ctx.Err() == nil && yield() {
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	}
}

func first(errs *stats.Errors) error {
	if len(errs.Examples) == 0 {
		return nil
	}
	return errs.Examples[0]
}
