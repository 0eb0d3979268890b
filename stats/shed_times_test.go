package stats

import (
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/stretchr/testify/require"
)

func TestRoundsOnDemandDoNotMakeItDearer(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO|cgroupfs.CPULimits, Budget{Share: 0.001})
	s.costs[cgroupfs.IO], s.costs[cgroupfs.CPULimits] = 2*time.Millisecond, 3*time.Millisecond
	for range 100 {
		s.round(10 * time.Second)
		s.round(time.Millisecond)
		s.round(0)
	}
	require.Zero(t, s.sheds, "three reads in 10 s")
	s.costs[cgroupfs.IO] = 4 * time.Millisecond
	for range 100 {
		s.round(10 * time.Second)
		s.round(time.Millisecond)
		s.round(0)
	}
	require.Positive(t, s.sheds, "three dear ones are too many")
}

// TestRoundsAtOddTimesAreNoDearer has one on demand soon after each of Run.
func TestRoundsAtOddTimesAreNoDearer(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO, Budget{Share: 0.001})
	s.costs[cgroupfs.IO] = 3 * time.Millisecond // 6 ms in 10 s
	for range 100 {
		s.round(9400 * time.Millisecond)
		s.round(600 * time.Millisecond)
	}
	require.Zero(t, s.sheds)
	s.costs[cgroupfs.IO] = time.Second
	s.rounds10(4, 0)
	require.Equal(t, cgroupfs.IO, s.shed)
	s.costs[cgroupfs.IO] = 2 * time.Millisecond
	for range 40 {
		s.round(9400 * time.Millisecond)
		s.round(600 * time.Millisecond)
	}
	require.Zero(t, s.shed, "nor are trials")
}

func TestAClockThatGoesBackShedsNothing(t *testing.T) {
	s := newSim(cgroupfs.AllMetrics, Budget{Share: 0.001})
	for m := range s.metricsOf() {
		s.costs[m] = 100 * time.Microsecond
	}
	for range 100 {
		s.rounds10(5, 0)
		s.round(-time.Hour)
		s.round(0)
	}
	require.Zero(t, s.sheds)
	s.costs[cgroupfs.IO] = time.Second
	s.rounds10(10, 0)
	require.Equal(t, cgroupfs.IO, s.shed)
	s.costs[cgroupfs.IO] = 0
	for range 100 {
		s.rounds10(5, 0)
		s.round(-time.Hour)
	}
	require.Zero(t, s.shed, "it comes back all the same")
}

func TestABrokenOffTrialIsMadeAgain(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.MemoryEvents, Budget{Share: 0.001})
	s.costs[cgroupfs.MemoryEvents] = time.Second
	for s.shed == 0 {
		s.round(10 * time.Second)
	}
	for s.starts() == 0 { // the rounds of the sim are complete, this one is not
		s.now += 10 * time.Second
		s.begin(s.now, s.metrics)
	}
	for range 5 {
		s.now += 10 * time.Second
		require.Zero(t, s.begin(s.now, s.metrics))
		require.Equal(t, cgroupfs.MemoryEvents, s.starts(), "still of every cgroup")
	}
	require.Zero(t, s.round(10*time.Second))
	require.Equal(t, cgroupfs.MemoryEvents, s.round(10*time.Second), "it is as dear as before")
}

func TestWhatIsNotAskedForAnyMoreIsForgotten(t *testing.T) {
	s := newSim(cgroupfs.CPU|cgroupfs.IO, Budget{Share: 0.001})
	s.costs[cgroupfs.IO] = time.Second
	s.rounds10(6, 0)
	s.metrics = cgroupfs.CPU
	require.Zero(t, s.round(10*time.Second))
	require.Zero(t, s.shed|s.trial)
	s.metrics |= cgroupfs.IO
	require.Equal(t, 3, s.rounds10(4, cgroupfs.IO), "it begins anew: three windows")
}
