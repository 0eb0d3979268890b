package expo

import (
	"time"

	"github.com/nodegauge/nodegauge/stats"
)

// selfFamilies are of the Collector. They have no time: they are of now.
var selfFamilies = [...]family{
	{Family{"nodegauge_rounds_total", "Rounds of the Collector.", Counter}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return integer(s.Self.Rounds) })},
	{Family{"nodegauge_rounds_seconds_total", "Time that the rounds took, in seconds.", Counter}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return nanos(s.Self.Nanos) })},
	{Family{"nodegauge_round_seconds", "Time that the last round took, in seconds.", Gauge}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return nanos(uint64(max(s.Duration, 0))) })},
	{Family{"nodegauge_round_lag_seconds", "How long after its time the last round began, in seconds.", Gauge}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return nanos(uint64(max(s.Self.Lag, 0))) })},
	{Family{"nodegauge_process_cpu_seconds_total", "CPU time that the process of the Collector used in all, in core-seconds.", Counter}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return nanos(s.Self.CPUNanos) })},
	{Family{"nodegauge_cgroups", "Cgroups that the last round read.", Gauge}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return integer(uint64(len(s.Cgroups))) })},
	{Family{"nodegauge_files_read_total", "Files of cgroups that were read.", Counter}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return integer(s.Self.Files) })},
	{Family{"nodegauge_read_bytes_total", "Bytes that were read of files of cgroups.", Counter}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return integer(s.Self.Bytes) })},
	{Family{"nodegauge_descriptors", "Descriptors that are kept open.", Gauge}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return integer(s.Self.Descriptors) })},
	{Family{"nodegauge_descriptors_given_back_total", "Descriptors that were closed for lack of room.", Counter}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return integer(s.Self.GivenBack) })},
	{Family{"nodegauge_metric_shed", "1 for each metric that the last round did not read because it is over its budget.", Gauge}, 0, 0, "metric", nil, putShed},
	{Family{"nodegauge_metrics_shed_total", "How often a metric was shed because it was over its budget.", Counter}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number { return integer(s.Self.Shed) })},
	{Family{"nodegauge_over_budget", "1 if even CPU and memory, which are always read, are over their budget, else 0.", Gauge}, 0, 0, "", nil,
		self(func(s *stats.Snapshot) number {
			if s.OverBudget {
				return integer(1)
			}
			return integer(0)
		})},
	{Family{"nodegauge_errors_total", "Errors of all rounds: files that were not understood, files that may not be read, and others.", Counter}, 0, 0, "class", nil, putErrors},
}

// ofSelf reports whether there is something to tell: a Snapshot that no
// Collector filled has nothing.
func (s *scrape) ofSelf() bool {
	return !s.failed && s.levels&LevelNode != 0 && s.n.Snapshot.Self.Rounds > 0
}

func self(f func(s *stats.Snapshot) number) func(*scrape) {
	return func(s *scrape) {
		if s.ofSelf() {
			s.out.put(&s.out.nobody, f(s.n.Snapshot), time.Time{})
		}
	}
}

func putErrors(s *scrape) {
	if !s.ofSelf() {
		return
	}
	e := &s.n.Snapshot.Self.Errors
	s.out.put(&s.out.nobody, integer(uint64(e.Parse)), time.Time{}, Label{"class", "parse"})
	s.out.put(&s.out.nobody, integer(uint64(e.Denied)), time.Time{}, Label{"class", "denied"})
	s.out.put(&s.out.nobody, integer(uint64(e.Other)), time.Time{}, Label{"class", "other"})
}

func putShed(s *scrape) {
	if !s.ofSelf() {
		return
	}
	for shed := s.n.Snapshot.Shed; shed != 0; shed &= shed - 1 {
		s.out.put(&s.out.nobody, integer(1), time.Time{}, Label{"metric", (shed & -shed).String()})
	}
}
