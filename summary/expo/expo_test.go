package expo_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/stretchr/testify/require"
)

// looks are ways to look at a node, with a name.
var looks = map[string]*expo.Options{
	"text":         nil,
	"openmetrics":  {Format: expo.OpenMetrics},
	"no times":     {NoTimestamps: true},
	"kubelet 1.32": {Compat: summary.Kubelet132},
	"kubelet 1.37": {Compat: summary.Kubelet137, Format: expo.OpenMetrics},
	"containers":   {Levels: expo.LevelContainer},
	"cpu":          {Metrics: cgroupfs.CPU},
	"few":          {MaxSeries: 60},
}

func printed(t testing.TB, f *fakeNode, o *expo.Options) (resource, cadvisor *slowText) {
	t.Helper()
	var p expo.Printer
	open := o != nil && o.Format == expo.OpenMetrics
	return parseSlow(t, string(p.AppendResource(nil, f.summary(), o)), open), parseSlow(t, string(p.AppendCadvisor(nil, f.node(), o)), open)
}

// TestGolden holds the text of a node with one pod.
func TestGolden(t *testing.T) {
	f := newFakeNode(1)
	var p expo.Printer
	for name, text := range map[string][]byte{
		"resource.prom":        p.AppendResource(nil, f.summary(), nil),
		"cadvisor.prom":        p.AppendCadvisor(nil, f.node(), nil),
		"cadvisor.openmetrics": p.AppendCadvisor(nil, f.node(), &expo.Options{Format: expo.OpenMetrics, Metrics: cgroupfs.CPU | cgroupfs.Memory}),
		"kubelet132.prom":      p.AppendCadvisor(nil, f.node(), &expo.Options{Compat: summary.Kubelet132}),
	} {
		file := filepath.Join("testdata", name)
		if *expo.Update {
			require.NoError(t, os.WriteFile(file, text, 0o600))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), string(text), name)
	}
}

// A registry gets what the text says, in its order.
func TestEachYieldsWhatAppendPrints(t *testing.T) {
	f := newFakeNode(3)
	s := f.summary()
	for name, o := range looks {
		t.Run(name, func(t *testing.T) {
			resource, cadvisor := printed(t, f, o)
			var p expo.Printer
			requireYields(t, resource, o, func(yield func(*expo.Sample) bool) { p.EachResource(s, o, yield) })
			requireYields(t, cadvisor, o, func(yield func(*expo.Sample) bool) { p.EachCadvisor(f.node(), o, yield) })
		})
	}
}

func requireYields(t *testing.T, text *slowText, o *expo.Options, each func(yield func(*expo.Sample) bool)) {
	i := 0
	each(func(got *expo.Sample) bool {
		want := slowSample{name: got.Family.Name, labels: map[string]string{}, value: got.Value}
		for _, l := range got.Labels {
			want.labels[l.Name] = l.Value
		}
		if !got.Time.IsZero() {
			want.time = strconv.FormatInt(got.Time.UnixMilli(), 10)
			if o != nil && o.Format == expo.OpenMetrics {
				want.time = strconv.FormatFloat(float64(got.Time.UnixMilli())/1000, 'f', -1, 64)
			}
		}
		if !reflect.DeepEqual(want, text.samples[i]) {
			require.Equal(t, want, text.samples[i])
		}
		i++
		return true
	})
	require.Len(t, text.samples, i)
	each(func(*expo.Sample) bool { i--; return false })
	require.Len(t, text.samples, i+1, "it ends when it shall")
}

func TestOpenMetricsHasAWordForEachType(t *testing.T) {
	_, text := printed(t, newFakeNode(1), nil)
	_, open := printed(t, newFakeNode(1), &expo.Options{Format: expo.OpenMetrics, Compat: summary.CompatZeroSeries})
	require.Equal(t, "counter", text.types["container_cpu_usage_seconds_total"])
	require.Equal(t, "counter", open.types["container_cpu_usage_seconds"])
	require.Equal(t, "unknown", open.types["container_memory_failcnt"], "a counter without _total")
	require.Equal(t, "gauge", text.types["container_fs_inodes_total"])
	require.Equal(t, "unknown", open.types["container_fs_inodes_total"], "a gauge with it")
	require.Equal(t, "1767366245.678", open.find(t, "container_cpu_usage_seconds_total", "id", "/").time)
}

