package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// without returns a variant that lacks mounts or capabilities.
func without(names ...string) variant {
	return func(c *cri.ContainerConfig) {
		lacks := func(name string) bool { return slices.Contains(names, name) }
		c.Mounts = slices.DeleteFunc(c.Mounts, func(m *cri.Mount) bool { return lacks(m.ContainerPath) })
		may := c.Linux.SecurityContext.Capabilities
		may.AddCapabilities = slices.DeleteFunc(may.AddCapabilities, lacks)
	}
}

// user is a variant that is not root.
func user(uid, gid int64) variant {
	return func(c *cri.ContainerConfig) {
		s := c.Linux.SecurityContext
		s.RunAsUser, s.RunAsGroup = &cri.Int64Value{Value: uid}, &cri.Int64Value{Value: gid}
		s.Capabilities.AddCapabilities = nil
	}
}

func (d *deployment) lessened(t *testing.T) {
	all := d.known(t, d.run(t, "all", nil))
	for name, v := range map[string]variant{
		"ptrace": without("SYS_PTRACE"), "dac": without("DAC_READ_SEARCH"), "caps": without("SYS_PTRACE", "DAC_READ_SEARCH"),
		"nobody-root": user(65532, 0), "nobody": user(65532, 65532),
		"containerd": without("/host/run/containerd"), "images": without("/host" + d.node.Root()), "kubelet": without("/host/var/lib/kubelet"), "logs": without("/host/var/log/pods"),
		"machine-id": without("/host/etc/machine-id"), "os-release": without("/host/etc/os-release"),
		"proc": without("/host/proc"),
	} {
		some := d.known(t, d.run(t, name, v))
		var lost []string
		for fact := range all {
			if !some[fact] {
				lost = append(lost, fact)
			}
		}
		slices.Sort(lost)
		t.Log(name, lost)
		lost = nil
		for fact := range some {
			if !all[fact] {
				lost = append(lost, fact)
			}
		}
		t.Log(name, "MORE", lost)
	}
}

// known returns what an instance tells, once it knows the disks: fields of the
// summary, of the node and of web-0, and families of metrics.
func (d *deployment) known(t *testing.T, address string) map[string]bool {
	t.Helper()
	var s struct {
		Node map[string]any
		Pods []map[string]any
	}
	has := map[string]bool{}
	require.Eventually(t, func() bool {
		_, text, err := d.get(address, "/stats/summary", token)
		text, _, _ = strings.Cut(text, "\n")
		return err == nil && json.Unmarshal([]byte(text), &s) == nil && s.Node["fs"] != nil
	}, time.Minute, 20*time.Millisecond)
	collect(has, "node", s.Node)
	for _, p := range s.Pods {
		if ref := p["podRef"].(map[string]any); ref["name"] == "web-0" {
			collect(has, "pod", p)
		}
	}
	_, text, err := d.get(address, "/metrics/cadvisor", token)
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`(?m)^[a-z]\w*`).FindAllString(text, -1) {
		has[m] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^(machine|cadvisor).*`).FindAllString(text, -1) {
		has[m] = true
	}
	return has
}

// collect notes the fields of an object by their path, without what it takes
// two rounds to know.
func collect(has map[string]bool, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			collect(has, path+"."+name, v[name])
		}
	case []any:
		for _, element := range v {
			if e, ok := element.(map[string]any); ok {
				collect(has, fmt.Sprintf("%s[%v]", path, e["name"]), e)
			}
		}
	default:
		if !strings.HasSuffix(path, ".usageNanoCores") {
			has[path] = true
		}
	}
}

var _ = assert.Equal
