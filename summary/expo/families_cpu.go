package expo

import (
	"strconv"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

// cpuFamilies are those of CPU time, and of what limits it.
var cpuFamilies = [...]family{
	{Family{"container_cpu_usage_seconds_total", "CPU time used, in core-seconds.", Counter}, cgroupfs.CPU, 1, "cpu", putCPUUsage, nil},
	{Family{"container_cpu_user_seconds_total", "CPU time used outside the kernel, in core-seconds.", Counter}, cgroupfs.CPU, 2, "",
		cpuSeconds(func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.UserNanos }), nil},
	{Family{"container_cpu_system_seconds_total", "CPU time used in the kernel, in core-seconds.", Counter}, cgroupfs.CPU, 2, "",
		cpuSeconds(func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.SystemNanos }), nil},
	{Family{"container_cpu_cfs_periods_total", "Periods of the CPU quota in which something ran.", Counter}, cgroupfs.CPU, 2, "",
		limited(0, func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.Periods }), nil},
	{Family{"container_cpu_cfs_throttled_periods_total", "Periods of the CPU quota in which it was used up.", Counter}, cgroupfs.CPU, 2, "",
		limited(0, func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.ThrottledPeriods }), nil},
	{Family{"container_cpu_cfs_throttled_seconds_total", "Time for which the CPU quota was used up, in seconds.", Counter}, cgroupfs.CPU, 2, "",
		limited(9, func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.ThrottledNanos }), nil},
	{Family{"container_cpu_cfs_burst_periods_total", "Periods in which more than the CPU quota was used, out of what was saved.", Counter}, cgroupfs.CPU, 3, "",
		limited(0, func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.Bursts }), nil},
	{Family{"container_cpu_cfs_burst_seconds_total", "CPU time used above the quota, in core-seconds.", Counter}, cgroupfs.CPU, 3, "",
		limited(9, func(c *cgroup) cgroupfs.Value { return c.Sample.CPU.BurstNanos }), nil},
	{Family{"container_cpu_schedstat_run_seconds_total", "Time that its threads ran on a CPU, in seconds.", Counter}, 0, 3, "",
		processSeconds(func(c *cgroup) cgroupfs.Value { return c.Processes.RunNanos }), nil},
	{Family{"container_cpu_schedstat_runqueue_seconds_total", "Time that its threads waited for a CPU, in seconds.", Counter}, 0, 3, "",
		processSeconds(func(c *cgroup) cgroupfs.Value { return c.Processes.WaitNanos }), nil},
	{Family{"container_cpu_schedstat_run_periods_total", "How often its threads were given a CPU.", Counter}, 0, 3, "",
		process(func(c *cgroup) cgroupfs.Value { return c.Processes.Timeslices }), nil},
	{Family{"container_cpu_load_average_10s", "Always 0: nobody counts it.", Gauge}, cgroupfs.CPU, 4, "", putLoad, nil},
	{Family{"container_cpu_load_d_average_10s", "Always 0: nobody counts it.", Gauge}, cgroupfs.CPU, 4, "", putLoad, nil},
	{Family{"container_tasks_state", "Always 0: nobody counts it.", Gauge}, cgroupfs.CPU, 5, "state", putTasksState, nil},
	{Family{"container_spec_cpu_period", "Period of the CPU quota, in microseconds.", Gauge}, cgroupfs.CPULimits, 3, "", putPeriod, nil},
	{Family{"container_spec_cpu_quota", "CPU time for each period, in microseconds.", Gauge}, cgroupfs.CPULimits, 3, "", putQuota, nil},
	{Family{"container_spec_cpu_shares", "Share of CPU time where it is short: that of cgroup v1, on v2 computed from the weight as cAdvisor does.", Gauge}, cgroupfs.CPULimits, 3, "", putShares, nil},
}

// putCPUUsage has a series for each CPU only where those were read.
func putCPUUsage(s *scrape, c *cgroup) {
	list := c.Sample.CPU.PerCPU
	if len(list) == 0 || !s.metrics.Has(cgroupfs.PerCPU) {
		s.put(c, c.CPU.UsageCoreNanoSeconds, 9, c.CPU.Time, Label{"cpu", "total"})
		return
	}
	for i := range list {
		s.put(c, list[i].UsageNanos, 9, c.cpuTime(), Label{"cpu", s.cpuName(i)})
	}
}

// cpuName is that of cAdvisor, "cpu00".
func (p *Printer) cpuName(i int) string {
	for k := len(p.cpus); k <= i; k++ {
		name := strconv.Itoa(k)
		if k < 10 {
			name = "0" + name
		}
		p.cpus = append(p.cpus, "cpu"+name)
	}
	return p.cpus[i]
}

// limited is of a counter that counts only where there is a quota.
func limited(digits uint8, f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		if c.hasQuota() {
			s.put(c, f(c), digits, c.cpuTime())
		}
	}
}

// hasQuota tells it by the periods where the quota was not read.
func (c *cgroup) hasQuota() bool {
	cpu := &c.Sample.CPU
	if n, ok := cpu.QuotaNanos.Get(); ok || cpu.QuotaNanos.IsMax() {
		return n > 0
	}
	return cpu.Periods.Or(0) > 0
}

func putLoad(s *scrape, c *cgroup) {
	if s.has(summary.CompatZeroLoad) {
		s.out.put(&c.subject, number{}, c.at)
	}
}

func putTasksState(s *scrape, c *cgroup) {
	if !s.has(summary.CompatZeroLoad) {
		return
	}
	for _, state := range [...]string{"iowaiting", "running", "sleeping", "stopped", "uninterruptible"} {
		s.out.put(&c.subject, number{}, c.at, Label{"state", state})
	}
}

func putPeriod(s *scrape, c *cgroup) {
	s.putOrZero(c, divided(c.Sample.CPU.PeriodNanos, 1000), 0, time.Time{})
}

func putQuota(s *scrape, c *cgroup) {
	if n, ok := c.Sample.CPU.QuotaNanos.Get(); ok && n > 0 {
		s.out.put(&c.subject, integer(n/1000), time.Time{})
	}
}

func putShares(s *scrape, c *cgroup) {
	shares := c.Sample.CPU.Shares
	if w, ok := c.Sample.CPU.Weight.Get(); ok && shares.IsAbsent() && w > 0 {
		shares = cgroupfs.Number(2 + (w-1)*262142/9999)
	}
	s.putOrZero(c, shares, 0, time.Time{})
}

// divided is absent, or Max, if v is.
func divided(v cgroupfs.Value, by uint64) cgroupfs.Value {
	if n, ok := v.Get(); ok {
		return cgroupfs.Number(n / by)
	}
	return v
}
