package cri_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/stretchr/testify/require"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const (
	ready    = runtimeapi.PodSandboxState_SANDBOX_READY
	notReady = runtimeapi.PodSandboxState_SANDBOX_NOTREADY
	running  = runtimeapi.ContainerState_CONTAINER_RUNNING
)

// sandbox is one of the pod that the UID belongs to, made at a second.
func sandbox(id, name, uid string, state runtimeapi.PodSandboxState, second int64) *runtimeapi.PodSandbox {
	return &runtimeapi.PodSandbox{
		Id:        id,
		Metadata:  &runtimeapi.PodSandboxMetadata{Name: name, Namespace: "default", Uid: uid},
		State:     state,
		CreatedAt: second * 1e9,
	}
}

func container(id, sandbox, name string) *runtimeapi.Container {
	return &runtimeapi.Container{
		Id: id, PodSandboxId: sandbox, Metadata: &runtimeapi.ContainerMetadata{Name: name}, State: running,
		CreatedAt: 7e9, Image: &runtimeapi.ImageSpec{Image: "registry.example/web:1.0"},
	}
}

func (f *fakeRuntime) setPods(sandboxes []*runtimeapi.PodSandbox, containers ...*runtimeapi.Container) {
	f.set(func() {
		f.replies["ListPodSandbox"] = &runtimeapi.ListPodSandboxResponse{Items: sandboxes}
		f.replies["ListContainers"] = &runtimeapi.ListContainersResponse{Containers: containers}
	})
}

// show prints pods in a line each: UID@second container,container.
func show(pods []summary.Pod) []string {
	var lines []string
	for _, p := range pods {
		var words []string
		for _, c := range p.Containers {
			switch c.Kind {
			case summary.KindSandbox:
				words = append(words, "sandbox:"+c.ID)
			case summary.KindContainer:
				words = append(words, c.Name+":"+c.ID)
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s@%d %s", p.Name, p.UID, p.CreatedAt.Unix(), strings.Join(words, ",")))
	}
	return lines
}

func TestPodsTakesTheSandboxesThatAKubeletGoesBy(t *testing.T) {
	for _, c := range []struct {
		name      string
		sandboxes []*runtimeapi.PodSandbox
		want      []string
	}{
		{"one that is ready", []*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1)}, []string{"web u1@1 sandbox:s1,a:c1"}},
		{"one that is not ready, whose containers may still run",
			[]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", notReady, 1)}, []string{"web u1@1 sandbox:s1,a:c1"}},
		{"an older one that is not ready any more",
			[]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", notReady, 1), sandbox("s2", "web", "u1", ready, 2)},
			[]string{"web u1@2 sandbox:s2,b:c2"}},
		{"a younger one that is not ready",
			[]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1), sandbox("s2", "web", "u1", notReady, 2)},
			[]string{"web u1@1 sandbox:s1,a:c1"}},
		{"several, none of which is ready",
			[]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", notReady, 1), sandbox("s2", "web", "u1", notReady, 2)},
			[]string{"web u1@2 sandbox:s2,b:c2"}},
		{"two that are ready are one pod, as old as the younger",
			[]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1), sandbox("s2", "web", "u1", ready, 2)},
			[]string{"web u1@2 sandbox:s1,sandbox:s2,a:c1,b:c2"}},
		{"a pod made anew under its name",
			[]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", notReady, 1), sandbox("s2", "web", "u2", ready, 2)},
			[]string{"web u2@2 sandbox:s2,b:c2"}},
		{"two pods of one name, the old one still ending",
			[]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1), sandbox("s2", "web", "u2", ready, 2)},
			[]string{"web u1@1 sandbox:s1,a:c1", "web u2@2 sandbox:s2,b:c2"}},
		{"one listed twice", []*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1), sandbox("s1", "web", "u1", ready, 1)},
			[]string{"web u1@1 sandbox:s1,a:c1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake()
			f.setPods(c.sandboxes, container("c1", "s1", "a"), container("c2", "s2", "b"), container("c1", "s1", "a"))
			pods, err := start(t, f, cri.Options{}).Pods(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.want, show(pods))
		})
	}
}

