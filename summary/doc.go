// Package summary shapes a round as the kubelet's summary: the node, its
// system containers, and its pods with their containers. Everything in it is a
// pure function of a [stats.Snapshot] and a list of pods.
//
//	pods, err := source.Pods(ctx) // any PodSource
//	snap, err := collector.Fresh(ctx, 15*time.Second)
//	summary.Build(&s, snap, pods, &summary.Options{NodeName: name})
//	body = s.AppendJSON(body[:0])
//
// # Names
//
// A cgroup's path has UIDs and IDs, no names. A [PodSource] brings them, and
// says which container is the sandbox. An embedder that schedules pods has one
// already; package localpods reads log folders and OCI bundles; [StaticPods]
// is a list. A container whose kind no source knows is not in the summary,
// since it may be a sandbox. Nothing is guessed.
//
// # What is listed
//
// A container is listed if its cgroup is there, its kind is KindContainer and
// something runs in it (it has a task, or uses CPU or memory). Of two in one pod with the same name the newest is
// listed. A pod is listed if a container of it is. A pod's numbers are those of
// its own cgroup, which holds its sandbox too and what ended containers left;
// a pod without a cgroup is the sum of its containers. Pods come by namespace
// and name, containers by name.
//
// # What is printed
//
// Field names, units and omissions are the kubelet's. A Value that is not known
// is not printed, where a kubelet may print 0; so is a rate before the second
// round. [Options].Compat chooses the kubelet's quirks one by one, and
// [Kubelet132] is a set of them:
//
//	CompatZeroRate           usageNanoCores is 0 where it is not known
//	CompatOwnPageFaults      v1: page faults without those of descendants
//	CompatZeroPSI            pressure is 0 where the kernel has none
//	CompatNoPSI              no pressure at all
//	CompatWrapAvailable      availableBytes wraps around where a limit was lowered
//	CompatDuplicates         every running container of a name is listed
//	CompatZeroContainerSwap  containers' swap is 0 used, 0 available
//
// Pressure totals are microseconds, as kubelets publish them, although the API's
// comments say nanoseconds. Times are cut to whole seconds.
//
// # Memory and concurrency
//
// Build and AppendJSON allocate nothing once the Summary and the buffer have
// grown. A Summary is used by one goroutine at a time; Build does not keep snap
// or pods. A PodSource is called from any goroutine.
package summary
