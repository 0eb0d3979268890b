package storage

import (
	"context"
	"fmt"
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

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkCollect(b *testing.B) {
	const pods = 200
	h := node(b, pods)
	before := heap()
	c := h.collector(Options{})
	s := collect(b, c)
	with := heap()
	runtime.KeepAlive(s)
	entries := 0
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		s, err := c.Collect(context.Background())
		require.NoError(b, err)
		entries += s.Entries
	}
	b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
	b.ReportMetric(float64(with-before)/pods, "B/pod")
	runtime.KeepAlive(c)
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
