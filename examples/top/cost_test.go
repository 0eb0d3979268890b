package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
)

// TestCost has a clock that goes on by 10 µs each time it is asked.
func TestCost(t *testing.T) {
	tree := fake(t)
	for _, cgroup := range []string{"system.slice", "system.slice/cron.service"} {
		tree.Put(cgroup, cgroupfstest.Usage{Memory: 1 << 20})
	}
	tree.Write("system.slice/cron.service/memory.events", "oom 0\n")
	asked := time.Duration(0)
	s := watchWith(t, tree, &stats.Options{
		Root: tree.Host(), MaxOpenFiles: 100, Metrics: cgroupfs.CPU | cgroupfs.Memory | cgroupfs.MemoryLimits | cgroupfs.MemoryEvents,
		Now: func() time.Time { asked += 10 * time.Microsecond; return tree.Now().Add(asked) },
	})
	next(t, tree, s)
	next(t, tree, s)
	tree.Advance(time.Second)
	var text bytes.Buffer
	if err := costs(context.Background(), s, &options{}, &text, 100); err != nil {
		t.Fatal(err)
	}
	check(t, "\n"+text.String(), `
node-7 · cgroup v2 · up 2h 4m                                       15:04:08

A round of 3 cgroups took 800 µs, of which 360 µs in the kernel to read them. Every 10s it takes
0.007 % of a core.

METRIC                    FILES  OPENED  BYTES    TIME   FLOOR  OPENING   %CORE
Memory                        6       6  138 B  310 µs  180 µs   120 µs   0.003
CPU                           2       2  168 B  130 µs   60 µs    40 µs   0.001
MemoryLimits (every 30s)      2       2    8 B  110 µs   60 µs    40 µs  <0.001
MemoryEvents (every 30s)      1       1    6 B   70 µs   30 µs    20 µs  <0.001
all                          11      11  320 B  680 µs  360 µs   250 µs

CGROUP                      FILES  OPENED  BYTES    TIME   FLOOR  OPENING
/system.slice/cron.service      6       6  163 B  330 µs  190 µs   130 µs
/system.slice                   5       5  157 B  290 µs  160 µs   110 µs
/                               0       0    0 B   60 µs   10 µs    10 µs

Phases: reading 720 µs, discovery 20 µs, networks 10 µs, processes 10 µs, the node's own files 20
µs, the rest 20 µs.
Descriptors: 0 of 100 kept; 0 files opened for lack of them, 0 µs.
The clock was asked 72 times, 10µs each, which is in these times.
FLOOR: the kernel's time to open, read and close. OPENING: to open and close. %CORE: of one core, a
round every 10s.
`)
}

func TestCostShowsTheDearestCgroups(t *testing.T) {
	tree := fake(t)
	for i := range 15 {
		tree.Put("system.slice/"+strings.Repeat("long-", 20)+string(rune('a'+i))+".service", cgroupfstest.Usage{Memory: 1 << 20})
	}
	s := watch(t, tree)
	next(t, tree, s)
	for _, all := range []bool{false, true} {
		var text bytes.Buffer
		if err := costs(context.Background(), s, &options{all: all}, &text, 80); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Contains(text.String(), "… 7 cgroups less dear"), !all; got != want {
			t.Errorf("-all %v: some are hidden %v, want %v:\n%s", all, got, want, &text)
		}
		for line := range strings.SplitSeq(text.String(), "\n") {
			if n := len([]rune(line)); n > 80 {
				t.Errorf("line of %d columns, want at most 80: %q", n, line)
			}
		}
	}
}

func TestTook(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 µs", 1499: "1 µs", 999_499: "999 µs", time.Millisecond: "1.0 ms", 9_949_000: "9.9 ms", 9_951_000: "10 ms",
		999 * time.Millisecond: "999 ms", 1200 * time.Millisecond: "1.2 s",
	} {
		if got := took(d); got != want {
			t.Errorf("took(%v) = %q, want %q", d, got, want)
		}
	}
}
