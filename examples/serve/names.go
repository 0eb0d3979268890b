package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/nodegauge/nodegauge/summary/localpods"
)

// sockets are those of container runtimes, as they and the distributions of
// Kubernetes have them when nobody set another.
var sockets = [...]string{
	"/run/containerd/containerd.sock",
	"/run/crio/crio.sock",
	"/run/cri-dockerd.sock",
	"/run/k3s/containerd/containerd.sock",
	"/run/k0s/containerd.sock",
	"/var/snap/microk8s/common/run/containerd.sock",
}

// names knows the names of pods: those of the container runtime, or where none
// answers those that the node's files have. It is a storage.Source too, of what
// the runtime says of layers; no file tells that.
type names struct {
	runtimes []runtime
	wanted   bool // the runtime is one that was asked for: it must be there
	files    *localpods.Source
}

type runtime struct {
	*cri.Source
	socket string
}

var (
	_ summary.PodSource = (*names)(nil)
	_ storage.Source    = (*names)(nil)
)

// newNames connects to nothing. Without an endpoint it is the first of the
// sockets below root that serves CRI, each time it is looked for.
func newNames(root, endpoint string) (*names, error) {
	n := &names{wanted: endpoint != "", files: localpods.New(&localpods.Options{Root: root})}
	endpoints := []string{endpoint}
	if !n.wanted {
		endpoints = endpoints[:0]
		for _, socket := range sockets {
			path, err := filepath.Abs(filepath.Join(root, socket))
			if err != nil {
				return nil, err
			}
			endpoints = append(endpoints, path)
		}
	}
	for _, e := range endpoints {
		source, err := cri.New(&cri.Options{Endpoint: e, Timeout: patience / 4}) // the files are asked after it
		if err != nil {
			return nil, errors.Join(err, n.close())
		}
		n.runtimes = append(n.runtimes, runtime{source, e})
	}
	return n, nil
}

// Pods returns the pods of the runtime. If it does not answer they are the last
// that it named, or those of the files.
func (n *names) Pods(ctx context.Context) ([]summary.Pod, error) {
	var errs []error
	for _, r := range n.runtimes {
		pods, err := r.Pods(ctx)
		if err == nil || len(pods) > 0 {
			return pods, err
		}
		errs = append(errs, n.worth(r, err))
	}
	pods, err := n.files.Pods(ctx)
	return pods, errors.Join(append(errs, err)...)
}

// Layers returns what the runtime says that images and writable layers take.
func (n *names) Layers(ctx context.Context) (storage.Layers, error) {
	var errs []error
	for _, r := range n.runtimes {
		layers, err := r.Layers(ctx)
		if err == nil || len(layers.Images) > 0 {
			return layers, err
		}
		errs = append(errs, n.worth(r, err))
	}
	return storage.Layers{}, errors.Join(errs...)
}

// worth returns the error if it is worth telling: of a socket that was only
// looked for it is none that it is not there, or serves something else.
func (n *names) worth(r runtime, err error) error {
	if n.wanted {
		return err
	}
	if _, gone := os.Stat(r.socket); errors.Is(gone, fs.ErrNotExist) || errors.Is(err, cri.ErrVersion) {
		return nil
	}
	return err
}

func (n *names) close() error {
	var errs []error
	for _, r := range n.runtimes {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}
