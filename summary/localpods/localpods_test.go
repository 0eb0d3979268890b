package localpods

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/summary"
)

func container(n int, name string) summary.Container {
	return summary.Container{ID: id(n), Name: name, Image: "registry.lab.local/" + name + ":1.0", Kind: summary.KindContainer}
}

func sandbox(n int) summary.Container {
	return summary.Container{ID: id(n), Kind: summary.KindSandbox}
}

func logged(n int, name string) summary.Container {
	return summary.Container{ID: id(n), Name: name, Kind: summary.KindContainer}
}

func TestPods(t *testing.T) {
	early := time.Date(2026, 3, 1, 10, 0, 0, 5, time.UTC)
	late := early.Add(time.Hour)
	at := func(c summary.Container, created time.Time, image string) summary.Container {
		c.CreatedAt, c.Image = created, image
		return c
	}
	tests := []struct {
		name string
		host func(h *host)
		want []summary.Pod
	}{
		{"a host without any of the folders has no pods", func(*host) {}, []summary.Pod{}},
		{"a pod known by its log folder alone has its name", func(h *host) {
			h.podLog("default", "web-0", uidA)
			h.mkdir("/var/log/pods", "default_web-0_"+uidA, "server")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0"}}},
		{"a log link gives a container to the pod of that name", func(h *host) {
			h.podLog("kube-system", "proxy-node1", hash)
			h.containerLog("kube-system", "proxy-node1", "proxy", id(2))
			h.containerLog("kube-system", "proxy-node1", "init", id(1))
		}, []summary.Pod{{UID: hash, Namespace: "kube-system", Name: "proxy-node1", Containers: []summary.Container{logged(1, "init"), logged(2, "proxy")}}}},
		{"a log link whose pod has no folder has no UID and is dropped", func(h *host) {
			h.containerLog("default", "web-0", "server", id(1))
		}, []summary.Pod{}},
		{"a pod made anew under its name shares the links that do not say whose they are", func(h *host) {
			h.podLog("default", "web-0", uidA)
			h.podLog("default", "web-0", uidB)
			h.containerLog("default", "web-0", "server", id(1))
		}, []summary.Pod{
			{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{logged(1, "server")}},
			{UID: uidB, Namespace: "default", Name: "web-0", Containers: []summary.Container{logged(1, "server")}},
		}},
		{"containerd's annotations tell the sandbox from the container", func(h *host) {
			h.write(config(containerdSandbox("default", "web-0", uidA, id(1))), containerdV2, id(1), "config.json")
			h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server")), containerdV2, id(2), "config.json")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{sandbox(1), container(2, "server")}}}},
		{"the folder of shim v1 is read too", func(h *host) {
			h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server")), containerdV1, id(2), "config.json")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{container(2, "server")}}}},
		{"the folder of k3s is read too", func(h *host) {
			h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server")), "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io", id(2), "config.json")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{container(2, "server")}}}},
		{"before containerd had the UID, the sandbox's log folder has it for all", func(h *host) {
			const uid = "io.kubernetes.cri.sandbox-uid"
			h.write(config(containerdContainer("default", "web-0", uidA, id(3), "server").with(uid, "")), containerdV2, id(2), "config.json")
			h.write(config(containerdSandbox("default", "web-0", uidA, id(3)).with(uid, "")), containerdV2, id(3), "config.json")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{sandbox(3), container(2, "server")}}}},
		{"a container without a UID or a sandbox to ask is left to its log link", func(h *host) {
			h.write(config(containerdContainer("default", "web-0", "", id(3), "server")), containerdV2, id(2), "config.json")
			h.podLog("default", "web-0", uidA)
			h.containerLog("default", "web-0", "server", id(2))
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{logged(2, "server")}}}},
		{"a bundle without the container's name takes it from the log link", func(h *host) {
			h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server").with("io.kubernetes.cri.container-name", "")), containerdV2, id(2), "config.json")
			h.containerLog("default", "web-0", "server", id(2))
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{container(2, "server")}}}},
		{"a bundle wins over the log link and folder of the same container", func(h *host) {
			h.podLog("default", "web-0", uidA)
			h.containerLog("default", "web-0", "other", id(2))
			h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server")), containerdV2, id(2), "config.json")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{container(2, "server")}}}},
		{"CRI-O says when pod and container were created", func(h *host) {
			h.write(config(crioBundle("sandbox", "default", "web-0", uidA, "POD", early.Format(time.RFC3339Nano))), crioRun, id(1), "userdata/config.json")
			h.write(config(crioBundle("container", "default", "web-0", uidA, "server", late.Format(time.RFC3339Nano))), crioRun, id(2), "userdata/config.json")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", CreatedAt: early, Containers: []summary.Container{
			at(sandbox(1), early, "registry.lab.local/pod:1.0"), at(container(2, "server"), late, "registry.lab.local/server:1.0"),
		}}}},
		{"the newer of two sandboxes gives the pod's time", func(h *host) {
			h.write(config(crioBundle("sandbox", "default", "web-0", uidA, "POD", late.Format(time.RFC3339Nano))), crioRun, id(1), "userdata/config.json")
			h.write(config(crioBundle("sandbox", "default", "web-0", uidA, "POD", early.Format(time.RFC3339Nano))), crioRun, id(2), "userdata/config.json")
		}, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", CreatedAt: late, Containers: []summary.Container{
			at(sandbox(1), late, "registry.lab.local/pod:1.0"), at(sandbox(2), early, "registry.lab.local/pod:1.0"),
		}}}},
		{"podman's bundles in the same folder are no pods", func(h *host) {
			h.write(config(annotations{"io.kubernetes.cri-o.ContainerType": "container", "io.container.manager": "libpod"}), crioRun, id(1), "userdata/config.json")
			h.write(config(nil), crioRun, id(2), "userdata/config.json")
		}, []summary.Pod{}},
		{"pods are sorted by namespace, name and UID", func(h *host) {
			for _, p := range [][3]string{{"b", "a", uidA}, {"a", "b", uidB}, {"a", "b", hash}, {"a", "a", "u1"}} {
				h.podLog(p[0], p[1], p[2])
			}
		}, []summary.Pod{
			{Namespace: "a", Name: "a", UID: "u1"}, {Namespace: "a", Name: "b", UID: hash},
			{Namespace: "a", Name: "b", UID: uidB}, {Namespace: "b", Name: "a", UID: uidA},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			tt.host(h)
			s := h.source()
			for _, round := range []string{"cold", "warm"} {
				got, err := s.Pods(context.Background())
				require.NoError(t, err, round)
				require.Equal(t, tt.want, got, round)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	h := newHost(t)
	h.mkdir("/logs/pods", "default_web-0_"+uidA)
	h.link("/nowhere", "/logs/containers/web-0_default_server-"+id(1)+".log")
	h.write(config(containerdContainer("default", "web-0", uidA, id(9), "state")), "/ctd/io.containerd.runtime.v2.task/k8s.io", id(2), "config.json")
	h.write(config(containerdContainer("default", "web-0", uidA, id(9), "unseen")), containerdV2, id(3), "config.json")
	h.write(config(crioBundle("container", "default", "web-0", uidA, "crio", "")), "/run/storage/vfs-containers", id(4), "userdata/config.json")
	all := Options{Root: h.root, PodLogs: "/logs/pods", ContainerLogs: "/logs/containers", ContainerdStates: []string{"/ctd"}, CRIOStorage: "/run/storage/vfs-containers"}
	logsOnly, noContainerd := all, all
	logsOnly.LogsOnly = true
	noContainerd.ContainerdStates = []string{}
	tests := []struct {
		name string
		o    Options
		want []summary.Container
	}{
		{"every folder can be elsewhere", all, []summary.Container{container(4, "crio"), logged(1, "server"), container(2, "state")}},
		{"no state folder at all", noContainerd, []summary.Container{container(4, "crio"), logged(1, "server")}},
		{"the logs alone", logsOnly, []summary.Container{logged(1, "server")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := New(&tt.o).Pods(context.Background())
			require.NoError(t, err)
			require.Equal(t, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: tt.want}}, got)
		})
	}
	require.NotPanics(t, func() { New(nil) })
}

func TestContextEnds(t *testing.T) {
	h := newHost(t)
	h.podLog("default", "web-0", uidA)
	h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server")), containerdV2, id(2), "config.json")
	s := h.source()
	want, err := s.Pods(context.Background())
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = s.Pods(ctx)
	require.ErrorIs(t, err, context.Canceled)

	s.turn <- struct{}{} // another caller is reading
	_, err = s.Pods(ctx)
	require.ErrorIs(t, err, context.Canceled)
	<-s.turn

	got, err := s.Pods(context.Background())
	require.NoError(t, err)
	require.Equal(t, want, got)
}
