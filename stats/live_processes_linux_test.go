package stats_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// descriptors counts what a process has open, with the standard library.
func descriptors(t testing.TB, p *livetest.Process) (open, sockets uint64) {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.PID()))
	require.NoError(t, err)
	for _, e := range entries {
		to, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", p.PID(), e.Name()))
		require.NoError(t, err)
		if open++; strings.HasPrefix(to, "socket:") {
			sockets++
		}
	}
	return open, sockets
}

// ran returns the time that the threads of a process had a CPU.
func ran(t testing.TB, p *livetest.Process) (sum uint64) {
	t.Helper()
	paths, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.PID()))
	require.NoError(t, err)
	for _, path := range paths {
		var run, wait, slices uint64
		_, err := fmt.Sscan(read(t, path), &run, &wait, &slices)
		require.NoError(t, err)
		sum += run
	}
	return sum
}

func TestLiveProcesses(t *testing.T) {
	n := livePods(t, stats.Options{Processes: allOfProcesses})
	container := makePod(n.Host, "a")
	first, second := n.StartApart(container), n.Start(container)
	first.Do("nothing") // at its start Go raises the limit
	require.NoError(t, unix.Prlimit(first.PID(), unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 777, Max: 1000}, nil))
	first.Do("open 5")
	first.Do("listen 3")
	first.Do("bind 2")
	second.Do("open 7")
	second.Do("bind 1")
	first.Do("cpu 50")
	before := ran(t, first) + ran(t, second)
	s := n.round()
	after := ran(t, first) + ran(t, second)
	require.Zero(t, s.Errors.Total(), s.Errors.Examples)

	got := s.Find(container).Processes
	open1, sockets1 := descriptors(t, first)
	open2, sockets2 := descriptors(t, second)
	require.EqualValues(t, 5, sockets1)
	require.EqualValues(t, 1, sockets2)
	require.Greater(t, open2, uint64(8))
	require.Equal(t, cgroupfs.Number(open1+open2), got.FileDescriptors)
	require.Equal(t, cgroupfs.Number(6), got.Sockets)
	require.Equal(t, cgroupfs.Number(777), got.MaxOpenFiles, "of the first")
	require.Equal(t, &stats.SocketStats{TCP: [12]uint64{10: 3}, UDP: stats.UDPStats{Listen: 2}}, got.Network, "of its namespace")
	run, ok := got.RunNanos.Get()
	require.True(t, ok)
	require.GreaterOrEqual(t, run, before)
	require.LessOrEqual(t, run, after)
	require.GreaterOrEqual(t, run, uint64(50e6))

	first.Do("listen 1")
	second.Do("open 3")
	next := n.round().Find(container).Processes
	require.Equal(t, cgroupfs.Number(open1+open2+4), next.FileDescriptors)
	require.Equal(t, cgroupfs.Number(7), next.Sockets)
	require.EqualValues(t, 4, next.Network.TCP[10])
	for _, pod := range []string{n.pod("a"), n.Path("kubepods")} {
		require.Equal(t, cgroupfs.Number(0), s.Find(pod).Processes.FileDescriptors, "those below are not its own")
	}

	used := first.End()
	last := n.round().Find(container).Processes
	require.Equal(t, cgroupfs.Number(open2+3), last.FileDescriptors)
	require.GreaterOrEqual(t, last.RunNanos.Or(0), next.RunNanos.Or(0), "what has ended counts")
	require.Positive(t, used)
	for _, open := range openFiles(t) {
		require.NotContains(t, open, fmt.Sprintf("/proc/%d", second.PID()))
	}
}

// TestLiveProcessesOfTheRoot has the limit and the sockets of process 1.
func TestLiveProcessesOfTheRoot(t *testing.T) {
	n := live(t, stats.Options{Processes: stats.ProcessFiles | stats.ProcessSockets})
	got := n.round().Find("/").Processes
	require.NotNil(t, got)
	require.False(t, got.MaxOpenFiles.IsAbsent())
	require.NotNil(t, got.Network)
	for line := range strings.Lines(read(t, "/proc/1/limits")) {
		if rest, found := strings.CutPrefix(line, "Max open files"); found && !got.MaxOpenFiles.IsMax() {
			require.Equal(t, strings.Fields(rest)[0], got.MaxOpenFiles.String())
		}
	}
}

