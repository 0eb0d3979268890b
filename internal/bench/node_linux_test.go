package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { livetest.Main(m) }

// A node is a tree of pods on this machine, which one process has been through:
// all of them have used CPU and memory.
type node struct {
	host *livetest.Host
	pods []summary.Pod
	name map[string]*summary.Pod // by UID
}

// newNode makes pods of a sandbox and two containers.
func newNode(b *testing.B, pods int) *node {
	h := livetest.New(b)
	n := &node{host: h, name: map[string]*summary.Pod{}}
	h.Make(h.Path("kubepods"))
	h.Make(h.Path("away"))
	p := h.Start(h.Path("away"))
	defer p.End()
	for i := range pods {
		uid := fmt.Sprintf("%08x-0000-4000-8000-000000000000", i)
		pod := summary.Pod{UID: uid, Namespace: "default", Name: fmt.Sprintf("web-%d-7c5ddbdf54-x2x7p", i)}
		h.Make(h.Path("kubepods/pod" + uid))
		for k := range 3 {
			c := summary.Container{ID: fmt.Sprintf("%064x", 3*i+k+1), Kind: summary.KindSandbox, Image: "registry.example/pause:3.10"}
			if k > 0 {
				c.Kind, c.Name, c.Image = summary.KindContainer, fmt.Sprint("server-", k), "registry.example/server:1.27.4"
			}
			pod.Containers = append(pod.Containers, c)
			path := h.Path("kubepods/pod"+uid, c.ID)
			h.Make(path)
			for _, controller := range []string{"memory", "cpuacct", "pids", "blkio"} {
				if m := h.For(controller); m != nil {
					m.Put(path, p.PID())
				}
			}
			p.Do("memory %d", 64<<10)
		}
		n.pods = append(n.pods, pod)
		n.name[uid] = &n.pods[len(n.pods)-1]
	}
	return n
}

// containers are those with names.
func (n *node) containers() int { return 2 * len(n.pods) }

// collect takes two rounds of the node.
func (n *node) collect(b *testing.B) *stats.Snapshot {
	h, err := cgroupfs.Detect()
	require.NoError(b, err)
	c, err := stats.New(h, &stats.Options{KubepodsRoot: n.host.Path("kubepods"), Network: true})
	require.NoError(b, err)
	defer c.Close()
	var s *stats.Snapshot
	for range 2 {
		s, err = c.Fresh(context.Background(), -1)
		require.NoError(b, err)
	}
	return s
}

// labels are those that a kubelet gives a cgroup.
func (n *node) labels(path, image string) map[string]string {
	labels := map[string]string{"id": path, "name": "", "image": image, "container": "", "pod": "", "namespace": ""}
	rest, ok := strings.CutPrefix(path, n.host.Path("kubepods")+"/pod")
	if !ok {
		return labels
	}
	uid, id, _ := strings.Cut(rest, "/")
	pod := n.name[uid]
	if pod == nil {
		return labels
	}
	labels["pod"], labels["namespace"] = pod.Name, pod.Namespace
	for i := range pod.Containers {
		if c := &pod.Containers[i]; c.ID == id {
			labels["name"], labels["container"], labels["image"] = c.ID, c.Name, c.Image
		}
	}
	return labels
}

// cpuTime is the CPU time that this process, or thread, has used.
func cpuTime(who int) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
