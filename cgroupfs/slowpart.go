package cgroupfs

import "encoding/binary"

// A SlowPart keeps what a Sample says of the slow metrics (MetricSet.Slow), in
// some dozens of bytes, so that one Sample serves to read many cgroups. The
// zero SlowPart keeps nothing. It is not safe for concurrent use.
type SlowPart struct {
	values []byte     // of slowValues
	lists  *slowLists // nil if all of them are empty
}

// slowLists are what the slow metrics say in lists.
type slowLists struct {
	limits []IOLimit
	pages  []HugePages
	rdma   []RDMADevice
	misc   []MiscResource
	cpuset [4]List
}

// slowValues are the Values of the slow metrics, those that are known most
// often first.
var slowValues = [...]func(*Sample) *Value{
	func(s *Sample) *Value { return &s.CPU.QuotaNanos },
	func(s *Sample) *Value { return &s.CPU.PeriodNanos },
	func(s *Sample) *Value { return &s.CPU.BurstMax },
	func(s *Sample) *Value { return &s.CPU.Weight },
	func(s *Sample) *Value { return &s.CPU.Shares },
	func(s *Sample) *Value { return &s.CPU.Idle },
	func(s *Sample) *Value { return &s.PIDs.Max },
	func(s *Sample) *Value { return &s.PIDs.Peak },
	func(s *Sample) *Value { return &s.PIDs.EventsMax },
	func(s *Sample) *Value { return &s.PIDs.LocalEventsMax },
	func(s *Sample) *Value { return &s.Memory.Max },
	func(s *Sample) *Value { return &s.Memory.Peak },
	func(s *Sample) *Value { return &s.Memory.High },
	func(s *Sample) *Value { return &s.Memory.Low },
	func(s *Sample) *Value { return &s.Memory.Min },
	func(s *Sample) *Value { return &s.Memory.Swap.Max },
	func(s *Sample) *Value { return &s.Memory.Swap.Peak },
	func(s *Sample) *Value { return &s.Memory.Swap.High },
	func(s *Sample) *Value { return &s.Memory.Swap.EventsHigh },
	func(s *Sample) *Value { return &s.Memory.Swap.EventsMax },
	func(s *Sample) *Value { return &s.Memory.Swap.EventsFail },
	func(s *Sample) *Value { return &s.Memory.Events.Low },
	func(s *Sample) *Value { return &s.Memory.Events.High },
	func(s *Sample) *Value { return &s.Memory.Events.Max },
	func(s *Sample) *Value { return &s.Memory.Events.OOM },
	func(s *Sample) *Value { return &s.Memory.Events.OOMKill },
	func(s *Sample) *Value { return &s.Memory.Events.OOMGroupKill },
	func(s *Sample) *Value { return &s.Memory.Events.SockThrottled },
	func(s *Sample) *Value { return &s.Memory.LocalEvents.Low },
	func(s *Sample) *Value { return &s.Memory.LocalEvents.High },
	func(s *Sample) *Value { return &s.Memory.LocalEvents.Max },
	func(s *Sample) *Value { return &s.Memory.LocalEvents.OOM },
	func(s *Sample) *Value { return &s.Memory.LocalEvents.OOMKill },
	func(s *Sample) *Value { return &s.Memory.LocalEvents.OOMGroupKill },
	func(s *Sample) *Value { return &s.Memory.LocalEvents.SockThrottled },
	func(s *Sample) *Value { return &s.Memory.SoftLimit },
	func(s *Sample) *Value { return &s.Memory.FailCount },
	func(s *Sample) *Value { return &s.Memory.Kmem },
	func(s *Sample) *Value { return &s.Memory.KmemTCP },
	func(s *Sample) *Value { return &s.Memory.MemSW.Current },
	func(s *Sample) *Value { return &s.Memory.MemSW.Peak },
	func(s *Sample) *Value { return &s.Memory.MemSW.Max },
	func(s *Sample) *Value { return &s.Memory.MemSW.FailCount },
	func(s *Sample) *Value { return &s.Memory.UnderOOM },
	func(s *Sample) *Value { return &s.Memory.OOMKillDisable },
	func(s *Sample) *Value { return &s.Memory.ZSwap.Current },
	func(s *Sample) *Value { return &s.Memory.ZSwap.Max },
	func(s *Sample) *Value { return &s.Memory.ZSwap.Writeback },
	func(s *Sample) *Value { return &s.Core.Descendants },
	func(s *Sample) *Value { return &s.Core.DyingDescendants },
	func(s *Sample) *Value { return &s.Core.FrozenNanos },
	func(s *Sample) *Value { return &s.Core.Populated },
	func(s *Sample) *Value { return &s.Core.Frozen },
}

// Keep keeps the slow part of s, and nothing that was kept before.
func (p *SlowPart) Keep(s *Sample) {
	var b [len(slowValues) * binary.MaxVarintLen64]byte
	n, known := 0, 0
	for _, value := range slowValues {
		v := *value(s)
		n += binary.PutUvarint(b[n:], v.n+1) // Max, the most frequent limit, is one byte: 0
		if !v.IsAbsent() {
			known = n
		}
	}
	if cap(p.values) < known {
		p.values = make([]byte, 0, known+known/8) // numbers get longer
	}
	p.values = append(p.values[:0], b[:known]...)
	if p.lists == nil {
		if len(s.IO.Limits)+len(s.HugeTLB)+len(s.RDMA)+len(s.Misc)+s.CPUSet.size() == 0 {
			return
		}
		p.lists = new(slowLists)
	}
	l := p.lists
	l.limits = append(l.limits[:0], s.IO.Limits...)
	l.pages = append(l.pages[:0], s.HugeTLB...)
	l.rdma = append(l.rdma[:0], s.RDMA...)
	l.misc = append(l.misc[:0], s.Misc...)
	for i, list := range s.CPUSet.lists() {
		l.cpuset[i].set(list.text)
	}
}

// Restore makes s what was kept and nothing else.
func (p *SlowPart) Restore(s *Sample) {
	s.empty()
	rest := p.values
	for _, value := range slowValues {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			break // absent, as all that follow
		}
		value(s).n, rest = v-1, rest[n:]
	}
	if l := p.lists; l != nil {
		s.IO.Limits = append(s.IO.Limits, l.limits...)
		s.HugeTLB = append(s.HugeTLB, l.pages...)
		s.RDMA = append(s.RDMA, l.rdma...)
		s.Misc = append(s.Misc, l.misc...)
		for i, list := range s.CPUSet.lists() {
			list.set(l.cpuset[i].text)
		}
	}
}

// empty makes all of s absent. Slices keep their capacity.
func (s *Sample) empty() {
	old := *s
	*s = Sample{HugeTLB: old.HugeTLB[:0], RDMA: old.RDMA[:0], Misc: old.Misc[:0], CPUSet: old.CPUSet}
	s.CPU.PerCPU = old.CPU.PerCPU[:0]
	s.Memory.NUMA = old.Memory.NUMA[:0]
	s.IO.Devices, s.IO.Limits = old.IO.Devices[:0], old.IO.Limits[:0]
	for _, list := range s.CPUSet.lists() {
		list.reset()
	}
}

func (c *CPUSetSample) lists() [4]*List {
	return [...]*List{&c.CPUs, &c.CPUsEffective, &c.Mems, &c.MemsEffective}
}

func (c *CPUSetSample) size() (n int) {
	for _, list := range c.lists() {
		n += len(list.text)
	}
	return n
}
