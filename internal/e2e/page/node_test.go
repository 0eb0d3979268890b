package page

import (
	"fmt"
	"math"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/examples/serve/page"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// every is how often the page asks, and how old a round may be.
	every = 400 * time.Millisecond
	// step is how far the fake clock moves: a round is then too old, but not so
	// old that the page leaves a gap in its lines.
	step = 600 * time.Millisecond
)

// A fake is a node that a test moves on. It has a clock of its own, since
// requests read it while the test moves it.
type fake struct {
	t     *testing.T
	tree  *cgroupfstest.Tree
	names summary.StaticPods
	works []*work
	start time.Time
	now   atomic.Int64 // nanoseconds since start
	steps int
}

// A work is one container, and how it behaves.
type work struct {
	pod, cgroup string
	seed        float64
	cores       float64 // on average
	memory      float64 // bytes, on average
	limit       uint64  // bytes
	quota       time.Duration
	usage       cgroupfstest.Usage
	stall       float64 // percent of the last 10 s, for CPU
}

// inMemory is a test whose folders are in memory, where the system has a place
// for that: a step of 1,000 containers writes 15,000 files.
type inMemory struct{ *testing.T }

func (t inMemory) TempDir() string {
	dir, err := os.MkdirTemp("/dev/shm", "nodegauge-test-")
	if err != nil {
		return t.T.TempDir()
	}
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

var apps = [...]string{
	"checkout", "catalog", "payments", "search-api", "web-frontend", "session-cache", "image-resizer", "mail-relay",
	"ledger", "recommender", "inventory", "fraud-scorer", "cdn-origin", "events-ingest", "report-builder", "auth-gateway",
}

var spaces = [...]string{"shop", "shop", "platform", "data", "kube-system", "observability"}

// newFake makes a node with so many pods of two containers each.
func newFake(t *testing.T, pods int) *fake {
	t.Helper()
	f := &fake{t: t, tree: cgroupfstest.New(inMemory{t})}
	f.start = f.tree.Now()
	f.tree.Write("proc/stat", strings.Repeat("cpu0 1 1 1 1 1 1 1 1 1 1\n", 32)+fmt.Sprintf("btime %d\n", f.start.Add(-277*time.Hour).Unix()))
	f.tree.Put("system.slice", cgroupfstest.Usage{Memory: 900 << 20, Anon: 700 << 20, PIDs: []int{1}})
	for _, name := range []string{"containerd", "kubelet", "systemd-journald", "ssh"} {
		f.tree.Put("system.slice/"+name+".service", cgroupfstest.Usage{Memory: 80 << 20, Anon: 60 << 20, PIDs: []int{1}})
	}
	for i := range pods {
		app := apps[i%len(apps)]
		f.add(summary.Pod{
			UID: fmt.Sprintf("%08x-7b41-4d0e-9a55-%012x", 0x3f9a1c2e+i*7919, i), Namespace: spaces[i%len(spaces)],
			Name: fmt.Sprintf("%s-%s-%s", app, suffix(i/len(apps)+7, 9), suffix(i*31+5, 5)), CreatedAt: f.start.Add(-time.Duration(i*i%977+1) * 17 * time.Minute),
		}, app, "proxy")
	}
	f.write()
	return f
}

// suffix is like what the controllers of Kubernetes add to names.
func suffix(n, length int) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	var b strings.Builder
	for x := uint32(n)*2654435761 + 12345; b.Len() < length; x = x*1664525 + 1013904223 {
		b.WriteByte(letters[x>>16%uint32(len(letters))])
	}
	return b.String()
}

// add adds a pod with containers of these names.
func (f *fake) add(pod summary.Pod, containers ...string) {
	cgroup := "kubepods.slice/kubepods-pod" + strings.ReplaceAll(pod.UID, "-", "_") + ".slice"
	for _, name := range containers {
		n := len(f.works)
		id := fmt.Sprintf("%016x%048x", uint64(n+1)*0x9e3779b97f4a7c15, n)
		pod.Containers = append(pod.Containers, summary.Container{ID: id, Name: name, Kind: summary.KindContainer, CreatedAt: pod.CreatedAt})
		w := &work{pod: cgroup, cgroup: cgroup + "/cri-containerd-" + id + ".scope", seed: float64(n) * 1.618}
		w.cores = 0.004 + 0.6*math.Pow(0.5+0.5*math.Sin(w.seed*7), 6)
		w.memory = 24<<20 + 900*(1<<20)*math.Pow(0.5+0.5*math.Cos(w.seed*3), 5)
		if n%3 > 0 {
			w.limit = 64 << 20
			for float64(w.limit) < w.memory*1.2 {
				w.limit *= 2
			}
		}
		if n%4 < 3 {
			w.quota = (50 + 50*time.Duration(w.cores/0.05)) * time.Millisecond / 4
		}
		f.works = append(f.works, w)
	}
	f.names = append(f.names, pod)
}

