// Package localpods knows the names of a node's pods and containers without
// asking anybody: it reads what the kubelet and the container runtime leave in
// the file system. There is no socket, no token and no API server in it, so it
// works when the runtime hangs and before the node has joined. A [Source] is a
// summary.PodSource.
//
//	source := localpods.New(nil)
//	pods, err := source.Pods(ctx) // err names what could not be read; pods is the rest
//
// # What it reads
//
//   - The bundles of containerd, /run/containerd/io.containerd.runtime.v2.task/k8s.io/<id>/config.json,
//     and of k3s, RKE2, k0s and MicroK8s. Their annotations have the pod, the
//     container's name and image, and which container is the sandbox.
//   - The bundles of CRI-O, /run/containers/storage/overlay-containers/<id>/userdata/config.json.
//     They also say when a container was created.
//   - The names of the folders in /var/log/pods, <namespace>_<name>_<uid>. They
//     give every pod its name, also one whose bundles cannot be read. The
//     folders themselves are not entered: the containers in them have a name
//     but no ID, and without an ID nothing can be matched with a cgroup.
//   - The names of the links in /var/log/containers,
//     <pod>_<namespace>_<container>-<id>.log. What has one is a container and
//     no sandbox. The pod's UID comes from /var/log/pods.
//
// Bundles win over logs. A container that has both is as its bundle says; one
// whose bundle is broken or cannot be read is as its link says. Where two pods
// of one name have left log folders (a StatefulSet's pod made anew), a
// container known by its link alone is listed in both: a container's cgroup
// lies in one of them, and the names are the same.
//
// Other runtimes are read by their log folders, which belong to the kubelet.
// [Options] says where each folder is if it is elsewhere, and where the host
// is mounted.
//
// # What it does not know
//
// containerd writes down nowhere in a bundle when a container was created, so
// CreatedAt is zero there; the time of a file is not taken for it. Labels and
// annotations of pods are not read. Older versions of containerd leave out the
// image of a sandbox (before 2.0), the pod's UID (until late in 1.6; it is then
// taken from the sandbox's log directory) and the container's name (before 1.4;
// taken from the log link). The kubelet cuts the name of a log link at 255
// bytes; a container whose link has lost the end of its ID is not known by it.
//
// A container stays in the list until its bundle or link goes, which may be
// long after it has ended: it has no cgroup, and does no harm. A new container
// is there as soon as its config.json is.
//
// # Privileges
//
// The bundles are readable by root alone, or with CAP_DAC_READ_SEARCH. The log
// folders are open to all on most nodes. Without the privilege Pods returns
// what the logs give, and an error that wraps fs.ErrPermission in every call;
// Options.LogsOnly keeps it from trying. A process in a container mounts the
// host's folders read only and sets Options.Root.
//
// # What it trusts
//
// It believes the runtime and the kubelet, who own these folders, and nobody
// else. The target of a log link is neither opened nor looked up. A bundle or
// config.json that is a symbolic link is not followed, and one that is not a
// regular file is not opened. Names that Kubernetes would not allow are
// skipped. CRI-O copies a pod's own labels and annotations into its sandbox's
// bundle: with them a pod can lie about when its sandbox was created, not about
// what it is.
//
// # Cost
//
// A config.json is parsed once and again only when the file is another (inode,
// size or time of modification); of it the few strings that are used are kept.
// A call lists the folders and does one Lstat per bundle; if nothing has
// changed it returns the slice it returned before. For 500 pods of three
// containers that is 8 ms and 1.5 MB of garbage, and 150 ms for the first call:
//
//	go test -run '^$' -bench Pods ./summary/localpods   (Xeon at 2.8 GHz, Linux 6.18, ext4)
//
// At most 100,000 entries are read from a folder, at most 1 MiB from a file,
// and at most 16 errors are named; whatever is more is an error of its own.
//
// # Concurrency
//
// A Source is safe for concurrent use. It holds no descriptors and starts no
// goroutine. It uses nothing that only Linux has, so a captured tree can be
// read anywhere.
package localpods
