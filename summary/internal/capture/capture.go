// Package capture reads the archives of nodes that had a kubelet, for tests:
// what a Collector makes of each frame, and what the kubelet said.
package capture

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// A Moment is a frame of an archive after the Collector's round.
type Moment struct {
	Frame   string // its name
	At      time.Duration
	Snap    *stats.Snapshot
	Pods    []summary.Pod
	Disks   *Disks
	Storage *storage.Snapshot
}

// Load collects every frame of an archive, all with one Collector. Of the
// options the tree, its clock and the slow files of every frame are set. If
// exact is set, the clock stands where the last file of a frame was read, in
// place of the time that the frame is called.
func Load(t testing.TB, file string, exact bool, o stats.Options) (*cgroupfstest.Tree, []Moment) {
	t.Helper()
	tree := cgroupfstest.Load(t, file)
	var times struct {
		Frames []struct {
			Frame string
			Files struct{ End int64 }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(tree.Want("times.json")), &times))
	var read time.Time
	if exact {
		o.Now = func() time.Time { return read }
	}
	collector := Collector(t, tree, o)
	var moments []Moment
	var passed time.Duration
	for _, f := range times.Frames {
		at, err := time.ParseDuration(f.Frame)
		require.NoError(t, err)
		tree.Advance(at - passed)
		passed, read = at, time.Unix(0, f.Files.End)
		makeFolders(t, tree)
		m := Moment{Frame: f.Frame, At: at, Snap: &stats.Snapshot{}, Pods: Pods(t, tree, f.Frame), Disks: &Disks{}}
		require.NoError(t, json.Unmarshal([]byte(tree.Want(f.Frame+"/storage.json")), m.Disks))
		m.Storage, err = m.Disks.Snapshot(m.Disks)
		require.NoError(t, err)
		nameDevices(t, tree, m.Storage)
		require.NoError(t, collector.Collect(context.Background(), m.Snap))
		moments = append(moments, m)
	}
	return tree, moments
}

// Collector is one of a tree, closed with the test. Without a clock it has the
// tree's.
func Collector(t testing.TB, tree *cgroupfstest.Tree, o stats.Options) *stats.Collector {
	t.Helper()
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	o.Root, o.SlowInterval, o.Network = tree.Host(), -1, true
	if o.Now == nil {
		o.Now = tree.Now
	}
	collector, err := stats.New(h, &o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, collector.Close()) })
	return collector
}

// Pods is what the container runtime knew at a frame.
func Pods(t testing.TB, tree *cgroupfstest.Tree, frame string) []summary.Pod {
	t.Helper()
	var captured []struct {
		summary.Pod
		Containers []struct {
			summary.Container
			Kind string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(tree.Want(frame+"/pods.json")), &captured))
	var pods []summary.Pod
	for _, p := range captured {
		for _, x := range p.Containers {
			x.Container.Kind = map[string]summary.ContainerKind{"container": summary.KindContainer, "sandbox": summary.KindSandbox}[x.Kind]
			p.Pod.Containers = append(p.Pod.Containers, x.Container)
		}
		pods = append(pods, p.Pod)
	}
	return pods
}

// makeFolders makes what an archive cannot hold: folders without a file. A process
// without one of its descriptors would be one that has ended.
func makeFolders(t testing.TB, tree *cgroupfstest.Tree) {
	t.Helper()
	limits, err := filepath.Glob(tree.Path("proc/*/limits"))
	require.NoError(t, err)
	for _, file := range limits {
		require.NoError(t, os.MkdirAll(filepath.Join(filepath.Dir(file), "fd"), 0o755))
	}
}

// nameDevices says on which devices the node's and the images' file systems
// are, as the node's table of mounts has it.
func nameDevices(t testing.TB, tree *cgroupfstest.Tree, s *storage.Snapshot) {
	t.Helper()
	text, err := os.ReadFile(tree.Path("proc/self/mountinfo"))
	require.NoError(t, err)
	for _, fs := range []*storage.FS{&s.Node, &s.Image.FS, &s.Container.FS} {
		longest := ""
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			point, source := f[4], f[len(f)-2]
			if len(point) >= len(longest) && strings.HasPrefix(fs.Path+"/", strings.TrimSuffix(point, "/")+"/") && strings.HasPrefix(source, "/dev/") {
				longest, fs.Device = point, source
			}
		}
	}
	for i := range s.Layers {
		s.Layers[i].FS.Device = s.Image.FS.Device
	}
}
