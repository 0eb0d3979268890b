package cgroupfs

// An Arena is memory for copies of Samples. A Sample's slices keep their
// capacity from one read to the next, so that a plain copy of a Sample would
// see its devices change; the copies an Arena makes do not. The zero Arena is
// ready for use. It is not safe for concurrent use.
type Arena struct {
	bytes   []byte
	cpus    []CPUUsage
	nodes   []NUMANode
	devices []IODevice
	limits  []IOLimit
	pages   []HugePages
	rdma    []RDMADevice
	misc    []MiscResource
}

// Copy makes dst a copy of src that shares nothing with it. The copy lies in
// the Arena, and is good until Reset.
func (a *Arena) Copy(dst, src *Sample) {
	*dst = *src
	dst.CPU.PerCPU = carve(&a.cpus, src.CPU.PerCPU)
	dst.Memory.NUMA = carve(&a.nodes, src.Memory.NUMA)
	dst.IO.Devices = carve(&a.devices, src.IO.Devices)
	dst.IO.Limits = carve(&a.limits, src.IO.Limits)
	dst.HugeTLB = carve(&a.pages, src.HugeTLB)
	dst.RDMA = carve(&a.rdma, src.RDMA)
	dst.Misc = carve(&a.misc, src.Misc)
	dst.CPUSet.CPUs.text = carve(&a.bytes, src.CPUSet.CPUs.text)
	dst.CPUSet.CPUsEffective.text = carve(&a.bytes, src.CPUSet.CPUsEffective.text)
	dst.CPUSet.Mems.text = carve(&a.bytes, src.CPUSet.Mems.text)
	dst.CPUSet.MemsEffective.text = carve(&a.bytes, src.CPUSet.MemsEffective.text)
}

// Reset empties the Arena, whose memory is used again. Copies made before are
// no longer to be used.
func (a *Arena) Reset() {
	a.bytes, a.cpus, a.nodes, a.devices = a.bytes[:0], a.cpus[:0], a.nodes[:0], a.devices[:0]
	a.limits, a.pages, a.rdma, a.misc = a.limits[:0], a.pages[:0], a.rdma[:0], a.misc[:0]
}

// New returns an empty Arena with room for as much as a holds and a little
// more: one allocation for each kind of which there is any.
func (a *Arena) New() Arena {
	return Arena{
		bytes:   roomFor(a.bytes),
		cpus:    roomFor(a.cpus),
		nodes:   roomFor(a.nodes),
		devices: roomFor(a.devices),
		limits:  roomFor(a.limits),
		pages:   roomFor(a.pages),
		rdma:    roomFor(a.rdma),
		misc:    roomFor(a.misc),
	}
}

func roomFor[T any](like []T) []T {
	if len(like) == 0 {
		return nil
	}
	return make([]T, 0, len(like)+len(like)/8+1)
}

// carve appends src to the arena and returns the copy. Where the arena had to
// grow, earlier copies stay where they were.
func carve[T any](arena *[]T, src []T) []T {
	if len(src) == 0 {
		return nil
	}
	begin := len(*arena)
	*arena = append(*arena, src...)
	return (*arena)[begin:len(*arena):len(*arena)]
}
