// Package fake shows how code that is built on nodegauge is tested without a
// kernel, a container or root. agent.go is a small node agent as somebody might
// write it; agent_test.go, the point of the example, lets it watch a node that
// is a folder of files.
package fake

import (
	"context"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

// An Alert is a container that uses too much.
type Alert struct {
	PodUID      string
	ContainerID string
	Reason      string
}

// Limits say what is too much. They are a decision's only other input.
type Limits struct {
	Cores         float64 // used at once
	MemoryPercent uint64  // of the container's own limit
}

// An Agent looks after the containers of a node.
type Agent struct {
	Limits    Limits
	collector *stats.Collector
	snapshot  stats.Snapshot // used again at every Check, which then allocates little
}

// NewAgent watches the cgroups below root: /sys/fs/cgroup, or a test's folder.
// Now is the clock, time.Now but in tests.
//
// These two arguments are all that this agent has to take to be testable; one
// that uses Snapshot.Node takes the host's root too, for stats.Options.Root.
func NewAgent(root string, now func() time.Time, limits Limits) (*Agent, error) {
	h, err := cgroupfs.Open(root)
	if err != nil {
		return nil, err
	}
	c, err := stats.New(h, &stats.Options{Now: now})
	if err != nil {
		h.Close()
		return nil, err
	}
	return &Agent{Limits: limits, collector: c}, nil
}

// Close gives back what the Agent holds.
func (a *Agent) Close() error { return a.collector.Close() }

// Check reads the node and returns what is wrong. A file that cannot be read
// or understood is no reason to fail: what it would say is unknown, and the
// rest of the node is as good as ever.
func (a *Agent) Check(ctx context.Context) ([]Alert, error) {
	if err := a.collector.Collect(ctx, &a.snapshot); err != nil {
		return nil, err
	}
	return Decide(&a.snapshot, a.Limits), nil
}

// Decide is the agent's whole judgement. It is a pure function of a Snapshot:
// no file, no clock.
func Decide(s *stats.Snapshot, limits Limits) []Alert {
	var alerts []Alert
	for i := range s.Cgroups {
		cg := &s.Cgroups[i]
		if cg.Kind != stats.KindContainer {
			continue
		}
		alert := func(reason string) {
			alerts = append(alerts, Alert{cg.PodUID, cg.ContainerID, reason})
		}
		// Get answers false for what is not known. Unknown is not zero and not
		// much: nobody is to be paged, or evicted, for it.
		if rate, ok := cg.CPU.UsageNanoCores.Get(); ok && float64(rate) > limits.Cores*1e9 {
			alert("busy")
		}
		// It also answers false for "max": no limit can be nearly reached.
		used, ok := cg.Memory.WorkingSetBytes.Get()
		limit, limited := cg.Sample.Memory.Max.Get()
		if ok && limited && used > limit/100*limits.MemoryPercent {
			alert("nearly out of memory")
		}
	}
	return alerts
}
