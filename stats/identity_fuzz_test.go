package stats

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// FuzzIdentify holds the promises of Identify for any path and any root.
func FuzzIdentify(f *testing.F) {
	for _, p := range []string{
		"/", "/kubepods/burstable/pod" + uid + "/" + idA, "/kubepods/pod1/crio-" + idA, "/kubepods/besteffort/podx.Y/libpod-conmon-1",
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice/cri-containerd-" + idA + ".scope/x",
		"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod1.slice/docker-" + idA + ".scope",
		"/docker/" + idA + "/kubelet/kubepods/pod1/" + idB, "/../x", "//a/./b/", "/a.mount/b", "kubepods/kubepods",
		"/system.slice/kubepods-burstable-pod1_2.slice:cri-containerd:" + idA, "/a/kubepods/burstable", "/user.slice/nerdctl-" + idA,
	} {
		for _, root := range []string{"", "/kubepods", "/docker/" + idA + "/kubelet/kubepods", "/kubelet.slice/kubelet-kubepods.slice"} {
			f.Add(p, root)
		}
	}
	f.Fuzz(func(t *testing.T, p, root string) {
		id := Identify(p, root)
		assert.Equal(t, id.Kind == KindContainer, id.ContainerID != "", "ID of %v", id)
		assert.Equal(t, id.ContainerID == "" || isContainerID(id.ContainerID), true)
		if id.Kind == KindPod {
			assert.NotEmpty(t, id.PodUID)
		}
		assert.Equal(t, id.PodUID != "" || id.Kind == KindQoS, id.QoS != QoSNone, "class of %v", id)

		if clean, ok := cleanCgroupPath(p); ok {
			r := cleanKubepodsRoot(root)
			assert.Equal(t, id, identifyLevels(clean, r))
			if r == "" {
				compareSlow(t, clean, id)
			}
		}
		for _, child := range []string{idB, "pod1", "kubepods", "kubepods.slice", "docker-" + idB + ".scope", "kubepods-pod1.slice:cri-containerd:" + idB} {
			below := Identify(p+"/"+child, root)
			if !id.Descend() {
				assert.Equal(t, ignored(), below, "%q below %v", child, id)
			}
			if id.Kind == KindContainer {
				assert.NotContains(t, []Kind{KindPod, KindContainer}, below.Kind, "%q below %v", child, id)
			}
		}
	})
}

// identifyLevels identifies from parent to child, with path.Dir for a guide.
func identifyLevels(p, root string) Identity {
	if p == "/" {
		return Identity{Kind: KindRoot}
	}
	return identify(identifyLevels(path.Dir(p), root), p, root)
}

const hex64 = `[0-9a-f]{64}`

var (
	slowCgroupfs = regexp.MustCompile(`^((?:/[^/]+)*?)/kubepods(?:/(burstable|besteffort))?/pod([A-Za-z0-9_.-]+)(?:/(?:(?:cri-containerd|docker|crio|nerdctl|libpod|libpod-payload)-)?(` + hex64 + `))?$`)
	slowSystemd  = regexp.MustCompile(`^(.*)/(?:([^/]*)-)?kubepods\.slice(?:/([^/]*)-(burstable|besteffort)\.slice)?/([^/]*?)-pod([A-Za-z0-9_.-]+)\.slice(?:/(?:[^/]*-)?(` + hex64 + `)(?:\.scope)?)?$`)
	slowStop     = regexp.MustCompile(`(^|/)kubepods(/|$)|\.(slice|service|scope|mount)(/|$)|(^|[-/:])` + hex64 + `(/|$)|(^|/)(crio|libpod)-conmon-`)
)

// compareSlow compares pods and containers in pods with what two regular
// expressions, close to the prose of the kubelet's naming, find in the path.
func compareSlow(t *testing.T, p string, id Identity) {
	if strings.Contains(p, ":") {
		return // driver mismatches are in the table test
	}
	var uid, class, container string
	if m := slowCgroupfs.FindStringSubmatch(p); m != nil && !slowStop.MatchString(m[1]) {
		class, uid, container = m[2], m[3], m[4]
	} else if m := slowSystemd.FindStringSubmatch(p); m != nil {
		stem := "kubepods"
		above := ""
		if m[2] != "" {
			stem = m[2] + "-kubepods"
			for i, part := range strings.Split(m[2], "-") {
				if i > 0 {
					part = strings.Join(strings.Split(m[2], "-")[:i+1], "-")
				}
				above += "/" + part + ".slice"
			}
		}
		parent := stem
		if m[4] != "" {
			parent += "-" + m[4]
		}
		words := strings.Split(m[2], "-")
		bad := m[2] != "" && strings.Contains("-"+m[2]+"-", "--")
		for _, w := range words {
			bad = bad || w == "kubepods"
		}
		last := path.Base(p)
		bad = bad || m[7] != "" && (strings.Contains(last, "-conmon-") || last != m[7] && !strings.HasSuffix(last, ".scope"))
		if m[1] == above && m[5] == parent && (m[3] == "" || m[3] == stem) && !bad {
			class, uid, container = m[4], strings.ReplaceAll(m[6], "_", "-"), m[7]
		}
	}
	if uid == "" && (id.Kind == KindPod || id.PodUID != "" && !strings.Contains(path.Base(p), id.ContainerID)) {
		t.Fatalf("Identify(%q) = %v, the slow one found no pod", p, id)
	}
	if uid == "" {
		return
	}
	qos := map[string]QoS{"": QoSGuaranteed, "burstable": QoSBurstable, "besteffort": QoSBestEffort}[class]
	want := Identity{Kind: KindPod, QoS: qos, PodUID: uid}
	if container != "" {
		want = Identity{Kind: KindContainer, QoS: qos, PodUID: uid, ContainerID: container, Runtime: id.Runtime, leaf: true}
	}
	assert.Equal(t, want, id, p)
}
