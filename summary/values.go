package summary

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

func (b *builder) container(dst *ContainerStats, name string, created time.Time, cg *stats.Cgroup) {
	*dst = ContainerStats{
		Name:      name,
		StartTime: orElse(created, cg.CreatedAt),
		CPU:       b.cpu(&cg.CPU, &cg.Sample.Pressure),
		Memory:    b.memory(&cg.Memory, cg),
		IO:        b.io(cg),
		Swap:      b.swap(&cg.Swap),
		processes: cg.Sample.PIDs.Processes,
	}
}

func (b *builder) cpu(c *stats.CPU, p *cgroupfs.PressureSample) CPUStats {
	s := CPUStats{
		Time:                 c.Time,
		UsageNanoCores:       c.UsageNanoCores,
		Window:               c.Window,
		UsageCoreNanoSeconds: c.UsageCoreNanoSeconds,
		PSI:                  b.psi(&p.CPU),
	}
	if b.o.Compat.has(CompatZeroRate) && s.UsageNanoCores.IsAbsent() {
		s.UsageNanoCores = cgroupfs.Number(0)
	}
	return s
}

func (b *builder) memory(m *stats.Memory, cg *stats.Cgroup) MemoryStats {
	s := MemoryStats{
		Time:            m.Time,
		AvailableBytes:  m.AvailableBytes,
		UsageBytes:      m.UsageBytes,
		WorkingSetBytes: m.WorkingSetBytes,
		RSSBytes:        m.RSSBytes,
		PageFaults:      m.PageFaults,
		MajorPageFaults: m.MajorPageFaults,
		PSI:             b.psi(&cg.Sample.Pressure.Memory),
	}
	own := &cg.Sample.Memory.Stat
	if b.o.Compat.has(CompatOwnPageFaults) && !own.OwnPgFault.IsAbsent() {
		s.PageFaults, s.MajorPageFaults = own.OwnPgFault, own.OwnPgMajFault
	}
	limit, ok := cg.Sample.Memory.Max.Get()
	used, ok2 := m.WorkingSetBytes.Get()
	if b.o.Compat.has(CompatWrapAvailable) && ok && ok2 && used > limit {
		s.AvailableBytes = cgroupfs.Number(limit - used)
	}
	return s
}

func (b *builder) io(cg *stats.Cgroup) IOStats {
	if b.o.CPUAndMemoryOnly {
		return IOStats{}
	}
	s := IOStats{PSI: b.psi(&cg.Sample.Pressure.IO)}
	if !s.PSI.Some.Total.IsAbsent() {
		s.Time = cg.PressureTime
	}
	return s
}

func (b *builder) psi(s *cgroupfs.Stall) PSIStats {
	switch {
	case b.o.Compat.has(CompatNoPSI):
		return PSIStats{}
	case s.Some.TotalNanos.IsAbsent() && b.o.Compat.has(CompatZeroPSI):
		zero := PSIData{cgroupfs.Number(0), cgroupfs.Hundredths(0), cgroupfs.Hundredths(0), cgroupfs.Hundredths(0)}
		return PSIStats{zero, zero}
	}
	return PSIStats{Full: psiData(&s.Full), Some: psiData(&s.Some)}
}

func psiData(s *cgroupfs.StallPSI) PSIData {
	d := PSIData{Avg10: s.Avg10, Avg60: s.Avg60, Avg300: s.Avg300}
	if n, ok := s.TotalNanos.Get(); ok {
		d.Total = cgroupfs.Number(n / 1000)
	}
	return d
}

func (b *builder) swap(s *stats.Swap) SwapStats {
	if b.noSwap() {
		return SwapStats{}
	}
	return SwapStats{Time: s.Time, SwapAvailableBytes: s.SwapAvailableBytes, SwapUsageBytes: s.SwapUsageBytes}
}

// noSwap reports whether swap is left out too.
func (b *builder) noSwap() bool {
	return b.o.CPUAndMemoryOnly && b.o.Compat.has(CompatNoSwapInCPUAndMemory)
}
