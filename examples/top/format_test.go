package main

import (
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
)

func TestFormats(t *testing.T) {
	var absent cgroupfs.Value
	for _, c := range []struct{ name, got, want string }{
		{"no cores", cores(cgroupfs.Number(0)), "0.000"},
		{"many cores", cores(cgroupfs.Number(127_999_600_000)), "128.000"},
		{"unknown cores", cores(absent), "–"},
		{"bytes", size(cgroupfs.Number(1023)), "1023 B"},
		{"one KiB", size(cgroupfs.Number(1024)), "1.0 KiB"},
		{"nearly one MiB", size(cgroupfs.Number(1<<20 - 1)), "1.0 MiB"},
		{"the most", size(cgroupfs.Number(1<<64 - 3)), "16.0 EiB"},
		{"unknown size", size(absent), "–"},
		{"no limit", size(cgroupfs.Max()), "∞"},
		{"share", tenths(share(cgroupfs.Number(1), cgroupfs.Number(3))), "33.3"},
		{"share of no limit", tenths(share(absent, cgroupfs.Max())), "∞"},
		{"share of nothing", tenths(share(cgroupfs.Number(1), cgroupfs.Number(0))), "–"},
		{"share of the unknown", tenths(share(cgroupfs.Number(1), absent)), "–"},
		{"unknown pressure", pressure(cgroupfs.Percent{}), "–"},
		{"full pressure", pressure(cgroupfs.Hundredths(10000)), "100.0"},
		{"seconds", age(59 * time.Second), "59s"},
		{"minutes", age(time.Hour - 1), "59m"},
		{"hours", age(26*time.Hour - time.Minute), "1d 1h"},
		{"short name", truncate("abcde", 5), "abcde"},
		{"long name", truncate("abcdefgh", 5), "ab…gh"},
		{"one", plural(1, "pod sandbox"), "1 pod sandbox"},
		{"two", plural(2, "pod sandbox"), "2 pod sandboxes"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestThrottled(t *testing.T) {
	sample := func(periods, throttled uint64) *cgroupfs.CPUSample {
		return &cgroupfs.CPUSample{Periods: cgroupfs.Number(periods), ThrottledPeriods: cgroupfs.Number(throttled)}
	}
	other := sample(20, 10)
	other.Read.Epoch++
	for _, c := range []struct {
		name      string
		prev, cur *cgroupfs.CPUSample
		want      string
	}{
		{"half of ten", sample(10, 0), sample(20, 5), "50.0"},
		{"no period has passed", sample(10, 5), sample(10, 5), "0.0"},
		{"counters went back", sample(10, 5), sample(9, 5), "–"},
		{"another life", sample(10, 5), other, "–"},
		{"not known", &cgroupfs.CPUSample{}, sample(10, 5), "–"},
	} {
		if got := tenths(throttled(c.prev, c.cur)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// A small screen has fewer columns and rows, and says so.
func TestSmallScreen(t *testing.T) {
	tree := fake(t)
	withPod(t, tree)
	for _, digit := range []string{"1", "2", "3", "4", "5", "6"} {
		tree.Put(scopeOf(digit), cgroupfstest.Usage{Memory: 1 << 30})
	}
	s := watch(t, tree)
	next(t, tree, s)
	got := table(t, s, &options{}, 60, 20)
	for _, want := range []string{"Too narrow to show: %LIMIT, PSI cpu, mem, io.", "… 7 more lines do not fit; -all shows all"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}

// Whoever names a cgroup does not command the terminal.
func TestNamesAreHarmless(t *testing.T) {
	tree := fake(t)
	tree.Put("bad\x1b[2Jname.service", cgroupfstest.Usage{Memory: 1 << 30})
	s := watch(t, tree)
	next(t, tree, s)
	if got := table(t, s, &options{}, 100, 0); strings.Contains(got, "\x1b") || !strings.Contains(got, "bad?[2Jname.service") {
		t.Errorf("got:\n%q", got)
	}
}
