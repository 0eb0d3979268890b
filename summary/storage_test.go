package summary_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// disk is a file system of n times everything, asked n seconds after 1970.
func disk(n uint64) storage.FS {
	v := func(m uint64) cgroupfs.Value { return cgroupfs.Number(n * m) }
	return storage.FS{
		Path: "/", Time: time.Unix(int64(n), 0), CapacityBytes: v(100), UsedBytes: v(30), AvailableBytes: v(60),
		Inodes: v(10), InodesUsed: v(3), InodesFree: v(7),
	}
}

func used(bytes uint64, at int64) storage.Used {
	return storage.Used{Time: time.Unix(at, 0), Bytes: cgroupfs.Number(bytes), Inodes: cgroupfs.Number(bytes / 10)}
}

// diskStats is what a Summary makes of disk(n) and used(bytes, at).
func diskStats(n, bytes uint64, at int64) summary.FSStats {
	v := func(m uint64) cgroupfs.Value { return cgroupfs.Number(n * m) }
	return summary.FSStats{
		Time: time.Unix(at, 0), CapacityBytes: v(100), AvailableBytes: v(60), Inodes: v(10), InodesFree: v(7),
		UsedBytes: cgroupfs.Number(bytes), InodesUsed: cgroupfs.Number(bytes / 10),
	}
}

func volume(plugin, name string, n, bytes uint64, at int64) storage.Volume {
	return storage.Volume{Name: name, Plugin: plugin, Filled: storage.Filled{FS: disk(n), Used: used(bytes, at)}}
}

// disks are those of a node with pod 1, whose containers x and y have layers
// and logs.
func disks() *storage.Snapshot {
	memory := volume("empty-dir", "ram", 5, 1000, 30)
	memory.Memory = true
	return &storage.Snapshot{
		Node:      disk(1),
		Image:     storage.Filled{FS: disk(2), Used: used(500, 10)},
		Container: storage.Filled{FS: disk(3), Used: used(600, 11)},
		Pods: []storage.Pod{{UID: "0"}, {
			UID: "1",
			Volumes: []storage.Volume{
				volume("configmap", "settings", 1, 10, 20), volume("csi", "pv-1", 4, 2000, 21), volume("empty-dir", "data", 1, 20, 22),
				memory, volume("git-repo", "git", 1, 40, 24), volume("projected", "token", 6, 4000, 25), volume("secret", "key", 7, 8000, 26),
			},
			EtcHosts: used(80, 12), Logs: used(160, 13),
			Containers: []storage.Logs{{Name: "gone", Used: used(16000, 40)}, {Name: "x", Used: used(320, 14)}, {Name: "y", Used: used(640, 15)}},
		}},
		Layers: []storage.Layer{
			{ContainerID: containerID('a'), Filled: storage.Filled{FS: disk(3), Used: used(1280, 16)}},
			{ContainerID: containerID('b'), Filled: storage.Filled{FS: disk(3), Used: used(2560, 17)}},
			{ContainerID: containerID('c'), Filled: storage.Filled{FS: disk(3), Used: used(32000, 50)}},
		},
	}
}

const allOfPod1 = 10 + 20 + 40 + 80 + 160 + 320 + 640 + 1280 + 2560

func buildDisks(t *testing.T, o *summary.Options) *summary.Summary {
	t.Helper()
	tree := cgroupfstest.New(t)
	tree.Put(podDir("1"), using(1))
	for _, digit := range []byte("abc") { // c is of no container that is listed
		tree.Put(containerDir("1", digit), using(1))
	}
	s := build(collected(t, tree), o, summary.Pod{
		UID: "1", Namespace: "ns",
		Containers: []summary.Container{container('a', "x", tree.Now()), container('b', "y", tree.Now())},
		Volumes:    []summary.Volume{{Name: "settings"}, {Name: "claimed", PersistentVolume: "pv-1", Claim: "claim-1"}},
	})
	requireEncodingJSON(t, s)
	return s
}

func TestBuildTellsOfDisks(t *testing.T) {
	s := buildDisks(t, &summary.Options{Storage: disks()})
	require.Equal(t, diskStats(1, 30, 1), s.Node.FS)
	require.Equal(t, diskStats(2, 500, 10), s.Node.Runtime.ImageFS)
	require.Equal(t, diskStats(3, 600, 11), s.Node.Runtime.ContainerFS)
	p := &s.Pods[0]
	require.Equal(t, diskStats(3, 1280, 16), p.Containers[0].Rootfs)
	require.Equal(t, diskStats(1, 320, 14), p.Containers[0].Logs, "logs are on the node's file system")
	require.Equal(t, diskStats(3, 2560, 17), p.Containers[1].Rootfs)
	require.Equal(t, diskStats(1, 640, 15), p.Containers[1].Logs)
	require.Equal(t, []summary.VolumeStats{
		{FSStats: diskStats(4, 2000, 21), Name: "claimed", PVCRef: summary.PVCReference{Name: "claim-1", Namespace: "ns"}},
		{FSStats: diskStats(1, 20, 22), Name: "data"},
		{FSStats: diskStats(1, 40, 24), Name: "git"},
		{FSStats: diskStats(7, 8000, 26), Name: "key"},
		{FSStats: diskStats(5, 1000, 30), Name: "ram"},
		{FSStats: diskStats(1, 10, 20), Name: "settings"},
		{FSStats: diskStats(6, 4000, 25), Name: "token"},
	}, p.Volumes)
	require.Equal(t, diskStats(1, allOfPod1, 24), p.EphemeralStorage, "no claim, nothing in memory, no container that is not listed")
	require.Zero(t, s.Node.SystemContainers[0].Rootfs)
}

