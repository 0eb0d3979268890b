package cgroupfs

import (
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/require"
)

// TestAFolderIsKeptAsLongAsItIsOfUse takes an ordinary folder for v1's.
func TestAFolderIsKeptAsLongAsItIsOfUse(t *testing.T) {
	tree := cgroupfstest.NewV1(t)
	tree.Put("a", cgroupfstest.Usage{PIDs: []int{1, 2}})
	h, err := Open(tree.Root())
	require.NoError(t, err)
	defer h.Close()
	h.master().live = true
	g, err := h.Group("a")
	require.NoError(t, err)
	var s Sample
	var buf Buffer
	for range 2 {
		require.NoError(t, g.Read(&s, Processes, &buf))
		require.Equal(t, Number(2), s.PIDs.Processes)
		require.Equal(t, 1, h.OpenFiles())
	}
	require.NoError(t, g.Read(&s, CPU, &buf))
	require.Zero(t, h.OpenFiles(), "it is read no more")

	require.NoError(t, g.Children(&buf, func([]byte) {}))
	g.links = 2 // what a cgroup file system counts; others count otherwise
	require.NoError(t, g.Read(&s, CPU|Pressure, &buf))
	require.Equal(t, 1, h.OpenFiles(), "Children needs it")
}
