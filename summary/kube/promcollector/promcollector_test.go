package promcollector_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/nodegauge/nodegauge/summary/kube/promcollector"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

// gather is what a registry with one collector says.
func gather(t testing.TB, c prometheus.Collector) map[string]*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(c))
	families, err := registry.Gather()
	require.NoError(t, err)
	all := map[string]*dto.MetricFamily{}
	for _, f := range families {
		all[f.GetName()] = f
	}
	return all
}

// parse is what Prometheus's own reader of the text format makes of a text.
func parse(t testing.TB, text string) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	all, err := p.TextToMetricFamilies(strings.NewReader(text))
	require.NoError(t, err)
	return all
}

// What a registry gathers is what Prometheus reads of the text, on every host in
// testdata: families, types, help, labels, values and times. The registry has
// looked for series that are there twice, and for names and labels that are none.
func TestRegistryHasWhatTheTextSays(t *testing.T) {
	series := 0
	for _, n := range nodes(t) {
		t.Run(n.name, func(t *testing.T) {
			n.each(t, func(frame string) {
				for _, o := range []expo.Options{{}, {NoTimestamps: true, Levels: expo.LevelNode | expo.LevelPod}} {
					texts := n.texts(t, o)
					series += requireSame(t, parse(t, texts["cadvisor"]), gather(t, promcollector.Cadvisor(n.collector, n, n.options(o))))
					series += requireSame(t, parse(t, texts["resource"]), gather(t, promcollector.Resource(n.collector, n, n.options(o))))
				}
			})
		})
	}
	require.Greater(t, series, 10_000, "too few to show anything")
}

// requireSame returns how many series there are.
func requireSame(t testing.TB, want, got map[string]*dto.MetricFamily) int {
	t.Helper()
	n := 0
	for name, f := range want {
		require.Contains(t, got, name)
		require.Equal(t, f.GetHelp(), got[name].GetHelp())
		require.Equal(t, f.GetType(), got[name].GetType(), name)
		require.Equal(t, series(t, f), series(t, got[name]))
		n += len(f.Metric)
	}
	require.Len(t, got, len(want))
	return n
}

// series are the series of a family by their labels.
func series(t testing.TB, f *dto.MetricFamily) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range f.Metric {
		labels := model.LabelSet{}
		for _, l := range m.Label {
			labels[model.LabelName(l.GetName())] = model.LabelValue(l.GetValue())
		}
		require.NotContains(t, all, labels.String(), "the same series twice")
		rest := proto.Clone(m).(*dto.Metric)
		rest.Label = nil
		all[labels.String()] = rest.String()
	}
	return all
}

func fake(t testing.TB) (*stats.Collector, summary.StaticPods) {
	tree := cgroupfstest.New(t)
	id := strings.Repeat("a", 64)
	usage := cgroupfstest.Usage{CPU: time.Second, Memory: 6 << 20, PIDs: []int{7}}
	tree.Put("", usage)
	tree.Put("kubepods.slice", usage)
	tree.Put("kubepods.slice/kubepods-pod1.slice", usage)
	tree.Put("kubepods.slice/kubepods-pod1.slice/cri-containerd-"+id+".scope", usage)
	return capture.Collector(t, tree, stats.Options{}), summary.StaticPods{{
		UID: "1", Namespace: "default", Name: "web-0",
		Containers: []summary.Container{{ID: id, Name: "server", Kind: summary.KindContainer}},
	}}
}

// valueOf is the value of the only series of a family.
func valueOf(t testing.TB, all map[string]*dto.MetricFamily, family string) float64 {
	t.Helper()
	require.Contains(t, all, family)
	require.Len(t, all[family].Metric, 1)
	return all[family].Metric[0].GetGauge().GetValue()
}

func TestRoundThatCannotBeHadIsASeries(t *testing.T) {
	c, pods := fake(t)
	require.NoError(t, c.Close())
	all := gather(t, promcollector.Cadvisor(c, pods, nil))
	assert.EqualValues(t, 1, valueOf(t, all, "container_scrape_error"))
	assert.NotContains(t, all, "container_cpu_usage_seconds_total")
	all = gather(t, promcollector.Resource(c, pods, nil))
	assert.EqualValues(t, 1, valueOf(t, all, "resource_scrape_error"))
	assert.Len(t, all, 1)
}

func TestWithoutNamesThereIsTheNode(t *testing.T) {
	c, _ := fake(t)
	broken := source(func(context.Context) ([]summary.Pod, error) { return nil, errors.New("no socket") })
	for _, pods := range []summary.PodSource{nil, broken} {
		all := gather(t, promcollector.Resource(c, pods, nil))
		assert.Contains(t, all, "node_memory_working_set_bytes")
		assert.NotContains(t, all, "pod_memory_working_set_bytes")
	}
}

// A PodSource that hangs costs the names, and the timeout's half.
func TestNamesThatHang(t *testing.T) {
	c, _ := fake(t)
	hangs := source(func(ctx context.Context) ([]summary.Pod, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	all := gather(t, promcollector.Resource(c, hangs, &promcollector.Options{Timeout: time.Second}))
	assert.Zero(t, valueOf(t, all, "resource_scrape_error"))
	assert.Contains(t, all, "node_memory_working_set_bytes")
}

func TestManyCollectAtOnce(t *testing.T) {
	c, names := fake(t)
	var mu sync.Mutex
	asked := 0
	pods := source(func(context.Context) ([]summary.Pod, error) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return names, nil
	})
	collector := promcollector.Cadvisor(c, pods, nil)
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			families, err := registry.Gather()
			assert.NoError(t, err)
			assert.NotEmpty(t, families)
		})
	}
	all.Wait()
	assert.Equal(t, 1, asked, "names are asked for once a round")
}

// Two of a kind in one registry are found when it gathers.
func TestTwoInOneRegistry(t *testing.T) {
	c, pods := fake(t)
	registry := prometheus.NewRegistry()
	registry.MustRegister(promcollector.Resource(c, pods, nil), promcollector.Resource(c, pods, nil))
	_, err := registry.Gather()
	require.ErrorContains(t, err, "was collected before with the same name and label values")
}
