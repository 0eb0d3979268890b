package localpods

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// fill gives a host n pods, each with a sandbox and two containers, as
// containerd and the kubelet leave them on the disk.
func fill(h *host, n int) {
	for i := range n {
		pod, uid := fmt.Sprintf("web-%d", i), fmt.Sprintf("3f9a1c2e-7b41-4d0e-9a55-%012x", i)
		box := id(i<<8 + 1)
		h.podLog("default", pod, uid)
		h.write(config(containerdSandbox("default", pod, uid, box)), containerdV2, box, "config.json")
		for j, name := range []string{"server", "sidecar"} {
			c := id(i<<8 + 2 + j)
			h.write(config(containerdContainer("default", pod, uid, box, name)), containerdV2, c, "config.json")
			h.containerLog("default", pod, name, c)
		}
	}
}

func benchmark(b *testing.B, root string, warm bool) {
	const n = 500
	h := &host{b, root}
	fill(h, n)
	s := New(nil)
	s.root = h.root
	_, err := s.Pods(context.Background())
	require.NoError(b, err)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if !warm {
			s = h.source()
		}
		pods, err := s.Pods(context.Background())
		if err != nil || len(pods) != n {
			b.Fatal(len(pods), err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "pods/s")
}

func BenchmarkPodsWarm(b *testing.B) { benchmark(b, b.TempDir(), true) }
func BenchmarkPodsCold(b *testing.B) { benchmark(b, b.TempDir(), false) }

// TestConcurrentPods is for the race detector: callers share a Source while
// pods come and go.
func TestConcurrentPods(t *testing.T) {
	h := newHost(t)
	fill(h, 10)
	s := h.source()
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 25 {
				pods, err := s.Pods(context.Background())
				if err != nil || len(pods) < 10 {
					t.Errorf("Pods() = %d pods, %v, want 10 or more and no error", len(pods), err)
				}
			}
		}()
	}
	text := config(containerdContainer("default", "guest", uidB, id(1), "guest"))
	for range 50 {
		h.write(text, "/new", "config.json") // beside, so that nobody reads half of it
		require.NoError(t, os.Rename(h.path("/new"), h.path(containerdV2, id(0xff))))
		require.NoError(t, os.RemoveAll(h.path(containerdV2, id(0xff))))
	}
	wg.Wait()
}
