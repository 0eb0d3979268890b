package summary_test

import (
	"strconv"
	"testing"

	"github.com/nodegauge/nodegauge/summary/internal/capture"
)

// captures are what a real kubelet was asked. What is absent on both sides is
// not among the compared.
var captures = [...]capture.Expected{
	{
		File:     "../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
		Compared: 3788, Equal: 3059,
		Explained: map[string]int{
			"R1 gauge between readings":               56,
			"R2 anonymous memory of the node":         16,
			"R3 numbers of the container runtime":     12,
			"R4 rate over other points":               86,
			"R5 start of the kubelet's cgroup":        12,
			"R6 time of a file that was not captured": 12,
			"R7 container not born yet":               5,
			"R8 volume looked at once a minute":       24,
			"R9 layer between two looks":              46,
			"R10 log of an earlier run":               4,
		},
	},
	{
		File:     "../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
		Compared: 3756, Equal: 3264,
		Explained: map[string]int{
			"R1 gauge between readings":         28,
			"R2 anonymous memory of the node":   16,
			"R4 rate over other points":         72,
			"R5 start of the kubelet's cgroup":  12,
			"R8 volume looked at once a minute": 24,
		},
	},
}

// TestParity compares every number of every answer of a real kubelet with the
// one that the library gives of files read seconds before or after. Where
// nothing ran in a cgroup meanwhile the two are equal. Where something ran, a
// counter lies between the kubelet's neighbouring samples. What is left is
// explained by one of ten rules, or fails.
func TestParity(t *testing.T) {
	for _, want := range captures {
		t.Run(want.File, func(t *testing.T) {
			tally := loadCapture(t, want.File).compare()
			want.Check(t, tally, func(verdict string) bool { return verdict == absentOnBoth })
			for _, r := range rules {
				t.Logf("%s: %s", r.name, r.mechanism)
			}
			for _, r := range leafRules {
				t.Logf("%s: %s", r.name, r.mechanism)
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
			c.compareLeaves(tally, f, a)
		}
	}
	return tally
}

func (c *captured) compareAnswer(tally map[string]int, f *frame, a *answer) {
	ours := f.library
	if a.short {
		ours = f.short
	}
	seen := map[string]bool{}
	for _, o := range a.objects {
		seen[o.cgroup] = true
		if ours[o.cgroup] == nil {
			c.judge(tally, &diff{c, f, a, &listed, o, nil, listed.get(o), nil})
			continue
		}
		for i := range fields {
			x := &fields[i]
			c.judge(tally, &diff{c, f, a, x, o, ours[o.cgroup], x.get(o), x.get(ours[o.cgroup])})
		}
	}
	for cgroup, o := range ours {
		if !seen[cgroup] {
			c.judge(tally, &diff{c, f, a, &listed, nil, o, nil, listed.get(o)})
		}
	}
}

func (c *captured) judge(tally map[string]int, d *diff) {
	verdict := d.verdict()
	tally[verdict]++
	if verdict != fail {
		return
	}
	o := d.kubelet
	if o == nil {
		o = d.library
	}
	c.t.Errorf("%s: %s %s: the kubelet says %s, the library %s", d.a.name, o.name, d.field.name, show(d.v), show(d.l))
}

func show(v *uint64) string {
	if v == nil {
		return "nothing"
	}
	return strconv.FormatUint(*v, 10)
}
