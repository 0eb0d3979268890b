package stats

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/require"
)

// ofOneCgroup returns a Collector of a node with one cgroup, whose clock goes a
// second with each look.
func ofOneCgroup(t *testing.T) (*cgroupfstest.Tree, *Collector) {
	tree := cgroupfstest.New(t)
	tree.Put("a", cgroupfstest.Usage{CPU: time.Second, Memory: 5})
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	c, err := New(h, &Options{Metrics: cgroupfs.AllMetrics, SlowInterval: -1, Now: func() time.Time {
		tree.Advance(time.Second)
		return tree.Now()
	}})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return tree, c
}

func TestSelf(t *testing.T) {
	tree, c := ofOneCgroup(t)
	var files, bytes uint64
	require.NoError(t, filepath.WalkDir(tree.Path("a"), func(path string, d fs.DirEntry, err error) error {
		if info, _ := d.Info(); !d.IsDir() {
			files, bytes = files+1, bytes+uint64(info.Size())
		}
		return err
	}))
	ctx := context.Background()
	var s Snapshot
	var took time.Duration
	for i := range uint64(3) {
		require.NoError(t, c.Collect(ctx, &s))
		took += s.Duration
		require.Positive(t, s.Duration)
		require.EqualValues(t, Self{
			Rounds: i + 1, Nanos: uint64(took), CPUNanos: s.Self.CPUNanos, Files: (i + 1) * files, Bytes: (i + 1) * bytes,
		}, s.Self)
	}
	before := s.Self
	require.Positive(t, before.CPUNanos)
	tree.Write("a/cpu.stat", "usage_usec x\n")
	for range 7 {
		require.NoError(t, c.Collect(ctx, &s))
	}
	tree.Unreadable("a/cpu.stat")
	for range 3 {
		require.NoError(t, c.Collect(ctx, &s))
	}
	require.Equal(t, ErrorCounts{Parse: 7, Other: 3}, s.Self.Errors)
	require.Equal(t, ErrorCounts{Other: 1}, s.Errors.ErrorCounts, "of the round")
	require.GreaterOrEqual(t, s.Self.CPUNanos, before.CPUNanos)
}

// TestWhatIsNotCountedIsAbsent has cgroups with more descriptors, threads and
// processes than are looked at, one each.
func TestWhatIsNotCountedIsAbsent(t *testing.T) {
	tree := cgroupfstest.New(t)
	for i, p := range []cgroupfstest.Process{
		{Files: 9, Sockets: 7, MaxOpenFiles: 5, Threads: make([]cgroupfstest.Sched, 80)},
		{Files: 90, Sockets: 7, MaxOpenFiles: 5},
		{Files: 60, MaxOpenFiles: 5, Threads: make([]cgroupfstest.Sched, 37)},
		{MaxOpenFiles: 5},
	} {
		u := cgroupfstest.Usage{PIDs: []int{1000 * (i + 1)}}
		if i == 3 {
			for pid := 5000; pid < 5100; pid++ {
				u.PIDs = append(u.PIDs, pid)
				tree.PutProcess(pid, p)
			}
		}
		tree.Put("abcd"[i:i+1], u)
		tree.PutProcess(u.PIDs[0], p)
	}
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	c, err := New(h, &Options{Root: tree.Host(), Processes: ProcessFiles | ProcessSched, Now: tree.Now})
	require.NoError(t, err)
	defer c.Close()
	c.processes.most = 100
	var s Snapshot
	require.NoError(t, c.Collect(context.Background(), &s))
	require.Equal(t, cgroupfs.Number(16), s.Find("/a").Processes.FileDescriptors, "exactly as many as are looked at")
	require.NoError(t, s.Find("/a").Err)
	for _, path := range []string{"/b", "/c", "/d"} {
		require.Equal(t, ProcessStats{Time: tree.Now()}, *s.Find(path).Processes, path)
		require.Equal(t, errLooks, s.Find(path).Err)
	}
	require.Equal(t, 3, s.Errors.Other)
}

// TestLag has rounds that Run takes an hour after their time.
func TestLag(t *testing.T) {
	_, c := ofOneCgroup(t)
	ctx := context.Background()
	require.NoError(t, c.runOnce(ctx, time.Now().Add(-time.Hour)))
	require.GreaterOrEqual(t, c.latest.Load().Self.Lag, time.Hour)
	require.NoError(t, c.runOnce(ctx, time.Now().Add(time.Hour)))
	require.Zero(t, c.latest.Load().Self.Lag, "a timer that is early")
	require.NoError(t, c.runOnce(ctx, time.Now().Add(-time.Hour)))
	s, err := c.Fresh(ctx, 0)
	require.NoError(t, err)
	require.Zero(t, s.Self.Lag, "somebody asked for it")

	ctx, cancel := context.WithCancelCause(ctx)
	cancel(errors.New("enough"))
	require.ErrorIs(t, c.runOnce(ctx, time.Now().Add(-time.Hour)), context.Canceled)
	require.Zero(t, c.lag)
}
