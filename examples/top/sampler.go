package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/localpods"
)

// A sampler has the two newest samples of a node, and the names in it.
type sampler struct {
	host      string // its name; empty if not known
	version   cgroupfs.Version
	live      bool // false for a copy on an ordinary file system
	collector *stats.Collector
	source    summary.PodSource
	storage   *storage.Collector // nil if nobody asks, and for a copy: its disks are not here

	prev, cur *stats.Snapshot // prev is empty at first
	pods      []summary.Pod
	podsErr   error
	disks     *storage.Snapshot // nil if they were not asked
}

// disksEvery is how often the disks are asked, and disksTime how long files are
// counted each time, at most.
const (
	disksEvery = 10 * time.Second
	disksTime  = 500 * time.Millisecond
)

// open finds the cgroups of this host or of the one at o.root.
func open(o *options) (*sampler, error) {
	var h *cgroupfs.Hierarchy
	var err error
	if o.root == "" {
		h, err = cgroupfs.Detect()
	} else {
		h, err = cgroupfs.Open(filepath.Join(o.root, "sys", "fs", "cgroup"))
	}
	if err != nil {
		return nil, err
	}
	s, err := newSampler(h, o.root, &stats.Options{Root: o.root, MinWindow: o.interval / 2, Network: o.net})
	if err != nil || !o.storage || !s.live {
		return s, err
	}
	if s.storage, err = storage.New(&storage.Options{Root: o.root, Time: disksTime}); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func newSampler(h *cgroupfs.Hierarchy, root string, so *stats.Options) (*sampler, error) {
	s := &sampler{
		host:    hostName(root),
		version: h.Version(),
		live:    h.Live(),
		source:  localpods.New(&localpods.Options{Root: root}),
		prev:    &stats.Snapshot{},
		cur:     &stats.Snapshot{},
	}
	var err error
	if s.collector, err = stats.New(h, so); err != nil {
		h.Close()
		return nil, err
	}
	return s, nil
}

func hostName(root string) string {
	if root == "" {
		name, _ := os.Hostname()
		return name
	}
	text, _ := os.ReadFile(filepath.Join(root, "etc", "hostname"))
	return strings.TrimSpace(string(text))
}

func (s *sampler) close() {
	s.collector.Close()
	if s.storage != nil {
		s.storage.Close()
	}
}

// next takes a sample. What was the newest before is prev then.
func (s *sampler) next(ctx context.Context) error {
	s.prev, s.cur = s.cur, s.prev
	if err := s.collector.Collect(ctx, s.cur); err != nil {
		return err
	}
	s.pods, s.podsErr = s.source.Pods(ctx)
	if s.storage != nil && (s.disks == nil || s.cur.Time.Sub(s.disks.Time) >= disksEvery) {
		disks, err := s.storage.Collect(ctx)
		if err != nil {
			return err
		}
		s.disks = disks
	}
	root := &s.cur.Cgroups[0]
	if len(s.cur.Cgroups) == 1 && root.CPU.Time.IsZero() && root.Memory.Time.IsZero() {
		return fmt.Errorf("the root cgroup says nothing: %w", errors.Join(append(s.cur.Errors.Examples, cgroupfs.ErrNoHierarchy)...))
	}
	return nil
}

// json returns the newest sample as a kubelet prints it.
func (s *sampler) json() []byte {
	var sum summary.Summary
	summary.Build(&sum, s.cur, s.pods, &summary.Options{NodeName: s.host, Storage: s.disks})
	return sum.AppendJSON(nil)
}
