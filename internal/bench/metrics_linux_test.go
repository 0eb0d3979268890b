package bench

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/metrics"
	"github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"
	"k8s.io/utils/clock"
)

// BenchmarkMetrics prints /metrics/cadvisor of the same containers: ours, and
// cAdvisor's, with a kubelet's kinds of metrics and labels, from what both
// have collected before. It says what each takes of CPU time for each container
// with its share of pods and sandboxes, and how much text it is. Like a kubelet
// cAdvisor reads limits again where they are older than five seconds.
func BenchmarkMetrics(b *testing.B) {
	n := newNode(b)
	snap := n.collect(b)
	var printer expo.Printer
	var text []byte
	node := &expo.Node{Snapshot: snap, Pods: n.pods, Now: snap.Time}
	ours := func() int {
		text = printer.AppendCadvisor(text[:0], node, nil)
		return len(text)
	}
	ours()
	noAllocs(b, "AppendCadvisor", func() { ours() })
	peer := n.cadvisor(b)
	c := &contest{}
	var size int
	c.addMany("ours", many, func() { ours() })
	c.add("cadvisor", func() { size = peer() })
	c.run(b)
	c.report(b, n.named(), "container")
	c.versus(b, n.named(), "/metrics/cadvisor, a container with its share of pods", "ours", "cadvisor", "≥ 20×", 0)
	for who, size := range map[string]int{"ours": len(text), "cadvisor": size} {
		b.ReportMetric(float64(size)/float64(n.named()), who+"-B/container")
	}
}

// BenchmarkShow shapes and prints a Snapshot of all containers.
func BenchmarkShow(b *testing.B) {
	n := newNode(b)
	snap := n.collect(b)
	var sum summary.Summary
	var printer expo.Printer
	var text []byte
	c := &contest{}
	for _, e := range []struct {
		name, what string
		f          func()
	}{
		{"build", "summary.Build", func() { summary.Build(&sum, snap, n.pods, nil) }},
		{"json", "the JSON of it", func() { text = sum.AppendJSON(text[:0]) }},
		{"resource", "/metrics/resource of it", func() {
			text = printer.AppendResource(text[:0], &sum, nil)
		}},
	} {
		e.f()
		noAllocs(b, e.name, e.f)
		c.addMany(e.name, many, e.f)
		defer func() { record(e.what+", all containers", milliseconds(c.of(e.name)), "", "", "") }()
	}
	c.run(b)
	c.report(b, n.named(), "container")
}

// many is for what is too short to be measured once.
const many = 20

// cadvisor returns what prints cAdvisor's metrics and says how long they are.
func (n *node) cadvisor(b *testing.B) func() int {
	require.NoError(b, silence())
	every, dynamic := time.Hour, false
	*manager.HousekeepingInterval = every // each container is read once
	m, err := manager.New(memory.New(2*time.Hour, nil), sysfs.NewRealSysFs(),
		manager.HousekeepingConfig{Interval: &every, AllowDynamic: &dynamic}, kubeletKinds, []string{n.host.Path("kubepods")}, nil, "", 0)
	require.NoError(b, err)
	require.NoError(b, m.Start())
	b.Cleanup(func() { require.NoError(b, m.Stop()) })
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewPrometheusCollector(m, func(c *model.ContainerInfo) map[string]string {
		return n.labels(c.Name, c.Spec.Image)
	}, kubeletKinds, clock.RealClock{}, model.RequestOptions{IdType: model.TypeName, Count: 1, Recursive: true}))
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
