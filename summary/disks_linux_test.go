package summary_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// What a storage.Collector counts in folders is what a pod has in the Summary,
// and its parts add up.
func TestBuildTellsWhatACollectorCounts(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put(podDir("1"), using(1))
	tree.Put(containerDir("1", 'a'), using(1))
	for name, size := range map[string]int{
		"var/lib/kubelet/pods/1/volumes/kubernetes.io~empty-dir/data/file":       10_000,
		"var/lib/kubelet/pods/1/volumes/kubernetes.io~csi/pv-1/mount/file":       20_000,
		"var/lib/kubelet/pods/1/volumes/kubernetes.io~configmap/settings/..data": 1,
		"var/lib/kubelet/pods/1/etc-hosts":                                       100,
		"var/log/pods/ns_p_1/x/0.log":                                            30_000,
	} {
		path := filepath.Join(tree.Host(), name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, make([]byte, size), 0o600))
	}
	layers := &memoryLayers{storage.Layers{Writable: []storage.WritableLayer{{ContainerID: containerID('a'), Folder: storage.Folder{Path: "/var/lib", Used: used(4096, 1)}}}}}
	c, err := storage.New(&storage.Options{Root: tree.Host(), Source: layers})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	disks, err := c.Collect(context.Background())
	require.NoError(t, err)

	s := build(collected(t, tree), &summary.Options{Storage: disks}, summary.Pod{
		UID: "1", Namespace: "ns", Name: "p",
		Containers: []summary.Container{container('a', "x", tree.Now())},
		Volumes:    []summary.Volume{{Name: "claimed", PersistentVolume: "pv-1", Claim: "claim-1"}},
	})
	requireEncodingJSON(t, s)
	p := &s.Pods[0]
	sum := p.Containers[0].Rootfs.UsedBytes.Or(0) + p.Containers[0].Logs.UsedBytes.Or(0) + disks.Pods[0].EtcHosts.Bytes.Or(0)
	require.GreaterOrEqual(t, p.Containers[0].Logs.UsedBytes.Or(0), uint64(30_000))
	var names []string
	for _, v := range p.Volumes {
		names = append(names, v.Name+" "+v.PVCRef.Name)
		if v.Name != "claimed" {
			sum += v.UsedBytes.Or(0)
		}
	}
	require.Equal(t, []string{"claimed claim-1", "data ", "settings "}, names)
	require.GreaterOrEqual(t, p.Volumes[0].UsedBytes.Or(0), uint64(20_000))
	require.Equal(t, sum, p.EphemeralStorage.UsedBytes.Or(0), "with nothing in the pod's own folder of logs")
	require.Equal(t, s.Node.FS.CapacityBytes, p.EphemeralStorage.CapacityBytes)
	require.NotZero(t, s.Node.FS.CapacityBytes.Or(0))
}
