package stats_test

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// livePods is this machine with a kubepods cgroup of the test's own.
func livePods(t *testing.T, o stats.Options) *liveNode {
	t.Helper()
	n := &liveNode{Host: livetest.New(t), t: t}
	n.make("kubepods")
	o.KubepodsRoot, o.Network = n.Path("kubepods"), true
	n.start(o)
	return n
}

func (n *liveNode) pod(uid string) string { return n.Path("kubepods", "pod"+uid) }

// makePod makes a pod's cgroup with a container's, and returns the latter.
func makePod(host *livetest.Host, uid string) string {
	pod := host.Path("kubepods", "pod"+uid)
	host.Make(pod)
	container := pod + "/" + strings.Repeat("0123456789abcdef", 4)
	host.Make(container)
	return container
}

func namespaceOf(t testing.TB, pid any) string {
	t.Helper()
	to, err := os.Readlink(fmt.Sprintf("/proc/%v/ns/net", pid))
	require.NoError(t, err)
	return to
}

// inHostNetwork reports whether the test is in the node's namespace. The link
// of process 1 may need more privilege than root has.
func inHostNetwork(t testing.TB) bool {
	t.Helper()
	node, err := os.Stat("/proc/1/net/dev")
	require.NoError(t, err)
	self, err := os.Stat("/proc/self/net/dev")
	require.NoError(t, err)
	return os.SameFile(node, self)
}

func link(inode uint64) string { return fmt.Sprintf("net:[%d]", inode) }

func TestLiveNetworkOfPods(t *testing.T) {
	n := livePods(t, stats.Options{})
	processes := map[string]*livetest.Process{
		"a": n.StartApart(makePod(n.Host, "a")), "b": n.StartApart(makePod(n.Host, "b")), "host": n.Start(makePod(n.Host, "host")),
	}
	s := n.round()
	require.Zero(t, s.Errors.Total(), s.Errors.Examples)
	for uid, p := range processes {
		require.Equal(t, namespaceOf(t, p.PID()), link(s.Find(n.pod(uid)).Network.Namespace), uid)
		for _, open := range openFiles(t) {
			require.NotContains(t, open, fmt.Sprintf("/proc/%d", p.PID()))
			require.NotContains(t, open, "net:[")
		}
	}
	require.Empty(t, s.Find(n.pod("a")).Network.Interfaces, "there is a loopback only")
	if inHostNetwork(t) {
		require.Equal(t, s.Node.Network, s.Find(n.pod("host")).Network)
	}
	processes["a"].End()
	s = n.round()
	require.Zero(t, s.Errors.Total(), s.Errors.Examples)
	require.Zero(t, s.Find(n.pod("a")).Network)
	require.NotZero(t, s.Find(n.pod("b")).Network)
}

// arrived returns a pod's interfaces without what was dropped later on: nobody
// there knows the frames.
func arrived(pod *stats.Cgroup) []stats.Interface {
	list := slices.Clone(pod.Network.Interfaces)
	for i := range list {
		list[i].RxDropped = 0
	}
	return list
}

func TestLiveNetworkBytes(t *testing.T) {
	n := livePods(t, stats.Options{SlowInterval: -1})
	a := n.StartApart(makePod(n.Host, "a"))
	b := n.StartApart(makePod(n.Host, "b"))
	if _, err := a.Try("veth eth0 %d", b.PID()); err != nil {
		t.Skip("no pair of interfaces can be made here:", err)
	}
	require.Empty(t, n.round().Find(n.pod("a")).Network.Default)
	a.Do("up eth0")
	b.Do("up eth0")
	a.Do("route eth0")
	want := func(rx, tx uint64) []stats.Interface {
		return []stats.Interface{{Name: "eth0", RxBytes: rx, RxPackets: rx / 1000, TxBytes: tx, TxPackets: tx / 1000}}
	}
	sentA, sentB := uint64(0), uint64(0)
	for _, frames := range []uint64{0, 5, 100, 1000} {
		a.Do("send eth0 %d", frames*1000)
		b.Do("send eth0 %d", 2*frames*1000)
		sentA, sentB = sentA+frames*1000, sentB+2*frames*1000
		s := n.round()
		require.Zero(t, s.Errors.Total(), s.Errors.Examples)
		require.Equal(t, want(sentB, sentA), arrived(s.Find(n.pod("a"))))
		require.Equal(t, want(sentA, sentB), arrived(s.Find(n.pod("b"))))
		require.Equal(t, "eth0", s.Find(n.pod("a")).Network.Default)
		require.Empty(t, s.Find(n.pod("b")).Network.Default)
	}

	// The namespace goes with its last process: with it goes its end of the
	// pair, and so does the other.
	a.End()
	for end := time.Now().Add(10 * time.Second); len(n.round().Find(n.pod("b")).Network.Interfaces) > 0; {
		require.True(t, time.Now().Before(end), "something holds the namespace")
	}
}

