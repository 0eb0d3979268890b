package cgroupfstest_test

import (
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