func TestLiveProcessesWhenFilesRunOut(t *testing.T) {
	n := livePods(t, stats.Options{MaxOpenFiles: 1 << 20, Processes: allOfProcesses})
	container := makePod(n.Host, "a")
	var want uint64
	for range 5 {
		p := n.Start(container)
		p.Do("nothing")
		open, _ := descriptors(t, p)
		want += open
	}
	for left := range 12 {
		n.h.SetMaxOpenFiles(1 << 20)
		n.round()
		restore := leave(t, left)
		s := n.round()
		restore()
		require.Zero(t, s.Errors.Total(), "%d left: %v", left, s.Errors.Examples)
		require.Equal(t, cgroupfs.Number(want), s.Find(container).Processes.FileDescriptors, "%d left", left)
	}
}

func TestLiveCollectProcessesAllocs(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what the runtime allocates for itself is not counted
	n := livePods(t, stats.Options{SlowInterval: -1, Processes: allOfProcesses})
	for i := range 3 {
		n.StartApart(makePod(n.Host, fmt.Sprint(i)))
	}
	var s stats.Snapshot
	n.round()
	require.Zero(t, testing.AllocsPerRun(5, func() {
		if err := n.Collect(context.Background(), &s); err != nil {
			t.Fatal(err)
		}
	}))
	require.NotNil(t, s.Find(n.pod("0")).Processes)
}

// TestLiveProcessesUnprivileged runs itself as nobody, who sees its own
// descriptors only, and everybody's time and sockets.
func TestLiveProcessesUnprivileged(t *testing.T) {
	const env = "NODEGAUGE_NOBODY_PROCESSES"
	if os.Getenv(env) == "" {
		host := livetest.New(t)
		host.Make(host.Path("kubepods"))
		host.StartApart(makePod(host, "a")).Do("listen 2")
		host.Start(makePod(host, "b"))
		runAsNobody(t, env+"="+host.Path("kubepods"))
		return
	}
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	c, err := stats.New(h, &stats.Options{Processes: allOfProcesses, KubepodsRoot: os.Getenv(env), Metrics: cgroupfs.CPU})
	require.NoError(t, err)
	defer c.Close()
	s := collect(t, c)
	require.Equal(t, 1, s.Errors.Denied, s.Errors.Examples)
	for _, pod := range []string{"a", "b"} {
		got := s.Find(os.Getenv(env) + "/pod" + pod + "/" + strings.Repeat("0123456789abcdef", 4))
		require.NoError(t, got.Err)
		require.True(t, got.Processes.FileDescriptors.IsAbsent())
		require.True(t, got.Processes.Sockets.IsAbsent())
		require.False(t, got.Processes.MaxOpenFiles.IsAbsent())
		require.False(t, got.Processes.RunNanos.IsAbsent())
		require.NotNil(t, got.Processes.Network)
	}
	a := s.Find(os.Getenv(env) + "/poda/" + strings.Repeat("0123456789abcdef", 4)).Processes.Network
	require.EqualValues(t, 2, a.TCP[10])
}

// BenchmarkCollectProcessesLive is a round over this machine with a few pods.
func BenchmarkCollectProcessesLive(b *testing.B) {
	const pods = 10
	host := livetest.New(b)
	host.Make(host.Path("kubepods"))
	for i := range pods {
		host.StartApart(makePod(host, fmt.Sprint(i))).Do("open 10")
	}
	for _, set := range []stats.ProcessSet{0, stats.ProcessFiles, stats.ProcessSched, stats.ProcessSockets, allOfProcesses} {
		b.Run(fmt.Sprintf("pods=%d,set=%d", pods, set), func(b *testing.B) {
			h, err := cgroupfs.Detect()
			require.NoError(b, err)
			c, err := stats.New(h, &stats.Options{Processes: set, KubepodsRoot: host.Path("kubepods"), Metrics: cgroupfs.CPU})
			require.NoError(b, err)
			defer c.Close()
			benchmark(b, c)
		})
	}
}
