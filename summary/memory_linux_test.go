package summary_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// BenchmarkMemory prints what a node of 1,000 containers in 500 pods takes in
// this process: collectors of cgroups, networks and disks, a Snapshot of each,
// and the Summary. The text and the kernel's memory for descriptors are not in
// it. All of it is divided by the containers, whose pods and sandboxes are then
// in it, and by the cgroups; B/more is what a third container in each pod adds.
func BenchmarkMemory(b *testing.B) {
	const pods = 500
	for range b.N {
		two, cgroups := memoryTaken(b, pods, 2)
		three, _ := memoryTaken(b, pods, 3)
		b.ReportMetric(two/(2*pods), "B/container")
		b.ReportMetric(two/float64(cgroups), "B/cgroup")
		b.ReportMetric((three-two)/pods, "B/more")
	}
}

func memoryTaken(b *testing.B, pods, each int) (bytes float64, cgroups int) {
	tree, sources, layers := memoryNode(b, pods, each)
	before := heap()
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(b, err)
	c, err := stats.New(h, &stats.Options{Root: tree.Host(), Now: tree.Now, Network: true})
	require.NoError(b, err)
	disks, err := storage.New(&storage.Options{Root: tree.Host(), Now: tree.Now, Source: layers})
	require.NoError(b, err)
	var snap stats.Snapshot
	var s summary.Summary
	round := func() int {
		require.NoError(b, c.Collect(context.Background(), &snap))
		taken, err := disks.Collect(context.Background())
		require.NoError(b, err)
		summary.Build(&s, &snap, sources, &summary.Options{Storage: taken})
		return len(s.Pods)
	}
	round()
	require.Equal(b, pods, round())
	last := &s.Pods[pods-1]
	require.NotZero(b, last.Network.RxBytes)
	require.NotZero(b, last.EphemeralStorage.UsedBytes)
	bytes = float64(heap() - before)
	runtime.KeepAlive(&s)
	require.NoError(b, disks.Close())
	require.NoError(b, c.Close())
	require.NoError(b, h.Close())
	return bytes, len(snap.Cgroups)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// memoryLayers says that each container has a layer.
type memoryLayers struct{ said storage.Layers }

func (m *memoryLayers) Layers(context.Context) (storage.Layers, error) { return m.said, nil }

// memoryNode is a fake node: each pod has a sandbox, so many containers, a
// network, an emptyDir and logs.
func memoryNode(tb testing.TB, pods, each int) (*cgroupfstest.Tree, []summary.Pod, storage.Source) {
	tree, layers := cgroupfstest.New(tb), &memoryLayers{}
	folder := func(elem ...string) string {
		path := filepath.Join(append([]string{tree.Host()}, elem...)...)
		require.NoError(tb, os.MkdirAll(path, 0o755))
		return path
	}
	write := func(dir, name string) {
		require.NoError(tb, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600))
	}
	folder("var/lib/containerd")
	var list []summary.Pod
	for i := range pods {
		uid := fmt.Sprintf("%08x-0000-4000-8000-000000000000", i)
		p := summary.Pod{UID: uid, Namespace: "default", Name: fmt.Sprint("web-", i)}
		dir := "kubepods.slice/kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice"
		tree.Put(dir, cgroupfstest.Usage{})
		tree.PutNetwork(1000+i, cgroupfstest.Network{Namespace: uint64(5000 + i), Interfaces: []cgroupfstest.Interface{{Name: "eth0", RxBytes: 1}}, Default: "eth0"})
		write(folder("var/lib/kubelet/pods", uid, "volumes/kubernetes.io~empty-dir/data"), "file")
		write(folder("var/lib/kubelet/pods", uid), "etc-hosts")
		for k := range each + 1 {
			id := fmt.Sprintf("%064x", i*(each+1)+k)
			u := using(uint64(k + 1))
			u.PIDs = []int{1000 + i}
			tree.Put(dir+"/cri-containerd-"+id+".scope", u)
			if k == 0 {
				continue
			}
			name := fmt.Sprint("server-", k)
			p.Containers = append(p.Containers, summary.Container{ID: id, Name: name, Kind: summary.KindContainer})
			write(folder("var/log/pods", "default_"+p.Name+"_"+uid, name), "0.log")
			layers.said.Writable = append(layers.said.Writable, storage.WritableLayer{
				ContainerID: id, Folder: storage.Folder{Path: "/var/lib/containerd", Used: used(4096, 1)},
			})
		}
		list = append(list, p)
	}
	return tree, list, layers
}
