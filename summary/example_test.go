package summary_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

const exampleID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// From the cgroups of a node, here a folder with one container in it, to the
// kubelet's words for it.
func ExampleBuild() {
	root, err := exampleNode()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)

	h, err := cgroupfs.Open(root) // or cgroupfs.Detect()
	if err != nil {
		fmt.Println(err)
		return
	}
	collector, err := stats.New(h, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer collector.Close()
	var snap stats.Snapshot
	if err := collector.Collect(context.Background(), &snap); err != nil {
		fmt.Println(err)
		return
	}

	pods := []summary.Pod{{
		UID: "1", Namespace: "default", Name: "web-0",
		Containers: []summary.Container{{ID: exampleID, Name: "server", Kind: summary.KindContainer}},
	}}
	var s summary.Summary // keep it: the next Build allocates nothing
	summary.Build(&s, &snap, pods, nil)
	for _, pod := range s.Pods {
		for _, c := range pod.Containers {
			fmt.Println(pod.PodRef.Name, c.Name, "working set", c.Memory.WorkingSetBytes, "available", c.Memory.AvailableBytes)
		}
	}
	// Output: web-0 server working set 5000000 available absent
}

// exampleNode makes a folder that looks like cgroup v2.
func exampleNode() (string, error) {
	root, err := os.MkdirTemp("", "cgroup")
	if err != nil {
		return "", err
	}
	container := filepath.Join(root, "kubepods.slice/kubepods-pod1.slice/cri-containerd-"+exampleID+".scope")
	if err := os.MkdirAll(container, 0o755); err != nil {
		return "", err
	}
	for name, text := range map[string]string{
		"memory.current": "6000000\n",
		"memory.stat":    "anon 4000000\nfile 2000000\ninactive_file 1000000\n",
		"memory.max":     "max\n",
		"pids.current":   "1\n",
	} {
		if err := os.WriteFile(filepath.Join(container, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return root, nil
}

// A Summary in the kubelet's JSON, of which nothing is printed that is not
// known.
func ExampleSummary_AppendJSON() {
	s := summary.Summary{Node: summary.NodeStats{
		NodeName:  "node-1",
		StartTime: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC),
		CPU: summary.CPUStats{
			Time:                 time.Date(2026, 1, 2, 15, 4, 9, 0, time.UTC),
			UsageCoreNanoSeconds: cgroupfs.Number(1_500_000_000), // no rate after one round
		},
	}}
	buf := make([]byte, 0, 4096) // append to buf[:0] again the next time
	fmt.Printf("%s\n", s.AppendJSON(buf[:0]))
	// Output: {"node":{"nodeName":"node-1","startTime":"2026-01-02T15:04:05Z","cpu":{"time":"2026-01-02T15:04:09Z","usageCoreNanoSeconds":1500000000}},"pods":[]}
}

// An embedder with a list of pods of its own needs no source of another kind.
func ExampleStaticPods() {
	var source summary.PodSource = summary.StaticPods{
		{UID: "1", Namespace: "default", Name: "web-0"},
	}
	pods, err := source.Pods(context.Background())
	fmt.Println(pods[0].Namespace, pods[0].Name, err)
	// Output: default web-0 <nil>
}

// What disks say comes from a storage.Collector, or from whoever knows. Here a
// container's layer is known and its logs are not, so that the pod's sum is not.
func ExampleBuild_disks() {
	const id = exampleID
	snap := &stats.Snapshot{Cgroups: []stats.Cgroup{
		{Info: &stats.Info{Path: "/", Identity: stats.Identity{Kind: stats.KindRoot}}, Parent: -1},
		{Info: &stats.Info{Path: "/a/" + id, Identity: stats.Identity{Kind: stats.KindContainer, ContainerID: id}}},
	}}
	pods := []summary.Pod{{
		UID: "1", Namespace: "default", Name: "web-0",
		Containers: []summary.Container{{ID: id, Name: "server", Kind: summary.KindContainer}},
	}}
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	disks := &storage.Snapshot{
		Node:   storage.FS{Time: at, CapacityBytes: cgroupfs.Number(10_000_000), AvailableBytes: cgroupfs.Number(6_000_000)},
		Pods:   []storage.Pod{{UID: "1"}},
		Layers: []storage.Layer{{ContainerID: id, Filled: storage.Filled{Used: storage.Used{Time: at, Bytes: cgroupfs.Number(20_480)}}}},
	}
	var s summary.Summary
	summary.Build(&s, snap, pods, &summary.Options{Storage: disks})
	pod := &s.Pods[0]
	fmt.Println("rootfs", pod.Containers[0].Rootfs.UsedBytes)
	fmt.Println("ephemeral storage", pod.EphemeralStorage.UsedBytes, "of", pod.EphemeralStorage.CapacityBytes)
	// Output:
	// rootfs 20480
	// ephemeral storage absent of 10000000
}
