package stats

import (
	"math/bits"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A Counter is one reading of a counter.
type Counter struct {
	Value cgroupfs.Value
	// At is when it was read, on a clock that never goes back.
	At time.Duration
	// Epoch tells the counter's lives apart.
	Epoch uint32
}

// Rate returns by how much a counter grew per second between two readings. It
// is absent if one of them is, if they are of different epochs, if no time
// passed, or if the counter went back: an unknown rate is never 0, and never
// the 1.8e19 that a subtraction would give.
func Rate(prev, cur Counter) cgroupfs.Value {
	from, ok := prev.Value.Get()
	to, ok2 := cur.Value.Get()
	if !ok || !ok2 || prev.Epoch != cur.Epoch || cur.At <= prev.At || to < from {
		return cgroupfs.Value{}
	}
	// The product of nanoseconds and 1e9 needs 128 bits.
	hi, lo := bits.Mul64(to-from, uint64(time.Second))
	elapsed := uint64(cur.At - prev.At)
	if hi >= elapsed {
		return cgroupfs.Value{} // the rate does not fit 64 bits: no counter grows like that
	}
	rate, _ := bits.Div64(hi, lo, elapsed)
	return cgroupfs.Number(rate)
}

// points are the last readings of a counter, oldest first: as many as are
// needed for one that is at least the minimum window old.
type points struct {
	p     [4]point
	n     int32
	epoch uint32 // of all of them
}

type point struct {
	value cgroupfs.Value
	at    time.Duration
}

func (ps *points) counter(i int32) Counter { return Counter{ps.p[i].value, ps.p[i].at, ps.epoch} }

// next takes a reading and returns the rate since the newest one that is at
// least window older, and how much older. A reading of another epoch, or of
// less than before, starts anew.
func (ps *points) next(cur Counter, window time.Duration) (cgroupfs.Value, time.Duration) {
	if cur.Epoch != ps.epoch {
		ps.n, ps.epoch = 0, cur.Epoch
	}
	if ps.n > 0 {
		if last := ps.counter(ps.n - 1); cur.At == last.At {
			ps.n-- // nothing can be said of no time: the newer reading is as good
		} else if Rate(last, cur).IsAbsent() {
			ps.n = 0
		}
	}
	var rate cgroupfs.Value
	var over time.Duration
	for i := ps.n - 1; i >= 0; i-- {
		if over = cur.At - ps.p[i].at; over >= window {
			rate = Rate(ps.counter(i), cur)
			break
		}
	}
	if !cur.Value.IsAbsent() {
		ps.push(cur, window/2)
	}
	if rate.IsAbsent() {
		over = 0
	}
	return rate, over
}

// push keeps cur. Readings that come faster than apart take the place of the
// newest, so that the four always reach back over twice that time.
func (ps *points) push(cur Counter, apart time.Duration) {
	switch {
	case ps.n >= 2 && ps.p[ps.n-1].at-ps.p[ps.n-2].at < apart:
		ps.n--
	case int(ps.n) == len(ps.p):
		copy(ps.p[:], ps.p[1:])
		ps.n--
	}
	ps.p[ps.n] = point{cur.Value, cur.At}
	ps.n++
}
