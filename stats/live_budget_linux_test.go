package stats_test

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func openFiles(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	open := []string{}
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil { // the list's own is closed again
			open = append(open, e.Name()+" "+to)
		}
	}
	return open
}

func TestLiveCloseLeavesNothingOpen(t *testing.T) {
	n := live(t, stats.Options{})
	n.make("a", "a/b", "c")
	n.round()
	require.NoError(t, n.Close())
	before := openFiles(t)
	for _, files := range []int{0, 10, -1} {
		n.start(stats.Options{MaxOpenFiles: files})
		require.Equal(t, []string{"a", "a/b", "c"}, n.names(n.round()))
		n.remove("c")
		n.round()
		n.make("c")
		n.round()
		require.NotEqual(t, before, openFiles(t))
		require.NoError(t, n.Close())
		require.NoError(t, n.Close())
		require.Equal(t, before, openFiles(t))
	}
}

// TestLiveFilesRunOut: a process that has no descriptors left to give loses
// time, and nothing else.
func TestLiveFilesRunOut(t *testing.T) {
	n := live(t, stats.Options{MaxOpenFiles: 1 << 20})
	var want []string
	for i := range 30 {
		want = append(want, fmt.Sprintf("%03d", i), fmt.Sprintf("%03d/x", i))
	}
	n.make(want...)
	var lim unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &lim))
	restore := func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &lim)) }
	t.Cleanup(restore)
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 100, Max: lim.Max}))
	var kept []int
	for range 3 {
		s := n.round()
		require.Equal(t, want, n.names(s))
		require.Zero(t, s.Errors.Total(), s.Errors.Examples)
		for _, name := range want {
			require.False(t, s.Find(n.Path(name)).CPU.UsageCoreNanoSeconds.IsAbsent(), name)
		}
		kept = append(kept, n.h.OpenFiles())
	}
	require.Less(t, kept[0], 100)
	self := n.round().Self
	require.EqualValues(t, n.h.OpenFiles(), self.Descriptors)
	require.Positive(t, self.GivenBack)
	restore()
	require.Equal(t, want, n.names(n.round()))
	require.LessOrEqual(t, n.h.OpenFiles(), slices.Min(kept))
}

func TestLiveCollectAllocs(t *testing.T) {
	for _, tc := range []struct {
		groups int
		slow   time.Duration
	}{{1, 0}, {1, -1}, {100, 0}} {
		t.Run(fmt.Sprintf("%d cgroups, slow interval %v", tc.groups, tc.slow), func(t *testing.T) {
			defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what the runtime allocates for itself is not counted
			n := live(t, stats.Options{SlowInterval: tc.slow})
			for i := range tc.groups {
				n.make(fmt.Sprint(i))
			}
			ctx := context.Background()
			var s stats.Snapshot
			require.Zero(t, testing.AllocsPerRun(5, func() {
				if err := n.Collect(ctx, &s); err != nil {
					t.Fatal(err)
				}
			}), "Collect")
			require.Len(t, n.names(&s), tc.groups)
			fresh := func(maxAge time.Duration) func() {
				return func() {
					if _, err := n.Fresh(ctx, maxAge); err != nil {
						t.Fatal(err)
					}
				}
			}
			require.LessOrEqual(t, testing.AllocsPerRun(20, fresh(0)), 4.0, "Fresh, a round each, one more for the disks")
			require.Zero(t, testing.AllocsPerRun(5, fresh(time.Hour)), "Fresh, served")
		})
	}
}