func TestPodsListsOnlyWhatRuns(t *testing.T) {
	f := newFake()
	exited := container("c2", "s1", "b")
	exited.State = runtimeapi.ContainerState_CONTAINER_EXITED
	created := container("c3", "s1", "c")
	created.State = runtimeapi.ContainerState_CONTAINER_CREATED
	f.setPods([]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1)}, container("c1", "s1", "a"), exited, created)
	pods, err := start(t, f, cri.Options{}).Pods(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"web u1@1 sandbox:s1,a:c1"}, show(pods))
}

// A pod's own annotations cannot make another pod of it. The kubelet gives the
// runtime the UID that it names the cgroup by, for static pods too.
func TestPodsBelievesNoAnnotation(t *testing.T) {
	f := newFake()
	s := sandbox("s1", "web", "u1", ready, 1)
	s.Annotations = map[string]string{"kubernetes.io/config.hash": "u2", "kubernetes.io/config.mirror": "u3"}
	s.Labels = map[string]string{"io.kubernetes.pod.uid": "u4"}
	f.setPods([]*runtimeapi.PodSandbox{s})
	pods, err := start(t, f, cri.Options{}).Pods(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"web u1@1 sandbox:s1"}, show(pods))
}

// What is left without the kubelet's own labels is what the pod was given, and
// of two sandboxes the newest says.
func TestPodsHasThePodsOwnLabels(t *testing.T) {
	added := map[string]string{"io.kubernetes.pod.name": "web", "io.kubernetes.pod.namespace": "default", "io.kubernetes.pod.uid": "u1"}
	old, now, bare := sandbox("s1", "web", "u1", ready, 1), sandbox("s2", "web", "u1", ready, 2), sandbox("s3", "agent", "u2", ready, 1)
	old.Labels, now.Labels, bare.Labels = maps.Clone(added), maps.Clone(added), maps.Clone(added)
	old.Labels["app"], now.Labels["app"] = "old", "shop"
	now.Labels["io.kubernetes.pod.tier"] = "front"
	f := newFake()
	f.setPods([]*runtimeapi.PodSandbox{old, now, bare})
	pods, err := start(t, f, cri.Options{}).Pods(t.Context())
	require.NoError(t, err)
	require.Len(t, pods, 2)
	require.Nil(t, pods[0].Labels)
	require.Equal(t, map[string]string{"app": "shop", "io.kubernetes.pod.tier": "front"}, pods[1].Labels)
}

func TestPodsLeavesOutNonsense(t *testing.T) {
	f := newFake()
	noName := container("c2", "s1", "")
	late := container("c5", "s1", "late")
	late.CreatedAt = -1
	f.setPods([]*runtimeapi.PodSandbox{
		{}, {Id: "s2"}, sandbox("", "web", "u", ready, 1), sandbox("s3", "", "u", ready, 1), sandbox("s4", "web", "", ready, 1),
		sandbox("s1", "web", "u1", ready, 1),
	}, &runtimeapi.Container{State: running}, noName, container("", "s1", "a"), container("c3", "", "a"),
		container("c4", "of nobody", "a"), late, container("c1", "s1", "a"))
	s := start(t, f, cri.Options{})
	pods, err := s.Pods(t.Context())
	require.Equal(t, []string{"web u1@1 sandbox:s1,a:c1,late:c5"}, show(pods))
	require.True(t, pods[0].Containers[2].CreatedAt.IsZero())
	require.ErrorContains(t, err, `cri: ListPodSandbox: sandbox 4 ("s4") has no ID, UID or name`)
	require.ErrorContains(t, err, `cri: ListContainers: container 1 ("c2") has no ID, sandbox or name`)
}

func TestPodsNamesAFewErrorsAndCountsTheRest(t *testing.T) {
	f := newFake()
	f.setPods(make([]*runtimeapi.PodSandbox, 100))
	_, err := start(t, f, cri.Options{}).Pods(t.Context())
	require.ErrorContains(t, err, "and 84 more errors")
	require.Len(t, strings.Split(err.Error(), "\n"), 17)
}

