package expo_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
)

// captures are what a real kubelet was asked, each with what the comparison
// gave when it was first made. Compared and equal may only grow, and a rule may
// only explain less.
var captures = [...]struct {
	file            string
	compared, equal int
	explained       map[string]int
}{
	{
		file:     "../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
		compared: 7703, equal: 6901,
		explained: map[string]int{
			"R1 gauge between readings":               40,
			"R2 anonymous memory of the node":         8,
			"R3 numbers of the container runtime":     2,
			"R6 time of a file that was not captured": 66,
			"R11 gauge that nobody else read":         28,
			"R12 after the last sample":               80,
			"R13 container that ended":                39,
		},
	},
	{
		file:     "../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
		compared: 8268, equal: 7764,
		explained: map[string]int{
			"R1 gauge between readings":       18,
			"R2 anonymous memory of the node": 8,
			"R11 gauge that nobody else read": 18,
			"R12 after the last sample":       48,
		},
	},
}

// TestParity compares every sample that a real kubelet answered at
// /metrics/resource and /metrics/cadvisor with the one that the library prints
// of files read seconds before or after: name, type, labels, value, and whether
// it has a time. What is not equal lies between the kubelet's neighbouring
// samples, is explained by a rule, or fails.
func TestParity(t *testing.T) {
	for _, want := range captures {
		t.Run(want.file, func(t *testing.T) {
			tally := loadCapture(t, want.file).compare()
			compared, explained := 0, 0
			for _, verdict := range slices.Sorted(maps.Keys(tally)) {
				t.Logf("%5d %s", tally[verdict], verdict)
				switch verdict[0] {
				case 'R':
					explained += tally[verdict]
					if tally[verdict] > want.explained[verdict] {
						t.Errorf("rule %s explains %d, want at most %d", verdict, tally[verdict], want.explained[verdict])
					}
				case 'A', 'N':
					continue // there is nothing to compare
				}
				compared += tally[verdict]
			}
			if compared < want.compared || tally[equal] < want.equal {
				t.Errorf("%d compared and %d equal, want at least %d and %d", compared, tally[equal], want.compared, want.equal)
			}
			for _, table := range [][]rule{alone, notDetermined, rules} {
				for _, r := range table {
					t.Logf("%s: %s", r.name, r.mechanism)
				}
			}
			t.Logf("%d compared, %d equal, %d explained by rules, %d differ", compared, tally[equal], explained, tally[fail])
		})
	}
}

// compare counts the verdicts, and fails on every FAIL.
func (c *captured) compare() map[string]int {
	tally := map[string]int{}
	for _, f := range c.frames {
		for _, a := range f.answers {
			c.compareAnswer(tally, f, a)
		}
	}
	return tally
}

func (c *captured) compareAnswer(tally map[string]int, f *frame, a *answer) {
	ours := f.library[a.endpoint]
	for name, kind := range a.types {
		if ours.types[name] != "" && ours.types[name] != kind {
			c.t.Errorf("%s is a %s, want %s", name, ours.types[name], kind)
		}
	}
	diffs := map[subject]*diff{}
	for s, sample := range a.theirs {
		diffs[s] = &diff{c, f, a, s, sample, nil}
	}
	for s, sample := range f.ours[a.endpoint] {
		if diffs[s] == nil {
			diffs[s] = &diff{c, f, a, s, nil, nil}
		}
		diffs[s].library = sample
	}
	for _, d := range diffs {
		verdict := d.verdict()
		tally[verdict]++
		if verdict == fail {
			c.t.Errorf("%s %s: %s: the kubelet says %s, the library %s", a.name, a.endpoint, d.subject, d.kubelet.show(), d.library.show())
		}
	}
}

func (s *sample) show() string {
	if s == nil {
		return "nothing"
	}
	text := strconv.FormatFloat(s.value, 'g', -1, 64) + " " + s.series()
	if s.at != 0 {
		text += " at " + strconv.FormatInt(s.at, 10)
	}
	return text
}
