package capture

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// Expected is an archive with what the comparison with its kubelet gave when it
// was first made. Compared and Equal may only grow, and a rule may only explain
// less.
type Expected struct {
	File            string
	Compared, Equal int
	Explained       map[string]int // by rule
}

// Check holds a tally to what is expected. A verdict that begins with "equal"
// is one, one that begins with R is a rule's, and one of which isNothing says so
// has nothing to compare.
func (e *Expected) Check(t *testing.T, tally map[string]int, isNothing func(verdict string) bool) {
	t.Helper()
	compared, equal, explained := 0, 0, 0
	for _, verdict := range slices.Sorted(maps.Keys(tally)) {
		n := tally[verdict]
		t.Logf("%5d %s", n, verdict)
		if isNothing(verdict) {
			continue
		}
		compared += n
		switch {
		case strings.HasPrefix(verdict, "equal"):
			equal += n
		case verdict[0] == 'R':
			explained += n
			if n > e.Explained[verdict] {
				t.Errorf("rule %s explains %d, want at most %d", verdict, n, e.Explained[verdict])
			}
		}
	}
	if compared < e.Compared || equal < e.Equal {
		t.Errorf("%d compared and %d equal, want at least %d and %d", compared, equal, e.Compared, e.Equal)
	}
	t.Logf("%d compared, %d equal, %d explained by rules, %d differ", compared, equal, explained, tally[Fail])
}

// Fail is the verdict of what differs.
const Fail = "FAIL"
