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
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if snap, err := n.stats.Fresh(ctx, math.MaxInt64); err == nil { // the newest there is
			cgroups.note(first(&snap.Errors))
		}
		if snap := n.disks.Latest(); snap != nil {
			disks.note(first(&snap.Errors))
		}
	}
}

func first(errs *stats.Errors) error {
	if len(errs.Examples) == 0 {
		return nil
	}
	return errs.Examples[0]
}