// TestLiveNode: what no cgroup says about the node.
func TestLiveNode(t *testing.T) {
	n := livePods(t, stats.Options{})
	s := n.round()
	tasks, ok := s.Node.Tasks.Get()
	most, ok2 := s.Node.MaxTasks.Get()
	require.True(t, ok && ok2)
	require.Less(t, tasks, most)
	require.False(t, s.Node.TasksTime.IsZero())
	own, err := n.h.Own()
	require.NoError(t, err)
	require.Equal(t, own, s.Node.OwnCgroup)
	text, err := os.ReadFile("/proc/1/net/dev")
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(text), "\n")-3, len(s.Node.Network.Interfaces), "all but two headers and lo")
}

// TestLiveNetworkWhenFilesRunOut: a process that has no descriptors left to
// give loses time, and nothing else.
func TestLiveNetworkWhenFilesRunOut(t *testing.T) {
	n := livePods(t, stats.Options{MaxOpenFiles: 1 << 20})
	for i := range 5 {
		n.Start(makePod(n.Host, fmt.Sprint(i)))
	}
	for left := range 12 {
		n.h.SetMaxOpenFiles(1 << 20)
		n.round()
		restore := leave(t, left)
		s := n.round()
		restore()
		require.Zero(t, s.Errors.Total(), s.Errors.Examples)
		for i := range 5 {
			require.False(t, s.Find(n.pod(fmt.Sprint(i))).Network.Time.IsZero(), "%d left, pod %d", left, i)
		}
		require.False(t, s.Node.Network.Time.IsZero())
	}
}

// leave takes all descriptors that the process may have, but for a few.
func leave(t *testing.T, few int) (restore func()) {
	t.Helper()
	var lim unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &lim))
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 500, Max: lim.Max}))
	var taken []int
	restore = func() {
		for _, fd := range taken {
			_ = unix.Close(fd)
		}
		taken = nil
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &lim))
	}
	t.Cleanup(restore)
	for {
		fd, err := unix.Dup(0)
		if err != nil {
			require.ErrorIs(t, err, unix.EMFILE)
			break
		}
		taken = append(taken, fd)
	}
	for _, fd := range taken[len(taken)-few:] {
		require.NoError(t, unix.Close(fd))
	}
	taken = taken[:len(taken)-few]
	return restore
}

func TestLiveCollectNetworkAllocs(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what the runtime allocates for itself is not counted
	n := livePods(t, stats.Options{SlowInterval: -1})
	for i := range 3 {
		n.StartApart(makePod(n.Host, fmt.Sprint(i)))
	}
	n.Start(makePod(n.Host, "host"))
	var s stats.Snapshot
	require.Zero(t, testing.AllocsPerRun(5, func() {
		if err := n.Collect(context.Background(), &s); err != nil {
			t.Fatal(err)
		}
	}))
	require.NotZero(t, s.Find(n.pod("0")).Network.Namespace)
}

// BenchmarkCollectNetworkLive is a round over this machine with a few pods in
// namespaces of their own, with and without their networks.
func BenchmarkCollectNetworkLive(b *testing.B) {
	const pods = 10
	host := livetest.New(b)
	host.Make(host.Path("kubepods"))
	for i := range pods {
		host.StartApart(makePod(host, fmt.Sprint(i)))
	}
	for _, network := range []bool{false, true} {
		b.Run(fmt.Sprintf("pods=%d,network=%v", pods, network), func(b *testing.B) {
			h, err := cgroupfs.Detect()
			require.NoError(b, err)
			c, err := stats.New(h, &stats.Options{Network: network, KubepodsRoot: host.Path("kubepods")})
			require.NoError(b, err)
			defer c.Close()
			benchmark(b, c)
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/pods, "µs/pod")
		})
	}
}
