// Command top shows what the cgroups of a node use: the node, its services,
// and its pods with their containers.
//
//	go run ./examples/top                      two samples of this node, a second apart
//	go run ./examples/top -watch -sort memory  again and again, until interrupted
//	go run ./examples/top -net -storage        with traffic, and what logs and volumes take
//	go run ./examples/top -cost                what it costs to read all this
//	go run ./examples/top -o json              the same as a kubelet's summary
//	go run ./examples/top -root /host          a host whose root is mounted there, or a copy of one
//
// It is an example of how the packages fit: sampler.go takes the samples and
// finds the names, view.go and tree.go make rows of them, table.go prints
// these; cost.go prints what the samples cost. It writes nothing but its output, and needs no privilege; what it may
// not read is shown as not known.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// The exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitNothing
	exitDenied
	exitUnsupported
)

const exitCodes = `
Exit codes: 0 is success, 2 wrong usage, 3 no cgroups found, 4 no permission to
read them, 5 a system that has none (not Linux), 1 anything else.
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments. It returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		usage(stdout)
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "top: %v\nRun it with -h to see what it takes.\n", err)
		return exitUsage
	}
	ctx := context.Background()
	if o.watch { // so that an interrupt leaves the terminal as it was
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
	}
	if err := top(ctx, o, stdout, stderr); err != nil && ctx.Err() == nil {
		fmt.Fprintf(stderr, "top: %s\n", explain(err))
		return exitCode(err)
	}
	return exitOK
}

// top samples and prints, once or until ctx ends.
func top(ctx context.Context, o *options, stdout, stderr io.Writer) error {
	s, err := open(o)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.next(ctx); err != nil {
		return err
	}
	p := newPrinter(o, stdout, stderr)
	defer p.close()
	tick := time.NewTicker(o.interval)
	defer tick.Stop()
	for {
		if s.live { // a rate needs a second sample; a copy has no second one
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
			if err := s.next(ctx); err != nil {
				return err
			}
		}
		if o.cost {
			width, _ := p.screen()
			return costs(ctx, s, o, stdout, width)
		}
		if err := p.print(s); err != nil {
			return err
		}
		if !o.watch || !s.live {
			return nil
		}
	}
}

type options struct {
	output   string
	watch    bool
	sort     string
	interval time.Duration
	root     string
	all      bool
	net      bool
	storage  bool
	cost     bool
}

func (o *options) flags() *flag.FlagSet {
	f := flag.NewFlagSet("top", flag.ContinueOnError)
	f.SetOutput(io.Discard) // run says what is wrong
	f.StringVar(&o.output, "o", "table", "`what` to print: table, or json, which is a kubelet's summary")
	f.BoolVar(&o.watch, "watch", false, "go on until interrupted; in place on a terminal")
	f.StringVar(&o.sort, "sort", "cpu", "`what` to sort by: cpu, memory or name")
	f.DurationVar(&o.interval, "interval", time.Second, "`time` between two samples")
	f.StringVar(&o.root, "root", "", "`folder` where a host's root is mounted, or a copy of it (default: this host)")
	f.BoolVar(&o.all, "all", false, "show what is idle, and sandboxes, too")
	f.BoolVar(&o.net, "net", false, "show the network traffic of the node and of pods")
	f.BoolVar(&o.storage, "storage", false, "show how full the node's disk is, and what logs and volumes of pods take")
	f.BoolVar(&o.cost, "cost", false, "show what it costs to read all this: by metric, by cgroup, and what of it is the kernel's")
	return f
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := o.flags()
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.output != "table" && o.output != "json":
		return nil, fmt.Errorf("-o is table or json, not %q", o.output)
	case o.sort != "cpu" && o.sort != "memory" && o.sort != "name":
		return nil, fmt.Errorf("-sort is cpu, memory or name, not %q", o.sort)
	case o.cost && (o.watch || o.output == "json"):
		return nil, errors.New("-cost is one table: it goes with neither -watch nor -o json")
	case o.interval <= 0:
		return nil, fmt.Errorf("an -interval of %v is no interval", o.interval)
	}
	return o, nil
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Usage: top [flags]\n\nTop shows what the node, its services, its pods and their containers use.\n\n")
	f := new(options).flags()
	f.SetOutput(w)
	f.PrintDefaults()
	fmt.Fprint(w, exitCodes)
}

// explain says what an error means to whoever called the command.
func explain(err error) string {
	switch exitCode(err) {
	case exitNothing:
		return fmt.Sprintf("there are no cgroups to read: %v", err)
	case exitDenied:
		return fmt.Sprintf("no permission to read the cgroups: %v", err)
	case exitUnsupported:
		return fmt.Sprintf("this system has no cgroups, only Linux does: %v", err)
	}
	return err.Error()
}

func exitCode(err error) int {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return exitDenied
	case errors.Is(err, cgroupfs.ErrNoHierarchy), errors.Is(err, fs.ErrNotExist):
		return exitNothing
	case errors.Is(err, errors.ErrUnsupported):
		return exitUnsupported
	}
	return exitFailed
}