// next lets a step pass in which everything works on. Values are written before
// the clock moves: the rounds that the page asks for meanwhile are none.
func (f *fake) next() {
	f.steps++
	for _, w := range f.works {
		t := float64(f.steps)
		wave := math.Max(0, 1+0.5*math.Sin(t/9+w.seed)+0.35*math.Sin(t/2.3+w.seed*5)+0.9*math.Pow(math.Max(0, math.Sin(t/17+w.seed*11)), 12))
		used := time.Duration(w.cores * wave * float64(step))
		w.stall = 0
		if w.quota > 0 {
			allowed := time.Duration(float64(w.quota) * float64(step) / float64(100*time.Millisecond))
			short := min(1, math.Max(0, float64(used)/float64(allowed)-0.35)*1.3)
			used = min(used, allowed)
			w.usage.Periods += 100
			w.usage.ThrottledPeriods += uint64(short * 100)
			w.stall = short * 60
		}
		w.usage.CPU += used
	}
	f.write()
	f.now.Add(int64(step))
}

// write writes all files anew.
func (f *fake) write() {
	f.t.Helper()
	t := float64(f.steps)
	var node cgroupfstest.Usage
	pods := map[string]*cgroupfstest.Usage{}
	for _, w := range f.works {
		u := &w.usage
		u.Memory = uint64(w.memory * (1 + 0.12*math.Sin(t/21+w.seed*2)))
		u.Anon, u.InactiveFile, u.MemoryLimit, u.CPUQuota, u.PIDs = u.Memory/2, u.Memory/8, w.limit, w.quota, []int{1}
		f.tree.Put(w.cgroup, *u)
		f.pressure(w.cgroup, w.stall, math.Max(0, 14*math.Sin(t/13+w.seed)-11), math.Max(0, 30*math.Sin(t/29+w.seed*3)-26))
		pod := pods[w.pod]
		if pod == nil {
			pod = &cgroupfstest.Usage{PIDs: []int{1}}
			pods[w.pod] = pod
		}
		for _, sum := range []*cgroupfstest.Usage{pod, &node} {
			sum.CPU, sum.Memory, sum.Anon, sum.InactiveFile = sum.CPU+u.CPU, sum.Memory+u.Memory, sum.Anon+u.Anon, sum.InactiveFile+u.InactiveFile
		}
		f.tree.Put(w.pod, *pod)
		f.pressure(w.pod, w.stall*0.7, 0, 0)
	}
	f.tree.Put("", node)
	f.pressure("", 12+8*math.Sin(t/7), math.Max(0, 3*math.Sin(t/11)), 1+math.Sin(t/5))
	f.tree.Write("proc/meminfo", fmt.Sprintf("MemTotal: %d kB\nMemFree: 1 kB\nSwapTotal: 8388608 kB\nSwapFree: 8100000 kB\n", node.Memory*3/2>>10))
}

func (f *fake) pressure(cgroup string, shares ...float64) {
	for i, file := range []string{"cpu.pressure", "memory.pressure", "io.pressure"} {
		name := strings.TrimPrefix(cgroup+"/"+file, "/")
		f.tree.Write(name, fmt.Sprintf("some avg10=%.2f avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", shares[i]))
	}
}

// serve serves the page of the node.
func (f *fake) serve(pods summary.PodSource) *httptest.Server {
	f.t.Helper()
	h, err := cgroupfs.Open(f.tree.Root())
	require.NoError(f.t, err)
	c, err := stats.New(h, &stats.Options{Root: f.tree.Host(), Now: func() time.Time { return f.start.Add(time.Duration(f.now.Load())) }})
	require.NoError(f.t, err)
	f.t.Cleanup(func() { require.NoError(f.t, c.Close()) })
	server := httptest.NewServer(page.Handler(c, pods, &page.Options{NodeName: "node-1.example", Every: every}))
	f.t.Cleanup(server.Close)
	return server
}
