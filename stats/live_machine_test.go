package stats_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

// TestLiveMachine compares with what other interfaces of the kernel say.
func TestLiveMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc on " + runtime.GOOS)
	}
	m, err := stats.ReadMachine("")
	if os.Getuid() == 0 {
		require.NoError(t, err)
	}
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	c, err := stats.New(h, nil)
	require.NoError(t, err)
	defer c.Close()
	s := collect(t, c)
	require.Equal(t, cgroupfs.Number(uint64(s.Node.CPUs)), m.Cores)
	require.Equal(t, s.Node.MemTotal, m.MemoryBytes)
	require.Equal(t, s.Node.SwapTotal, m.SwapBytes)
	cores, ok := m.PhysicalCores.Get()
	require.True(t, ok)
	require.LessOrEqual(t, cores, m.Cores.Or(0))
	require.LessOrEqual(t, m.Sockets.Or(0), cores)
	siblings, err := filepath.Glob("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
	require.NoError(t, err)
	groups := make(map[string]bool) // of those that share a core
	for _, path := range siblings {
		groups[read(t, path)] = true
	}
	if len(groups) > 0 {
		require.EqualValues(t, len(groups), cores)
	}
	require.Equal(t, read(t, "/proc/sys/kernel/random/boot_id"), m.BootID)
	require.Contains(t, read(t, "/proc/version"), m.KernelVersion)
	require.NotEmpty(t, m.KernelVersion)

	again, err := c.Machine()
	require.NoError(t, err)
	again.Time = m.Time
	require.Equal(t, m, again)
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return strings.TrimSpace(string(b))
}
