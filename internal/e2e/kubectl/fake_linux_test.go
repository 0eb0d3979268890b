package kubectl

import (
	"context"
	"fmt"
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
)

// A node is a fake one that is served.
type node struct {
	*cgroupfstest.Tree
	collector *stats.Collector
	pods      summary.StaticPods
	url       string
}

func (n *node) Pods(context.Context) ([]summary.Pod, error) { return n.pods, nil }

// newNode is a node of 2 CPUs and 4 GiB with four pods, after two rounds.
func newNode(t *testing.T) *node {
	n := &node{Tree: cgroupfstest.New(t)}
	n.Write("proc/meminfo", "MemTotal: 4194304 kB\nMemFree: 1048576 kB\nSwapTotal: 1048576 kB\nSwapFree: 1024000 kB\n")
	n.Write("proc/stat", "cpu  1 1 1 1 1 1 1 1 1 1\ncpu0 1 1 1 1 1 1 1 1 1 1\ncpu1 1 1 1 1 1 1 1 1 1 1\nbtime 1767366245\n")
	n.restart(t)
	n.pod("default", "solo", nil, "main")
	n.pod("shop", "db-0", map[string]string{"app": "db"}, "server")
	n.pod("shop", "web-0", map[string]string{"app": "web", "tier": "front"}, "server", "sidecar")
	for i := range 2 {
		n.use(i)
		_, err := n.collector.Fresh(t.Context(), -1)
		require.NoError(t, err)
		n.Advance(10 * time.Second)
	}
	n.use(2)
	n.pod("shop", "young", map[string]string{"app": "web"}, "server") // of which there is no rate yet
	return n
}

// restart makes a new Collector, which knows of no round, and serves it.
func (n *node) restart(t *testing.T) {
	h, err := cgroupfs.Open(n.Root())
	require.NoError(t, err)
	n.collector, err = stats.New(h, &stats.Options{Root: n.Host(), Now: n.Now})
	require.NoError(t, err)
	server := httptest.NewServer(metricsapi.Handler(n.collector, n, &metricsapi.Options{NodeName: "node-1", MaxAge: 5 * time.Second}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { require.NoError(t, n.collector.Close()) })
	n.url = server.URL
}

// pod makes a pod that a source knows.
func (n *node) pod(namespace, name string, labels map[string]string, containers ...string) {
	i := len(n.pods)
	p := summary.Pod{UID: fmt.Sprintf("pod%d", i), Namespace: namespace, Name: name, Labels: labels, CreatedAt: n.Now().Add(-time.Hour)}
	for j, c := range containers {
		n.Put(cgroupOf(i, j), cgroupfstest.Usage{PIDs: []int{1}})
		p.Containers = append(p.Containers, summary.Container{ID: id(i, j), Name: c, Image: "registry.example/" + c, Kind: summary.KindContainer})
	}
	n.pods = append(n.pods, p)
}

// use says what is used at round n: of each ten seconds container 0 of the first pod
// has one on a CPU, and the others one, two, three more each. Memory is the other way round.
func (n *node) use(round int) {
	n.Put("", cgroupfstest.Usage{CPU: time.Duration(round) * 8 * time.Second, Memory: 2 << 30, Anon: 1 << 30})
	k := 0
	for i := range n.pods {
		for j := range n.pods[i].Containers {
			k++
			cpu := time.Duration(round*k) * time.Second
			n.Put(cgroupOf(i, j), cgroupfstest.Usage{CPU: cpu, Memory: uint64(256<<20) / uint64(k), PIDs: []int{1}})
		}
	}
}

func id(i, j int) string { return fmt.Sprintf("%032x%032x", i, j) }

func cgroupOf(i, j int) string {
	return strings.Join([]string{"kubepods.slice", fmt.Sprintf("kubepods-podpod%d.slice", i), "cri-containerd-" + id(i, j) + ".scope"}, "/")
}
