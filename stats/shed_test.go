package stats

import (
	"math"
	"math/bits"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/stretchr/testify/require"
)

// A sim is rounds of which each metric takes what costs says, without files.
type sim struct {
	*shedder
	metrics cgroupfs.MetricSet
	costs   map[cgroupfs.MetricSet]time.Duration
	now     time.Duration
	slowAt  time.Duration
	read    cgroupfs.MetricSet // in the last round
	rounds  int
}

const simSlow = 30 * time.Second

func newSim(metrics cgroupfs.MetricSet, budgets ...Budget) *sim {
	return &sim{
		shedder: newShedder(budgets, 500*time.Millisecond, simSlow), metrics: metrics,
		costs: map[cgroupfs.MetricSet]time.Duration{}, slowAt: -time.Hour,
	}
}

// round takes a round some time after the last one, and returns what it did
// not read.
func (s *sim) round(after time.Duration) cgroupfs.MetricSet {
	s.now += after
	s.rounds++
	shed := s.begin(s.now, s.metrics)
	s.read = s.metrics &^ shed
	due := s.now-s.slowAt >= simSlow || s.now < s.slowAt
	if due {
		s.slowAt = s.now
	}
	for _, m := range wanted {
		if s.read&m != 0 && (m.Slow() == 0 || due || s.starts() == m) {
			s.spend(m, s.costs[m])
		}
	}
	s.end()
	return shed
}

// rounds10 takes rounds ten seconds apart, and returns how many of them read m.
func (s *sim) rounds10(n int, m cgroupfs.MetricSet) (read int) {
	for range n {
		if s.round(10*time.Second)&m == 0 {
			read++
		}
	}
	return read
}

func TestWantedAreAllMetrics(t *testing.T) {
	var all cgroupfs.MetricSet
	for _, m := range wanted {
		require.Zero(t, all&m)
		require.Equal(t, 1, bits.OnesCount32(uint32(m)))
		all |= m
	}
	require.Equal(t, cgroupfs.AllMetrics, all)
	require.True(t, unsheddable.Has(wanted[0]) && unsheddable.Has(wanted[1]))
}

func TestNoBudget(t *testing.T) {
	require.Nil(t, newShedder(nil, 1, 1))
	require.Nil(t, newShedder([]Budget{{}, {Share: -1}, {Share: math.NaN()}, {Metrics: cgroupfs.CPU}}, 1, 1))
	s := newShedder([]Budget{{Share: 0.1}}, -1, -1)
	require.Equal(t, cgroupfs.AllMetrics, s.budgets[0].Metrics)
}

func TestOneDearReadShedsNothing(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO, Budget{cgroupfs.IO, 0.001})
	for i := range 300 {
		s.costs[cgroupfs.IO] = time.Millisecond
		if i%3 == 0 {
			s.costs[cgroupfs.IO] = time.Second
		}
		require.Zero(t, s.round(10*time.Second))
	}
	require.Zero(t, s.sheds)
}

func TestASecondDearReadOfThreeSheds(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO, Budget{cgroupfs.IO, 0.001})
	s.costs[cgroupfs.IO] = 9 * time.Millisecond
	require.Equal(t, 20, s.rounds10(20, cgroupfs.IO), "just within")
	s.costs[cgroupfs.IO] = 11 * time.Millisecond
	require.Equal(t, 2, s.rounds10(3, cgroupfs.IO), "a window ends where the next begins")
	require.Equal(t, cgroupfs.IO, s.shed)
	require.EqualValues(t, 1, s.sheds)
}

