package stats

import (
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/stretchr/testify/require"
)

func at(d time.Duration, n uint64) Counter { return Counter{Value: cgroupfs.Number(n), At: d} }

func TestRate(t *testing.T) {
	var absent cgroupfs.Value
	for _, tc := range []struct {
		name      string
		prev, cur Counter
		want      cgroupfs.Value
	}{
		{"half a core for two seconds", at(0, 0), at(2*time.Second, 1e9), cgroupfs.Number(5e8)},
		{"an idle cgroup's rate is zero", at(0, 7), at(time.Second, 7), cgroupfs.Number(0)},
		{"a counter that went back", at(0, 8), at(time.Second, 7), absent},
		{"two readings at one time", at(1, 1), at(1, 2), absent},
		{"a clock that went back", at(2, 1), at(1, 2), absent},
		{"another epoch", at(0, 1), Counter{cgroupfs.Number(2), time.Second, 1}, absent},
		{"no first value", Counter{At: 0}, at(time.Second, 1), absent},
		{"no second value", at(0, 1), Counter{At: time.Second}, absent},
		{"a product of more than 64 bits", at(0, 0), at(time.Hour, 1<<62), cgroupfs.Number((1 << 62) / 3600)},
		{"a rate of more than 64 bits", at(0, 0), at(1, 1<<63), absent},
	} {
		if got := Rate(tc.prev, tc.cur); got != tc.want {
			t.Errorf("%s: Rate(%v, %v) = %v, want %v", tc.name, tc.prev, tc.cur, got, tc.want)
		}
	}
}

func TestARateIsTakenOverTheNewestPointOfAtLeastTheWindow(t *testing.T) {
	const w = 500 * time.Millisecond
	sec := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	for _, tc := range []struct {
		name string
		at   []float64 // seconds
		want float64   // the window of the last; 0 is no rate
	}{
		{"the first point has none", []float64{0}, 0},
		{"two rounds", []float64{0, 10}, 10},
		{"an extra round does not shorten the window", []float64{0, 10, 10.1}, 10.1},
		{"nor does it lengthen the next", []float64{0, 10, 10.1, 20}, 9.9},
		{"a second round that comes too early has none", []float64{0, 0.1}, 0},
		{"until the window is reached", []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5}, 0.5},
		{"of many the newest that is old enough", []float64{0, 1, 2, 3, 4, 4.2, 4.4, 4.6}, 0.6},
		{"the same time twice counts once", []float64{0, 10, 10}, 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var ps points
			var rate cgroupfs.Value
			var window time.Duration
			for _, s := range tc.at {
				rate, window = ps.next(at(sec(s), uint64(sec(s))), w)
			}
			require.Equal(t, sec(tc.want), window)
			require.Equal(t, tc.want == 0, rate.IsAbsent())
			if !rate.IsAbsent() {
				require.Equal(t, cgroupfs.Number(1e9), rate)
			}
		})
	}
}

func TestPointsAlwaysReachBackOverTheWindow(t *testing.T) {
	const w = 500 * time.Millisecond
	for _, step := range []time.Duration{time.Millisecond, 7 * time.Millisecond, 90 * time.Millisecond, 249 * time.Millisecond, 250 * time.Millisecond, 300 * time.Millisecond} {
		var ps points
		for now := time.Duration(0); now < 5*time.Second; now += step {
			rate, window := ps.next(at(now, uint64(now)), w)
			if now < w {
				continue
			}
			if rate.IsAbsent() || window < w || window > 2*w+step {
				t.Fatalf("every %v: at %v the window is %v", step, now, window)
			}
		}
	}
}

func TestACounterThatWentBackStartsAnew(t *testing.T) {
	var ps points
	ps.next(at(0, 100), time.Second)
	ps.next(at(10*time.Second, 200), time.Second)
	rate, window := ps.next(at(20*time.Second, 50), time.Second)
	require.True(t, rate.IsAbsent())
	require.Zero(t, window)
	rate, window = ps.next(at(30*time.Second, 60), time.Second)
	require.Equal(t, cgroupfs.Number(1), rate)
	require.Equal(t, 10*time.Second, window, "not over the reset")
}

func FuzzRate(f *testing.F) {
	f.Add(uint64(1), uint64(2), int64(0), int64(time.Second))
	f.Fuzz(func(t *testing.T, from, to uint64, begin, end int64) {
		rate, ok := Rate(at(time.Duration(begin), from), at(time.Duration(end), to)).Get()
		if !ok {
			return
		}
		if to < from || end <= begin {
			t.Fatalf("a rate of %d from %d to %d in %d ns", rate, from, to, end-begin)
		}
		slow := float64(to-from) / (float64(end) - float64(begin)) * 1e9
		if diff := float64(rate) - slow; diff > 1+slow*1e-9 || diff < -1-slow*1e-9 {
			t.Fatalf("Rate = %d, want about %g", rate, slow)
		}
	})
}

func TestWorkingSet(t *testing.T) {
	n, unread := cgroupfs.Number, cgroupfs.Max()
	var absent cgroupfs.Value
	for _, tc := range []struct {
		name                       string
		usage, inactiveFile, limit cgroupfs.Value
		want, available            cgroupfs.Value
	}{
		{"usage minus inactive page cache", n(100), n(30), n(200), n(70), n(130)},
		{"the cache was read later and is larger than usage", n(100), n(101), n(200), n(0), n(200)},
		{"a kernel without the key", n(100), absent, n(200), n(100), n(100)},
		{"memory.stat could not be read", n(100), unread, n(200), absent, absent},
		{"no usage", absent, n(30), n(200), absent, absent},
		{"a limit lowered below what is used", n(100), n(0), n(60), n(100), n(0)},
		{"no limit", n(100), n(0), cgroupfs.Max(), n(100), absent},
	} {
		s := cgroupfs.MemorySample{Current: tc.usage, Max: tc.limit}
		if tc.inactiveFile != unread {
			s.Stat.InactiveFile, s.Stat.Anon = tc.inactiveFile, n(1)
		}
		got := memoryOf(&s, false, true, time.Time{})
		require.Equal(t, tc.want, got.WorkingSetBytes, tc.name)
		require.Equal(t, tc.available, got.AvailableBytes, tc.name)
	}
	torn := cgroupfs.MemorySample{Current: n(100)}
	torn.Stat.Anon = n(1)
	require.True(t, memoryOf(&torn, false, false, time.Time{}).WorkingSetBytes.IsAbsent(), "the line of the cache may be the one that is broken")
	root := cgroupfs.MemorySample{}
	root.Stat.Anon, root.Stat.File, root.Stat.InactiveFile = n(10), n(5), n(2)
	require.Equal(t, n(13), memoryOf(&root, true, true, time.Time{}).WorkingSetBytes, "the root of v2")
	require.True(t, memoryOf(&root, false, true, time.Time{}).UsageBytes.IsAbsent(), "no other cgroup's usage is made up")
}

func TestARateOfMoreThanTheCPUsCanGiveIsNotKnown(t *testing.T) {
	var ps points
	s := cgroupfs.CPUSample{UsageNanos: cgroupfs.Number(0)}
	cpuOf(&s, &ps, time.Second, 2, time.Time{})
	s.UsageNanos, s.Read.At = cgroupfs.Number(4e9), time.Second
	got := cpuOf(&s, &ps, time.Second, 2, time.Time{})
	require.True(t, got.UsageNanoCores.IsAbsent())
	require.Zero(t, got.Window)
	require.Equal(t, cgroupfs.Number(4e9), got.UsageCoreNanoSeconds)
}
