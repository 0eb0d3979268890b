package summary

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A Summary is the kubelet's summary of a node, with the names of its API
// (k8s.io/kubelet/pkg/apis/stats/v1alpha1). A Value that is absent is not
// printed; a section whose Time is zero is not printed either. Build fills it,
// and fills it again without allocating. It is not safe for concurrent use.
type Summary struct {
	Node NodeStats
	Pods []PodStats // by namespace, name and UID

	build builder
}

// NodeStats is the node.
type NodeStats struct {
	NodeName string
	// SystemContainers are the node's own services, by name.
	SystemContainers []ContainerStats
	// StartTime is when the node started.
	StartTime time.Time
	CPU       CPUStats
	Memory    MemoryStats
	IO        IOStats
	Network   NetworkStats
	// FS is the file system that holds the kubelet's folder.
	FS      FSStats
	Runtime RuntimeStats
	Rlimit  RlimitStats
	Swap    SwapStats
}

// PodStats is one pod: its own cgroup, which is more than the sum of its
// containers, since the sandbox and what ended containers left are in it.
type PodStats struct {
	PodRef PodReference
	// StartTime is when the pod's sandbox was created, or else its cgroup.
	StartTime  time.Time
	Containers []ContainerStats // by name; running ones without the sandbox
	CPU        CPUStats
	Memory     MemoryStats
	IO         IOStats
	Network    NetworkStats
	// Volumes are its volumes by name.
	Volumes []VolumeStats
	// EphemeralStorage is what its containers, their logs and its volumes on
	// the node's own disk take of that.
	EphemeralStorage FSStats
	// ProcessStats counts the processes of Containers.
	ProcessStats ProcessStats
	Swap         SwapStats
}

// PodReference names a pod.
type PodReference struct {
	Name      string
	Namespace string
	UID       string
}

// ContainerStats is one container.
type ContainerStats struct {
	Name string
	// StartTime is when the runtime created the container, or else its cgroup.
	StartTime time.Time
	CPU       CPUStats
	Memory    MemoryStats
	IO        IOStats
	// Rootfs is the container's writable layer, Logs are its logs.
	Rootfs, Logs FSStats
	Swap         SwapStats

	processes cgroupfs.Value // what a pod counts
}

// CPUStats is CPU use; see stats.CPU.
type CPUStats struct {
	Time           time.Time
	UsageNanoCores cgroupfs.Value
	// Window is the time that UsageNanoCores is the mean of. The kubelet's API
	// does not have it, and it is not printed.
	Window               time.Duration
	UsageCoreNanoSeconds cgroupfs.Value
	PSI                  PSIStats
}

// MemoryStats is memory use in bytes; see stats.Memory.
type MemoryStats struct {
	Time            time.Time
	AvailableBytes  cgroupfs.Value
	UsageBytes      cgroupfs.Value
	WorkingSetBytes cgroupfs.Value
	RSSBytes        cgroupfs.Value
	PageFaults      cgroupfs.Value
	MajorPageFaults cgroupfs.Value
	PSI             PSIStats
}

// SwapStats is swap use in bytes; see stats.Swap.
type SwapStats struct {
	Time               time.Time
	SwapAvailableBytes cgroupfs.Value
	SwapUsageBytes     cgroupfs.Value
}

// IOStats is I/O. The API has its pressure only.
type IOStats struct {
	Time time.Time
	PSI  PSIStats
}

// PSIStats is the pressure of one resource. It is printed if Some is known;
// the API then has no way to leave Full out, and prints zeros where it is not
// known.
type PSIStats struct {
	Full PSIData
	Some PSIData
}

// PSIData is one line of a pressure file.
type PSIData struct {
	// Total is in microseconds, which is what kubelets publish, whatever the
	// API's comment says.
	Total  cgroupfs.Value
	Avg10  cgroupfs.Percent
	Avg60  cgroupfs.Percent
	Avg300 cgroupfs.Percent
}

// ProcessStats counts processes.
type ProcessStats struct {
	ProcessCount cgroupfs.Value
}

// NetworkStats is the network of a pod, or of the node.
type NetworkStats struct {
	Time time.Time
	// InterfaceStats is the default interface.
	InterfaceStats
	Interfaces []InterfaceStats
}

// InterfaceStats is one network interface.
type InterfaceStats struct {
	Name     string
	RxBytes  cgroupfs.Value
	RxErrors cgroupfs.Value
	TxBytes  cgroupfs.Value
	TxErrors cgroupfs.Value
}

// FSStats is a file system, and what something takes of it.
type FSStats struct {
	Time           time.Time
	AvailableBytes cgroupfs.Value
	CapacityBytes  cgroupfs.Value
	UsedBytes      cgroupfs.Value
	InodesFree     cgroupfs.Value
	Inodes         cgroupfs.Value
	InodesUsed     cgroupfs.Value
}

// VolumeStats is one volume of a pod.
type VolumeStats struct {
	FSStats
	Name string
	// PVCRef is the claim of the volume; empty if it has none.
	PVCRef PVCReference
}

// PVCReference names a persistent volume claim.
type PVCReference struct {
	Name      string
	Namespace string
}

// RuntimeStats is the container runtime's file systems.
type RuntimeStats struct {
	// ImageFS is where images are, ContainerFS where writable layers are.
	ImageFS, ContainerFS FSStats
}

// RlimitStats counts tasks, threads included.
type RlimitStats struct {
	Time                  time.Time
	MaxPID                cgroupfs.Value
	NumOfRunningProcesses cgroupfs.Value
}