func TestMetricsAreShedInOrder(t *testing.T) {
	const dear = cgroupfs.CPU | cgroupfs.Memory | cgroupfs.Processes | cgroupfs.Pressure | cgroupfs.IO | cgroupfs.CPULocal | cgroupfs.PerCPU | cgroupfs.MemoryNUMA
	for _, c := range []struct {
		name  string
		share float64
		shed  cgroupfs.MetricSet
		over  bool
	}{
		{"all fit", 0.0081, 0, false},
		{"the least wanted goes", 0.0080 - 1e-9, cgroupfs.MemoryNUMA, false},
		{"and the next", 0.0065, cgroupfs.MemoryNUMA | cgroupfs.PerCPU, false},
		{"until the rest fits", 0.0030 + 1e-9, cgroupfs.MemoryNUMA | cgroupfs.PerCPU | cgroupfs.CPULocal | cgroupfs.IO | cgroupfs.Pressure, false},
		{"all but what is never shed", 0.0020 + 1e-9, dear &^ unsheddable, false},
		{"which may be over, and is read", 0.001, dear &^ unsheddable, true},
	} {
		s := newSim(dear, Budget{Share: c.share})
		for m := dear; m != 0; m &= m - 1 {
			s.costs[m&-m] = 10 * time.Millisecond
		}
		s.rounds10(4, 0)
		require.Equal(t, c.shed, s.shed, c.name)
		require.Equal(t, c.over, s.over, c.name)
		require.Zero(t, s.shed&unsheddable)
	}
}

func TestOnlyAsManyAsNeeded(t *testing.T) {
	s := newSim(cgroupfs.Memory|cgroupfs.IO|cgroupfs.PerCPU|cgroupfs.MemoryNUMA, Budget{Share: 0.01})
	s.costs[cgroupfs.Memory], s.costs[cgroupfs.PerCPU], s.costs[cgroupfs.MemoryNUMA] = 40*time.Millisecond, 10*time.Millisecond, 10*time.Millisecond
	s.costs[cgroupfs.IO] = 70 * time.Millisecond
	s.rounds10(4, 0)
	require.Equal(t, cgroupfs.IO, s.shed, "without it those that are wanted less fit")
}

func TestTwoBudgetsOfOneMetric(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO|cgroupfs.Pressure, Budget{cgroupfs.IO, 0.001}, Budget{Share: 0.01})
	s.costs[cgroupfs.IO], s.costs[cgroupfs.Pressure] = 11*time.Millisecond, 60*time.Millisecond
	s.rounds10(4, 0)
	require.Equal(t, cgroupfs.IO, s.shed, "its own budget is too small")
	s = newSim(cgroupfs.CPU|cgroupfs.IO|cgroupfs.Pressure, Budget{cgroupfs.IO, 0.01}, Budget{Share: 0.005})
	s.costs[cgroupfs.IO], s.costs[cgroupfs.Pressure] = 11*time.Millisecond, 45*time.Millisecond
	s.rounds10(4, 0)
	require.Equal(t, cgroupfs.IO, s.shed, "that of all is")
}

func TestTrialsAreFurtherAndFurtherApart(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO, Budget{cgroupfs.IO, 0.001})
	s.costs[cgroupfs.IO] = time.Second
	s.rounds10(3, 0)
	var waits []int
	for wait := 0; len(waits) < 10; {
		if s.round(10*time.Second)&cgroupfs.IO != 0 {
			wait++
			continue
		}
		waits, wait = append(waits, wait), 0
	}
	require.Equal(t, []int{1, 2, 4, 8, 16, 32, 64, 64, 64, 64}, waits)
	require.EqualValues(t, 1, s.sheds, "what was not taken back was not shed again")
}

// TestWhatIsCheapOnlyWhenItIsTried comes and goes no more often than the waits
// allow, whether it is dear at once or after a while.
func TestWhatIsCheapOnlyWhenItIsTried(t *testing.T) {
	for _, patience := range []int{0, 3, 70} {
		s := newSim(cgroupfs.CPU|cgroupfs.IO, Budget{cgroupfs.IO, 0.001})
		cheap := 0
		for range 10_000 {
			s.costs[cgroupfs.IO] = time.Millisecond
			if cheap > patience {
				s.costs[cgroupfs.IO] = time.Second
			}
			if cheap++; s.round(10*time.Second)&cgroupfs.IO != 0 {
				cheap = 0
			}
		}
		require.LessOrEqual(t, s.sheds, uint64(10_000/64+maxFails), "cheap for %d rounds", patience)
		require.Greater(t, s.sheds, uint64(10))
	}
}

