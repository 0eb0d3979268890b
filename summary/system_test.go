package summary_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

func TestBuildFindsSystemContainers(t *testing.T) {
	usual := []string{"kubepods.slice", "system.slice/kubelet.service", "system.slice/containerd.service", "system.slice"}
	for _, test := range []struct {
		name    string
		cgroups []string
		options summary.Options
		want    string
	}{
		{"none", nil, summary.Options{}, ""},
		{"the usual ones", usual, summary.Options{}, "kubelet=2 misc=4 pods=1 runtime=3"},
		{"CRI-O", []string{"system.slice/crio.service"}, summary.Options{}, "misc=absent runtime=1"},
		{"docker", []string{"system.slice/docker.service"}, summary.Options{}, "misc=absent runtime=1"},
		{"containerd and docker", []string{"system.slice/docker.service", "system.slice/containerd.service"}, summary.Options{}, "misc=absent runtime=2"},
		{"k3s, whose runtime is in its cgroup", []string{"system.slice/k3s.service"}, summary.Options{}, "kubelet=1 misc=absent"},
		{"an RKE2 agent", []string{"system.slice/rke2-agent.service"}, summary.Options{}, "kubelet=1 misc=absent"},
		{
			"chosen ones", append(usual, "k", "r", "s", "p"),
			summary.Options{KubeletCgroup: "/k", RuntimeCgroup: "/r", SystemCgroup: "s", PodsCgroup: "/p/"},
			"kubelet=5 misc=7 pods=8 runtime=6",
		},
		{"a chosen one that does not exist", usual, summary.Options{KubeletCgroup: "/other"}, "misc=4 pods=1 runtime=3"},
		{
			"all left out", usual,
			summary.Options{KubeletCgroup: summary.LeaveOut, RuntimeCgroup: summary.LeaveOut, SystemCgroup: summary.LeaveOut, PodsCgroup: summary.LeaveOut},
			"",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := cgroupfstest.New(t)
			for i, cgroup := range test.cgroups {
				tree.Put(cgroup, using(uint64(i+1)))
			}
			require.Equal(t, test.want, systems(build(collected(t, tree), &test.options)))
		})
	}
}

// systems is the system containers, each with its page faults.
func systems(s *summary.Summary) string {
	var all []string
	for _, c := range s.Node.SystemContainers {
		all = append(all, fmt.Sprintf("%s=%v", c.Name, c.Memory.PageFaults))
	}
	return strings.Join(all, " ")
}

// What imports the library is the kubelet, unless it is one of the kubelet's pods.
func TestBuildTakesItsOwnCgroupForTheKubelets(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put("kubepods.slice", using(1))
	tree.Put(podDir("1"), using(2))
	tree.Put(containerDir("1", 'a'), using(3))
	tree.Put("system.slice/kubelet.service", using(4))
	tree.Put("user.slice/own.scope", using(5))
	tree.Put("kubepods.slice-of-mine", using(6))
	snap := collected(t, tree)
	for own, want := range map[string]string{
		"":                              "kubelet=4",
		"/":                             "kubelet=4",
		"/gone":                         "kubelet=4",
		"/kubepods.slice":               "kubelet=4",
		"/" + podDir("1"):               "kubelet=4",
		"/" + containerDir("1", 'a'):    "kubelet=4",
		"/user.slice/own.scope":         "kubelet=5",
		"/kubepods.slice-of-mine":       "kubelet=6",
		"/system.slice/kubelet.service": "kubelet=4",
	} {
		snap.Node.OwnCgroup = own
		o := summary.Options{RuntimeCgroup: summary.LeaveOut, SystemCgroup: summary.LeaveOut, PodsCgroup: summary.LeaveOut}
		require.Equal(t, want, systems(build(snap, &o)), own)
		o.KubeletCgroup = "/" + podDir("1")
		require.Equal(t, "kubelet=2", systems(build(snap, &o)), "chosen, whatever %q", own)
	}
}
