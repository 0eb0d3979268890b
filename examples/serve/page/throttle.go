package page

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

const (
	// minThrottleWindow is the shortest time that a share is of: a quota's
	// period is 100 ms, and of one or two of them a share would only jump.
	minThrottleWindow = 500 * time.Millisecond
	// maxThrottleWindow is the longest: after an hour in which nobody looked,
	// the share of that hour says nothing of now.
	maxThrottleWindow = time.Minute
)

// throttles knows in which share of its periods each cgroup was throttled. The
// rounds of a Collector have counters only, so it keeps those of the round before.
type throttles struct {
	at   time.Time // of the round that the counters are of
	last map[throttleKey]throttle
}

// A throttleKey is one incarnation of a cgroup.
type throttleKey struct {
	path  string
	inode uint64
}

type throttle struct {
	periods, throttled uint64
	epoch              uint32
	share              cgroupfs.Percent
}

// next takes a round. One that comes too soon after the last changes nothing.
func (t *throttles) next(snap *stats.Snapshot) {
	passed := snap.Time.Sub(t.at)
	if passed >= 0 && passed < minThrottleWindow {
		return
	}
	last := t.last
	if passed < 0 || passed > maxThrottleWindow {
		last = nil
	}
	now := make(map[throttleKey]throttle, len(t.last))
	for i := range snap.Cgroups {
		cg := &snap.Cgroups[i]
		c := &cg.Sample.CPU
		periods, ok := c.Periods.Get()
		throttled, ok2 := c.ThrottledPeriods.Get()
		if _, limited := c.QuotaNanos.Get(); !ok || !ok2 || !limited {
			continue // without a quota there is nothing to be throttled by
		}
		cur := throttle{periods: periods, throttled: throttled, epoch: c.Read.Epoch}
		key := throttleKey{cg.Path, cg.Inode}
		if prev, ok := last[key]; ok {
			cur.share = share(prev, cur)
		}
		now[key] = cur
	}
	t.at, t.last = snap.Time, now
}

// of returns the share of a cgroup, absent if it is not known.
func (t *throttles) of(cg *stats.Cgroup) cgroupfs.Percent {
	return t.last[throttleKey{cg.Path, cg.Inode}].share
}

// share is how many of the periods between two readings were throttled:
// nr_throttled over nr_periods, as alerts have it. Periods count only while
// something runs: of none, none was throttled.
func share(prev, cur throttle) cgroupfs.Percent {
	if prev.epoch != cur.epoch || cur.periods < prev.periods || cur.throttled < prev.throttled {
		return cgroupfs.Percent{}
	}
	periods := cur.periods - prev.periods
	if periods == 0 {
		return cgroupfs.Hundredths(0)
	}
	return cgroupfs.Hundredths((cur.throttled - prev.throttled) * 10000 / periods)
}
