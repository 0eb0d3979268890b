package stats

import (
	"path"
	"strings"
)

// A Kind says what a cgroup is there for.
type Kind uint8

const (
	// KindGroup is a cgroup of which the path tells nothing more: a slice, or
	// a directory that somebody made.
	KindGroup Kind = iota
	// KindRoot is the root of the hierarchy.
	KindRoot
	// KindKubepods is the kubelet's cgroup of all pods.
	KindKubepods
	// KindQoS is the cgroup of all Burstable or all BestEffort pods.
	KindQoS
	// KindPod is a pod's cgroup. Its PodUID is set.
	KindPod
	// KindContainer is a container's own cgroup, in a pod or not. A pod's
	// sandbox is one too: the path does not tell.
	KindContainer
	// KindService is a systemd .service or .scope that is no container.
	KindService
	// KindIgnored is a cgroup that is left out: a .mount unit, the monitor
	// process of a runtime, CRI-O's infra drop-in, all that a container makes
	// below its own cgroup, and a path that leads out of the namespace.
	KindIgnored
)

// String returns the kind in one lower-case word.
func (k Kind) String() string {
	switch k {
	case KindRoot:
		return "root"
	case KindKubepods:
		return "kubepods"
	case KindQoS:
		return "qos"
	case KindPod:
		return "pod"
	case KindContainer:
		return "container"
	case KindService:
		return "service"
	case KindIgnored:
		return "ignored"
	}
	return "group"
}

// A QoS is the quality of service class of a pod.
type QoS uint8

const (
	// QoSNone is the class of what is in no pod.
	QoSNone QoS = iota
	// QoSGuaranteed pods are directly below the kubepods cgroup.
	QoSGuaranteed
	// QoSBurstable pods are below its child "burstable".
	QoSBurstable
	// QoSBestEffort pods are below its child "besteffort".
	QoSBestEffort
)

// String returns the class in the words of the Kubernetes API, or "".
func (q QoS) String() string {
	switch q {
	case QoSGuaranteed:
		return "Guaranteed"
	case QoSBurstable:
		return "Burstable"
	case QoSBestEffort:
		return "BestEffort"
	}
	return ""
}

// A Runtime is what made a container, as far as its cgroup's name tells.
type Runtime uint8

const (
	// RuntimeUnknown is a container whose cgroup is named by its ID alone, as
	// containerd and docker do with the cgroupfs driver, or after a runtime
	// not listed here.
	RuntimeUnknown Runtime = iota
	// RuntimeContainerd is containerd's CRI plugin.
	RuntimeContainerd
	// RuntimeCRIO is CRI-O.
	RuntimeCRIO
	// RuntimeDocker is docker, cri-dockerd included.
	RuntimeDocker
	// RuntimePodman is podman.
	RuntimePodman
	// RuntimeNerdctl is containerd used by nerdctl.
	RuntimeNerdctl
)

// String returns the runtime as container IDs of the Kubernetes API have it,
// "containerd" in containerd://…, or "".
func (r Runtime) String() string {
	switch r {
	case RuntimeContainerd:
		return "containerd"
	case RuntimeCRIO:
		return "cri-o"
	case RuntimeDocker:
		return "docker"
	case RuntimePodman:
		return "podman"
	case RuntimeNerdctl:
		return "nerdctl"
	}
	return ""
}

// An Identity says who a cgroup is, as far as its path tells. The zero
// Identity is that of any group. Identities are comparable.
type Identity struct {
	Kind    Kind
	QoS     QoS     // of a KindQoS, a pod and a pod's container
	Runtime Runtime // of a container
	// PodUID is the UID of a pod and of a pod's container, as the API has it:
	// with dashes, also where systemd needs underscores. For a static pod it
	// is the hash of its file. Only what is below the kubepods root has one,
	// but for the directories of a driver mismatch (see Identify).
	PodUID string
	// ContainerID is a container's ID, 64 hex digits without a scheme.
	ContainerID string

	leaf   bool // Descend answers false
	nested bool // in a container, on the way to the kubepods root
}

// Descend reports whether cgroups below this one can be of interest. They
// cannot below a container: what it makes there is its own affair, whatever
// the names. The one exception is a container that holds the explicit kubepods
// root, as a node of kind does: then only the cgroups on the way to that root
// are not ignored.
func (id Identity) Descend() bool { return !id.leaf }

