package storage

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// node makes pods with four volumes and two containers each.
func node(tb testing.TB, pods int) *host {
	h := newHost(tb)
	for i := range pods {
		uid := fmt.Sprintf("%08d-aaaa-4bcd-8def-00112233aabb", i)
		for _, v := range []string{"empty-dir cache", "configmap config", "projected kube-api-access", "secret tls"} {
			var plugin, name string
			_, _ = fmt.Sscan(v, &plugin, &name)
			h.volume(uid, plugin, name)
			h.write(1, "var/lib/kubelet/pods", uid, "volumes/kubernetes.io~"+plugin, name, "data")
		}
		h.write(1, "var/lib/kubelet/pods", uid, "etc-hosts")
		for _, name := range []string{"server", "sidecar"} {
			h.write(1, fmt.Sprintf("var/log/pods/default_web-%d_%s/%s/0.log", i, uid, name))
		}
	}
	return h
}

func heap() float64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func BenchmarkCollect(b *testing.B) {
	const pods = 200
	h := node(b, pods)
	c := h.collector(Options{})
	collect(b, c)
	entries := 0
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		s, err := c.Collect(context.Background())
		require.NoError(b, err)
		entries += s.Entries
	}
	b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkMemory reports what the second half of a node's pods costs, which
// leaves buffers out: in the Collector, and in a Snapshot.
func BenchmarkMemory(b *testing.B) {
	const pods = 400
	var collector, snapshot float64
	for range b.N {
		h := node(b, pods)
		require.NoError(b, os.Rename(h.path("var/lib/kubelet/pods"), h.path("all")))
		h.mkdir("var/lib/kubelet/pods")
		entries, err := os.ReadDir(h.path("all"))
		require.NoError(b, err)
		logs, err := os.ReadDir(h.path("var/log/pods"))
		require.NoError(b, err)
		for _, e := range logs[pods/2:] {
			require.NoError(b, os.Rename(h.path("var/log/pods", e.Name()), h.path("logs-"+e.Name())))
		}
		half := func(list []os.DirEntry) {
			for _, e := range list {
				require.NoError(b, os.Rename(h.path("all", e.Name()), h.path("var/lib/kubelet/pods", e.Name())))
			}
		}
		half(entries[:pods/2])
		c := h.collector(Options{})
		collect(b, c)
		c.latest.Store(nil)
		before := heap()
		half(entries[pods/2:])
		for _, e := range logs[pods/2:] {
			require.NoError(b, os.Rename(h.path("logs-"+e.Name()), h.path("var/log/pods", e.Name())))
		}
		s := collect(b, c)
		require.Len(b, s.Pods, pods)
		both := heap()
		s = nil
		c.latest.Store(nil)
		after := heap()
		collector += (after - before) / (pods / 2)
		snapshot += (both - after) / pods
		runtime.KeepAlive(s)
		runtime.KeepAlive(entries)
		runtime.KeepAlive(logs)
		runtime.KeepAlive(c)
	}
	b.ReportMetric(collector/float64(b.N), "B/pod")
	b.ReportMetric(snapshot/float64(b.N), "B/pod-in-snapshot")
}

// TestASteadyRoundAllocatesLittle holds what the documentation promises: a few
// names of folders for each pod, and the Snapshot.
func TestASteadyRoundAllocatesLittle(t *testing.T) {
	const pods = 20
	h := node(t, pods)
	c := h.collector(Options{})
	collect(t, c)
	collect(t, c)
	allocs := testing.AllocsPerRun(20, func() {
		if _, err := c.Collect(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%v allocations for %d pods", allocs, pods)
	require.LessOrEqual(t, allocs, float64(100+15*pods))
}
