package stats

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/stretchr/testify/require"
)

// FuzzShedder takes rounds at any time and of any cost, and holds what is true
// of all of them.
func FuzzShedder(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		b := make([]byte, 600)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		const metrics = cgroupfs.CPU | cgroupfs.Memory | cgroupfs.IO | cgroupfs.MemoryEvents | cgroupfs.CPULimits | cgroupfs.MemoryNUMA
		s := newSim(metrics, Budget{Share: 0.01}, Budget{cgroupfs.IO | cgroupfs.MemoryEvents, 0.002})
		trials, changes, last := map[cgroupfs.MetricSet]int{}, map[cgroupfs.MetricSet]int{}, cgroupfs.MetricSet(0)
		for ; len(b) >= 6; b = b[6:] {
			for i, m := range [...]cgroupfs.MetricSet{cgroupfs.Memory, cgroupfs.IO, cgroupfs.MemoryEvents, cgroupfs.MemoryNUMA} {
				s.costs[m] = time.Duration(b[i]) * time.Millisecond
			}
			step := time.Duration(int16(binary.LittleEndian.Uint16(b[4:]))) * time.Millisecond
			shed := s.round(max(step, -time.Second))
			require.Zero(t, shed&unsheddable, "what is never shed")
			require.Zero(t, shed&^metrics)
			require.Zero(t, shed&cgroupfs.CPULimits, "what costs nothing")
			require.LessOrEqual(t, bits.OnesCount32(uint32(s.trial)), 1)
			if begins := s.trial; begins != 0 && s.trialAt == s.now {
				trials[begins]++
			}
			for diff := last ^ s.shed; diff != 0; diff &= diff - 1 {
				changes[diff&-diff]++
			}
			last = s.shed
		}
		for m, n := range changes {
			require.LessOrEqual(t, n, 1+2*trials[m], "%v is shed once, and then once for each trial", m)
		}
		// It recovers once nothing takes anything, after the longest wait.
		clear(s.costs)
		for range 64 + 10 {
			s.round(simSlow)
		}
		require.Zero(t, s.shed)
	})
}

// TestFit tries what fits against what it is to be: as much as there is room
// for, those that are wanted more before those that are wanted less.
func TestFit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		var shares [len(wanted)]float64
		for i := range shares {
			shares[i] = max(r.Float64()-0.3, 0)
		}
		budgets := []Budget{{randomMetrics(r), 4 * r.Float64()}, {randomMetrics(r), 2 * r.Float64()}}
		set := randomMetrics(r)
		var back cgroupfs.MetricSet
		if r.IntN(2) == 0 {
			back = set & wanted[r.IntN(len(wanted))]
		}
		unfit, over := fit(budgets, make([]float64, 2), set, back, &shares)
		require.Zero(t, unfit&^set|unfit&unsheddable)
		sum := func(of, upTo cgroupfs.MetricSet) (sum float64) {
			for i, m := range wanted {
				if of&m != 0 {
					sum += shares[i]
				}
				if m == upTo {
					break
				}
			}
			return sum
		}
		for i, m := range wanted {
			if set&m == 0 || shares[i] == 0 {
				continue
			}
			fits, fitsAll := true, true
			for _, b := range budgets {
				room := b.Share
				if back&m != 0 {
					room *= comeback
				}
				if b.Metrics&m != 0 {
					fits = fits && sum(b.Metrics&(set&^unfit|m), m) <= room+1e-9
					fitsAll = fitsAll && sum(b.Metrics&(set&^unfit|m), 0) <= room-1e-9
				}
			}
			switch {
			case unfit&m != 0:
				require.False(t, fitsAll, "%v is shed though there is room beside what is read", m)
			case unsheddable&m == 0:
				require.True(t, fits, "%v is read though there is no room", m)
			default:
				require.True(t, fits || over, "CPU and Memory are over, and it is not said")
			}
		}
	}
}

func randomMetrics(r *rand.Rand) cgroupfs.MetricSet {
	return cgroupfs.MetricSet(r.Uint32()) & cgroupfs.AllMetrics
}
