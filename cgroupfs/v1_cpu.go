package cgroupfs

import (
	"cmp"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// cpuacctStat knows the keys of cpuacct.stat, in ticks. Some kernels have more
// lines than these:
//
//	user 10517
//	system 15828
func cpuacctStat(s *Sample, key []byte) (*Value, unit) {
	switch string(key) {
	case "user":
		return &s.CPU.UserNanos, ticks
	case "system":
		return &s.CPU.SystemNanos, ticks
	}
	return nil, count
}

func resetCPUAcctStat(s *Sample) { absent(&s.CPU.UserNanos, &s.CPU.SystemNanos) }

// v1CPUStat knows the keys of cpu.stat in v1, where times are in nanoseconds:
//
//	nr_periods 0
//	nr_throttled 0
//	throttled_time 0
//	nr_bursts 0
//	burst_time 0
func v1CPUStat(s *Sample, key []byte) (*Value, unit) {
	c := &s.CPU
	switch string(key) {
	case "nr_periods":
		return &c.Periods, count
	case "nr_throttled":
		return &c.ThrottledPeriods, count
	case "throttled_time":
		return &c.ThrottledNanos, count
	case "nr_bursts":
		return &c.Bursts, count
	case "burst_time":
		return &c.BurstNanos, count
	}
	return nil, count
}

// usagePerCPULine reads the one line of cpuacct.usage_percpu, with nanoseconds
// for each possible CPU:
//
//	137332332051 126128173317
func usagePerCPULine(line []byte, s *Sample) (first error) {
	number, rest := scan.Field(line)
	for cpu := uint32(0); len(number) > 0; cpu++ {
		u, err := s.CPU.perCPU(cpu)
		if err != nil {
			return cmp.Or(first, err)
		}
		first = cmp.Or(first, set(&u.UsageNanos, count, number))
		number, rest = scan.Field(rest)
	}
	return first
}

// usageAllLine reads a line of cpuacct.usage_all, in nanoseconds:
//
//	cpu user system
//	0 48416000000 62108000000
//	1 35784000000 64612000000
func usageAllLine(line []byte, s *Sample) error {
	id, rest := scan.Field(line)
	if len(id) == 0 || string(id) == "cpu" {
		return nil
	}
	cpu, err := scan.Uint32(id)
	if err != nil {
		return err
	}
	u, err := s.CPU.perCPU(cpu)
	if err != nil {
		return err
	}
	user, rest := scan.Field(rest)
	system, _ := scan.Field(rest)
	return cmp.Or(set(&u.UserNanos, count, user), set(&u.SystemNanos, count, system))
}

// maxCPUs is the most that a kernel can be built for. A number beyond it is
// nonsense, and would otherwise be a length.
const maxCPUs = 8192

func (c *CPUSample) perCPU(cpu uint32) (*CPUUsage, error) {
	if cpu >= maxCPUs {
		return nil, scan.ErrRange
	}
	for len(c.PerCPU) <= int(cpu) {
		c.PerCPU = append(c.PerCPU, CPUUsage{})
	}
	return &c.PerCPU[cpu], nil
}

func resetPerCPU(s *Sample) { s.CPU.PerCPU = s.CPU.PerCPU[:0] }
