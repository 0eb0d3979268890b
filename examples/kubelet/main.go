// Command kubelet is what a custom kubelet needs to answer /stats/summary: the
// smallest one that is honest. It runs no pods; it says what those of this node
// use, on loopback, as a kubelet's read-only port does.
//
//	go run .                                   names and layers from the container runtime
//	go run . -cri unix:///run/crio/crio.sock   from this one
//	go run . -pods pods.json                   names from a list of pods, and no runtime at all
//	curl http://127.0.0.1:10255/stats/summary
//
// The list is what "kubectl get pods -A -o json" prints, or a kubelet's /pods.
//
// main.go starts the parts and stops them, podfile.go reads the list. A real
// kubelet has names of its own and implements summary.PodSource with them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/nodegauge/nodegauge/summary/kube/cri"
)

// How often cgroups and disks are looked at, as kubelets do.
const (
	statsEvery   = 10 * time.Second
	storageEvery = time.Minute
)

type options struct {
	address  string
	endpoint string
	podFile  string
	nodeName string
	root     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "kubelet: %v\n", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and prints where.
func run(ctx context.Context, args []string, out io.Writer) error {
	host, _ := os.Hostname()
	var o options
	flags := flag.NewFlagSet("kubelet", flag.ContinueOnError)
	flags.StringVar(&o.address, "address", "127.0.0.1:10255", "address to serve on; loopback, since whoever connects may read")
	flags.StringVar(&o.endpoint, "cri", "", "socket of the container runtime; empty looks for it")
	flags.StringVar(&o.podFile, "pods", "", "file with a list of pods, in place of the container runtime")
	flags.StringVar(&o.nodeName, "node", host, "name of this node")
	flags.StringVar(&o.root, "root", "", "where the host's root is mounted")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	listener, err := listen(o.address)
	if err != nil {
		return err
	}
	n, err := open(&o)
	if err != nil {
		listener.Close()
		return err
	}
	fmt.Fprintf(out, "http://%s/stats/summary\n", listener.Addr())
	return errors.Join(n.serve(ctx, listener, o.nodeName), n.close())
}

// listen refuses to show the names of pods to a network.
func listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%s is not an address of loopback, and there is no authentication here", address)
	}
	return net.Listen("tcp", address)
}

// A node is what is asked about this one.
type node struct {
	stats   *stats.Collector
	disks   *storage.Collector
	pods    summary.PodSource
	runtime *cri.Source // nil if the pods are from a file
}

func open(o *options) (*node, error) {
	n := &node{}
	var layers storage.Source
	if o.podFile != "" {
		n.pods = podFile(o.podFile)
	} else {
		var err error
		if n.runtime, err = cri.New(&cri.Options{Endpoint: o.endpoint}); err != nil {
			return nil, err
		}
		n.pods, layers = n.runtime, n.runtime
	}
	hierarchy, err := detect(o.root)
	if err != nil {
		return nil, errors.Join(err, n.close())
	}
	n.stats, err = stats.New(hierarchy, &stats.Options{Root: o.root, Network: true})
	if err != nil {
		return nil, errors.Join(err, hierarchy.Close(), n.close())
	}
	n.disks, err = storage.New(&storage.Options{Root: o.root, Source: layers})
	if err != nil {
		return nil, errors.Join(err, n.close())
	}
	return n, nil
}

func detect(root string) (*cgroupfs.Hierarchy, error) {
	if root == "" {
		return cgroupfs.Detect()
	}
	return cgroupfs.Open(filepath.Join(root, "sys", "fs", "cgroup"))
}

// serve runs the rounds and the server until ctx ends or one of them fails.
func (n *node) serve(ctx context.Context, listener net.Listener, name string) error {
	server := &http.Server{
		Handler: httpapi.Handler(n.stats, n.pods, &httpapi.Options{
			Summary: summary.Options{NodeName: name},
			Storage: n.disks.Latest,
		}),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      30 * time.Second,
	}
	ctx, stop := context.WithCancelCause(ctx)
	var parts sync.WaitGroup
	parts.Go(func() { stop(n.stats.Run(ctx, statsEvery)) })
	parts.Go(func() { stop(n.disks.Run(ctx, storageEvery)) })
	parts.Go(func() { stop(server.Serve(listener)) })
	<-ctx.Done()
	server.Close()
	parts.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (n *node) close() error {
	var errs []error
	if n.disks != nil {
		errs = append(errs, n.disks.Close())
	}
	if n.stats != nil {
		errs = append(errs, n.stats.Close())
	}
	if n.runtime != nil {
		errs = append(errs, n.runtime.Close())
	}
	return errors.Join(errs...)
}
