package e2e

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/nodegauge/nodegauge/summary/localpods"
	"github.com/stretchr/testify/require"
	statsapi "k8s.io/kubelet/pkg/apis/stats/v1alpha1"
)

// A node is a containerd with two pods, and the library that looks at it.
type node struct {
	*containerd.Node
	web, agent *containerd.Pod // agent has the host's network
	server     *containerd.Container
	sidecar    *containerd.Container
	guard      *containerd.Container // in agent
	collector  *stats.Collector
	storage    *storage.Collector
	bundles    *localpods.Source
	cri        *cri.Source
}

// TestLiveCRI holds the library against a real containerd and real pods, which
// all of its parts share, in this order.
func TestLiveCRI(t *testing.T) {
	n := &node{Node: containerd.Start(t)}
	n.web = n.RunPod(containerd.Spec{Namespace: "shop", Name: "web-0", UID: "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b", Volumes: []string{"scratch"}})
	n.server = n.web.Run("server", 0, "/bin/busybox", "sh", "-c", "/bin/busybox yes | /bin/busybox head -n 10000; exec /bin/busybox sleep 2147483647")
	n.sidecar = n.web.Run("sidecar", 0)
	n.agent = n.RunPod(containerd.Spec{Namespace: "kube-system", Name: "agent", UID: "aa0b8a3c9e5d4c11b1f0d2e3c4a5b697", HostNetwork: true})
	n.guard = n.agent.Run("guard", 0)
	n.bundles = localpods.New(&localpods.Options{PodLogs: n.Logs(), ContainerLogs: n.Logs(), ContainerdStates: []string{n.State()}})
	var err error
	n.cri, err = cri.New(&cri.Options{Endpoint: n.Socket(), MaxAge: -1})
	require.NoError(t, err)
	defer n.cri.Close()
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	n.collector, err = stats.New(h, &stats.Options{KubepodsRoot: n.Kubepods(), MinWindow: 1, SlowInterval: -1, Network: true})
	require.NoError(t, err)
	defer n.collector.Close()
	n.storage, err = storage.New(&storage.Options{KubeletRoot: n.Kubelet(), LogRoot: n.Logs(), Source: n.cri})
	require.NoError(t, err)
	defer n.storage.Close()

	t.Run("pods are named as they were asked for", n.named)
	t.Run("start times are the runtime's", n.dated)
	t.Run("CPU and memory are what the runtime says", n.used)
	t.Run("bytes sent to a pod and back are counted", n.sent)
	t.Run("files written are what the disks hold more", n.written)
	t.Run("a pod with the node's network is marked", n.hostNetwork)
	t.Run("a container killed and run again is listed once", n.restarted)
	t.Run("names stay while the daemon is away", n.daemonAway)
}

// round takes a round. Nothing goes wrong in it.
func (n *node) round(t *testing.T) *stats.Snapshot {
	t.Helper()
	var s stats.Snapshot
	require.NoError(t, n.collector.Collect(t.Context(), &s))
	require.Empty(t, s.Errors.Examples, "errors of the round")
	return &s
}

// pods asks a source for its pods.
func pods(t *testing.T, source summary.PodSource) []summary.Pod {
	t.Helper()
	list, err := source.Pods(t.Context())
	require.NoError(t, err)
	return list
}

// decode returns what a client makes of a summary's JSON.
func decode(t *testing.T, s *summary.Summary) (v statsapi.Summary) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(s.AppendJSON(nil)))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&v))
	return v
}

// build shapes a round with the names of a source, and decodes it.
func (n *node) build(t *testing.T, source summary.PodSource) statsapi.Summary {
	t.Helper()
	disks, err := n.storage.Collect(t.Context())
	require.NoError(t, err)
	require.Empty(t, disks.Errors.Examples, "errors of the disks' round")
	return n.shape(t, pods(t, source), disks)
}

// shape does it with pods and disks that are known.
func (n *node) shape(t *testing.T, pods []summary.Pod, disks *storage.Snapshot) statsapi.Summary {
	t.Helper()
	var s summary.Summary
	summary.Build(&s, n.round(t), pods, &summary.Options{NodeName: "node-1", Storage: disks})
	return decode(t, &s)
}

// find returns a pod of a summary.
func find(t *testing.T, s statsapi.Summary, name string) *statsapi.PodStats {
	t.Helper()
	for i := range s.Pods {
		if s.Pods[i].PodRef.Name == name {
			return &s.Pods[i]
		}
	}
	t.Fatalf("no pod %s in %+v", name, s.Pods)
	return nil
}

// containers returns the names of a pod's containers.
func containers(p *statsapi.PodStats) []string {
	names := []string{}
	for i := range p.Containers {
		names = append(names, p.Containers[i].Name)
	}
	return names
}
