package e2e

import (
"fmt"
	"os"
	"testing"

	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func TestLiveServe(t *testing.T) {
	n := containerd.Start(t)
	web := n.RunPod(containerd.Spec{Namespace: "shop", Name: "web-0", UID: "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b", Volumes: []string{"scratch", "private"}})
	web.Run("server", 0, "/bin/busybox", "sh", "-c", "/bin/busybox yes | /bin/busybox head -n 10000; while true; do true; done")
	os.WriteFile(web.Volume("scratch")+"/x", make([]byte, 1<<20), 0o644)
	os.Mkdir(web.Volume("private")+"/sub", 0o700)
	os.Chown(web.Volume("private")+"/sub", 1234, 1234)
	os.Chmod(web.Volume("private"), 0o700)
	os.Chown(web.Volume("private"), 1234, 1234)
	agent := n.RunPod(containerd.Spec{Namespace: "kube-system", Name: "agent", UID: "aa0b8a3c9e5d4c11b1f0d2e3c4a5b697", HostNetwork: true})
	guard := agent.Run("guard", 0)
	d := newDeployment(t, n)
	as := map[string]variant{
		"manifest": func(*cri.LinuxContainerSecurityContext) {},
		"no-ptrace": func(s *cri.LinuxContainerSecurityContext) {
			s.Capabilities.AddCapabilities = []string{"DAC_READ_SEARCH"}
		},
		"no-dac": func(s *cri.LinuxContainerSecurityContext) { s.Capabilities.AddCapabilities = []string{"SYS_PTRACE"} },
		"none":   func(s *cri.LinuxContainerSecurityContext) { s.Capabilities.AddCapabilities = nil },
		"nobody0": func(s *cri.LinuxContainerSecurityContext) {
			s.Capabilities.AddCapabilities = nil
			s.RunAsUser.Value = 65532
			s.RunAsGroup = &cri.Int64Value{Value: 0}
		},
		"nobody": func(s *cri.LinuxContainerSecurityContext) {
			s.Capabilities.AddCapabilities = nil
			s.RunAsUser.Value = 65532
			s.RunAsGroup = &cri.Int64Value{Value: 65532}
		},
	}
	_ = guard
	dbg := d.pod.RunLike("dbg", 0, func(config *cri.ContainerConfig) {
		config.Mounts = d.mounts(t)
		config.Linux.SecurityContext.Capabilities = &cri.Capability{DropCapabilities: []string{"ALL"}, AddCapabilities: []string{"SYS_PTRACE"}}
	})
	t.Log(dbg.Exec("/bin/busybox", "sh", "-c", fmt.Sprintf("/bin/busybox grep Cap /proc/self/status; /bin/busybox readlink /host/proc/1/ns/net; /bin/busybox readlink /host/proc/%d/ns/net; ls -la /host/proc/%d/ /proc/%d/ns; /bin/busybox id; /bin/busybox mount | /bin/busybox grep proc;", guard.PID, guard.PID, guard.PID)))
	for name, v := range as {
		if name!="manifest" {continue}
		a := d.run(t, name, v)
		s, text, err := d.get(a, "/stats/summary", token)
		t.Log(name, s, err)
		os.WriteFile("/tmp/serve/"+name+".json", []byte(text), 0o644)
		_, text, _ = d.get(a, "/metrics/cadvisor", token)
		os.WriteFile("/tmp/serve/"+name+".prom", []byte(text), 0o644)
	}
}
