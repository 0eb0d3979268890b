package expo_test

import (
	"strconv"
	"testing"

	"github.com/nodegauge/nodegauge/summary/internal/capture"
)

// captures are what a real kubelet was asked.
var captures = [...]capture.Expected{
	{
		File:     "../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
		Compared: 7703, Equal: 6901,
		Explained: map[string]int{
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
		File:     "../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
		Compared: 8268, Equal: 7764,
		Explained: map[string]int{
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
		t.Run(want.File, func(t *testing.T) {
			tally := loadCapture(t, want.File).compare()
			want.Check(t, tally, func(verdict string) bool { return verdict[0] == 'A' || verdict[0] == 'N' })
			for _, table := range [][]rule{alone, notDetermined, rules} {
				for _, r := range table {
					t.Logf("%s: %s", r.name, r.mechanism)
				}
			}
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
