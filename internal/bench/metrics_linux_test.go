package bench

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/container"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/metrics"
	"github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"
	"k8s.io/utils/clock"
)

// BenchmarkMetrics prints /metrics/cadvisor of the same containers: ours, and
// cAdvisor's, with a kubelet's kinds of metrics and labels, from what both
// have collected before. It says what each takes of CPU time for each container
// with its share of pods and sandboxes, and how much text it is. Ours is that of
// its thread; it makes no garbage. cAdvisor's is that of the process, in which
// nothing else happens meanwhile but its garbage collection. Like a kubelet it
// reads limits again where they are older than five seconds.
func BenchmarkMetrics(b *testing.B) {
	n := newNode(b)
	snap := n.collect(b)
	var printer expo.Printer
	var text []byte
	ours := func() int {
		text = printer.AppendCadvisor(text[:0], &expo.Node{Snapshot: snap, Pods: n.pods, Now: snap.Time}, nil)
		return len(text)
	}
	ours()
	allocs := testing.AllocsPerRun(3, func() { ours() })
	peer := n.cadvisor(b)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const more = 20
	var took [2]time.Duration
	var size [2]int
	for b.Loop() {
		began := threadTime()
		for range more {
			size[0] = ours()
		}
		took[0] += (threadTime() - began) / more
		began = cpuTime()
		size[1] = peer()
		took[1] += cpuTime() - began
	}
	for i, who := range []string{"ours", "cadvisor"} {
		each := float64(took[i]) / float64(b.N*n.named())
		b.ReportMetric(each/1e3, who+"-µs/container")
		b.ReportMetric(float64(size[i])/float64(n.named()), who+"-B/container")
	}
	b.ReportMetric(float64(took[1])/float64(took[0]), "times")
	b.ReportMetric(allocs/float64(n.named()), "ours-allocs/container")
}

// cadvisor returns what prints cAdvisor's metrics and says how long they are.
func (n *node) cadvisor(b *testing.B) func() int {
	quiet(b)
	every, dynamic := time.Hour, false
	*manager.HousekeepingInterval = every // each container is read once
	kinds := container.MetricSet{
		container.CpuUsageMetrics: {}, container.MemoryUsageMetrics: {}, container.CpuLoadMetrics: {}, container.DiskIOMetrics: {},
		container.NetworkUsageMetrics: {}, container.AppMetrics: {}, container.ProcessMetrics: {}, container.OOMMetrics: {},
	}
	m, err := manager.New(memory.New(2*time.Hour, nil), sysfs.NewRealSysFs(),
		manager.HousekeepingConfig{Interval: &every, AllowDynamic: &dynamic}, kinds, []string{n.host.Path("kubepods")}, nil, "", 0)
	require.NoError(b, err)
	require.NoError(b, m.Start())
	b.Cleanup(func() { require.NoError(b, m.Stop()) })
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewPrometheusCollector(m, func(c *model.ContainerInfo) map[string]string {
		return n.labels(c.Name, c.Spec.Image)
	}, kinds, clock.RealClock{}, model.RequestOptions{IdType: model.TypeName, Count: 1, Recursive: true}))
	var text bytes.Buffer
	scrape := func() int {
		text.Reset()
		families, err := registry.Gather()
		require.NoError(b, err)
		encoder := expfmt.NewEncoder(&text, expfmt.NewFormat(expfmt.TypeTextPlain))
		for _, f := range families {
			require.NoError(b, encoder.Encode(f))
		}
		return text.Len()
	}
	for deadline := time.Now().Add(2 * time.Minute); ; runtime.Gosched() { // its samples come one by one
		began := time.Now()
		busy := cpuTime()
		scrape()
		busy = cpuTime() - busy
		all := bytes.Count(text.Bytes(), []byte("\ncontainer_memory_usage_bytes{")) >= 4*len(n.pods)
		if all && busy < 3*time.Since(began)/2 { // no other thread of it is at work
			return scrape
		}
		require.True(b, time.Now().Before(deadline), "cAdvisor has not seen all containers")
	}
}
