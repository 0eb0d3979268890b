package cgroupfs

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// metered returns a group of a folder with these files, and a Buffer whose
// clock goes on by a second with each byte that is read, and by a nanosecond
// each time that it is asked.
func metered(t *testing.T, files map[string]string) (*Group, *Buffer) {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	h, err := Open(root)
	require.NoError(t, err)
	t.Cleanup(func() { h.Close() })
	g, err := h.Group("/")
	require.NoError(t, err)
	asked := time.Duration(0)
	buf := &Buffer{}
	buf.Clock = func() time.Duration {
		asked++
		return asked + time.Duration(buf.Bytes)*time.Second
	}
	return g, buf
}

var meteredFiles = map[string]string{
	"cgroup.procs": "1\n", "cpu.stat": "usage_usec 1\n", "cpu.max": "max 1\n", "memory.stat": "anon 1\nfile 2\n", "memory.current": "3\n",
}

func TestMeter(t *testing.T) {
	g, buf := metered(t, meteredFiles)
	buf.Meter = &Meter{Detail: true}
	var s Sample
	require.NoError(t, g.Read(&s, CPU|Memory, buf)) // what is not there is not looked for again
	buf.Meter.Reset()
	require.NoError(t, g.Read(&s, CPU|Memory, buf))
	m := buf.Meter

	// Asked at the turn to the metric; then before and after it opens, after it
	// reads and after it closes, and for the Stamp; then at the next turn.
	require.Equal(t, Cost{
		Files: 1, Opened: 1, Bytes: 13, Time: 13*time.Second + 6, ReadTime: 13*time.Second + 1, OpenTime: 2,
	}, m.Cost(CPU))
	// Two files, and of memory.swap.current the tries.
	require.Equal(t, Cost{
		Files: 2, Opened: 2, Bytes: 16, Time: 16*time.Second + 11, ReadTime: 16*time.Second + 2, OpenTime: 4,
	}, m.Cost(Memory))
	require.Equal(t, Cost{Time: 2, OpenTime: 1}, m.Rest(), "the folder is closed")
	require.Equal(t, m.Cost(CPU).Plus(m.Cost(Memory)), m.Cost(AllMetrics))
	require.EqualValues(t, 1+4+1+8+1+1+1, m.Clocks)
	cost := m.Cost(CPU)
	require.Equal(t, 13*time.Second+3, cost.KernelTime())

	m.Reset()
	require.Equal(t, Meter{Detail: true}, *m)
	m.Detail = false
	require.NoError(t, g.Read(&s, CPU|Memory, buf))
	require.Equal(t, Cost{Time: 13*time.Second + 2}, m.Cost(CPU), "the turns and the Stamp")
	require.Equal(t, Cost{Time: 16*time.Second + 3}, m.Cost(Memory))
	require.Equal(t, Cost{Time: 1}, m.Rest())
	require.EqualValues(t, 4, m.Clocks, "a turn each, and the end")
}

// TestWithoutAMeter holds that no clock is asked but for Stamps.
func TestWithoutAMeter(t *testing.T) {
	g, buf := metered(t, meteredFiles)
	asked := 0
	buf.Clock = func() time.Duration { asked++; return 0 }
	var s Sample
	for range 3 {
		require.NoError(t, g.Read(&s, AllMetrics, buf))
	}
	require.Equal(t, 3*3, asked, "cpu.stat, memory.stat, memory.current")
}

func TestAClockThatGoesBackCostsNothing(t *testing.T) {
	g, buf := metered(t, meteredFiles)
	now := time.Hour
	buf.Clock = func() time.Duration { now -= time.Second; return now }
	buf.Meter = &Meter{Detail: true}
	var s Sample
	require.NoError(t, g.Read(&s, AllMetrics, buf))
	cost := buf.Meter.Cost(AllMetrics)
	require.Zero(t, cost.Time)
	require.Zero(t, cost.KernelTime())
	require.EqualValues(t, 6, cost.Files, "cgroup.procs for PIDs too")
}

func TestReset(t *testing.T) {
	g, _ := metered(t, meteredFiles)
	s, want := fullSample(), fullSample()
	g.h.Reset(s, 0)
	require.Equal(t, want, s)
	g.h.Reset(s, MemoryEvents|HugeTLB)
	want.Memory.Events, want.Memory.LocalEvents = MemoryEventCounts{}, MemoryEventCounts{}
	absent(&want.Memory.Swap.EventsHigh, &want.Memory.Swap.EventsMax, &want.Memory.Swap.EventsFail)
	want.HugeTLB = want.HugeTLB[:0]
	require.Equal(t, want, s)
}
