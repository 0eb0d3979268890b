package stats_test

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

const diskstats = "254 0 vda 2938 438 410866 1612 239 641 55984 520 4 2220 2151 0 0 0 0 52 17\n254 16 vdb 111 0 4370 40 2141 1992 138584 3542 0 3028 3918\n"

func TestDisksOfTheNode(t *testing.T) {
	tree := node(t)
	tree.Write(ctr1+"/io.stat", "254:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n9:9 rbytes=1\n")
	c := collector(t, tree, stats.Options{})
	s := collect(t, c)
	require.Empty(t, s.Node.Disks)
	require.Empty(t, s.Errors.Examples, "a kernel without disks")

	tree.Write("proc/diskstats", diskstats)
	s = collect(t, c)
	require.Equal(t, []stats.Disk{
		{254, 0, "vda", 2938, 438, 410866, 1612, 239, 641, 55984, 520, 4, 2220, 2151},
		{254, 16, "vdb", 111, 0, 4370, 40, 2141, 1992, 138584, 3542, 0, 3028, 3918},
	}, s.Node.Disks)
	devices := s.Find("/" + ctr1).Sample.IO.Devices
	require.Equal(t, "vdb", s.Node.Disk(devices[0].Major, devices[0].Minor).Name)
	require.Nil(t, s.Node.Disk(devices[1].Major, devices[1].Minor))

	tree.Write("proc/diskstats", "x\n"+diskstats)
	s = collect(t, c)
	require.Len(t, s.Node.Disks, 2, "a bad line hides nothing else")
	require.Equal(t, 1, s.Errors.Parse)
	require.ErrorContains(t, s.Errors.Examples[0], `proc/diskstats:1: "x": not a number`)

	c.SetMetrics(cgroupfs.CPU)
	require.Empty(t, collect(t, c).Node.Disks, "nobody asked")
}

func TestDisksOfASnapshotStayAsTheyAre(t *testing.T) {
	tree := node(t)
	tree.Write("proc/diskstats", diskstats)
	c := collector(t, tree, stats.Options{})
	ctx := context.Background()
	before, err := c.Fresh(ctx, 0)
	require.NoError(t, err)
	tree.Advance(time.Second)
	tree.Write("proc/diskstats", strings.ReplaceAll(diskstats, " 111 ", " 112 "))
	after, err := c.Fresh(ctx, 0)
	require.NoError(t, err)
	require.EqualValues(t, 111, before.Node.Disk(254, 16).Reads)
	require.EqualValues(t, 112, after.Node.Disk(254, 16).Reads)

	var s stats.Snapshot
	round := func() { require.NoError(t, c.Collect(ctx, &s)) }
	round()
	require.Zero(t, testing.AllocsPerRun(20, round))
	require.LessOrEqual(t, testing.AllocsPerRun(20, func() { _, _ = c.Fresh(ctx, 0) }), 4.0, "one more for the disks")
}

// TestLiveDisks has a name of /sys/block for each device.
func TestLiveDisks(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are no cgroups on " + runtime.GOOS)
	}
	entries, err := os.ReadDir("/sys/block")
	if err != nil || len(entries) == 0 {
		t.Skip("no disks are seen here")
	}
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	c, err := stats.New(h, nil)
	require.NoError(t, err)
	defer c.Close()
	s := collect(t, c)
	if len(s.Node.Disks) == 0 {
		t.Skip("/proc/diskstats is empty here")
	}
	names := make(map[string]bool)
	for _, d := range s.Node.Disks {
		names[d.Name] = true
	}
	for _, e := range entries {
		require.True(t, names[strings.ReplaceAll(e.Name(), "!", "/")], e.Name())
	}
}
