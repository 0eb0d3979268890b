package promcollector_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/nodegauge/nodegauge/summary/kube/promcollector"
	"github.com/stretchr/testify/require"
)

// A source is a PodSource in a function.
type source func(ctx context.Context) ([]summary.Pod, error)

func (s source) Pods(ctx context.Context) ([]summary.Pod, error) { return s(ctx) }

// A node is a host of testdata, with what a program that embeds it has of it.
type node struct {
	name      string
	tree      *cgroupfstest.Tree
	collector *stats.Collector
	frames    []string
	pods      []summary.Pod // of the frame
	storage   *storage.Snapshot
	machine   *stats.Machine
}

// nodes are all hosts in testdata.
func nodes(t *testing.T) []*node {
	files, err := filepath.Glob("../../../testdata/*/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all []*node
	for _, file := range files {
		n := &node{name: filepath.Base(file), tree: cgroupfstest.Load(t, file), frames: []string{"0s", "10s"}}
		n.collector = capture.Collector(t, n.tree, stats.Options{})
		if strings.Contains(file, "-kubelet") {
			var times struct{ Frames []struct{ Frame string } }
			require.NoError(t, json.Unmarshal([]byte(n.tree.Want("times.json")), &times))
			n.frames = nil
			for _, f := range times.Frames {
				n.frames = append(n.frames, f.Frame)
			}
		}
		all = append(all, n)
	}
	return all
}

// each calls f at every frame.
func (n *node) each(t *testing.T, f func(frame string)) {
	t.Helper()
	var passed time.Duration
	for _, frame := range n.frames {
		at, err := time.ParseDuration(frame)
		require.NoError(t, err)
		n.tree.Advance(at - passed)
		passed = at
		machine, err := stats.ReadMachine(n.tree.Host())
		require.NoError(t, err)
		n.machine = &machine
		if strings.Contains(n.name, "-kubelet") {
			n.pods = capture.Pods(t, n.tree, frame)
			var disks capture.Disks
			require.NoError(t, json.Unmarshal([]byte(n.tree.Want(frame+"/storage.json")), &disks))
			n.storage, err = disks.Snapshot(&disks)
			require.NoError(t, err)
		}
		f(frame)
	}
}

// options are those of a collector of the node.
func (n *node) options(o expo.Options) *promcollector.Options {
	return &promcollector.Options{
		MaxAge:  time.Second,
		Metrics: o,
		Storage: func() *storage.Snapshot { return n.storage },
		Machine: func() *stats.Machine { return n.machine },
	}
}

func (n *node) Pods(context.Context) ([]summary.Pod, error) { return n.pods, nil }

// texts are what expo prints of the newest round at the two endpoints.
func (n *node) texts(t *testing.T, o expo.Options) map[string]string {
	t.Helper()
	snap, err := n.collector.Fresh(context.Background(), time.Second)
	require.NoError(t, err)
	var s summary.Summary
	summary.Build(&s, snap, n.pods, &summary.Options{CPUAndMemoryOnly: true})
	var p expo.Printer
	return map[string]string{
		"resource": string(p.AppendResource(nil, &s, &o)),
		"cadvisor": string(p.AppendCadvisor(nil, &expo.Node{
			Snapshot: snap, Pods: n.pods, Storage: n.storage, Machine: n.machine, Now: snap.Time,
		}, &o)),
	}
}
