package expo

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

// processFamilies are those of processes and threads.
var processFamilies = [...]family{
	{Family{"container_processes", "Processes in the cgroup itself.", Gauge}, cgroupfs.Processes, 3, "",
		plain(func(c *cgroup) cgroupfs.Value { return c.Sample.PIDs.Processes }), nil},
	{Family{"container_threads", "Threads, its descendants' included.", Gauge}, cgroupfs.PIDs, 3, "", putThreads, nil},
	{Family{"container_threads_max", "How many threads there may be.", Gauge}, cgroupfs.PIDLimits, 3, "", putThreadsMax, nil},
	{Family{"container_file_descriptors", "Descriptors that the cgroup's own processes have open.", Gauge}, 0, 3, "",
		processOrZero(func(c *cgroup) cgroupfs.Value { return c.Processes.FileDescriptors }), nil},
	{Family{"container_sockets", "Sockets that the cgroup's own processes have open.", Gauge}, 0, 3, "",
		processOrZero(func(c *cgroup) cgroupfs.Value { return c.Processes.Sockets }), nil},
	{Family{"container_ulimits_soft", "Soft limits of the oldest process; -1 is no limit.", Gauge}, 0, 4, "ulimit", putUlimits, nil},
}

// pressureFamilies are those of time that tasks waited for something.
var pressureFamilies = [...]family{
	{Family{"container_pressure_cpu_waiting_seconds_total", "Time in which a task waited for a CPU, in seconds.", Counter}, cgroupfs.Pressure, 4, "",
		pressure(func(c *cgroup) cgroupfs.Value { return c.Sample.Pressure.CPU.Some.TotalNanos }), nil},
	{Family{"container_pressure_cpu_stalled_seconds_total", "Time in which all tasks waited for a CPU, in seconds.", Counter}, cgroupfs.Pressure, 4, "",
		pressure(func(c *cgroup) cgroupfs.Value { return c.Sample.Pressure.CPU.Full.TotalNanos }), nil},
	{Family{"container_pressure_memory_waiting_seconds_total", "Time in which a task waited for memory, in seconds.", Counter}, cgroupfs.Pressure, 4, "",
		pressure(func(c *cgroup) cgroupfs.Value { return c.Sample.Pressure.Memory.Some.TotalNanos }), nil},
	{Family{"container_pressure_memory_stalled_seconds_total", "Time in which all tasks waited for memory, in seconds.", Counter}, cgroupfs.Pressure, 4, "",
		pressure(func(c *cgroup) cgroupfs.Value { return c.Sample.Pressure.Memory.Full.TotalNanos }), nil},
	{Family{"container_pressure_io_waiting_seconds_total", "Time in which a task waited for I/O, in seconds.", Counter}, cgroupfs.Pressure, 4, "",
		pressure(func(c *cgroup) cgroupfs.Value { return c.Sample.Pressure.IO.Some.TotalNanos }), nil},
	{Family{"container_pressure_io_stalled_seconds_total", "Time in which all tasks waited for I/O, in seconds.", Counter}, cgroupfs.Pressure, 4, "",
		pressure(func(c *cgroup) cgroupfs.Value { return c.Sample.Pressure.IO.Full.TotalNanos }), nil},
}

// pressure is of a total, which a kubelet may not print, or print as 0.
func pressure(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		n, ok := known(f(c), 9)
		if (ok || s.has(summary.CompatZeroPSI)) && !s.has(summary.CompatNoPSI) {
			s.out.put(&c.subject, n, orElse(c.PressureTime, c.at))
		}
	}
}

// process is of what only /proc has of the cgroup's processes.
func process(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		if c.Processes != nil {
			s.put(c, f(c), 0, orElse(c.Processes.Time, c.at))
		}
	}
}

func processSeconds(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		if c.Processes != nil {
			s.put(c, f(c), 9, orElse(c.Processes.Time, c.at))
		}
	}
}

// processOrZero is of what a kubelet prints as 0 where there is no process.
func processOrZero(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		switch {
		case c.Processes != nil:
			s.put(c, f(c), 0, orElse(c.Processes.Time, c.at))
		case s.processes && s.has(summary.CompatZeroSeries):
			s.out.put(&c.subject, number{}, c.at)
		}
	}
}

func putThreads(s *scrape, c *cgroup) { s.putOrZero(c, c.Sample.PIDs.Current, 0, c.at) }

