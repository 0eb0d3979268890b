package page

import (
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/assert"
)

func TestShare(t *testing.T) {
	for name, c := range map[string]struct {
		prev, cur throttle
		want      cgroupfs.Percent
	}{
		"a quarter of the periods":       {throttle{periods: 100, throttled: 10}, throttle{periods: 180, throttled: 30}, cgroupfs.Hundredths(2500)},
		"all":                            {throttle{}, throttle{periods: 7, throttled: 7}, cgroupfs.Hundredths(10000)},
		"none":                           {throttle{periods: 1, throttled: 1}, throttle{periods: 9, throttled: 1}, cgroupfs.Hundredths(0)},
		"nothing ran, so none was":       {throttle{periods: 9, throttled: 1}, throttle{periods: 9, throttled: 1}, cgroupfs.Hundredths(0)},
		"periods went back":              {throttle{periods: 9}, throttle{periods: 8}, cgroupfs.Percent{}},
		"throttled went back":            {throttle{periods: 9, throttled: 5}, throttle{periods: 19, throttled: 4}, cgroupfs.Percent{}},
		"another life of the counter":    {throttle{periods: 1, epoch: 1}, throttle{periods: 9, epoch: 2}, cgroupfs.Percent{}},
		"more throttled than there were": {throttle{}, throttle{periods: 1, throttled: 2}, cgroupfs.Hundredths(10000)},
	} {
		assert.Equal(t, c.want, share(c.prev, c.cur), name)
	}
}

// A share is of two rounds that are neither too near nor too far apart, of one
// incarnation, under a quota.
func TestThrottlesOfRounds(t *testing.T) {
	var ts throttles
	start := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	round := func(at time.Duration, inode, periods, throttled uint64, quota cgroupfs.Value) cgroupfs.Percent {
		snap := &stats.Snapshot{Time: start.Add(at), Cgroups: []stats.Cgroup{{Info: &stats.Info{Path: "/a", Inode: inode}}}}
		c := &snap.Cgroups[0].Sample.CPU
		c.Periods, c.ThrottledPeriods, c.QuotaNanos = cgroupfs.Number(periods), cgroupfs.Number(throttled), quota
		ts.next(snap)
		return ts.of(&snap.Cgroups[0])
	}
	quota := cgroupfs.Number(50_000_000)
	assert.Equal(t, cgroupfs.Percent{}, round(0, 1, 0, 0, quota), "of one round nothing is known")
	assert.Equal(t, cgroupfs.Hundredths(5000), round(time.Second, 1, 10, 5, quota))
	assert.Equal(t, cgroupfs.Hundredths(5000), round(time.Second+10*time.Millisecond, 1, 11, 6, quota), "too near: what was known stays")
	assert.Equal(t, cgroupfs.Hundredths(1000), round(2*time.Second, 1, 20, 6, quota), "and the window is not cut")
	assert.Equal(t, cgroupfs.Percent{}, round(time.Hour, 1, 9000, 9000, quota), "too far: the share of an hour is not that of now")
	assert.Equal(t, cgroupfs.Percent{}, round(time.Hour+time.Second, 2, 9010, 9010, quota), "another incarnation")
	assert.Equal(t, cgroupfs.Percent{}, round(time.Hour+2*time.Second, 2, 9020, 9020, cgroupfs.Max()), "no quota")
	assert.Equal(t, cgroupfs.Percent{}, round(time.Minute, 2, 9030, 9030, quota), "the clock went back")
}