func TestASlowMetricIsTriedEverySlowInterval(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.MemoryEvents, Budget{cgroupfs.MemoryEvents, 0.001})
	s.costs[cgroupfs.MemoryEvents] = 29 * time.Millisecond
	require.Equal(t, 100, s.rounds10(100, cgroupfs.MemoryEvents), "a share of 30 s, not of 10")
	s.costs[cgroupfs.MemoryEvents] = 31 * time.Millisecond
	for s.shed == 0 {
		s.round(10 * time.Second)
	}
	for _, wait := range []int{1, 2, 4} { // reads of a slow metric, each of which is three rounds
		for range 3 * wait {
			require.Equal(t, cgroupfs.MemoryEvents, s.shed&^s.trial)
			s.round(10 * time.Second)
		}
		require.Equal(t, cgroupfs.MemoryEvents, s.trial)
		s.round(10 * time.Second) // it was one read, as dear as before
	}
}

func TestRecovery(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO|cgroupfs.CPULimits, Budget{Share: 0.001})
	s.costs[cgroupfs.IO] = time.Second
	s.rounds10(200, 0)
	require.Equal(t, cgroupfs.IO, s.shed)
	s.costs[cgroupfs.IO] = 9 * time.Millisecond
	s.rounds10(200, 0)
	require.Equal(t, cgroupfs.IO, s.shed, "within its budget, but not clearly")
	s.costs[cgroupfs.IO] = 7 * time.Millisecond
	require.GreaterOrEqual(t, s.rounds10(100, cgroupfs.IO), 36, "after 64 rounds at most")
	require.Zero(t, s.shed)
	s.costs[cgroupfs.IO] = 9 * time.Millisecond
	require.Equal(t, 100, s.rounds10(100, cgroupfs.IO), "it is within")
}

// TestOneTrialAtATime has four metrics come back after one another.
func TestOneTrialAtATime(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO|cgroupfs.Pressure|cgroupfs.PerCPU|cgroupfs.MemoryNUMA, Budget{Share: 0.001})
	for m := range s.metricsOf() {
		s.costs[m] = time.Second
	}
	s.rounds10(4, 0)
	require.Equal(t, s.metrics&^cgroupfs.CPU, s.shed)
	for m := range s.metricsOf() {
		s.costs[m] = time.Millisecond
	}
	require.Equal(t, s.metrics&^cgroupfs.CPU, s.shed)
	last := bits.OnesCount32(uint32(s.shed))
	for range 100 {
		shed := bits.OnesCount32(uint32(s.round(10 * time.Second)))
		require.GreaterOrEqual(t, shed, last-1)
		last = shed
	}
	require.Zero(t, s.shed)
}

// TestWithoutRoomNothingIsTried has Memory alone take all of a budget.
func TestWithoutRoomNothingIsTried(t *testing.T) {
	s := newSim(cgroupfs.Memory|cgroupfs.IO, Budget{Share: 0.001})
	s.costs[cgroupfs.Memory], s.costs[cgroupfs.IO] = 9*time.Millisecond, 2*time.Millisecond
	s.rounds10(4, 0)
	require.Equal(t, cgroupfs.IO, s.shed)
	require.Zero(t, s.rounds10(200, cgroupfs.IO))
	s.costs[cgroupfs.Memory] = 5 * time.Millisecond
	require.Equal(t, 8, s.rounds10(10, cgroupfs.IO), "as soon as there is")
}

func (s *sim) metricsOf() func(yield func(cgroupfs.MetricSet) bool) {
	return func(yield func(cgroupfs.MetricSet) bool) {
		for rest := s.metrics; rest != 0; rest &= rest - 1 {
			if !yield(rest & -rest) {
				return
			}
		}
	}
}
