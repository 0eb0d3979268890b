package storage

import (
	"context"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

// A Snapshot is what one round found. It is shared by all who ask and must not
// be changed. What is not known is absent.
type Snapshot struct {
	// Time is when the round ended.
	Time time.Time
	// Node is the file system that holds the kubelet's folder, or that would
	// hold it where there is none.
	Node FS
	// Image is where images are, Container where writable layers are; they may
	// be the same. Used is what images and layers take of it, as the runtime
	// says, which is less than what is used of the file system.
	Image, Container Filled
	// Pods are those that have a folder below the kubelet's or one for logs, by UID.
	Pods []Pod
	// Layers are the writable layers of containers, by container ID.
	Layers []Layer
	// Entries is how many files and folders the round looked at, of those that
	// Options.Entries allows.
	Entries int
	// Errors are what went wrong in the round.
	Errors stats.Errors
}

// FS is a file system as statfs tells it.
type FS struct {
	// Path is a folder on it.
	Path string
	// Device is the block device, "/dev/vda1" for example, as the table of
	// mounts calls it; empty if it is on none.
	Device string
	// Time is when it was asked; zero if it was not, or gave no answer yet.
	Time time.Time
	// CapacityBytes is its size, UsedBytes what is not free. AvailableBytes is
	// what ordinary users may still take: less than what is free, where some is
	// reserved.
	CapacityBytes, UsedBytes, AvailableBytes cgroupfs.Value
	// Inodes is how many files it may have, InodesUsed and InodesFree how many
	// it has and may still get. All are absent for a file system without a limit.
	Inodes, InodesUsed, InodesFree cgroupfs.Value
}

// Used is what a folder takes.
type Used struct {
	// Time is when it was counted to the end; zero if it never was.
	Time time.Time
	// Bytes are blocks on the disk, not sizes of files. A file with several
	// links counts once.
	Bytes cgroupfs.Value
	// Inodes are files and folders, the folder itself included.
	Inodes cgroupfs.Value
	// Counting is how far a count has got that has not come to its end: at
	// least so much there is. It is zero if none is under way.
	Counting Counting
}

// Counting is a count that is under way.
type Counting struct {
	Since         time.Time
	Bytes, Inodes uint64
}

// Filled is a file system, and what something takes of it.
type Filled struct {
	FS   FS
	Used Used
}

// Pod is what the folders of one pod take.
type Pod struct {
	UID string
	// Volumes are the folders of its volumes, by plugin and name.
	Volumes []Volume
	// EtcHosts is the file that its containers have as /etc/hosts: 0 where the
	// pod's folder has none.
	EtcHosts Used
	// Logs are the files that lie directly in the pod's folder of logs.
	Logs Used
	// Containers are the logs of its containers, by name.
	Containers []Logs
}

// Volume is one folder of a pod's volumes.
type Volume struct {
	// Name is the folder's name: the volume's name in the pod, but for a claim
	// the persistent volume's.
	Name string
	// Plugin is the kind of the volume: "empty-dir", "configmap", "csi" for
	// example; the folder's name without "kubernetes.io~".
	Plugin string
	// Memory says that it is a tmpfs: nothing of it is on a disk.
	Memory bool
	Filled
}

// Logs are the files that lie directly in a container's folder of logs, those
// of earlier runs and rotated ones among them. Inodes are without the folder.
type Logs struct {
	Name string
	Used Used
}

// Layer is the writable layer of one container.
type Layer struct {
	ContainerID string
	Filled
}

// A Source knows what no folder tells: what images and writable layers take.
type Source interface {
	// Layers returns what the runtime says. An error says that it may be
	// incomplete; what is returned beside it is used.
	Layers(ctx context.Context) (Layers, error)
}

// Layers is what a Source says.
type Layers struct {
	// Images and Containers are folders where images and writable layers are.
	// Without Containers they are where the images are.
	Images, Containers []Folder
	// Writable are the containers' layers.
	Writable []WritableLayer
}

// Folder is a folder, and what images or layers take in it.
type Folder struct {
	Path string
	Used Used
}

// WritableLayer is the writable layer of one container.
type WritableLayer struct {
	ContainerID string
	Folder
}