// Identify says who the cgroup at path is. Path begins at the root of the
// hierarchy, not of the file system: "/kubepods/burstable/pod1".
//
// Pods are found only below the kubepods root. If kubepodsRoot is empty or "/"
// that is the top-most /kubepods or /kubepods.slice, or one below the
// kubelet's --cgroup-root as either of its drivers writes it:
// /kubelet/kubepods, /kubelet.slice/kubelet-kubepods.slice. Identify sees one
// path only: of two such roots on a node, both hold pods. An explicit
// kubepodsRoot is the only one.
//
// A runtime without the kubelet's driver makes literal directories such as
// kubepods-pod1.slice:cri-containerd:ID, outside the kubepods root; they tell
// a pod where only the node's own services can have made them: in the root, and
// below /system.slice.
func Identify(path, kubepodsRoot string) Identity {
	p, ok := cleanCgroupPath(path)
	if !ok {
		return ignored()
	}
	root := cleanKubepodsRoot(kubepodsRoot)
	id := Identity{Kind: KindRoot}
	for end := 1; end < len(p); {
		if i := strings.IndexByte(p[end:], '/'); i >= 0 {
			end += i
		} else {
			end = len(p)
		}
		id = identify(id, p[:end], root)
		end++
	}
	return id
}

// cleanCgroupPath reports false for a path that leads out of the namespace or
// the tree. Cleaning such a path would make it another cgroup's.
func cleanCgroupPath(p string) (string, bool) {
	for rest, more := p, true; more; {
		var name string
		if name, rest, more = strings.Cut(rest, "/"); name == ".." {
			return "", false
		}
	}
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return path.Clean(p), true
}

// cleanKubepodsRoot makes an option into what identify takes: a clean path, or
// "" for a root that is to be found.
func cleanKubepodsRoot(option string) string {
	p, ok := cleanCgroupPath(option)
	if !ok {
		return option // no cgroup has such a path, so that nothing is below
	}
	if p == "/" {
		return ""
	}
	return p
}

// identify is Identify for the child of a cgroup that is identified already,
// so that each level of a tree is parsed once. It begins with the Identity of
// KindRoot for "/". Path is the child's, clean; root comes from
// cleanKubepodsRoot.
func identify(parent Identity, path, root string) Identity {
	dir, name := splitCgroup(path)
	onWay := len(root) > len(path) && root[len(path)] == '/' && root[:len(path)] == path
	nested := parent.nested || parent.Kind == KindContainer
	switch {
	case parent.leaf:
		return ignored()
	case isKubepods(path, root):
		return Identity{Kind: KindKubepods}
	case nested && onWay: // of the nodes in nodes only the first is a container
		return Identity{Kind: KindGroup, nested: true}
	case nested:
		return ignored()
	}
	var id Identity
	switch parent.Kind {
	case KindKubepods, KindQoS:
		id = identifyInKubepods(parent, dir, name, root)
	case KindPod:
		id = identifyInPod(parent, dir, name)
	default:
		id = identifyOutside(dir, name, root)
	}
	if onWay {
		if id.Kind == KindIgnored {
			id = Identity{}
		}
		id.leaf = false
	}
	return id
}

// identifyInPod: a child that does not have a container's name is not entered
// either, since it may be a container of a runtime that we do not know.
func identifyInPod(pod Identity, dir, name string) Identity {
	id := identifyContainer(dir, name)
	if id.Kind == KindContainer {
		id.PodUID, id.QoS = pod.PodUID, pod.QoS
	}
	id.leaf = true
	return id
}

// identifyOutside is for what is not below the kubepods root.
func identifyOutside(dir, name, root string) Identity {
	id := identifyContainer(dir, name)
	switch id.Kind {
	case KindContainer:
		if dir == "/" || dir == "/system.slice" || strings.HasPrefix(dir, "/system.slice/") {
			id.PodUID, id.QoS = podOfLiteral(name, root)
		}
	case KindGroup:
		if strings.HasSuffix(name, ".service") || strings.HasSuffix(name, ".scope") {
			id.Kind = KindService
		}
	}
	return id
}

func ignored() Identity { return Identity{Kind: KindIgnored, leaf: true} }

// splitCgroup splits a clean path into the parent's path and the name.
func splitCgroup(p string) (dir, name string) {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return "", p
	}
	return p[:max(i, 1)], p[i+1:]
}
