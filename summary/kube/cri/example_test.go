package cri_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"google.golang.org/grpc"
)

// A runtime, here a fake one, that goes away: its pods keep their names.
func Example() {
	dir, err := os.MkdirTemp("", "cri")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "containerd.sock")
	stop := serveExample(socket)

	source, err := cri.New(&cri.Options{Endpoint: "unix://" + socket, MaxAge: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	for range 2 {
		pods, err := source.Pods(context.Background())
		if err != nil {
			fmt.Println("may be out of date; no socket:", errors.Is(err, fs.ErrNotExist))
		}
		for _, pod := range pods {
			for _, c := range pod.Containers {
				if c.Kind == summary.KindContainer {
					fmt.Println(pod.Namespace, pod.Name, c.Name, c.Image)
				}
			}
		}
		stop()
	}
	// Output:
	// default web a registry.example/web:1.0
	// may be out of date; no socket: true
	// default web a registry.example/web:1.0
}

// The same Source tells package storage what images and layers take.
func ExampleSource_Layers() {
	dir, err := os.MkdirTemp("", "cri")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "containerd.sock")
	defer serveExample(socket)()

	source, err := cri.New(&cri.Options{Endpoint: socket})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	layers, err := source.Layers(context.Background())
	if err != nil {
		fmt.Println("may be incomplete:", err)
	}
	for _, l := range layers.Writable {
		fmt.Println(l.ContainerID, l.Path, l.Used.Bytes, "bytes", l.Used.Inodes, "inodes")
	}
	// Output:
	// c1 /var/lib/layers 4096 bytes 0 inodes
}

// serveExample serves a runtime with one pod until what it returns is called.
func serveExample(socket string) (stop func()) {
	l, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Println(err)
		return func() {}
	}
	server := grpc.NewServer()
	onePod().register(server)
	go func() { _ = server.Serve(l) }() // until it is stopped
	return server.Stop
}
