package page_test

import (
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
	"github.com/stretchr/testify/require"
)

// A source is a PodSource in a function.
type source func(ctx context.Context) ([]summary.Pod, error)

func (s source) Pods(ctx context.Context) ([]summary.Pod, error) { return s(ctx) }

// fake is a node with so many pods of so many containers, and their names.
func fake(tb testing.TB, pods, containers int) (*cgroupfstest.Tree, summary.StaticPods) {
	tree := cgroupfstest.New(tb)
	usage := cgroupfstest.Usage{
		CPU: time.Second, CPUQuota: 50 * time.Millisecond, Periods: 100, ThrottledPeriods: 5,
		Memory: 64 << 20, Anon: 32 << 20, MemoryLimit: 128 << 20, PIDs: []int{1},
	}
	tree.Put("", usage)
	var names summary.StaticPods
	for i := range pods {
		uid := fmt.Sprintf("%08x-4b1d-4c5e-8f6a-%012d", i*2654435761>>8&0xffffffff, i)
		pod := summary.Pod{UID: uid, Namespace: "default", Name: fmt.Sprintf("web-%d", i)}
		cgroup := "kubepods.slice/kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice"
		put(tree, cgroup, usage)
		for j := range containers {
			id := fmt.Sprintf("%016x%048x", uint64(i*containers+j+1)*0x9e3779b97f4a7c15, j)
			put(tree, cgroup+"/cri-containerd-"+id+".scope", usage)
			pod.Containers = append(pod.Containers, summary.Container{ID: id, Name: fmt.Sprintf("server-%d", j), Kind: summary.KindContainer})
		}
		names = append(names, pod)
	}
	return tree, names
}

// put puts a cgroup with pressure.
func put(tree *cgroupfstest.Tree, cgroup string, usage cgroupfstest.Usage) {
	tree.Put(cgroup, usage)
	for _, file := range []string{"cpu.pressure", "memory.pressure", "io.pressure"} {
		tree.Write(cgroup+"/"+file, "some avg10=1.25 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")
	}
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

// A node is what /node.json says of one.
type node struct {
	row
	Name     string
	Round    int
	Warnings []string
	Groups   []struct {
		row
		Kind, NS string
		Rows     []row
	}
}

type row struct {
	Key, ID, Name string
	CPU, Mem      *float64
	CPULimit      any
	Limit         any
	Throttled     *float64
	PSI           []*float64
	Start         int64
}

// ask asks for a path.
func ask(t *testing.T, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func nodeOf(t *testing.T, h http.Handler) (n node) {
	t.Helper()
	w := ask(t, h, http.MethodGet, "/node.json")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &n), w.Body)
	return n
}
