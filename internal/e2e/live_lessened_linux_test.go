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

// user returns a variant that is not root, and so has no capability.
func user(uid, gid int64) variant {
	return func(c *cri.ContainerConfig) {
		s := c.Linux.SecurityContext
		s.RunAsUser, s.RunAsGroup = &cri.Int64Value{Value: uid}, &cri.Int64Value{Value: gid}
		s.Capabilities.AddCapabilities = nil
	}
}

// withoutHostPID is a variant with numbers of processes of its own.
func withoutHostPID(c *cri.ContainerConfig) {
	c.Linux.SecurityContext.NamespaceOptions = &cri.NamespaceOption{Network: cri.NamespaceMode_POD, Pid: cri.NamespaceMode_CONTAINER}
}

// withoutSocket is a variant that has the bundles of /run/containerd alone.
func withoutSocket(c *cri.ContainerConfig) {
	for _, m := range c.Mounts {
		if m.ContainerPath == "/host/run/containerd" {
			m.ContainerPath += "/io.containerd.runtime.v2.task"
			m.HostPath += "/io.containerd.runtime.v2.task"
		}
	}
}

// processes, images and closed are what more than one thing is needed for: what
// only /proc/PID has, what is known of the images' file system, and what is in
// folders that other users have closed.
var (
	processes = []string{`(container|pod|node) container_(file_descriptors|sockets|ulimits_soft)`, `pod container_network_.*`, `pod\.network.*`}
	images    = []string{`node\.runtime\.(container|image)Fs`, `pod\.containers\[server\]\.rootfs`, `container container_fs_(inodes_.*|limit_bytes)`}
	closed    = []string{`pod\.ephemeral-storage`, `pod\.volume\[private\]`}
)

// lessened: what deploy/README.md says that is lost without each mount and
// capability is what is lost, and nothing else. Without /sys there is no
// cgroup, and it does not start.
func (d *deployment) lessened(t *testing.T) {
	all := d.known(t, d.run(t, "all", nil))
	for i, c := range [...]struct {
		without string
		change  variant
		lost    []string // regular expressions
	}{
		{"SYS_PTRACE", without("SYS_PTRACE"), []string{`container container_sockets`}},
		{"DAC_READ_SEARCH", without("DAC_READ_SEARCH"), closed},
		{"hostPID", withoutHostPID, processes},
		{"/proc", without("/host/proc"), append([]string{`boot_id|kernelVersion`, `machine_(memory|swap)_bytes`, `node container_(fs|network)_.*`,
			`node container_spec_memory_.*`, `node\.(memory|network|rlimit|swap).*`}, processes...)},
		{"/run/containerd", without("/host/run/containerd"), []string{images[0], `pod\.podRef`}},
		{"the runtime's socket", withoutSocket, append([]string{closed[0], `container container_fs_usage_bytes`}, images...)},
		{"/var/lib/containerd", without("/host" + d.node.Root()), images},
		{"/var/lib/kubelet", without("/host/var/lib/kubelet"), append([]string{`pod\.volume\[scratch\]`}, closed...)},
		{"/var/log/pods", without("/host/var/log/pods"), []string{`pod\.containers\[server\]\.logs`, closed[0]}},
		{"/etc/machine-id", without("/host/etc/machine-id"), []string{`machine_id|system_uuid`}},
		{"/etc/os-release", without("/host/etc/os-release"), []string{`osVersion`}},
		{"root", user(65532, 0), slices.Concat(images, closed, []string{`(container|node) container_(file_descriptors|sockets)`})},
		{"root's group", user(65532, 65532), []string{images[0], `pod\.podRef`, `node container_file_descriptors`}},
	} {
		facts := lost(all, d.known(t, d.run(t, fmt.Sprintf("less-%d", i), c.change)))
		for _, fact := range facts {
			assert.Regexp(t, "^("+strings.Join(c.lost, "|")+")$", fact, "without %s", c.without)
		}
		for _, pattern := range c.lost {
			assert.True(t, slices.ContainsFunc(facts, regexp.MustCompile("^("+pattern+")$").MatchString), "without %s %s is not lost: %q", c.without, pattern, facts)
		}
	}
}

// lost returns what some does not have: objects of which a field is missing,
// and families. If the pod is not there it is all that is told of it.
func lost(all, some map[string]bool) []string {
	groups := map[string]bool{}
	for fact := range all {
		if some[fact] {
			continue
		}
		if !some["pod.podRef.name"] && (strings.HasPrefix(fact, "pod") || strings.HasPrefix(fact, "container ")) {
			fact = "pod.podRef.name"
		}
		if i := strings.LastIndexByte(fact, '.'); i > 0 {
			fact = fact[:i]
		}
		groups[fact] = true
	}
	return slices.Sorted(maps.Keys(groups))
}

// known returns what an instance tells, once it knows the disks: fields of the
// summary, of the node and of web-0, families of metrics of either, and labels
// of the machine's.
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
	for line := range strings.Lines(text) {
		name, labels, _ := strings.Cut(line, "{")
		switch {
		case strings.Contains(labels, `container="server"`):
			has["container "+name] = true
		case strings.Contains(labels, `pod="web-0"`):
			has["pod "+name] = true
		case strings.HasPrefix(name, "machine_"), strings.HasPrefix(name, "cadvisor_"):
			for _, label := range regexp.MustCompile(`(\w+)="[^"]`).FindAllStringSubmatch(labels, -1) {
				has[label[1]] = true
			}
			has[name] = true
		case strings.Contains(labels, `id="/"`):
			has["node "+name] = true
		}
	}
	return has
}

// collect notes the fields of an object by their path, without what it takes
// two rounds to know.
func collect(has map[string]bool, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			collect(has, path+"."+name, field)
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
