// Command serve is nodegauge as a program: one binary that answers for its
// node what is asked of a kubelet, of cAdvisor and of metrics-server.
//
//	go run .                             on http://127.0.0.1:9117, with nothing set up
//	go run . -listen 192.0.2.1:9117 -tls-cert node.crt -tls-key node.key -token-file token
//	curl http://127.0.0.1:9117/metrics/cadvisor
//	kubectl --server=http://127.0.0.1:9117 top pod -A
//
// The paths are those of packages httpapi and metricsapi:
//
//	/stats/summary          the kubelet's summary
//	/metrics/resource       what metrics-server reads
//	/metrics/cadvisor       what Prometheus reads
//	/version, /api, /apis/  what kubectl top reads
//	/healthz                ok
//
// and / is a page that draws the node (page).
//
// Names of pods are those of the container runtime's socket, where there is
// one, or else those that the node's files have. Whoever reaches loopback may
// read; on any other address a client must say who it is (listen.go). The
// folder deploy has what runs it on every node of a cluster.
//
// main.go has the flags, node.go starts the parts and stops them, names.go
// finds names. What guards the door is in listen.go, guard.go and certs.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are what the flags say.
type options struct {
	door     door
	root     string
	endpoint string
	kubepods string
	nodeName string
	every    time.Duration
	all      bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "serve: %v\n", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and logs where.
func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(out, nil))
	entry, err := o.door.open(log)
	if err != nil {
		return err
	}
	n, err := open(o, log)
	if err != nil {
		entry.listener.Close()
		return err
	}
	log.Info("serving", "url", entry.url())
	return errors.Join(n.serve(ctx, entry), n.close())
}

func parse(args []string, out io.Writer) (*options, error) {
	host, _ := os.Hostname()
	o := &options{}
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.door.address, "listen", "127.0.0.1:9117", "address to serve on; one that is not loopback needs -tls-cert and -tls-key, and -token-file or -client-ca")
	flags.StringVar(&o.door.cert, "tls-cert", "", "file with the server's certificate, PEM; read again when it changes")
	flags.StringVar(&o.door.key, "tls-key", "", "file with its key, PEM; read again when it changes")
	flags.StringVar(&o.door.token, "token-file", "", "file with a token that clients must bear; read again when it changes")
	flags.StringVar(&o.door.clientCA, "client-ca", "", "file with the authorities whose client certificates are let in, PEM; read again when it changes")
	flags.BoolVar(&o.door.insecure, "insecure", false, "serve on any address without what it needs: whoever connects may read")
	flags.StringVar(&o.root, "root", "", "where the host's root is mounted")
	flags.StringVar(&o.endpoint, "cri", "", "socket of the container runtime; empty looks for it below -root")
	flags.StringVar(&o.kubepods, "kubepods", "", "cgroup that holds the pods; empty finds it")
	flags.StringVar(&o.nodeName, "node", strings.ToLower(host), "name of this node")
	flags.DurationVar(&o.every, "every", 10*time.Second, "how often cgroups are looked at")
	flags.BoolVar(&o.all, "all", false, "read all there is, also what no kubelet has and costs most: huge pages, NUMA nodes, sockets and threads of processes")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	if o.every < 100*time.Millisecond {
		return nil, fmt.Errorf("-every %v: that often is too often", o.every)
	}
	return o, nil
}
