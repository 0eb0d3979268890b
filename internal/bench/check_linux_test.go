package bench

import "testing"

// limit fails if a ratio is over twice its target: no noise explains that.
func limit(b *testing.B, what string, got, most float64) {
	b.Helper()
	if got > most {
		b.Errorf("%s: %.2f, which is more than %.2f", what, got, most)
	}
}

// noAllocs fails if f allocates.
func noAllocs(b *testing.B, name string, f func()) {
	b.Helper()
	if n := testing.AllocsPerRun(3, f); n > 0 {
		b.Errorf("%s allocates %.0f times", name, n)
	}
}
