package cgroupfstest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/require"
)

func TestLoadAppliesFramesAsTimePasses(t *testing.T) {
	for _, file := range []string{
		"../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
		"../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
	} {
		tree := cgroupfstest.Load(t, file)
		h, err := cgroupfs.Open(tree.Root())
		require.NoError(t, err)
		defer h.Close()
		require.False(t, h.Live())
		g, err := h.Group("/")
		require.NoError(t, err)
		var s cgroupfs.Sample
		var buf cgroupfs.Buffer
		last := uint64(0)
		for range 3 {
			require.NoError(t, g.Read(&s, cgroupfs.AllMetrics, &buf))
			n, ok := s.CPU.UsageNanos.Get()
			require.True(t, ok)
			require.Greater(t, n, last)
			last = n
			tree.Advance(15 * time.Second)
		}
	}
}

func TestLinks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "host.txtar")
	require.NoError(t, os.WriteFile(file, []byte("-- 0s/.meta --\nproc/7/ns/net link=net:[1]\n-- 0s/cgroup.procs --\n7\n-- 10s/.meta --\nproc/7/ns/net link=net:[2]\n"), 0o600))
	tree := cgroupfstest.Load(t, file)
	leadsTo := func(want string) {
		t.Helper()
		to, err := os.Readlink(tree.Path("proc/7/ns/net"))
		require.NoError(t, err)
		require.Equal(t, want, to)
	}
	leadsTo("net:[1]")
	tree.Advance(10 * time.Second)
	leadsTo("net:[2]")
	tree.PutNetwork(7, cgroupfstest.Network{Namespace: 3})
	leadsTo("net:[3]")
	tree.PutNetwork(7, cgroupfstest.Network{})
	_, err := os.Lstat(tree.Path("proc/7/ns/net"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