// A pod may call a volume of its own as the persistent volume of a claim is
// called.
func TestBuildTakesNoVolumeForAClaim(t *testing.T) {
	snap := disks()
	snap.Pods[1].Volumes[2].Name = "pv-1" // the emptyDir on disk
	var names []string
	for _, v := range buildDisks(t, &summary.Options{Storage: snap}).Pods[0].Volumes {
		names = append(names, v.Name+" "+v.PVCRef.Name)
	}
	require.Equal(t, []string{"claimed claim-1", "git ", "key ", "pv-1 ", "ram ", "settings ", "token "}, names)
}

func TestBuildAddsUpNoMoreThanAValueHolds(t *testing.T) {
	snap := disks()
	snap.Layers[0].Used.Bytes = cgroupfs.Number(1<<64 - 100)
	require.True(t, buildDisks(t, &summary.Options{Storage: snap}).Pods[0].EphemeralStorage.UsedBytes.IsAbsent())
}

// A sum of which a part is not known is not known. Whatever else is, is printed.
func TestBuildAddsUpNoPartOfAPod(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*storage.Snapshot)
		known  uint64 // what is known
	}{
		{"a layer", func(s *storage.Snapshot) { s.Layers = s.Layers[1:] }, allOfPod1 - 1280},
		{"a container's logs", func(s *storage.Snapshot) { s.Pods[1].Containers = s.Pods[1].Containers[:2] }, allOfPod1 - 640},
		{"a volume that is still counted", func(s *storage.Snapshot) {
			s.Pods[1].Volumes[2].Used = storage.Used{Counting: storage.Counting{Since: time.Unix(1, 0), Bytes: 7}}
		}, allOfPod1 - 20},
		{"the pod's logs", func(s *storage.Snapshot) { s.Pods[1].Logs = storage.Used{} }, allOfPod1 - 160},
		{"etc-hosts", func(s *storage.Snapshot) { s.Pods[1].EtcHosts = storage.Used{} }, allOfPod1 - 80},
	} {
		t.Run(test.name, func(t *testing.T) {
			snap := disks()
			test.change(snap)
			e := buildDisks(t, &summary.Options{Storage: snap}).Pods[0].EphemeralStorage
			require.True(t, e.UsedBytes.IsAbsent() && e.InodesUsed.IsAbsent())
			require.Equal(t, cgroupfs.Number(100), e.CapacityBytes)
			e = buildDisks(t, &summary.Options{Storage: snap, Compat: summary.CompatPartialEphemeralStorage}).Pods[0].EphemeralStorage
			require.Equal(t, cgroupfs.Number(test.known), e.UsedBytes)
		})
	}
}

func TestBuildPrintsNothingOfDisksThatIsNotKnown(t *testing.T) {
	count := func(s *summary.Summary) string {
		var found []string
		for _, key := range []string{"fs", "runtime", "imageFs", "containerFs", "rootfs", "logs", "volume", "ephemeral-storage"} {
			if n := strings.Count(string(s.AppendJSON(nil)), `"`+key+`":`); n > 0 {
				found = append(found, fmt.Sprint(key, "=", n))
			}
		}
		return strings.Join(found, " ")
	}
	all := "fs=1 runtime=1 imageFs=1 containerFs=1 rootfs=2 logs=2 volume=1 ephemeral-storage=1"
	require.Equal(t, all, count(buildDisks(t, &summary.Options{Storage: disks()})))
	require.Empty(t, count(buildDisks(t, nil)))
	require.Empty(t, count(buildDisks(t, &summary.Options{Storage: disks(), CPUAndMemoryOnly: true})))
	require.Empty(t, count(buildDisks(t, &summary.Options{Storage: &storage.Snapshot{}})))

	snap := disks()
	snap.Image, snap.Pods[1].Volumes[0].Filled = storage.Filled{}, storage.Filled{}
	s := buildDisks(t, &summary.Options{Storage: snap})
	require.Equal(t, strings.Replace(all, " imageFs=1", "", 1), count(s))
	require.Len(t, s.Pods[0].Volumes, 6, "one of which nothing is known")

	snap = disks()
	snap.Pods[1].Volumes = snap.Pods[1].Volumes[2:3]
	snap.Pods[1].Volumes[0].Used, snap.Pods[1].Volumes[0].FS.Inodes = storage.Used{}, cgroupfs.Value{}
	require.Contains(t, string(buildDisks(t, &summary.Options{Storage: snap}).AppendJSON(nil)),
		`"volume":[{"time":"1970-01-01T00:00:01Z","availableBytes":60,"capacityBytes":100,"inodesFree":7,"name":"data"}]`)
}

func TestBuildKnowsNothingOfAPodWithoutFolders(t *testing.T) {
	snap := disks()
	snap.Pods = snap.Pods[:1]
	p := buildDisks(t, &summary.Options{Storage: snap}).Pods[0]
	require.Zero(t, p.EphemeralStorage)
	require.Empty(t, p.Volumes)
	require.Equal(t, diskStats(3, 1280, 16), p.Containers[0].Rootfs)
	p = buildDisks(t, &summary.Options{Storage: snap, Compat: summary.CompatPartialEphemeralStorage}).Pods[0]
	require.Equal(t, diskStats(1, 1280+2560, 17), p.EphemeralStorage)
}
