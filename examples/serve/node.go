package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/examples/serve/page"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
)

const (
	storageEvery = time.Minute      // how often disks are looked at, as kubelets do
	machineEvery = 5 * time.Minute  // how often the machine is, as cAdvisor does
	lookEvery    = time.Minute      // how often errors of rounds are looked for
	patience     = 10 * time.Second // how long requests under way may take when it ends
)

// metrics are what is read of cgroups if not everything is: what a kubelet has
// and, as they cost little, what it has not.
const metrics = cgroupfs.DefaultMetrics | cgroupfs.CPULocal | cgroupfs.PressureIRQ | cgroupfs.Core

// A node is what is asked about this one.
type node struct {
	o       *options
	log     *slog.Logger
	stats   *stats.Collector
	disks   *storage.Collector
	names   *names
	machine atomic.Pointer[stats.Machine]
}

func open(o *options, log *slog.Logger) (*node, error) {
	n := &node{o: o, log: log}
	var err error
	if n.names, err = newNames(o.root, o.endpoint); err != nil {
		return nil, err
	}
	hierarchy, err := detect(o.root)
	if err != nil {
		return nil, errors.Join(err, n.close())
	}
	so := stats.Options{Root: o.root, KubepodsRoot: o.kubepods, Network: true, Metrics: metrics, Processes: stats.ProcessFiles}
	if o.all {
		so.Metrics = cgroupfs.AllMetrics
		so.Processes |= stats.ProcessSched | stats.ProcessSockets
	}
	n.stats, err = stats.New(hierarchy, &so)
	if err != nil {
		return nil, errors.Join(err, hierarchy.Close(), n.close())
	}
	n.disks, err = storage.New(&storage.Options{Root: o.root, Source: n.names})
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

// handler answers all paths.
func (n *node) handler() http.Handler {
	pods := &told{source: n.names, change: change{log: n.log, what: "names of pods"}}
	api := httpapi.Handler(n.stats, pods, &httpapi.Options{
		MaxAge:  n.o.every * 3 / 2,
		Summary: summary.Options{NodeName: n.o.nodeName},
		Storage: n.disks.Latest,
		Machine: n.machine.Load,
	})
	kubectl := metricsapi.Handler(n.stats, pods, &metricsapi.Options{
		MaxAge:   n.o.every * 3 / 2,
		NodeName: n.o.nodeName,
	})
	mux := http.NewServeMux()
	for _, path := range []string{"/stats/", "/metrics/", "/healthz"} {
		mux.Handle(path, api)
	}
	for _, path := range []string{"/version", "/api", "/api/", "/apis", "/apis/", "/openapi/"} {
		mux.Handle(path, kubectl)
	}
	mux.Handle("/", page.Handler(n.stats, pods, &page.Options{NodeName: n.o.nodeName}))
	return mux
}

// serve runs the rounds and the server until ctx ends or one of them fails.
// Requests that are under way then are answered.
func (n *node) serve(ctx context.Context, e *entry) error {
	server := &http.Server{
		Handler:           e.guard(n.handler()),
		ErrorLog:          slog.NewLogLogger(n.log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	ctx, stop := context.WithCancelCause(ctx)
	var parts sync.WaitGroup
	parts.Go(func() { n.begin(ctx) })
	parts.Go(func() { stop(n.stats.Run(ctx, n.o.every)) })
	parts.Go(func() { stop(n.disks.Run(ctx, storageEvery)) })
	parts.Go(func() { n.know(ctx) })
	parts.Go(func() { stop(server.Serve(e.listener)) })
	parts.Go(func() { n.watch(ctx) })
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	late := server.Shutdown(last)
	server.Close()
	parts.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return late
}

func (n *node) close() error {
	var errs []error
	if n.disks != nil {
		if err := n.disks.Close(); !errors.Is(err, storage.ErrHung) { // one that still waits ends with the program
			errs = append(errs, err)
		}
	}
	if n.stats != nil {
		errs = append(errs, n.stats.Close())
	}
	return errors.Join(append(errs, n.names.close())...)
}
