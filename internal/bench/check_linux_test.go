package bench

import (
	"os"
	"testing"
)

// limit fails if a ratio is over twice its target: no noise explains that. An
// emulated machine slows programs more than its kernel, and is not asked.
func limit(b *testing.B, what string, got, most float64) {
	b.Helper()
	if got > most && os.Getenv("NODEGAUGE_VM") == "" {
		b.Errorf("%s: %.2f, which is more than %.2f", what, got, most)
	}
}

// noAllocs fails if f allocates, and returns how often.
func noAllocs(b *testing.B, name string, f func()) float64 {
	b.Helper()
	n := testing.AllocsPerRun(3, f)
	if n > 0 {
		b.Errorf("%s allocates %.0f times", name, n)
	}
	return n
}
