package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/stretchr/testify/require"
)

// A source is a PodSource in a function.
type source func(ctx context.Context) ([]summary.Pod, error)

func (s source) Pods(ctx context.Context) ([]summary.Pod, error) { return s(ctx) }

// containerID is that of container j of pod i.
func containerID(i, j int) string { return fmt.Sprintf("%032x%032x", i, j) }

// fake is a node with so many pods of so many containers, and their names.
func fake(tb testing.TB, pods, containers int) (*cgroupfstest.Tree, summary.StaticPods) {
	tree := cgroupfstest.New(tb)
	usage := cgroupfstest.Usage{CPU: time.Second, Memory: 64 << 20, Anon: 32 << 20, MemoryLimit: 128 << 20, PIDs: []int{1}}
	tree.Put("", usage)
	var names summary.StaticPods
	for i := range pods {
		uid := fmt.Sprintf("00000000-0000-0000-0000-%012d", i)
		pod := summary.Pod{UID: uid, Namespace: "default", Name: fmt.Sprintf("web-%d", i)}
		cgroup := "kubepods.slice/kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice"
		tree.Put(cgroup, usage)
		for j := range containers {
			id := containerID(i, j)
			tree.Put(cgroup+"/cri-containerd-"+id+".scope", usage)
			pod.Containers = append(pod.Containers, summary.Container{ID: id, Name: fmt.Sprintf("server-%d", j), Kind: summary.KindContainer})
		}
		names = append(names, pod)
	}
	return tree, names
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

// serve is a server that has a Handler and nothing else.
func serve(t *testing.T, c *stats.Collector, pods summary.PodSource, o *httpapi.Options) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(httpapi.Handler(c, pods, o))
	t.Cleanup(server.Close)
	return server
}

// A response is what came back.
type response struct {
	status int
	header http.Header
	body   string
}

func do(t *testing.T, method, url, form string) response {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(form))
	require.NoError(t, err)
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return response{w.StatusCode, w.Header, string(body)}
}

func get(t *testing.T, url string) response {
	t.Helper()
	return do(t, http.MethodGet, url, "")
}

// podsOf are the names of the pods in an answer.
func podsOf(t *testing.T, r response) []string {
	t.Helper()
	require.Equal(t, http.StatusOK, r.status, r.body)
	var s struct {
		Node struct{ CPU, Memory map[string]any }
		Pods []struct{ PodRef struct{ Name string } }
	}
	require.NoError(t, json.Unmarshal([]byte(r.body), &s))
	require.NotEmpty(t, s.Node.Memory, "the node's numbers are always there")
	names := []string{}
	for _, p := range s.Pods {
		names = append(names, p.PodRef.Name)
	}
	return names
}
