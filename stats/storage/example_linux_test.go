package storage_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nodegauge/nodegauge/stats/storage"
)

// fakeHost is the root of a node with one pod; a real program leaves
// Options.Root empty.
func fakeHost() (root string, remove func()) {
	root, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	for name, size := range map[string]int{
		"var/lib/kubelet/pods/uid-1/etc-hosts":                                200,
		"var/lib/kubelet/pods/uid-1/volumes/kubernetes.io~empty-dir/cache/db": 100_000,
		"var/log/pods/default_web-0_uid-1/server/0.log":                       5000,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			panic(err)
		}
	}
	return root, func() { os.RemoveAll(root) }
}

func ExampleNew() {
	root, remove := fakeHost()
	defer remove()
	c, err := storage.New(&storage.Options{Root: root, Entries: 50_000, Time: 500 * time.Millisecond})
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Latest() == nil, c.Close())
	// Output: true <nil>
}

func ExampleCollector_Collect() {
	root, remove := fakeHost()
	defer remove()
	c, err := storage.New(&storage.Options{Root: root})
	if err != nil {
		panic(err)
	}
	defer c.Close()
	s, err := c.Collect(context.Background())
	if err != nil {
		panic(err)
	}
	for i := range s.Pods {
		p := &s.Pods[i]
		for _, v := range p.Volumes {
			fmt.Println(p.UID, v.Plugin, v.Name, "inodes", v.Used.Inodes)
		}
		for _, l := range p.Containers {
			fmt.Println(p.UID, "logs of", l.Name, "inodes", l.Used.Inodes)
		}
	}
	fmt.Println(s.Node.CapacityBytes.IsAbsent(), s.Errors.Total())
	// Output:
	// uid-1 empty-dir cache inodes 2
	// uid-1 logs of server inodes 1
	// false 0
}

func ExampleCollector_Run() {
	root, remove := fakeHost()
	defer remove()
	c, err := storage.New(&storage.Options{Root: root})
	if err != nil {
		panic(err)
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- c.Run(ctx, time.Minute) }() // the embedder's goroutine, not the library's
	cancel()
	fmt.Println(<-done)
	// Output: context canceled
}

// images is a Source that knows one folder; package cri of summary/kube has one
// that asks the runtime.
type images struct{}

func (images) Layers(context.Context) (storage.Layers, error) {
	used := storage.Used{Time: time.Now()}
	return storage.Layers{Images: []storage.Folder{{Path: "/var/lib", Used: used}}}, nil
}

func ExampleSource() {
	root, remove := fakeHost()
	defer remove()
	c, err := storage.New(&storage.Options{Root: root, Source: images{}})
	if err != nil {
		panic(err)
	}
	defer c.Close()
	s, err := c.Collect(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Image.FS.CapacityBytes == s.Node.CapacityBytes, s.Image.Used.Bytes)
	// Output: true absent
}
