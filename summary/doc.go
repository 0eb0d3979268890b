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
// # System containers
//
// The cgroups of the node's own services are found: kubelet is the cgroup of
// this process, unless that is in a pod, is the root, or is not known; then it
// is the systemd service of kubelet, k3s, RKE2 or MicroK8s. Runtime is the
// service of containerd, CRI-O, Docker or MicroK8s (the runtime of k3s and RKE2 is in the
// kubelet's cgroup, and is not listed), misc is /system.slice, and pods is the cgroup of
// all pods. [Options] name others, and [LeaveOut] leaves one out.
//
// # Networks and disks
//
// A pod's network is that of its namespace. The interface whose numbers stand
// for all is that of the default route. A pod with hostNetwork has no network
// of its own, and none is printed, where the namespaces are known.
//
// What disks say is in [Options].Storage, which has a clock of its own: each
// figure has its own time. Volumes have their names in the pod if the PodSource
// knows them. Ephemeral storage is the sum of writable layers and logs of the
// containers that are listed, of volumes on the node's own disk (emptyDir, configMap, gitRepo),
// of files in the pod's folder of logs, and of /etc/hosts. Where one of them is
// not known the sum is not.
//
// # What is printed
//
// Field names, units and omissions are the kubelet's. A Value that is not known
// is not printed, where a kubelet may print 0; so is a rate before the second
// round. [Options].Compat chooses the kubelet's quirks one by one, and
// [Kubelet132] and [Kubelet137] are sets of them; docs/compat.md is the table of
// all, with what a kubelet does and what is printed without.
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
