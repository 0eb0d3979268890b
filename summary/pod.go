package summary

import (
	"context"
	"time"
)

// A PodSource knows the names that cgroups do not have. An embedder with a
// list of pods of its own implements it in a line; StaticPods and localpods.Source
// are others. Pods may be called from any goroutine, and
// the caller does not change what it returns.
type PodSource interface {
	// Pods returns every pod it knows. An error says that the list may be
	// incomplete; the pods returned beside it are used.
	Pods(ctx context.Context) ([]Pod, error)
}

// StaticPods is a PodSource that always returns the same pods.
type StaticPods []Pod

// Pods returns p.
func (p StaticPods) Pods(context.Context) ([]Pod, error) { return p, nil }

// Pod is what a PodSource knows about one pod.
type Pod struct {
	// UID is the pod's UID as its cgroup has it: for a static pod the hash of
	// its file, not the UID of its mirror.
	UID       string
	Namespace string
	Name      string
	// Labels are the pod's own; nil if there are none or they are not known.
	Labels map[string]string
	// CreatedAt is when the pod's sandbox was created; zero if not known.
	CreatedAt time.Time
	// Containers are the pod's containers in any order, the sandbox among them
	// if the source knows it. One that is not running does no harm: it has no cgroup.
	Containers []Container
	// Volumes are those of the pod's volumes that are claims. The others are
	// known by their folders.
	Volumes []Volume
}

// Volume is what a PodSource knows about one volume of a pod.
type Volume struct {
	// Name is the volume's name in the pod.
	Name string
	// PersistentVolume is the name of the volume's folder: the persistent
	// volume's; empty is Name.
	PersistentVolume string
	// Claim is the name of the persistent volume claim, in the pod's namespace.
	Claim string
}

// Container is what a PodSource knows about one container.
type Container struct {
	// ID is the runtime's ID without a scheme: the 64 hex digits that the
	// container's cgroup has in its name.
	ID string
	// Name is the container's name in its pod; empty for a sandbox.
	Name  string
	Image string // as the pod asks for it; empty if not known
	Kind  ContainerKind
	// CreatedAt is when the runtime created the container; zero if not known.
	CreatedAt time.Time
}

// ContainerKind tells a pod's containers from its sandbox.
type ContainerKind uint8

const (
	// KindUnknown is a container of which no source knows what it is. It is
	// not in the Summary, since it may be a sandbox.
	KindUnknown ContainerKind = iota
	// KindContainer is a container, init and ephemeral ones included.
	KindContainer
	// KindSandbox is the pause container that holds a pod's namespaces.
	KindSandbox
)
