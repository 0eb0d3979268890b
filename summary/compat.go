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
	// CompatEth0 takes for the default interface one that is called eth0, and
	// prints an empty name and no numbers where there is none.
	CompatEth0
	// CompatInterfacePrefixes leaves out interfaces whose names begin with lo,
	// veth, docker or nerdctl in any case: "longhorn0" is no loopback.
	CompatInterfacePrefixes
	// CompatHostNetwork prints the node's network for a pod that has none of
	// its own, so that a sum of all pods counts it again with each.
	CompatHostNetwork
	// CompatZeroVolumes prints 0 for what is not known of a volume.
	CompatZeroVolumes
	// CompatPartialEphemeralStorage adds up what is known of a pod's ephemeral
	// storage, as if the rest were nothing.
	CompatPartialEphemeralStorage
	// CompatSameContainerFS prints imageFs as containerFs wherever writable
	// layers are: kubelets without the feature gate KubeletSeparateDiskGC, and
	// 1.32 with it.
	CompatSameContainerFS
	// CompatRootStart takes in a Summary of CPU and memory only the time of the
	// root cgroup for the node's start, which may be up to a minute off.
	CompatRootStart
	// CompatNoSwapInCPUAndMemory leaves swap out of a Summary of CPU and memory
	// only: kubelets before 1.33.
	CompatNoSwapInCPUAndMemory
	// CompatErrorIs500 answers a request with status 500 and nothing else where
	// anything failed, one name among them; one for metrics with status 200 and a
	// series that says so. It concerns package httpapi.
	CompatErrorIs500
	// CompatIndent breaks the text of an answer into lines, with a space for
	// each level. It concerns package httpapi.
	CompatIndent
	// CompatScrapeError prints scrape_error beside resource_scrape_error:
	// kubelets before 1.30. It concerns package expo.
	CompatScrapeError
	// CompatZeroSeries prints 0 where the kernel has no number for a cgroup:
	// how often a limit was met on cgroup v2, what the root of v2 has not,
	// descriptors where there is no process, the machine's NVM. This bit and
	// those below concern package expo.
	CompatZeroSeries
	// CompatZeroLoad prints load averages and counts of tasks by state, all 0.
	CompatZeroLoad
	// CompatZeroUnlimited prints a limit of 0 where there is none.
	CompatZeroUnlimited
	// CompatZeroOOM prints 0 for how often the OOM killer killed: the newest
	// kubelets do not look.
	CompatZeroOOM
	// CompatFailureScopes prints page faults with descendants' as those
	// without too, where the kernel does not tell them apart.
	CompatFailureScopes
	// CompatDiskMillis prints times of disks in seconds a millionth as long as
	// they are.
	CompatDiskMillis
	// CompatDiskNames knows the names of no disks but sd…, vd…, xvd… and
	// dm-…: "nvme0n1" is none. Others have none, and one of them has the series.
	CompatDiskNames
	// CompatCgroupStart takes for the start of a container the time of its
	// cgroup, in whole seconds.
	CompatCgroupStart
	// CompatLastSeen takes for the time when a cgroup was seen last the time of
	// the scrape, however old the numbers are.
	CompatLastSeen

	// compatAlways are quirks of every release.
	compatAlways = CompatZeroRate | CompatOwnPageFaults | CompatWrapAvailable | CompatDuplicates | CompatEth0 |
		CompatInterfacePrefixes | CompatHostNetwork | CompatZeroVolumes | CompatPartialEphemeralStorage | CompatRootStart |
		CompatErrorIs500 | CompatIndent | CompatZeroSeries | CompatZeroLoad | CompatZeroUnlimited | CompatFailureScopes |
		CompatDiskMillis | CompatDiskNames | CompatCgroupStart | CompatLastSeen
	// Kubelet132 is kubelet 1.32 with the CRI stats provider, the default on
	// containerd.
	Kubelet132 = compatAlways | CompatNoPSI | CompatZeroContainerSwap | CompatSameContainerFS | CompatNoSwapInCPUAndMemory
	// Kubelet137 is kubelet 1.37, the newest, with the same provider. It has
	// pressure where the kernel has, and swap of containers.
	Kubelet137 = compatAlways | CompatZeroOOM
)

func (c Compat) has(bit Compat) bool { return c&bit != 0 }
