package stats

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	idA    = "2184280df4ca1704bd3a6b302541b25a4a4a46a0de3bae144691834442c970f8"
	idB    = "464fdb1e738c64a288bb26ee0a365333ff29a4dfd42d9d90b400c42bed90c672"
	uid    = "8c0d6e70-11aa-4bcd-8def-00112233aabb"
	uidBar = "8c0d6e70_11aa_4bcd_8def_00112233aabb"
	static = "84194c10a470c2d58952bfdfd7550a17"
)

// who is an Identity as a test writes it: kind, class, runtime, pod, container,
// and "+" if discovery goes on below.
func who(id Identity) string {
	words := []string{id.Kind.String()}
	for _, w := range []string{id.QoS.String(), id.Runtime.String(), id.PodUID, id.ContainerID} {
		if w != "" {
			words = append(words, w)
		}
	}
	if id.Descend() {
		words = append(words, "+")
	}
	return strings.Join(words, " ")
}

func TestIdentify(t *testing.T) {
	const (
		burstable = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice"
		kind      = "/docker/" + idA + "/kubelet/kubepods"
		kindScope = "/system.slice/docker-" + idA + ".scope/kubelet.slice/kubelet-kubepods.slice"
	)
	tests := []struct {
		name string
		path string
		root string
		want string
	}{
		{"the root", "/", "", "root +"},
		{"an empty path is the root", "", "", "root +"},
		{"a slice is a group", "/system.slice", "", "group +"},
		{"a service", "/system.slice/kubelet.service", "", "service +"},
		{"a scope", "/init.scope", "", "service +"},
		{"an escaped name is taken as it is", `/system.slice/foo\x2dbar.service`, "", "service +"},
		{"a slice with a dash is a group", "/system.slice/system-getty.slice", "", "group +"},
		{"a mount unit is ignored", "/system.slice/var-lib-docker.mount", "", "ignored"},
		{"what is below a mount unit is ignored", "/system.slice/var-lib-docker.mount/" + idA, "", "ignored"},
		{"a path outside the namespace is ignored", "/../../system.slice/docker.service", "", "ignored"},
		{"a path that leads out later is ignored", "/kubepods/../system.slice", "", "ignored"},

		{"cgroupfs: the kubepods root", "/kubepods", "", "kubepods +"},
		{"cgroupfs: a trailing slash says nothing", "/kubepods/", "", "kubepods +"},
		{"cgroupfs: burstable", "/kubepods/burstable", "", "qos Burstable +"},
		{"cgroupfs: besteffort", "/kubepods/besteffort", "", "qos BestEffort +"},
		{"cgroupfs: a burstable pod", "/kubepods/burstable/pod" + uid, "", "pod Burstable " + uid + " +"},
		{"cgroupfs: a best-effort pod", "/kubepods/besteffort/pod" + uid, "", "pod BestEffort " + uid + " +"},
		{"cgroupfs: a guaranteed pod is directly below kubepods", "/kubepods/pod" + uid, "", "pod Guaranteed " + uid + " +"},
		{"cgroupfs: a static pod has 32 hex digits", "/kubepods/burstable/pod" + static, "", "pod Burstable " + static + " +"},
		{"cgroupfs: a UID is any token", "/kubepods/burstable/podmy_pod.1-A", "", "pod Burstable my_pod.1-A +"},
		{"cgroupfs: a UID with another character is none", "/kubepods/burstable/pod a", "", "group"},
		{"cgroupfs: pod without a UID is a group", "/kubepods/burstable/pod", "", "group"},
		{"cgroupfs: a class inside a class is a group", "/kubepods/burstable/besteffort", "", "group"},
		{"cgroupfs: a container of containerd or docker", "/kubepods/burstable/pod" + uid + "/" + idA, "", "container Burstable " + uid + " " + idA},
		{"cgroupfs: a container of a guaranteed pod", "/kubepods/pod" + uid + "/" + idA, "", "container Guaranteed " + uid + " " + idA},
		{"cgroupfs: a container of CRI-O", "/kubepods/burstable/pod" + uid + "/crio-" + idA, "", "container Burstable cri-o " + uid + " " + idA},
		{"cgroupfs: CRI-O's monitor is ignored", "/kubepods/burstable/pod" + uid + "/crio-conmon-" + idA, "", "ignored"},
		{"cgroupfs: 63 digits are no container", "/kubepods/burstable/pod" + uid + "/" + idA[1:], "", "group"},
		{"cgroupfs: 65 digits are no container", "/kubepods/burstable/pod" + uid + "/" + idA + "0", "", "group"},
		{"cgroupfs: upper-case digits are no container", "/kubepods/burstable/pod" + uid + "/" + strings.ToUpper(idA), "", "group"},
		{"cgroupfs: the other driver's names are none of ours", "/kubepods/kubepods-burstable.slice", "", "group"},
		{"a directory of the pod that nobody knows is not entered", "/kubepods/burstable/pod" + uid + "/kata/" + idA, "", "ignored"},
		{"a directory of kubepods that nobody knows is not entered", "/kubepods/mine/pod" + uid, "", "ignored"},
		{"kubepods below kubepods is not a second root", "/kubepods/kubepods", "", "group"},
		{"a container in no pod, below kubepods", "/kubepods/" + idA, "", "container " + idA},

		{"systemd: the kubepods root", "/kubepods.slice", "", "kubepods +"},
		{"systemd: burstable", "/kubepods.slice/kubepods-burstable.slice", "", "qos Burstable +"},
		{"systemd: besteffort", "/kubepods.slice/kubepods-besteffort.slice", "", "qos BestEffort +"},
		{"systemd: a burstable pod", burstable, "", "pod Burstable " + uid + " +"},
		{"systemd: a guaranteed pod is directly below kubepods", "/kubepods.slice/kubepods-pod" + uidBar + ".slice", "", "pod Guaranteed " + uid + " +"},
		{"systemd: a static pod has no dashes", "/kubepods.slice/kubepods-pod" + static + ".slice", "", "pod Guaranteed " + static + " +"},
		{"systemd: a UID is any token", "/kubepods.slice/kubepods-podmy_pod.1.slice", "", "pod Guaranteed my-pod.1 +"},
		{"systemd: a container of containerd", burstable + "/cri-containerd-" + idA + ".scope", "", "container Burstable containerd " + uid + " " + idA},
		{"systemd: a container of CRI-O", burstable + "/crio-" + idA + ".scope", "", "container Burstable cri-o " + uid + " " + idA},
		{"systemd: CRI-O's infra drop-in is ignored", burstable + "/crio-" + idA, "", "ignored"},
		{"systemd: CRI-O's monitor is ignored", burstable + "/crio-conmon-" + idA + ".scope", "", "ignored"},
		{"systemd: a container of docker", burstable + "/docker-" + idA + ".scope", "", "container Burstable docker " + uid + " " + idA},
		{"systemd: a container of an unknown runtime", burstable + "/urunc-x-" + idA + ".scope", "", "container Burstable " + uid + " " + idA},
		{"systemd: a scope without an ID is not entered", burstable + "/crio-1.scope", "", "group"},
		{"systemd: a pod's name repeats its parent's", "/kubepods.slice/kubepods-burstable.slice/kubepods-besteffort-pod" + uidBar + ".slice", "", "group"},
		{"systemd: a pod is a slice", "/kubepods.slice/kubepods-pod" + uidBar, "", "group"},
		{"systemd: the other driver's names are none of ours", "/kubepods.slice/burstable", "", "group"},
		{"systemd: a dash prefix is a whole word", "/kubepods.slice/kubepodsx-burstable.slice", "", "group"},

		{"a container's own child is ignored", burstable + "/crio-" + idA + ".scope/container", "", "ignored"},
		{"systemd in a container is ignored", burstable + "/cri-containerd-" + idA + ".scope/system.slice/docker-" + idB + ".scope", "", "ignored"},
		{"a cluster in a container is ignored", "/kubepods/pod" + uid + "/" + idA + "/kubepods/pod" + static, "", "ignored"},
		{"a child with another container's name is ignored", "/kubepods/pod" + uid + "/" + idA + "/" + idB, "", "ignored"},

		{"cgroup-root: cgroupfs", "/kubelet/kubepods/burstable/pod" + uid, "", "pod Burstable " + uid + " +"},
		{"cgroup-root: two levels, cgroupfs", "/a/b/kubepods", "", "kubepods +"},
		{"cgroup-root: systemd", "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" + uidBar + ".slice/cri-containerd-" + idA + ".scope", "", "container Burstable containerd " + uid + " " + idA},
		{"cgroup-root: a guaranteed pod, systemd", "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + uidBar + ".slice", "", "pod Guaranteed " + uid + " +"},
		{"cgroup-root: two levels, systemd", "/a.slice/a-b.slice/a-b-kubepods.slice", "", "kubepods +"},
		{"cgroup-root: a slice must repeat its parent's name", "/a.slice/kubepods.slice", "", "group +"},
		{"cgroup-root: systemd makes a parent for every dash", "/a-kubepods.slice", "", "group +"},
		{"cgroup-root: kubepods in a service is not the kubelet's", "/user.slice/user-1000.slice/user@1000.service/kubepods", "", "group +"},
		{"kubepods-x is not kubepods", "/kubepods-x/burstable/pod" + uid, "", "group +"},
		{"kubepods-x is not kubepods where kubepods is given", "/kubepods-x/pod" + uid, "/kubepods", "group +"},

		{"a given root", "/kubelet/kubepods/pod" + uid, "/kubelet/kubepods", "pod Guaranteed " + uid + " +"},
		{"a given root may have any name", "/pods/besteffort/pod" + uid, "pods/", "pod BestEffort " + uid + " +"},
		{"a given slice may have any name", "/pods.slice/pods-pod" + static + ".slice", "/pods.slice", "pod Guaranteed " + static + " +"},
		{"a given root wins over a guess", "/kubepods/pod" + uid, "/kubelet/kubepods", "group +"},
		{"a container below the wrong root has no pod", "/kubepods/pod" + uid + "/" + idA, "/kubelet/kubepods", "container " + idA},
		{"a given root outside the namespace is no cgroup", "/kubepods", "/../kubepods", "group +"},
		{"the root as given root is none", "/kubepods", "/", "kubepods +"},

		{"docker, cgroupfs", "/docker/" + idA, "", "container docker " + idA},
		{"docker, systemd", "/system.slice/docker-" + idA + ".scope", "", "container docker " + idA},
		{"docker with another parent", "/actions_job/" + idA, "", "container " + idA},
		{"docker.service is a service", "/system.slice/docker.service", "", "service +"},
		{"podman, systemd", "/machine.slice/libpod-" + idA + ".scope", "", "container podman " + idA},
		{"podman, the payload's child", "/machine.slice/libpod-" + idA + ".scope/container", "", "ignored"},
		{"podman, the monitor", "/machine.slice/libpod-conmon-" + idA + ".scope", "", "ignored"},
		{"podman, cgroupfs", "/libpod_parent/libpod-" + idA, "", "container podman " + idA},
		{"podman, the monitor, cgroupfs", "/libpod_parent/libpod-conmon-" + idA, "", "ignored"},
		{"podman, a pod of its own", "/machine.slice/machine-libpod_pod_" + idB + ".slice/libpod-" + idA + ".scope", "", "container podman " + idA},
		{"podman, a quadlet", "/system.slice/web.service/libpod-payload-" + idA, "", "container podman " + idA},
		{"podman, a health check", "/system.slice/" + idA + "-5e.service", "", "service +"},
		{"podman, rootless", "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + idA + ".scope", "", "container podman " + idA},
		{"nerdctl, systemd", "/system.slice/nerdctl-" + idA + ".scope", "", "container nerdctl " + idA},
		{"nerdctl, cgroupfs", "/default/" + idA, "", "container " + idA},
		{"containerd without pod cgroups", "/system.slice/cri-containerd-" + idA + ".scope", "", "container containerd " + idA},
		{"a pod's name outside kubepods is a group", "/system.slice/pod" + uid, "", "group +"},

		{"driver mismatch: in the root", "/kubepods-burstable-pod" + uidBar + ".slice:cri-containerd:" + idA, "", "container Burstable containerd " + uid + " " + idA},
		{"driver mismatch: a guaranteed pod", "/kubepods-pod" + uidBar + ".slice:cri-containerd:" + idA, "", "container Guaranteed containerd " + uid + " " + idA},
		{"driver mismatch: CRI-O", "/kubepods-besteffort-pod" + static + ".slice:crio:" + idA, "", "container BestEffort cri-o " + static + " " + idA},
		{"driver mismatch: below the runtime's service", "/system.slice/containerd.service/kubepods-burstable-pod" + uidBar + ".slice:cri-containerd:" + idA, "", "container Burstable containerd " + uid + " " + idA},
		{"driver mismatch: with a cgroup-root", "/kubelet-kubepods-burstable-pod" + uidBar + ".slice:cri-containerd:" + idA, "", "container Burstable containerd " + uid + " " + idA},
		{"driver mismatch: with a given root", "/pods-burstable-pod" + uidBar + ".slice:cri-containerd:" + idA, "/pods.slice", "container Burstable containerd " + uid + " " + idA},
		{"driver mismatch: with another given root", "/kubepods-burstable-pod" + uidBar + ".slice:cri-containerd:" + idA, "/pods.slice", "container containerd " + idA},
		{"driver mismatch: below kubepods", "/kubepods.slice/kubepods-burstable-pod" + uidBar + ".slice:cri-containerd:" + idA, "", "container Burstable containerd " + uid + " " + idA},
		{"driver mismatch: in the pod, the pod wins", "/kubepods/pod" + uid + "/kubepods-burstable-pod1.slice:cri-containerd:" + idA, "", "container Guaranteed containerd " + uid + " " + idA},
		{"driver mismatch: a user may write what he likes", "/user.slice/user-1000.slice/user@1000.service/kubepods-pod" + uidBar + ".slice:cri-containerd:" + idA, "", "container containerd " + idA},
		{"driver mismatch: without an ID", "/kubepods-pod" + uidBar + ".slice:cri-containerd:1", "", "group +"},
		{"driver mismatch: docker's own slice", "/system.slice:docker:" + idA, "", "container docker " + idA},

		{"kind from outside: the node is a container", "/docker/" + idA, "", "container docker " + idA},
		{"kind from outside: its pods are payload", kind + "/pod" + uid, "", "ignored"},
		{"kind, its root given: the node is a container to enter", "/docker/" + idA, kind, "container docker " + idA + " +"},
		{"kind, its root given: the way there", "/docker/" + idA + "/kubelet", kind, "group +"},
		{"kind, its root given: the kubepods root", kind, kind, "kubepods +"},
		{"kind, its root given: a pod", kind + "/burstable/pod" + uid, kind, "pod Burstable " + uid + " +"},
		{"kind, its root given: a container", kind + "/burstable/pod" + uid + "/" + idB, kind, "container Burstable " + uid + " " + idB},
		{"kind, its root given: what is beside the way", "/docker/" + idA + "/system.slice", kind, "ignored"},
		{"kind, its root given: a container beside the way", "/docker/" + idA + "/kubelet/" + idB, kind, "ignored"},
		{"kind, its root given: another node", "/docker/" + idB, kind, "container docker " + idB},
		{"kind, systemd, its root given: the node", "/system.slice/docker-" + idA + ".scope", kindScope, "container docker " + idA + " +"},
		{"kind, systemd, its root given: a pod", kindScope + "/kubelet-kubepods-pod" + uidBar + ".slice", kindScope, "pod Guaranteed " + uid + " +"},
		{"kind in docker in docker: the inner node is no container", "/docker/" + idB + "/docker/" + idA, "/docker/" + idB + kind, "group +"},
		{"a given root below a monitor is reached", "/libpod-conmon-x", "/libpod-conmon-x/kubepods", "group +"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, who(Identify(tt.path, tt.root)), "Identify(%q, %q)", tt.path, tt.root)
		})
	}
}

