package bench

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

var containers = flag.Int("containers", 1000, "how many containers there are, sandboxes included: three in each pod")

// A node is a tree of pods on this machine, as a kubelet makes it: in each of
// the three classes pods with a sandbox and two containers. In each container
// is a process that can be made to use CPU time, memory and page cache.
type node struct {
	host   *livetest.Host
	pods   []summary.Pod
	name   map[string]*summary.Pod // by UID
	leaves []string                // the containers' cgroups
	pids   []int
}

// worker does its work and stops itself, again and again: it works when it is
// continued. Dash and busybox do all of it without a further process: 256 KiB of
// memory are written, given back and taken again, and 16 KiB to a file.
const worker = `
while :; do
	kill -STOP $$
	a=0123456789abcdef
	for i in 1 2 3 4 5 6 7 8 9 10; do a=$a$a; done
	printf %s "$a" >"$0"
	for i in 1 2 3 4; do a=$a$a; done
done
`

// classes are the cgroups that the pods of each class are in.
var classes = [...]string{"kubepods", "kubepods/burstable", "kubepods/besteffort"}

// newNode makes the tree, and kicks all of it once.
func newNode(b *testing.B) *node {
	h := livetest.New(b)
	n := &node{host: h, name: map[string]*summary.Pod{}}
	for _, class := range classes {
		h.Make(h.Path(class))
	}
	for i := range *containers / 3 {
		uid := fmt.Sprintf("%08x-0000-4000-8000-000000000000", i)
		pod := summary.Pod{UID: uid, Namespace: "default", Name: fmt.Sprintf("web-%d-7c5ddbdf54-x2x7p", i)}
		path := h.Path(classes[i%len(classes)], "pod"+uid)
		h.Make(path)
		for k := range 3 {
			c := summary.Container{ID: fmt.Sprintf("%064x", 3*i+k+1), Kind: summary.KindSandbox, Image: "registry.example/pause:3.10"}
			if k > 0 {
				c.Kind, c.Name, c.Image = summary.KindContainer, fmt.Sprint("server-", k), "registry.example/server:1.27.4"
			}
			pod.Containers = append(pod.Containers, c)
			leaf := filepath.Join(path, c.ID)
			h.Make(leaf)
			n.leaves = append(n.leaves, leaf)
		}
		n.pods = append(n.pods, pod)
		n.name[uid] = &n.pods[len(n.pods)-1]
	}
	n.populate(b)
	n.kick(b)
	return n
}

// populate starts a process in each container.
func (n *node) populate(b *testing.B) {
	dir := b.TempDir()
	started, stop := make(chan error), make(chan struct{})
	go func() { // they end with the thread that started them, whatever becomes of this program
		runtime.LockOSThread()
		var err error
		for i := range n.leaves {
			var pid int
			pid, err = syscall.ForkExec("/bin/sh", []string{"sh", "-c", worker, filepath.Join(dir, fmt.Sprint(i))},
				&syscall.ProcAttr{Env: []string{}, Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}})
			if err != nil {
				break
			}
			n.pids = append(n.pids, pid)
		}
		started <- err
		<-stop
	}()
	err := <-started
	b.Cleanup(func() {
		close(stop)
		for _, pid := range n.pids {
			require.NoError(b, syscall.Kill(pid, syscall.SIGKILL))
		}
		for _, pid := range n.pids {
			_, err := syscall.Wait4(pid, nil, 0, nil)
			require.NoError(b, err)
		}
	})
	require.NoError(b, err)
	n.wait(b)
	for i, leaf := range n.leaves {
		n.host.Put(leaf, n.pids[i])
	}
}

// wait waits until all processes have stopped.
func (n *node) wait(b *testing.B) {
	for _, pid := range n.pids {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
		require.NoError(b, err)
		require.True(b, status.Stopped(), "a process has ended")
	}
}

// kick has every process work, so that what the kernel knows of it is stale as
// after a while of real work.
func (n *node) kick(b *testing.B) {
	for _, pid := range n.pids {
		require.NoError(b, syscall.Kill(pid, syscall.SIGCONT))
	}
	n.wait(b)
}

// named is how many containers have names.
func (n *node) named() int { return 2 * len(n.pods) }

// collector returns a Collector of the node.
func (n *node) collector(b *testing.B, o stats.Options) *stats.Collector {
	h, err := cgroupfs.Detect()
	require.NoError(b, err)
	o.KubepodsRoot = n.host.Path("kubepods")
	c, err := stats.New(h, &o)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, c.Close()) })
	return c
}

// collect takes two rounds of the node.
func (n *node) collect(b *testing.B) *stats.Snapshot {
	c := n.collector(b, stats.Options{Network: true})
	defer c.Close()
	for {
		s, err := c.Fresh(context.Background(), -1)
		require.NoError(b, err)
		if s.Generation == 2 {
			return s
		}
	}
}

// labels are those that a kubelet gives a cgroup.
func (n *node) labels(path, image string) map[string]string {
	labels := map[string]string{"id": path, "name": "", "image": image, "container": "", "pod": "", "namespace": ""}
	_, rest, ok := strings.Cut(path, "/pod")
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

// cpuTime is the CPU time that this process has used.
func cpuTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// costs returns the CPU time of the process while f runs, garbage that was
// there before left out.
func costs(f func()) time.Duration {
	runtime.GC()
	began := cpuTime()
	f()
	return cpuTime() - began
}

// fullMetrics are those of which peers read the same.
func (n *node) fullMetrics() cgroupfs.MetricSet {
	if n.v2() {
		return cgroupfs.DefaultMetrics
	}
	return cgroupfs.DefaultMetrics &^ cgroupfs.Pressure // v1 has none
}
