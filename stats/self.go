package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// Self is what the Collector itself does, counted since it was made.
type Self struct {
	// Rounds counts rounds, this one included; those that failed are not
	// counted. Nanos is the time they took, in nanoseconds.
	Rounds, Nanos uint64
	// CPUNanos is the CPU time that the whole process used since it began, in
	// nanoseconds: getrusage.
	CPUNanos uint64
	// Lag is how long after its time this round of Run began; 0 for a round
	// that somebody asked for.
	Lag time.Duration
	// Files and Bytes count what was read of cgroups: a file that was read
	// twice is two.
	Files, Bytes uint64
	// Descriptors are those that are kept for cgroups now, and GivenBack counts
	// those that were closed for lack of room.
	Descriptors, GivenBack uint64
	// Shed counts how often a metric was shed: see Snapshot.Shed.
	Shed uint64
	// Errors are those of all rounds, this one included.
	Errors ErrorCounts
}

// countSelf counts a round that has ended.
func (c *Collector) countSelf() {
	s := &c.self
	s.Rounds++
	s.Nanos += uint64(max(c.took, 0))
	s.CPUNanos = uint64(kernfs.CPUTime())
	s.Lag = c.lag
	s.Files, s.Bytes = c.buf.Files, c.buf.Bytes
	s.Descriptors, s.GivenBack = uint64(c.h.OpenFiles()), c.h.GivenBack()
	if c.budget != nil {
		s.Shed = c.budget.sheds
	}
	s.Errors.plus(c.errs.ErrorCounts)
}
