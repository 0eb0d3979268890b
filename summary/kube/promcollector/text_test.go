package promcollector_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
)

// requireSameTexts requires that the two formats say the same but for types:
// OpenMetrics takes a counter without _total, or a gauge with it, for unknown.
// It returns how many series there are.
func requireSameTexts(t testing.TB, plain, open map[string]*dto.MetricFamily) int {
	t.Helper()
	for name, f := range plain {
		require.Contains(t, open, name)
		if typ := open[name].GetType(); typ != f.GetType() {
			require.Equal(t, dto.MetricType_UNTYPED, typ, name)
			require.Equal(t, f.GetType() == dto.MetricType_GAUGE, strings.HasSuffix(name, "_total"), name)
			f.Type = dto.MetricType_UNTYPED.Enum()
			for _, m := range f.Metric {
				m.Untyped = &dto.Untyped{Value: new(float64)}
				*m.Untyped.Value = m.GetCounter().GetValue() + m.GetGauge().GetValue()
				m.Counter, m.Gauge = nil, nil
			}
		}
	}
	return requireSame(t, plain, open)
}

// Prometheus's own reader takes the one format, a strict one the other, and
// they read the same: on every host in testdata.
func TestBothFormatsSayTheSame(t *testing.T) {
	series := 0
	for _, n := range nodes(t) {
		t.Run(n.name, func(t *testing.T) {
			n.each(t, func(string) {
				for _, o := range []expo.Options{{}, {Compat: summary.Kubelet132}, {NoTimestamps: true, MaxSeries: 50}} {
					plain, open := o, o
					open.Format = expo.OpenMetrics
					texts, others := n.texts(t, plain), n.texts(t, open)
					for endpoint, text := range texts {
						series += requireSameTexts(t, parse(t, text), parseOpenMetrics(t, others[endpoint]))
					}
				}
			})
		})
	}
	require.Greater(t, series, 10_000, "too few to show anything")
}

// names are what cgroups, pods, interfaces, disks and machines may be called.
var names = [][3]string{
	{"a", "b", "c"},
	{`"} 1` + "\n# EOF\n", "\\", "\\\\\"\n"},
	{"\xff\xfe", "\xc3", `\xff`},
	{"\x00\r\u2028", "\u00a0{}", "le=\"+Inf\""},
	{"", "#", " "},
}

// Whatever has a name has one that somebody chose: no text is spoilt, and no
// two things become the same.
func TestHostileNames(t *testing.T) {
	c, pods := fake(t)
	snap, err := c.Fresh(context.Background(), time.Hour)
	require.NoError(t, err)
	long := [3]string{strings.Repeat("x\n", 2048), strings.Repeat(`"`, 4096), strings.Repeat("\xf0\x9f", 2048)}
	for _, n := range append(names, long) {
		requireSound(t, hostile(snap, pods, n[0], n[1], n[2]), expo.Options{})
	}
}

// FuzzNames does so with fewer families.
func FuzzNames(f *testing.F) {
	for _, n := range names {
		f.Add(n[0], n[1], n[2])
	}
	c, pods := fake(f)
	snap, err := c.Fresh(context.Background(), time.Hour)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		requireSound(t, hostile(snap, pods, a, b, c), expo.Options{Metrics: cgroupfs.CPU, Levels: expo.LevelContainer, MaxSeries: 25})
	})
}

func requireSound(t testing.TB, n *expo.Node, o expo.Options) {
	t.Helper()
	var s summary.Summary
	summary.Build(&s, n.Snapshot, n.Pods, &summary.Options{NodeName: n.Pods[0].Name})
	var p expo.Printer
	open := o
	open.Format = expo.OpenMetrics
	plain := parse(t, string(p.AppendCadvisor(nil, n, &o)))
	requireSameTexts(t, plain, parseOpenMetrics(t, string(p.AppendCadvisor(nil, n, &open))))
	requireSameTexts(t, parse(t, string(p.AppendResource(nil, &s, &o))), parseOpenMetrics(t, string(p.AppendResource(nil, &s, &open))))
	if o.Levels == 0 {
		require.Len(t, plain["container_cpu_usage_seconds_total"].Metric, len(n.Snapshot.Cgroups))
	}
}

// hostile is a node in which names are others. What has to be different is.
func hostile(snap *stats.Snapshot, pods []summary.Pod, a, b, c string) *expo.Node {
	node := *snap
	node.Cgroups = append([]stats.Cgroup(nil), snap.Cgroups...)
	for i, end := range []string{a, b, c} {
		if i+1 < len(node.Cgroups) {
			info := *node.Cgroups[i+1].Info
			info.Path += end
			node.Cgroups[i+1].Info = &info
		}
	}
	last := &node.Cgroups[len(node.Cgroups)-1]
	last.Network = stats.Network{Time: snap.Time, Interfaces: []stats.Interface{{Name: a + "0", RxBytes: 1}, {Name: b + "1", RxBytes: 2}}}
	node.Node.Disks = []stats.Disk{{Major: 254, Name: a, Reads: 1}, {Major: 254, Minor: 1, Name: b + "1", Reads: 2}}
	pod := pods[0]
	pod.Name, pod.Namespace = a, b
	pod.Containers = append([]summary.Container(nil), pod.Containers...)
	pod.Containers[0].Name, pod.Containers[0].Image = c, a
	return &expo.Node{
		Snapshot: &node, Pods: []summary.Pod{pod}, Now: snap.Time,
		Machine: &stats.Machine{Time: snap.Time, ID: a, SystemUUID: b, BootID: c, KernelVersion: b, OSVersion: c},
	}
}
