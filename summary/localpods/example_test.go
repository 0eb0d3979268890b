package localpods_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/localpods"
)

// A host that is mounted elsewhere, here a folder with one pod in it.
func Example() {
	root, err := os.MkdirTemp("", "host")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	if err := fakeHost(root); err != nil {
		fmt.Println(err)
		return
	}

	source := localpods.New(&localpods.Options{Root: root})
	pods, err := source.Pods(context.Background())
	if err != nil {
		fmt.Println("the list may be incomplete:", err)
	}
	for _, pod := range pods {
		fmt.Println(pod.Namespace, pod.Name, pod.UID)
		for _, c := range pod.Containers {
			if c.Kind == summary.KindContainer {
				fmt.Println("  container", c.Name, c.Image, c.ID[:12])
			}
		}
	}
	// Output:
	// default web-0 3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b
	//   container server registry.example/web:1.0 aaaaaaaaaaaa
	//   container sidecar  bbbbbbbbbbbb
}

// fakeHost makes a pod with two containers, of which one has a bundle.
func fakeHost(root string) error {
	const config = `{"annotations": {
		"io.kubernetes.cri.container-type": "container",
		"io.kubernetes.cri.container-name": "server",
		"io.kubernetes.cri.image-name": "registry.example/web:1.0",
		"io.kubernetes.cri.sandbox-name": "web-0",
		"io.kubernetes.cri.sandbox-namespace": "default",
		"io.kubernetes.cri.sandbox-uid": "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b"
	}}`
	bundle := filepath.Join(root, "run/containerd/io.containerd.runtime.v2.task/k8s.io", strings.Repeat("a", 64))
	logs := filepath.Join(root, "var/log/pods/default_web-0_3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b")
	links := filepath.Join(root, "var/log/containers")
	for _, dir := range []string{bundle, logs, links} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(bundle, "config.json"), []byte(config), 0o600); err != nil {
		return err
	}
	return os.Symlink("/nowhere", filepath.Join(links, "web-0_default_sidecar-"+strings.Repeat("b", 64)+".log"))
}