func TestPodsNamesImagesAsThePodDoes(t *testing.T) {
	const (
		idA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		idB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		idC = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
	)
	f := newFake()
	f.set(func() {
		f.replies["ListImages"] = &runtimeapi.ListImagesResponse{Images: []*runtimeapi.Image{
			{Id: "sha256:" + idA, RepoTags: []string{"registry.example/a:1", "registry.example/a:latest"}},
			{Id: idB, RepoTags: []string{"<none>:<none>"}, RepoDigests: []string{"registry.example/b@sha256:" + idA}},
			{Id: "no id"}, {Id: "sha256:" + idC},
		}}
	})
	var containers []*runtimeapi.Container
	add := func(id string, image *runtimeapi.ImageSpec, ref string) {
		c := container(id, "s1", id)
		c.Image, c.ImageRef = image, ref
		containers = append(containers, c)
	}
	add("asked", &runtimeapi.ImageSpec{Image: "sha256:" + idA, UserSpecifiedImage: "registry.example/a"}, "")
	add("digest", &runtimeapi.ImageSpec{Image: idB}, "")
	add("gone", &runtimeapi.ImageSpec{Image: idC}, "")
	add("named", &runtimeapi.ImageSpec{Image: "registry.example/web:1.0"}, "sha256:"+idA)
	add("nothing", nil, "")
	add("reference", nil, "sha256:"+idA)
	add("tag", &runtimeapi.ImageSpec{Image: "sha256:" + idA}, "")
	f.setPods([]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1)}, containers...)
	s := start(t, f, cri.Options{})
	want := map[string]string{
		"": "", "asked": "registry.example/a", "digest": "registry.example/b@sha256:" + idA, "gone": "",
		"named": "registry.example/web:1.0", "nothing": "", "reference": "registry.example/a:1", "tag": "registry.example/a:1",
	}
	for range 2 {
		pods, err := s.Pods(t.Context())
		require.NoError(t, err)
		got := map[string]string{}
		for _, c := range pods[0].Containers {
			got[c.Name] = c.Image
		}
		require.Equal(t, want, got)
	}
	require.Equal(t, 1, f.called("ListImages"), "nothing is new")
}

func TestPodsOfALargeNode(t *testing.T) {
	f := largeNode(500, 2, 8<<10) // two answers of 4 MiB and 8 MiB, more than gRPC takes by itself
	s := start(t, f, cri.Options{})
	pods, err := s.Pods(t.Context())
	require.NoError(t, err)
	require.Len(t, pods, 500)
	for _, p := range pods {
		require.Len(t, p.Containers, 3)
	}
	before := show(pods)

	f.set(func() { f.replies["ListContainers"] = largeNode(500, 2, 17<<10).replies["ListContainers"] })
	pods, err = s.Pods(t.Context())
	require.ErrorContains(t, err, "ListContainers: rpc error: code = ResourceExhausted desc = grpc: received message larger than max")
	require.Equal(t, before, show(pods), "as known before")
}

// largeNode has pods with containers, and so many bytes of annotations with each.
func largeNode(pods, containers, annotation int) *fakeRuntime {
	f := newFake()
	annotations := map[string]string{"example.com/long": strings.Repeat("x", annotation)}
	var sandboxes []*runtimeapi.PodSandbox
	var all []*runtimeapi.Container
	for i := range pods {
		id := fmt.Sprintf("%064x", i)
		s := sandbox(id, fmt.Sprintf("pod-%03d", i), fmt.Sprintf("uid-%03d", i), ready, time.Now().Unix())
		s.Annotations = annotations
		sandboxes = append(sandboxes, s)
		for j := range containers {
			c := container(fmt.Sprintf("%062x%02x", i, j+1), id, fmt.Sprintf("container-%d", j))
			c.Annotations = annotations
			all = append(all, c)
		}
	}
	f.setPods(sandboxes, all...)
	return f
}

func BenchmarkPods(b *testing.B) {
	s := start(b, largeNode(500, 2, 1<<10), cri.Options{})
	b.ReportAllocs()
	for b.Loop() {
		pods, err := s.Pods(b.Context())
		require.NoError(b, err)
		require.Len(b, pods, 500)
	}
}
