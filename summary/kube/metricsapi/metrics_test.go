package metricsapi_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// The whole text, as metrics-server prints it.
func TestMetricsPrintAsThoseOfMetricsServer(t *testing.T) {
	n := newNode(t, &metricsapi.Options{Node: &corev1.Node{ObjectMeta: named("node-1", map[string]string{"tier": "edge"})}})
	n.run(1, "shop", "web-0", "server", "sidecar").Labels = map[string]string{"app": "web"}
	n.round()
	n.use(1, 0, time.Second+12345*time.Microsecond, 64<<20)
	n.use(1, 1, 3*time.Second, 65540<<10)
	n.Put("", cgroupfstest.Usage{CPU: 6 * time.Second, Memory: 2 << 30, Anon: 1 << 30})
	at := n.Now().UTC().Format(time.RFC3339)
	assert.Equal(t, `{"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[`+
		`{"metadata":{"name":"web-0","namespace":"shop","creationTimestamp":"`+at+`","labels":{"app":"web"}},"timestamp":"`+at+`","window":"10s","containers":[`+
		`{"name":"server","usage":{"cpu":"1234500n","memory":"64Mi","swap":"0"}},`+
		`{"name":"sidecar","usage":{"cpu":"200m","memory":"65540Ki","swap":"0"}}]}]}`+"\n", n.ask("GET", podMetrics, "").Body.String())
	assert.Equal(t, `{"kind":"NodeMetrics","apiVersion":"metrics.k8s.io/v1beta1",`+
		`"metadata":{"name":"node-1","creationTimestamp":"`+at+`","labels":{"tier":"edge"}},"timestamp":"`+at+`","window":"10s",`+
		`"usage":{"cpu":"500m","memory":"2Gi","swap":"24Ki"}}`+"\n", n.ask("GET", nodeMetrics+"/node-1", "").Body.String())
}

// A container is listed once two points of its life are known, with the window
// between them, and never as 0.
func TestWhatHasNoRateIsLeftOut(t *testing.T) {
	n := newNode(t, nil)
	n.run(1, "shop", "web-0", "server")
	assert.Empty(t, get[v1beta1.PodMetricsList](n, podMetrics).Items, "one round")
	assert.Empty(t, get[v1beta1.NodeMetricsList](n, nodeMetrics).Items, "one round")

	n.Advance(70 * time.Second)
	n.run(2, "shop", "web-1", "server", "late")
	n.use(1, 0, 8*time.Second, 32<<20)
	items := get[v1beta1.PodMetricsList](n, podMetrics).Items
	require.Len(t, items, 1, "web-1 has one point")
	assert.Equal(t, 70*time.Second, items[0].Window.Duration)
	assert.Equal(t, "100m", items[0].Containers[0].Usage.Cpu().String())

	n.Advance(10 * time.Second)
	n.Remove(cgroupOf(2, 1))
	n.round()
	n.use(2, 1, time.Second, 1<<20) // the second container is made again under its name
	items = get[v1beta1.PodMetricsList](n, podMetrics).Items
	require.Len(t, items, 2)
	require.Len(t, items[1].Containers, 1, "the pod is listed with the container that has a rate")
	assert.Equal(t, "server", items[1].Containers[0].Name)
	assert.Equal(t, "0", items[1].Containers[0].Usage.Cpu().String(), "it was idle, and this is known")
}

func TestWhatLacksANumberIsLeftOut(t *testing.T) {
	n := newNode(t, nil)
	n.run(1, "shop", "web-0", "back", "broken", "good", "gone")
	n.round()
	n.use(1, 0, time.Millisecond, 1<<20) // the counter went back
	n.Write(cgroupOf(1, 1)+"/memory.current", "much\n")
	n.Remove(cgroupOf(1, 3))
	w := n.ask(http.MethodGet, podMetrics, "")
	list := decode[v1beta1.PodMetricsList](t, w)
	require.Len(t, list.Items, 1)
	require.Len(t, list.Items[0].Containers, 1)
	assert.Equal(t, "good", list.Items[0].Containers[0].Name)
	require.Len(t, w.Header().Values("Warning"), 1)
	assert.Contains(t, w.Header().Get("Warning"), `299 - "numbers may be missing; errors: 1, for example: cgroupfs: `)
}