// A name is that of one family, in both formats, and no help needs an escape.
func TestTablesAreSound(t *testing.T) {
	for _, rows := range [][]expo.Row{expo.ResourceRows(), expo.CadvisorRows()} {
		names := map[string]bool{}
		for _, r := range rows {
			require.False(t, names[r.Name], r.Name)
			names[r.Name] = true
		}
		for _, r := range rows {
			if base, ok := strings.CutSuffix(r.Name, "_total"); ok && r.Type == expo.Counter {
				require.False(t, names[base], "%s is a counter's name in OpenMetrics", base)
			}
			require.NotContains(t, r.Help, `\`)
			require.NotContains(t, r.Help, `"`)
			require.NotContains(t, r.Help, "\n")
			require.True(t, strings.HasSuffix(r.Help, "."), r.Name)
			require.NotEqual(t, expo.Unknown, r.Type, r.Name)
			require.Less(t, r.Rank, 6, r.Name)
		}
	}
}

func TestWithoutARoundThereIsAnErrorAndNoMore(t *testing.T) {
	var p expo.Printer
	text := parseSlow(t, string(p.AppendResource(nil, nil, nil)), false)
	require.Len(t, text.samples, 1)
	require.EqualValues(t, 1, text.find(t, "resource_scrape_error").value)
	for _, n := range []*expo.Node{nil, {}, {Snapshot: &stats.Snapshot{}, Machine: &stats.Machine{Cores: n(1)}}} {
		text = parseSlow(t, string(p.AppendCadvisor(nil, n, &expo.Options{Compat: summary.Kubelet132})), false)
		require.Len(t, text.samples, 1)
		require.EqualValues(t, 1, text.find(t, "container_scrape_error").value)
	}
	require.Equal(t, "# HELP", string(p.AppendCadvisor([]byte("before"), nil, nil)[6:12]), "it is appended")
}

func TestLabelsSayWhoACgroupIs(t *testing.T) {
	_, text := printed(t, newFakeNode(1), nil)
	const usage = "container_cpu_usage_seconds_total"
	require.Len(t, text.all(usage), 6)
	require.Empty(t, text.find(t, usage, "id", "/").labels["pod"])
	pod := text.find(t, usage, "pod", "web-0-7d4b9c6f5d-x2x4v", "name", "")
	require.Equal(t, "team-0", pod.labels["namespace"])
	require.Empty(t, pod.labels["container"]+pod.labels["image"])
	sandbox := text.find(t, usage, "image", "registry.example/pause:3.8")
	require.Equal(t, "web-0-7d4b9c6f5d-x2x4v", sandbox.labels["pod"])
	require.Empty(t, sandbox.labels["container"])
	require.Len(t, sandbox.labels["name"], 64)
	require.Equal(t, sandbox.labels["name"], text.find(t, "container_network_receive_bytes_total", "namespace", "team-0").labels["name"], "a pod's network is its sandbox's")
	require.Equal(t, "eth0", text.find(t, "container_network_receive_bytes_total", "id", "/").labels["interface"], "and the node has no end of it")
}

func TestANetworkIsSomebodysOnce(t *testing.T) {
	f := newFakeNode(1)
	f.pods[0].Containers = f.pods[0].Containers[1:]
	_, text := printed(t, f, nil)
	require.Empty(t, text.find(t, "container_network_receive_bytes_total", "namespace", "team-0").labels["name"], "without a sandbox it is the pod's")
	f = newFakeNode(1)
	f.snap.Cgroups[2].Network = f.snap.Node.Network
	_, text = printed(t, f, nil)
	require.Len(t, text.all("container_network_receive_bytes_total"), 1, "a pod with hostNetwork has none")
	_, text = printed(t, f, &expo.Options{Compat: summary.CompatHostNetwork})
	require.Len(t, text.all("container_network_receive_bytes_total"), 3)
	sockets := &stats.ProcessStats{Network: &stats.SocketStats{}}
	for i := range f.snap.Cgroups[3:] {
		f.snap.Cgroups[3+i].Processes = sockets
	}
	_, text = printed(t, f, nil)
	require.Len(t, text.all("container_network_tcp_usage_total"), 11)
	require.Equal(t, "registry.example/pause:3.8", text.find(t, "container_network_tcp_usage_total", "tcp_state", "listen").labels["image"])
	f.pods = nil
	_, text = printed(t, f, nil)
	require.Len(t, text.all("container_network_udp_usage_total"), 4)
}

// Services are in the node's network namespace, and pods with hostNetwork.
func TestTheNodesSocketsAreTheRoots(t *testing.T) {
	f := newFakeNode(1)
	node := &stats.ProcessStats{Network: &stats.SocketStats{}}
	for i := range f.snap.Cgroups { // 1 is of the system
		f.snap.Cgroups[i].Processes = node
	}
	_, text := printed(t, f, nil)
	require.Len(t, text.all("container_network_tcp_usage_total"), 11)
	require.Len(t, text.all("container_network_tcp_usage_total", "id", "/"), 11)
	_, text = printed(t, f, &expo.Options{Compat: summary.CompatHostNetwork})
	require.Len(t, text.all("container_network_tcp_usage_total"), 11+11, "the root's and the sandbox's")
	f.snap.Cgroups[1].Processes = &stats.ProcessStats{Network: &stats.SocketStats{}}
	_, text = printed(t, f, nil)
	require.Len(t, text.all("container_network_tcp_usage_total"), 11+11, "a service with a network of its own has them")
}

// What is counted seldom does not date what is asked often.
func TestALayersFileSystemHasItsOwnTime(t *testing.T) {
	f := newFakeNode(1)
	layer := storage.Layer{ContainerID: f.pods[0].Containers[1].ID, Filled: f.disks.Image}
	layer.Used = storage.Used{Time: testTime().Add(-time.Minute), Bytes: n(4096)}
	f.disks.Layers = []storage.Layer{layer}
	_, text := printed(t, f, nil)
	for family, at := range map[string]time.Time{
		"container_fs_usage_bytes": layer.Used.Time, "container_fs_limit_bytes": layer.FS.Time,
		"container_fs_inodes_total": layer.FS.Time, "container_fs_inodes_free": layer.FS.Time,
	} {
		require.Equal(t, strconv.FormatInt(at.UnixMilli(), 10), text.find(t, family, "container", "server").time, family)
	}
}

// Who has a part of the tree of his own may call his cgroups as another's
// containers.
func TestNobodyTakesTheNamesOfAnother(t *testing.T) {
	f := newFakeNode(1)
	const user = "/user.slice/user-1000.slice/user@1000.service"
	path := user + "/cri-containerd-" + f.pods[0].Containers[1].ID + ".scope"
	f.cgroup(0, stats.Info{Path: path, Identity: stats.Identify(path, "")})
	_, text := printed(t, f, nil)
	const usage = "container_cpu_usage_seconds_total"
	require.Len(t, text.all(usage, "container", "server"), 1)
	fake := text.find(t, usage, "id", path).labels
	require.Empty(t, fake["namespace"]+fake["pod"]+fake["container"]+fake["image"])
	f.snap.Cgroups[4].ContainerID = strings.Repeat("f", 64) // it alone is called so
	_, text = printed(t, f, nil)
	require.Equal(t, path, text.find(t, usage, "container", "server").labels["id"])
}

// Of two of one name /metrics/resource has the newer: it has no id.
func TestResourceHasEachSeriesOnce(t *testing.T) {
	f := newFakeNode(2)
	f.pods[1].Name, f.pods[1].Namespace = f.pods[0].Name, f.pods[0].Namespace
	f.pods[0].Containers[2].Name = f.pods[0].Containers[1].Name
	f.pods[0].Containers[2].CreatedAt = testTime()
	var s summary.Summary
	summary.Build(&s, &f.snap, f.pods, &summary.Options{Compat: summary.CompatDuplicates})
	require.Len(t, s.Pods[0].Containers, 2)
	var p expo.Printer
	text := parseSlow(t, string(p.AppendResource(nil, &s, nil)), false)
	require.Len(t, text.all("pod_cpu_usage_seconds_total"), 1)
	require.InDelta(t, float64(testTime().UnixNano())/1e9, text.find(t, "container_start_time_seconds", "container", "server").value, 0)
}

// metrics-server takes a container of which only the start is known for one
// that uses nothing, and drops its pod.
func TestResourceTellsNoStartWithoutUse(t *testing.T) {
	f := newFakeNode(1)
	f.snap.Cgroups[5].Memory.WorkingSetBytes = cgroupfs.Value{}
	text, _ := printed(t, f, nil)
	require.Len(t, text.all("container_start_time_seconds"), 1)
	require.Len(t, text.all("container_cpu_usage_seconds_total"), 2)
	require.Len(t, text.all("container_memory_working_set_bytes"), 1)
	require.Empty(t, text.find(t, "container_start_time_seconds").time)
	require.Equal(t, text.find(t, "node_memory_working_set_bytes").time, strconv.FormatInt(testTime().UnixMilli(), 10))
	require.EqualValues(t, 4096, text.find(t, "node_swap_usage_bytes").value)
	text, _ = printed(t, f, &expo.Options{Compat: summary.Kubelet132 | summary.CompatScrapeError})
	require.Empty(t, text.all("node_swap_usage_bytes"))
	require.Len(t, text.all("scrape_error"), 1)
}

func TestMaxSeriesLeavesOutWholeFamilies(t *testing.T) {
	f := newFakeNode(5)
	_, all := printed(t, f, nil)
	for most := 1; most < len(all.samples)+2; most += 59 {
		_, text := printed(t, f, &expo.Options{MaxSeries: most})
		require.LessOrEqual(t, len(text.samples), most)
		dropped := text.find(t, "nodegauge_series_dropped").value
		require.EqualValues(t, len(all.samples), len(text.samples)-1+int(dropped))
		for _, s := range text.samples[:len(text.samples)-1] {
			require.Len(t, text.all(s.name), len(all.all(s.name)), s.name)
		}
		if most > 150 {
			require.NotEmpty(t, text.all("container_cpu_usage_seconds_total"), "the first to stay")
		}
	}
	_, text := printed(t, f, &expo.Options{MaxSeries: len(all.samples) + 1})
	require.Zero(t, text.find(t, "nodegauge_series_dropped").value)
	resource, _ := printed(t, f, &expo.Options{MaxSeries: 8})
	require.NotEmpty(t, resource.all("node_cpu_usage_seconds_total"))
	require.NotZero(t, resource.find(t, "nodegauge_series_dropped").value)
}

func TestLevelsAndMetricsChoose(t *testing.T) {
	f := newFakeNode(2)
	_, text := printed(t, f, &expo.Options{Levels: expo.LevelPod})
	require.Len(t, text.all("container_cpu_usage_seconds_total"), 2)
	require.Empty(t, text.all("machine_cpu_cores"))
	require.Empty(t, text.all("nodegauge_rounds_total"))
	require.Len(t, text.all("container_scrape_error"), 1)
	_, text = printed(t, f, &expo.Options{Levels: expo.LevelNode | expo.LevelSystem, Metrics: cgroupfs.Memory})
	require.Len(t, text.all("container_memory_usage_bytes"), 2)
	require.Empty(t, text.all("container_cpu_usage_seconds_total"))
	resource, _ := printed(t, f, &expo.Options{Levels: expo.LevelContainer, Metrics: cgroupfs.CPU})
	require.Len(t, resource.all("container_cpu_usage_seconds_total"), 4)
	require.Len(t, resource.samples, 4+4+1, "and starts, and that there was no error")
}

func TestANodeOfWhichNothingIsKnownHasNoSeries(t *testing.T) {
	snap := &stats.Snapshot{Cgroups: []stats.Cgroup{
		{Info: &stats.Info{Path: "/", Identity: stats.Identity{Kind: stats.KindRoot}}, Parent: -1},
		{Info: &stats.Info{Path: "/x"}},
	}}
	var p expo.Printer
	require.Len(t, parseSlow(t, string(p.AppendCadvisor(nil, &expo.Node{Snapshot: snap}, nil)), false).samples, 1)
	var s summary.Summary
	require.Len(t, parseSlow(t, string(p.AppendResource(nil, &s, nil)), false).samples, 1)
}

func TestWhatWasNotReadIsNotEvenZero(t *testing.T) {
	f := newFakeNode(1)
	f.snap.Metrics = cgroupfs.CPU
	_, text := printed(t, f, &expo.Options{Compat: summary.Kubelet132})
	require.NotEmpty(t, text.all("container_cpu_load_average_10s"))
	require.Empty(t, text.all("container_memory_failcnt"))
	require.Empty(t, text.all("container_threads_max"))
	require.Empty(t, text.all("container_file_descriptors"))
}

func TestTextsAreAppendedWithoutAllocating(t *testing.T) {
	f := newFakeNode(50)
	node, s := f.node(), f.summary()
	var p expo.Printer
	var text []byte
	for name, o := range looks {
		round := func() {
			text = p.AppendCadvisor(text[:0], node, o)
			text = p.AppendResource(text[:0], s, o)
		}
		round()
		require.Zero(t, testing.AllocsPerRun(5, round), name)
	}
}

// What one node had does not show in what another has.
func TestAPrinterForgets(t *testing.T) {
	a, b := newFakeNode(3), newFakeNode(2)
	b.snap.Node.Disks = b.snap.Node.Disks[1:] // where a has a name b has a number
	b.disks.Layers = nil
	var used expo.Printer
	for name, o := range looks {
		for _, f := range []*fakeNode{a, b, a} {
			var fresh expo.Printer
			require.Equal(t, string(fresh.AppendCadvisor(nil, f.node(), o)), string(used.AppendCadvisor(nil, f.node(), o)), name)
			require.Equal(t, string(fresh.AppendResource(nil, f.summary(), o)), string(used.AppendResource(nil, f.summary(), o)), name)
			used.EachCadvisor(f.node(), nil, func(*expo.Sample) bool { return false })
		}
	}
}

// A Printer that is kept holds nothing that it was shown, but names of disks.
func TestAPrinterKeepsNothingOfTheCallers(t *testing.T) {
	many, few := newFakeNode(3), newFakeNode(1)
	many.disks.Layers = []storage.Layer{{ContainerID: strings.Repeat("a", 64)}}
	var p expo.Printer
	for _, f := range []*fakeNode{many, few} {
		for _, o := range looks {
			p.AppendCadvisor(nil, f.node(), o)
			p.AppendResource(nil, f.summary(), o)
			p.EachCadvisor(f.node(), o, func(*expo.Sample) bool { return true })
			p.EachResource(f.summary(), o, func(*expo.Sample) bool { return true })
		}
	}
	var look func(name string, v reflect.Value)
	look = func(name string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			require.NotRegexp(t, "team|web|server|000000|aaaaaa|/kube|54de", v.String(), name)
		case reflect.Struct:
			for i := range v.NumField() {
				look(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Cap() {
				look(name, v.Slice(0, v.Cap()).Index(i))
			}
		case reflect.Map:
			for it := v.MapRange(); it.Next(); {
				look(name, it.Key())
				look(name, it.Value())
			}
		case reflect.Pointer:
			require.True(t, v.IsNil() || strings.HasPrefix(v.Type().String(), "*expo."), name)
		}
	}
	look("Printer", reflect.ValueOf(p))
}

func TestNegotiate(t *testing.T) {
	for accept, want := range map[string]expo.Format{
		"":                             expo.Text,
		"*/*":                          expo.Text,
		"text/html, */*;q=0.8":         expo.Text,
		"application/openmetrics-text": expo.OpenMetrics,
		"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1": expo.OpenMetrics,
		"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1":                                                                               expo.OpenMetrics,
		"text/plain;version=0.0.4;q=0.9, application/openmetrics-text;q=0.5":                                                                                                                                                  expo.Text,
		"text/plain, application/openmetrics-text":                             expo.Text,
		"application/openmetrics-text, text/plain":                             expo.OpenMetrics,
		"application/openmetrics-text; version=2.0.0, text/plain;q=0.1":        expo.Text,
		"application/openmetrics-text;q=0, */*;q=0.1":                          expo.Text,
		"application/openmetrics-text;q=7":                                     expo.Text,
		"application/openmetrics-text;q=NaN":                                   expo.Text,
		`Application/OpenMetrics-Text; Version="1.0.0"; note="a,b;q=0"`:        expo.OpenMetrics,
		"application/*;q=0.4, text/*;q=0.3":                                    expo.OpenMetrics,
		"application/*, application/openmetrics-text;q=0, text/plain;q=0.1":    expo.Text,
		"application/vnd.google.protobuf;q=0.6,text/plain;version=0.0.4;q=0.2": expo.Text,
		`;;=",`: expo.Text,
	} {
		require.Equal(t, want, expo.Negotiate(accept), accept)
	}
	require.Contains(t, expo.Text.ContentType(), "version=0.0.4")
	require.Contains(t, expo.OpenMetrics.ContentType(), "application/openmetrics-text; version=1.0.0")
}

func FuzzNegotiate(f *testing.F) {
	f.Add("application/openmetrics-text;q=0.5,*/*")
	f.Fuzz(func(t *testing.T, accept string) {
		if expo.Negotiate(accept) == expo.OpenMetrics {
			require.Contains(t, strings.ToLower(accept), "application/")
		}
	})
}

func TestTimesBefore1970AreNone(t *testing.T) {
	f := newFakeNode(1)
	for i := range f.snap.Cgroups {
		f.snap.Cgroups[i].CPU.Time = time.Unix(math.MinInt32, 0)
	}
	_, text := printed(t, f, nil)
	require.Equal(t, "0", text.find(t, "container_cpu_usage_seconds_total", "id", "/").time)
}
