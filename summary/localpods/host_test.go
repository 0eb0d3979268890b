package localpods

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	containerdV2 = "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
	containerdV1 = "/run/containerd/io.containerd.runtime.v1.linux/k8s.io"
	crioRun      = "/run/containers/storage/overlay-containers"

	uidA = "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b"
	uidB = "8c0d6e70-11aa-4bcd-8def-00112233aabb"
	hash = "11d0ff506ad31e68e1734f30f678bf3b" // a static pod's UID
)

// id returns a container ID that is easy to tell from others.
func id(n int) string { return fmt.Sprintf("%064x", n) }

// host is the part of a node's file system that a Source reads.
type host struct {
	tb   testing.TB
	root string
}

func newHost(tb testing.TB) *host { return &host{tb, tb.TempDir()} }

func (h *host) source() *Source { return New(&Options{Root: h.root}) }

func (h *host) path(p ...string) string {
	return filepath.Join(h.root, filepath.Join(p...))
}

func (h *host) mkdir(p ...string) {
	h.tb.Helper()
	require.NoError(h.tb, os.MkdirAll(h.path(p...), 0o755))
}

func (h *host) write(text string, p ...string) {
	h.tb.Helper()
	require.NoError(h.tb, os.MkdirAll(filepath.Dir(h.path(p...)), 0o755))
	require.NoError(h.tb, os.WriteFile(h.path(p...), []byte(text), 0o600))
}

func (h *host) link(target string, p ...string) {
	h.tb.Helper()
	require.NoError(h.tb, os.MkdirAll(filepath.Dir(h.path(p...)), 0o755))
	require.NoError(h.tb, os.Symlink(target, h.path(p...)))
}

// podLog makes a pod's log folder as the kubelet does.
func (h *host) podLog(namespace, pod, uid string) {
	h.mkdir("/var/log/pods", namespace+"_"+pod+"_"+uid)
}

// containerLog makes a container's log link as the kubelet does; it dangles.
func (h *host) containerLog(namespace, pod, container, id string) {
	h.link("/nowhere", "/var/log/containers", pod+"_"+namespace+"_"+container+"-"+id+".log")
}

type annotations map[string]string

// config returns an OCI config.json: the annotations among the rest, which is
// padded to the size that real ones have.
func config(a annotations) string {
	text, err := json.Marshal(map[string]any{
		"ociVersion":  "1.0.2-dev",
		"process":     map[string]any{"args": []string{"/bin/sh"}, "env": []string{strings.Repeat("A=b", 2500)}},
		"annotations": a,
		"linux":       map[string]any{"cgroupsPath": "kubepods.slice:cri-containerd:x"},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// containerdSandbox returns the annotations that containerd 1.7 gives a sandbox.
func containerdSandbox(namespace, pod, uid, id string) annotations {
	return annotations{
		"io.kubernetes.cri.container-type":        "sandbox",
		"io.kubernetes.cri.sandbox-cpu-period":    "100000",
		"io.kubernetes.cri.sandbox-id":            id,
		"io.kubernetes.cri.sandbox-log-directory": "/var/log/pods/" + namespace + "_" + pod + "_" + uid,
		"io.kubernetes.cri.sandbox-name":          pod,
		"io.kubernetes.cri.sandbox-namespace":     namespace,
		"io.kubernetes.cri.sandbox-uid":           uid,
	}
}

// containerdContainer returns the annotations that containerd 1.7 gives a container.
func containerdContainer(namespace, pod, uid, sandbox, name string) annotations {
	return annotations{
		"io.kubernetes.cri.container-name":    name,
		"io.kubernetes.cri.container-type":    "container",
		"io.kubernetes.cri.image-name":        "registry.lab.local/" + name + ":1.0",
		"io.kubernetes.cri.sandbox-id":        sandbox,
		"io.kubernetes.cri.sandbox-name":      pod,
		"io.kubernetes.cri.sandbox-namespace": namespace,
		"io.kubernetes.cri.sandbox-uid":       uid,
	}
}

// crioBundle returns the annotations that CRI-O gives a bundle; name is "POD"
// in a sandbox.
func crioBundle(kind, namespace, pod, uid, name, created string) annotations {
	return annotations{
		"io.kubernetes.cri-o.ContainerType": kind,
		"io.kubernetes.cri-o.ContainerID":   "not looked at",
		"io.kubernetes.cri-o.Created":       created,
		"io.kubernetes.cri-o.ImageName":     "registry.lab.local/" + strings.ToLower(name) + ":1.0",
		"io.kubernetes.container.name":      name,
		"io.kubernetes.pod.name":            pod,
		"io.kubernetes.pod.namespace":       namespace,
		"io.kubernetes.pod.uid":             uid,
		"io.container.manager":              "cri-o",
	}
}

// with returns a with other values; an empty one removes the key.
func (a annotations) with(pairs ...string) annotations {
	b := maps.Clone(a)
	for i := 0; i < len(pairs); i += 2 {
		b[pairs[i]] = pairs[i+1]
		if pairs[i+1] == "" {
			delete(b, pairs[i])
		}
	}
	return b
}