// What a sandbox uses, and a container of unknown kind, is nobody's.
func TestSandboxesAreNotListed(t *testing.T) {
	n := newNode(t, nil)
	p := n.run(1, "shop", "web-0", "server", "", "who")
	p.Containers[1].Kind = summary.KindSandbox
	p.Containers[2].Kind = summary.KindUnknown
	n.round()
	list := get[v1beta1.PodMetricsList](n, podMetrics)
	require.Len(t, list.Items, 1)
	require.Len(t, list.Items[0].Containers, 1)
}

// Two pods of one name are there while one ends: the newest is it.
func TestTheNewestPodHasTheName(t *testing.T) {
	n := newNode(t, nil)
	n.run(1, "shop", "web-0", "old")
	n.Advance(time.Hour)
	n.run(2, "shop", "web-0", "new")
	n.round()
	n.round()
	list := get[v1beta1.PodMetricsList](n, podMetrics)
	require.Len(t, list.Items, 1)
	assert.Equal(t, "new", list.Items[0].Containers[0].Name)
	assert.Equal(t, uid(2), string(get[corev1.Pod](n, "/api/v1/namespaces/shop/pods/web-0").UID))
}

// Files tell no times, and the logs of a pod outlive it: the one that runs is it.
func TestThePodThatRunsHasTheName(t *testing.T) {
	n := newNode(t, nil)
	n.run(2, "shop", "web-0", "server").CreatedAt = time.Time{}
	n.round()
	n.round()
	for _, left := range []int{1, 3} {
		n.pods = append(n.pods, summary.Pod{UID: uid(left), Namespace: "shop", Name: "web-0"})
	}
	assert.Equal(t, []string{"shop/web-0"}, names(n, podMetrics))
	assert.Equal(t, uid(2), string(get[corev1.Pod](n, "/api/v1/namespaces/shop/pods/web-0").UID))
}

// On both captured nodes and every frame, containers and numbers are those of
// the Summary of the same round.
func TestMetricsOfCapturedNodesAreTheSummarys(t *testing.T) {
	for _, file := range []string{
		"../../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
		"../../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
	} {
		t.Run(filepath.Base(file), func(t *testing.T) { compareCapture(t, file) })
	}
}

func compareCapture(t *testing.T, file string) {
	tree := cgroupfstest.Load(t, file)
	n := &node{Tree: tree, tb: t, collector: collectorOf(t, tree)}
	n.handler = metricsapi.Handler(n.collector, podsOf(n), &metricsapi.Options{MaxAge: -1, NodeName: "labnode"})
	compared := 0
	var passed time.Duration
	for i, frame := range framesOf(t, tree) {
		tree.Advance(frame - passed)
		passed = frame
		n.pods = capture.Pods(t, tree, frame.String())
		list := get[v1beta1.PodMetricsList](n, podMetrics)
		snap, err := n.collector.Fresh(t.Context(), time.Hour)
		require.NoError(t, err)
		var s summary.Summary
		summary.Build(&s, snap, n.pods, nil)
		want := map[string]*summary.ContainerStats{}
		for _, p := range s.Pods {
			for j := range p.Containers {
				if c := &p.Containers[j]; !c.CPU.UsageNanoCores.IsAbsent() {
					want[p.PodRef.Name+"/"+c.Name] = c
				}
			}
		}
		require.Equal(t, i == 0, len(want) == 0)
		for _, p := range list.Items {
			for _, c := range p.Containers {
				compared++
				w := want[p.Name+"/"+c.Name]
				require.NotNil(t, w, c.Name)
				require.EqualValues(t, w.CPU.UsageNanoCores.Or(0), c.Usage.Cpu().ScaledValue(-9))
				require.EqualValues(t, w.Memory.WorkingSetBytes.Or(0), c.Usage.Memory().Value())
				require.False(t, p.Timestamp.After(w.CPU.Time))
				delete(want, p.Name+"/"+c.Name)
			}
		}
		require.Empty(t, want)
	}
	require.GreaterOrEqual(t, compared, 9)
}
