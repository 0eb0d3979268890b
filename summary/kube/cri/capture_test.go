package cri_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/kubelet/pkg/apis/stats/v1alpha1"
)

// captures are what a real containerd answered, and the hosts with what the
// kubelet beside it did.
var captures = [...]struct{ answers, host string }{
	{"testdata/debian12-containerd1.6-v2.txtar", "../../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar"},
	{"testdata/debian12-containerd1.6-v1.txtar", "../../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar"},
}

// forCaptures calls f for each frame of each capture with a Source whose
// runtime answers as the captured one did.
func forCaptures(t *testing.T, f func(t *testing.T, s *cri.Source, tree *cgroupfstest.Tree, frame string)) {
	for _, c := range captures {
		tree := cgroupfstest.Load(t, c.host)
		var times struct{ Frames []struct{ Frame string } }
		require.NoError(t, json.Unmarshal([]byte(tree.Want("times.json")), &times))
		require.NotEmpty(t, times.Frames)
		for _, at := range times.Frames {
			t.Run(filepath.Base(c.answers)+" "+at.Frame, func(t *testing.T) {
				f(t, start(t, replay(t, c.answers, at.Frame), cri.Options{}), tree, at.Frame)
			})
		}
	}
}

// replay is a runtime that answers as a captured one did.
func replay(t *testing.T, file, frame string) *fakeRuntime {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	f := newFake()
	sections := map[string][]byte{}
	for _, section := range txtar.Parse(data).Files {
		sections[section.Name] = section.Data
	}
	for method, message := range map[string]proto.Message{
		"Version":            &runtimeapi.VersionResponse{},
		"ListPodSandbox":     &runtimeapi.ListPodSandboxResponse{},
		"ListContainers":     &runtimeapi.ListContainersResponse{},
		"ListImages":         &runtimeapi.ListImagesResponse{},
		"ImageFsInfo":        &runtimeapi.ImageFsInfoResponse{},
		"ListContainerStats": &runtimeapi.ListContainerStatsResponse{},
	} {
		require.NoError(t, protojson.Unmarshal(sections[frame+"/"+method+".json"], message), method)
		f.replies[method] = message
	}
	return f
}

// kubeletAnswer is what the kubelet said just before the runtime was asked.
func kubeletAnswer(t *testing.T, tree *cgroupfstest.Tree, frame string) *v1alpha1.Summary {
	t.Helper()
	var s v1alpha1.Summary
	require.NoError(t, json.Unmarshal([]byte(tree.Want(frame+"/after/stats_summary.json")), &s))
	return &s
}

// Every pod and container of the kubelet's answer is there, with its UID (for
// static pods that of the cgroup) and the kubelet's start times.
func TestPodsAreThoseOfTheKubelet(t *testing.T) {
	forCaptures(t, func(t *testing.T, s *cri.Source, tree *cgroupfstest.Tree, frame string) {
		pods, err := s.Pods(t.Context())
		require.NoError(t, err)
		require.Len(t, pods, 6)
		byUID := map[string]*summary.Pod{}
		for i := range pods {
			byUID[pods[i].UID] = &pods[i]
		}
		containers := 0
		for _, want := range kubeletAnswer(t, tree, frame).Pods {
			pod := byUID[want.PodRef.UID]
			require.NotNil(t, pod, want.PodRef.Name)
			require.Equal(t, want.PodRef.Name, pod.Name)
			require.Equal(t, want.PodRef.Namespace, pod.Namespace)
			require.Equal(t, want.StartTime.Unix(), pod.CreatedAt.Unix())
			for _, c := range want.Containers {
				if found := containerOf(pod, c.Name); found != nil { // or it ended between the two
					containers++
					require.Equal(t, c.StartTime.Unix(), found.CreatedAt.Unix(), c.Name)
					require.Equal(t, "registry.lab.local/load:1.0", found.Image)
				}
			}
		}
		require.GreaterOrEqual(t, containers, 9)
	})
}

func containerOf(pod *summary.Pod, name string) *summary.Container {
	for i := range pod.Containers {
		if c := &pod.Containers[i]; c.Name == name && c.Kind == summary.KindContainer {
			return c
		}
	}
	return nil
}

// What was written down of the same answers for the tests of the other modules
// is the same, to the nanosecond, less what had ended.
func TestPodsAreThoseOfTheFixtures(t *testing.T) {
	forCaptures(t, func(t *testing.T, s *cri.Source, tree *cgroupfstest.Tree, frame string) {
		pods, err := s.Pods(t.Context())
		require.NoError(t, err)
		known := map[string]summary.Container{}
		refs := map[string]summary.Pod{}
		for _, p := range capture.Pods(t, tree, frame) {
			for _, c := range p.Containers {
				known[c.ID] = c
			}
			p.Containers = nil
			refs[p.UID] = p
		}
		for _, p := range pods {
			for _, c := range p.Containers {
				want, ok := known[c.ID]
				require.True(t, ok, c.ID)
				require.True(t, want.CreatedAt.Equal(c.CreatedAt), c.ID)
				require.Equal(t, want.Name, c.Name)
				require.Equal(t, want.Kind, c.Kind)
			}
			require.True(t, refs[p.UID].CreatedAt.Equal(p.CreatedAt), p.Name)
			require.Equal(t, refs[p.UID].Name, p.Name)
		}
	})
}

// The figures are the kubelet's wherever it has those of the same second, which
// the runtime counted once.
func TestLayersAreThoseOfTheKubelet(t *testing.T) {
	compared := 0
	forCaptures(t, func(t *testing.T, s *cri.Source, tree *cgroupfstest.Tree, frame string) {
		layers, err := s.Layers(t.Context())
		require.NoError(t, err)
		require.Len(t, layers.Images, 1)
		require.Empty(t, layers.Containers)
		answer := kubeletAnswer(t, tree, frame)
		image := layers.Images[0]
		require.Equal(t, "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs", image.Path)
		imageFS := answer.Node.Runtime.ImageFs
		require.Equal(t, *imageFS.UsedBytes, image.Used.Bytes.Or(0))
		require.Equal(t, *imageFS.InodesUsed, image.Used.Inodes.Or(0))
		require.WithinDuration(t, imageFS.Time.Time, image.Used.Time, 11*time.Second, "containerd counts every 10 s")

		pods, err := s.Pods(t.Context())
		require.NoError(t, err)
		names := map[string]string{}
		for _, p := range pods {
			for _, c := range p.Containers {
				names[p.Name+"/"+c.Name] = c.ID
			}
		}
		figures := map[string]int{}
		for i, l := range layers.Writable {
			figures[l.ContainerID] = i
		}
		for _, p := range answer.Pods {
			for _, c := range p.Containers {
				i, ok := figures[names[p.PodRef.Name+"/"+c.Name]]
				if !ok || layers.Writable[i].Used.Time.Unix() != c.Rootfs.Time.Unix() {
					continue
				}
				compared++
				require.Equal(t, *c.Rootfs.UsedBytes, layers.Writable[i].Used.Bytes.Or(0), c.Name)
				require.Equal(t, *c.Rootfs.InodesUsed, layers.Writable[i].Used.Inodes.Or(0), c.Name)
			}
		}
	})
	require.GreaterOrEqual(t, compared, 36)
}
