package summary

import (
	"math/bits"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// sum makes a pod without a cgroup of its own out of its containers. A part
// that is not known of one is not known of the pod.
func sum(p *PodStats) {
	first := true
	for i := range p.Containers {
		c := &p.Containers[i]
		if first {
			p.CPU, p.Memory, p.Swap, first = c.CPU, c.Memory, c.Swap, false
			p.CPU.PSI, p.Memory.PSI = PSIStats{}, PSIStats{} // pressure does not add up
			continue
		}
		addTo(&p.CPU.UsageNanoCores, c.CPU.UsageNanoCores)
		addTo(&p.CPU.UsageCoreNanoSeconds, c.CPU.UsageCoreNanoSeconds)
		addTo(&p.Memory.AvailableBytes, c.Memory.AvailableBytes)
		addTo(&p.Memory.UsageBytes, c.Memory.UsageBytes)
		addTo(&p.Memory.WorkingSetBytes, c.Memory.WorkingSetBytes)
		addTo(&p.Memory.RSSBytes, c.Memory.RSSBytes)
		addTo(&p.Memory.PageFaults, c.Memory.PageFaults)
		addTo(&p.Memory.MajorPageFaults, c.Memory.MajorPageFaults)
		addTo(&p.Swap.SwapAvailableBytes, c.Swap.SwapAvailableBytes)
		addTo(&p.Swap.SwapUsageBytes, c.Swap.SwapUsageBytes)
	}
}

func addTo(dst *cgroupfs.Value, v cgroupfs.Value) { *dst = add(*dst, v) }

// add is absent if a part is, or if the sum is more than a Value holds.
func add(a, b cgroupfs.Value) cgroupfs.Value {
	m, ok := a.Get()
	n, ok2 := b.Get()
	total, carry := bits.Add64(m, n, 0)
	if !ok || !ok2 || carry != 0 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(total)
}

// grow makes a slice one longer. What the element held before is kept, so that
// its own slices can be used again. Its room grows by a quarter, and not by as
// much again: a pod has some few containers, and their number stays.
func grow[T any](s []T) []T {
	if n := len(s); n == cap(s) {
		s = append(make([]T, 0, n+1+n/4), s...)
	}
	return s[:len(s)+1]
}
