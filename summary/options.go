package summary

import "github.com/nodegauge/nodegauge/stats/storage"

// LeaveOut in place of a cgroup's path leaves a system container out.
const LeaveOut = "-"

// Options are Build's options. The zero Options, and nil, are good for most.
type Options struct {
	// NodeName is the node's name; empty prints "".
	NodeName string
	// KubeletCgroup, RuntimeCgroup, SystemCgroup and PodsCgroup are the cgroups
	// of the system containers kubelet, runtime, misc and pods. Empty finds
	// them (see the package's comment); LeaveOut, and a cgroup that does not
	// exist, leave one out.
	KubeletCgroup string
	RuntimeCgroup string
	SystemCgroup  string
	PodsCgroup    string
	// Storage is what the disks say; nil leaves out what needs them.
	Storage *storage.Snapshot
	// CPUAndMemoryOnly leaves out all but CPU, memory and swap, as kubelets do
	// that are asked for only_cpu_and_memory.
	CPUAndMemoryOnly bool
	// Interface chooses the network interfaces that are listed. Nil is all but,
	// of the node's, those called veth…: its ends of pods' interfaces.
	Interface func(name string) bool
	// DefaultInterface is the name of the interface whose numbers stand for
	// the pod's or the node's; empty is that of the default route.
	DefaultInterface string
	// Compat chooses quirks of the kubelet's output; 0 is none.
	Compat Compat
}
