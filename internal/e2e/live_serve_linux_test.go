package e2e

import (
	"testing"

	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func TestLiveServe(t *testing.T) {
	n := containerd.Start(t)
	d := newDeployment(t, n)
	as := map[string]variant{
		"manifest":   func(*cri.LinuxContainerSecurityContext) {},
		"no-ptrace":  func(s *cri.LinuxContainerSecurityContext) { s.Capabilities.AddCapabilities = []string{"DAC_READ_SEARCH"} },
		"no-dac":     func(s *cri.LinuxContainerSecurityContext) { s.Capabilities.AddCapabilities = []string{"SYS_PTRACE"} },
		"none":     func(s *cri.LinuxContainerSecurityContext) { s.Capabilities.AddCapabilities = nil },
		"nobody":     func(s *cri.LinuxContainerSecurityContext) { s.Capabilities.AddCapabilities = nil; s.RunAsUser.Value=65532; s.RunAsGroup=&cri.Int64Value{Value:0} },
	}
	for name, v := range as {
		a := d.run(t, name, v)
		s, text, err := d.get(a, "/stats/summary", token)
		t.Log(name, s, text, err)
	}
}
