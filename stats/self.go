package stats

import "time"

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
	// Errors are those of all rounds, this one included.
	Errors ErrorCounts
}
