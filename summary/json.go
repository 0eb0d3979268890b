package summary

// AppendJSON appends the Summary as the kubelet prints it: the API's field
// names and order, times in UTC and whole seconds, nothing that is not known.
// It is the same text that encoding/json makes of the API's own types, and
// allocates nothing but what b needs to grow.
func (s *Summary) AppendJSON(b []byte) []byte {
	p := printer{b: b}
	p.raw(`{"node":`)
	p.node(&s.Node)
	p.raw(`,"pods":[`)
	for i := range s.Pods {
		if i > 0 {
			p.raw(",")
		}
		p.pod(&s.Pods[i])
	}
	p.raw("]}")
	return p.b
}

func (p *printer) node(n *NodeStats) {
	p.raw(`{"nodeName":`)
	p.str(n.NodeName)
	if len(n.SystemContainers) > 0 {
		p.raw(`,"systemContainers":`)
		p.containers(n.SystemContainers)
	}
	p.raw(`,"startTime":`)
	p.time(n.StartTime)
	p.cpu(&n.CPU)
	p.memory(&n.Memory)
	p.io(&n.IO)
	p.network(&n.Network)
	p.fs(`,"fs":{"time":`, &n.FS)
	p.runtime(&n.Runtime)
	p.rlimit(&n.Rlimit)
	p.swap(&n.Swap)
	p.raw("}")
}

func (p *printer) pod(s *PodStats) {
	p.raw(`{"podRef":{"name":`)
	p.str(s.PodRef.Name)
	p.raw(`,"namespace":`)
	p.str(s.PodRef.Namespace)
	p.raw(`,"uid":`)
	p.str(s.PodRef.UID)
	p.raw(`},"startTime":`)
	p.time(s.StartTime)
	p.raw(`,"containers":`)
	p.containers(s.Containers)
	p.cpu(&s.CPU)
	p.memory(&s.Memory)
	p.io(&s.IO)
	p.network(&s.Network)
	p.volumes(s.Volumes)
	p.fs(`,"ephemeral-storage":{"time":`, &s.EphemeralStorage)
	if n, ok := s.ProcessStats.ProcessCount.Get(); ok {
		p.raw(`,"process_stats":{"process_count":`)
		p.b = appendUint(p.b, n)
		p.raw("}")
	}
	p.swap(&s.Swap)
	p.raw("}")
}

func (p *printer) containers(containers []ContainerStats) {
	p.raw("[")
	for i := range containers {
		if i > 0 {
			p.raw(",")
		}
		c := &containers[i]
		p.raw(`{"name":`)
		p.str(c.Name)
		p.raw(`,"startTime":`)
		p.time(c.StartTime)
		p.cpu(&c.CPU)
		p.memory(&c.Memory)
		p.io(&c.IO)
		p.fs(`,"rootfs":{"time":`, &c.Rootfs)
		p.fs(`,"logs":{"time":`, &c.Logs)
		p.swap(&c.Swap)
		p.raw("}")
	}
	p.raw("]")
}

func (p *printer) cpu(c *CPUStats) {
	if c.Time.IsZero() {
		return
	}
	p.raw(`,"cpu":{"time":`)
	p.time(c.Time)
	p.value(`,"usageNanoCores":`, c.UsageNanoCores)
	p.value(`,"usageCoreNanoSeconds":`, c.UsageCoreNanoSeconds)
	p.psi(&c.PSI)
	p.raw("}")
}

func (p *printer) memory(m *MemoryStats) {
	if m.Time.IsZero() {
		return
	}
	p.raw(`,"memory":{"time":`)
	p.time(m.Time)
	p.value(`,"availableBytes":`, m.AvailableBytes)
	p.value(`,"usageBytes":`, m.UsageBytes)
	p.value(`,"workingSetBytes":`, m.WorkingSetBytes)
	p.value(`,"rssBytes":`, m.RSSBytes)
	p.value(`,"pageFaults":`, m.PageFaults)
	p.value(`,"majorPageFaults":`, m.MajorPageFaults)
	p.psi(&m.PSI)
	p.raw("}")
}

func (p *printer) io(s *IOStats) {
	if s.Time.IsZero() {
		return
	}
	p.raw(`,"io":{"time":`)
	p.time(s.Time)
	p.psi(&s.PSI)
	p.raw("}")
}

func (p *printer) swap(s *SwapStats) {
	if s.Time.IsZero() {
		return
	}
	p.raw(`,"swap":{"time":`)
	p.time(s.Time)
	p.value(`,"swapAvailableBytes":`, s.SwapAvailableBytes)
	p.value(`,"swapUsageBytes":`, s.SwapUsageBytes)
	p.raw("}")
}

func (p *printer) psi(s *PSIStats) {
	if s.Some.Total.IsAbsent() {
		return
	}
	p.psiData(`,"psi":{"full":{"total":`, &s.Full)
	p.psiData(`},"some":{"total":`, &s.Some)
	p.raw("}}")
}

// psiData appends a line after begin, which ends with the name of its total.
func (p *printer) psiData(begin string, d *PSIData) {
	p.raw(begin)
	p.b = appendUint(p.b, d.Total.Or(0))
	p.percent(`,"avg10":`, d.Avg10)
	p.percent(`,"avg60":`, d.Avg60)
	p.percent(`,"avg300":`, d.Avg300)
}