func TestIdentifyAllocs(t *testing.T) {
	for path, want := range map[string]float64{
		"/kubepods/burstable/pod" + uid + "/" + idA:                                             0,
		"/kubepods.slice/kubepods-pod" + static + ".slice/cri-containerd-" + idA + ".scope":     0,
		"/kubepods.slice/kubepods-pod" + uidBar + ".slice/cri-containerd-" + idA + ".scope":     1,
		"/system.slice/kubelet.service":                                                         0,
		"/kubepods.slice/kubepods-burstable-pod" + static + ".slice:cri-containerd:" + idA + "": 0,
	} {
		got := testing.AllocsPerRun(100, func() { Identify(path, "") })
		assert.Equal(t, want, got, path)
	}
}

func TestKindNamesAreDistinct(t *testing.T) {
	seen := map[string]Kind{}
	for k := KindGroup; k <= KindIgnored; k++ {
		assert.NotContains(t, seen, k.String())
		seen[k.String()] = k
	}
}

// TestIdentifyEveryLevel: each level parsed once, from the one above, is the
// same as the whole path.
func TestIdentifyEveryLevel(t *testing.T) {
	path := "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" + uidBar + ".slice/crio-" + idA + ".scope/container"
	var got []string
	id := Identity{Kind: KindRoot}
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		id = identify(id, path[:i], "")
		assert.Equal(t, Identify(path[:i], ""), id)
		got = append(got, who(id))
	}
	assert.Equal(t, []string{
		"group +",
		"kubepods +",
		"qos Burstable +",
		"pod Burstable " + uid + " +",
		"container Burstable cri-o " + uid + " " + idA,
		"ignored",
	}, got)
}

func ExampleIdentify() {
	id := Identify("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod8c0d6e70_11aa_4bcd_8def_00112233aabb.slice", "")
	fmt.Println(id.Kind, id.QoS, id.PodUID)
	// Output: pod Burstable 8c0d6e70-11aa-4bcd-8def-00112233aabb
}