func putThreadsMax(s *scrape, c *cgroup) {
	if v := c.Sample.PIDs.Max; v.IsAbsent() {
		s.putOrZero(c, v, 0, c.at)
	} else {
		s.putLimit(c, v, 0, c.at)
	}
}

func putUlimits(s *scrape, c *cgroup) {
	if c.Processes == nil || c.Processes.MaxOpenFiles.IsAbsent() {
		return
	}
	n, ok := known(c.Processes.MaxOpenFiles, 0)
	if !ok {
		n = number{n: 1, minus: true}
	}
	s.out.put(&c.subject, n, orElse(c.Processes.Time, c.at), Label{"ulimit", "max_open_files"})
}

// machineFamilies are of the machine, and have no time: what they say holds
// until it is started again, or longer.
var machineFamilies = [...]family{
	{Family{"cadvisor_version_info", "1; which kernel and system the node runs. There is no cAdvisor.", Gauge}, 0, 0,
		"kernelVersion, osVersion, dockerVersion, cadvisorVersion, cadvisorRevision", nil, putVersion},
	{Family{"machine_cpu_cores", "Logical CPUs that are online.", Gauge}, 0, 0, "", nil, machine(func(s *scrape) cgroupfs.Value { return s.n.Machine.Cores })},
	{Family{"machine_cpu_physical_cores", "Physical cores that are online.", Gauge}, 0, 0, "", nil, machine(func(s *scrape) cgroupfs.Value { return s.n.Machine.PhysicalCores })},
	{Family{"machine_cpu_sockets", "Sockets of the CPUs that are online.", Gauge}, 0, 0, "", nil, machine(func(s *scrape) cgroupfs.Value { return s.n.Machine.Sockets })},
	{Family{"machine_memory_bytes", "Memory of the machine, in bytes.", Gauge}, 0, 0, "", nil, machine(func(s *scrape) cgroupfs.Value { return s.n.Machine.MemoryBytes })},
	{Family{"machine_swap_bytes", "Swap of the machine, in bytes.", Gauge}, 0, 0, "", nil, machine(func(s *scrape) cgroupfs.Value { return s.n.Machine.SwapBytes })},
	{Family{"machine_nvm_capacity", "Always 0: nobody counts it.", Gauge}, 0, 0, "mode", nil, putNVM},
	{Family{"machine_nvm_avg_power_budget_watts", "Always 0: nobody counts it.", Gauge}, 0, 0, "", nil, putNVMPower},
	{Family{"machine_scrape_error", "1 if the machine's numbers could not be had, else 0.", Gauge}, 0, 0, "", nil, putMachineError},
}

func (s *scrape) ofMachine() bool { return !s.failed && s.n.Machine != nil && s.levels&LevelNode != 0 }

func machine(f func(s *scrape) cgroupfs.Value) func(*scrape) {
	return func(s *scrape) {
		if s.ofMachine() {
			if n, ok := known(f(s), 0); ok {
				s.out.put(&s.machine, n, time.Time{})
			}
		}
	}
}

func putVersion(s *scrape) {
	if s.ofMachine() {
		s.out.put(&s.out.nobody, integer(1), time.Time{},
			Label{"cadvisorRevision", ""}, Label{"cadvisorVersion", ""}, Label{"dockerVersion", ""},
			Label{"kernelVersion", s.n.Machine.KernelVersion}, Label{"osVersion", s.n.Machine.OSVersion})
	}
}

func putNVM(s *scrape) {
	if s.ofMachine() && s.has(summary.CompatZeroSeries) {
		s.out.put(&s.machine, number{}, time.Time{}, Label{"mode", "app_direct_mode"})
		s.out.put(&s.machine, number{}, time.Time{}, Label{"mode", "memory_mode"})
	}
}

func putNVMPower(s *scrape) {
	if s.ofMachine() && s.has(summary.CompatZeroSeries) {
		s.out.put(&s.machine, number{}, time.Time{})
	}
}

// putMachineError says nothing where nobody wanted to know.
func putMachineError(s *scrape) {
	if s.ofMachine() {
		s.out.put(&s.out.nobody, truth(s.n.Machine.MemoryBytes.IsAbsent() && s.n.Machine.Cores.IsAbsent()), time.Time{})
	}
}
