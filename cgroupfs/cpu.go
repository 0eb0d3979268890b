package cgroupfs

import (
	"cmp"

	"github.com/nodegauge/nodegauge/internal/scan"
)

func cpuStamp(s *Sample) *Stamp { return &s.CPU.Read }

// cpuStat knows the keys of cpu.stat. Where the cpu controller is off there
// are only the first three:
//
//	usage_usec 388306
//	user_usec 203183
//	system_usec 185122
//	nice_usec 0
//	core_sched.force_idle_usec 0
//	nr_periods 0
//	nr_throttled 0
//	throttled_usec 0
//	nr_bursts 0
//	burst_usec 0
func cpuStat(s *Sample, key []byte) (*Value, unit) {
	c := &s.CPU
	switch string(key) {
	case "usage_usec":
		return &c.UsageNanos, micros
	case "user_usec":
		return &c.UserNanos, micros
	case "system_usec":
		return &c.SystemNanos, micros
	case "nice_usec":
		return &c.NiceNanos, micros
	case "core_sched.force_idle_usec":
		return &c.ForceIdleNanos, micros
	case "nr_periods":
		return &c.Periods, count
	case "nr_throttled":
		return &c.ThrottledPeriods, count
	case "throttled_usec":
		return &c.ThrottledNanos, micros
	case "nr_bursts":
		return &c.Bursts, count
	case "burst_usec":
		return &c.BurstNanos, micros
	}
	return nil, count
}

func resetCPUStat(s *Sample) {
	c := &s.CPU
	absent(&c.UsageNanos, &c.UserNanos, &c.SystemNanos, &c.NiceNanos, &c.ForceIdleNanos)
	resetThrottling(s)
}

func resetThrottling(s *Sample) {
	c := &s.CPU
	absent(&c.Periods, &c.ThrottledPeriods, &c.ThrottledNanos, &c.Bursts, &c.BurstNanos)
}

// parseCPUMax reads cpu.max, the quota and its period in microseconds:
//
//	max 100000
func parseCPUMax(b []byte, s *Sample) error {
	line := scan.Trim(b)
	first, second := scan.Field(line)
	err := cmp.Or(
		set(&s.CPU.QuotaNanos, quota, first),
		set(&s.CPU.PeriodNanos, micros, scan.Trim(second)))
	if err != nil {
		return newParseError(1, line, err)
	}
	return nil
}

func resetCPUMax(s *Sample) { absent(&s.CPU.QuotaNanos, &s.CPU.PeriodNanos) }
