package summary

// Compat is a set of quirks of the kubelet's output. Each bit makes the
// output what a kubelet would print where that is not the right thing. The
// zero Compat has none of them.
type Compat uint32

const (
	// CompatZeroRate prints usageNanoCores as 0 where it is not known, as
	// kubelets do for a cgroup's first sample and after a counter went back.
	CompatZeroRate Compat = 1 << iota
	// CompatOwnPageFaults prints on cgroup v1 the page faults of a cgroup's
	// own processes. They are 0 for a pod, whose processes are all in its
	// containers. The right ones include its descendants, as on v2.
	CompatOwnPageFaults
	// CompatZeroPSI prints pressure as zeros where the kernel has none.
	CompatZeroPSI
	// CompatNoPSI prints no pressure: kubelets before 1.33, and later ones
	// without the feature gate KubeletPSI.
	CompatNoPSI
	// CompatWrapAvailable lets availableBytes wrap around to nearly 2^64 where
	// the working set is larger than the limit.
	CompatWrapAvailable
	// CompatDuplicates lists every running container of a pod that has the
	// same name as another. Without it the newest is listed.
	CompatDuplicates
	// CompatZeroContainerSwap prints swap of 0 used and 0 available for every
	// container, and no swapAvailableBytes that is not 0, as kubelets before
	// 1.36 do where a runtime gives none.
	CompatZeroContainerSwap
	// CompatErrorIs500 answers a request with status 500 and nothing else where
	// anything failed, one name among them. It concerns package httpapi.
	CompatErrorIs500

	// Kubelet132 is kubelet 1.32 with the CRI stats provider, the default on
	// containerd.
	Kubelet132 = CompatZeroRate | CompatOwnPageFaults | CompatNoPSI | CompatWrapAvailable | CompatDuplicates | CompatZeroContainerSwap
)

func (c Compat) has(bit Compat) bool { return c&bit != 0 }
