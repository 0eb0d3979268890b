package metricsapi_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	nodeMetrics = "/apis/metrics.k8s.io/v1beta1/nodes"
	podMetrics  = "/apis/metrics.k8s.io/v1beta1/pods"
)

// A source is a PodSource in a function.
type source func(ctx context.Context) ([]summary.Pod, error)

func (s source) Pods(ctx context.Context) ([]summary.Pod, error) { return s(ctx) }

// A node is a fake one: a tree of cgroups, the names in it, and what serves it.
type node struct {
	*cgroupfstest.Tree
	tb        testing.TB
	collector *stats.Collector
	pods      summary.StaticPods
	handler   http.Handler
}

// newNode is a node of 2 CPUs with 4 GiB, and no pod.
func newNode(tb testing.TB, o *metricsapi.Options) *node {
	tb.Helper()
	n := &node{Tree: cgroupfstest.New(tb), tb: tb}
	n.Write("proc/meminfo", "MemTotal: 4194304 kB\nMemFree: 1048576 kB\nSwapTotal: 1024 kB\nSwapFree: 1000 kB\n")
	n.Write("proc/stat", "cpu  1 1 1 1 1 1 1 1 1 1\ncpu0 1 1 1 1 1 1 1 1 1 1\ncpu1 1 1 1 1 1 1 1 1 1 1\nbtime 1767366245\n")
	n.Put("", cgroupfstest.Usage{CPU: time.Second, Memory: 2 << 30, Anon: 1 << 30})
	n.collector = collectorOf(tb, n.Tree)
	if o == nil {
		o = &metricsapi.Options{NodeName: "node-1"}
	}
	o.MaxAge = cmp.Or(o.MaxAge, 5*time.Second) // less than between rounds
	n.handler = metricsapi.Handler(n.collector, podsOf(n), o)
	return n
}

// uid is that of a pod, id that of container j in it.
func uid(i int) string   { return fmt.Sprintf("00000000-0000-0000-0000-%012d", i) }
func id(i, j int) string { return fmt.Sprintf("%032x%032x", i, j) }

func cgroupOf(i, j int) string {
	return "kubepods.slice/kubepods-pod" + strings.ReplaceAll(uid(i), "-", "_") + ".slice/cri-containerd-" + id(i, j) + ".scope"
}

// run makes pod i, or adds to it, with containers of those names.
func (n *node) run(i int, namespace, name string, containers ...string) *summary.Pod {
	pod := summary.Pod{UID: uid(i), Namespace: namespace, Name: name, CreatedAt: n.Now()}
	for j, c := range containers {
		n.use(i, j, time.Second, 64<<20)
		pod.Containers = append(pod.Containers, summary.Container{
			ID: id(i, j), Name: c, Image: "registry.example/" + c + ":1", Kind: summary.KindContainer, CreatedAt: n.Now(),
		})
	}
	n.pods = append(n.pods, pod)
	return &n.pods[len(n.pods)-1]
}

// use says what container j of pod i has used.
func (n *node) use(i, j int, cpu time.Duration, memory uint64) {
	n.Put(cgroupOf(i, j), cgroupfstest.Usage{CPU: cpu, Memory: memory, Anon: memory, PIDs: []int{1}})
}

// round takes one, and lets ten seconds pass.
func (n *node) round() {
	n.tb.Helper()
	_, err := n.collector.Fresh(n.tb.Context(), -1)
	require.NoError(n.tb, err)
	n.Advance(10 * time.Second)
}

func (n *node) ask(method, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	n.handler.ServeHTTP(w, r)
	return w
}

// decode reads an answer as a type of the API that must have all that is in it.
func decode[T any](tb testing.TB, w *httptest.ResponseRecorder) (v T) {
	tb.Helper()
	require.Equal(tb, "application/json", w.Header().Get("Content-Type"))
	d := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	d.DisallowUnknownFields()
	require.NoError(tb, d.Decode(&v), w.Body.String())
	return v
}

func get[T any](n *node, path string) T {
	n.tb.Helper()
	w := n.ask(http.MethodGet, path, "")
	require.Equal(n.tb, http.StatusOK, w.Code, w.Body)
	return decode[T](n.tb, w)
}

// failure is the Status that an answer must be.
func failure(n *node, w *httptest.ResponseRecorder) metav1.Status {
	n.tb.Helper()
	s := decode[metav1.Status](n.tb, w)
	require.Equal(n.tb, metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, s.TypeMeta)
	require.Equal(n.tb, metav1.StatusFailure, s.Status)
	require.EqualValues(n.tb, w.Code, s.Code)
	return s
}

// names are the namespaces and names in a list of any kind.
func names(n *node, path string) []string {
	n.tb.Helper()
	w := n.ask(http.MethodGet, path, "")
	require.Equal(n.tb, http.StatusOK, w.Code, w.Body)
	var list metav1.PartialObjectMetadataList
	require.NoError(n.tb, json.Unmarshal(w.Body.Bytes(), &list))
	all := []string{}
	for i := range list.Items {
		all = append(all, strings.TrimPrefix(list.Items[i].Namespace+"/"+list.Items[i].Name, "/"))
	}
	return all
}

func named(name string, labels map[string]string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Labels: labels}
}

func podsOf(n *node) summary.PodSource {
	return source(func(context.Context) ([]summary.Pod, error) { return n.pods, nil })
}

func collectorOf(tb testing.TB, tree *cgroupfstest.Tree) *stats.Collector {
	tb.Helper()
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(tb, err)
	c, err := stats.New(h, &stats.Options{Root: tree.Host(), Now: tree.Now})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

// framesOf are the times of a captured node's frames.
func framesOf(tb testing.TB, tree *cgroupfstest.Tree) (frames []time.Duration) {
	tb.Helper()
	var times struct{ Frames []struct{ Frame string } }
	require.NoError(tb, json.Unmarshal([]byte(tree.Want("times.json")), &times))
	for _, f := range times.Frames {
		at, err := time.ParseDuration(f.Frame)
		require.NoError(tb, err)
		frames = append(frames, at)
	}
	return frames
}
