package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
)

const (
	podUID    = "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b"
	podCgroup = "kubepods.slice/kubepods-pod3f9a1c2e_7b41_4d0e_9a55_0c1d2e3f4a5b.slice"
)

// The IDs of the containers that the fakes have.
func id(digit string) string      { return strings.Repeat(digit, 64) }
func scopeOf(digit string) string { return podCgroup + "/cri-containerd-" + id(digit) + ".scope" }

// fake is a node with 4 CPUs and 8 GiB.
func fake(t *testing.T) *cgroupfstest.Tree {
	t.Helper()
	tree := cgroupfstest.New(t)
	tree.Write("etc/hostname", "node-7\n")
	tree.Write("proc/stat", "cpu  9 0 9 9 0 0 0 0\ncpu0 9 0 9 9\ncpu1 9 0 9 9\ncpu2 9 0 9 9\ncpu3 9 0 9 9\nbtime 1767358800\n")
	tree.Write("proc/meminfo", "MemTotal: 8388608 kB\nSwapTotal: 2097152 kB\nSwapFree: 2000000 kB\n")
	return tree
}

// withPod adds a pod with a busy container that has limits, and a sandbox.
func withPod(t *testing.T, tree *cgroupfstest.Tree) {
	t.Helper()
	for _, cgroup := range []string{"kubepods.slice", podCgroup, scopeOf("a"), scopeOf("b")} {
		tree.Put(cgroup, cgroupfstest.Usage{Memory: 300 << 20, InactiveFile: 50 << 20, Anon: 200 << 20, MemoryLimit: 512 << 20, PIDs: []int{1}})
	}
	tree.Write(scopeOf("a")+"/cpu.max", "50000 100000\n")
	tree.Write(scopeOf("a")+"/cpu.stat", "usage_usec 1000000\nnr_periods 100\nnr_throttled 10\nthrottled_usec 1000\n")
	for _, resource := range []string{"cpu", "memory", "io"} {
		tree.Write(scopeOf("a")+"/"+resource+".pressure", "some avg10=12.34 avg60=0.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")
	}
	tree.Write("var/log/pods/shop_cart-0_"+podUID+"/server/0.log", "")
	tree.Write("var/log/containers/cart-0_shop_server-"+id("a")+".log", "")
	tree.Write("run/containerd/io.containerd.runtime.v2.task/k8s.io/"+id("b")+"/config.json", `{"annotations": {
		"io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.sandbox-id": "`+id("b")+`",
		"io.kubernetes.cri.sandbox-name": "cart-0", "io.kubernetes.cri.sandbox-namespace": "shop", "io.kubernetes.cri.sandbox-uid": "`+podUID+`"}}`)
}

func watch(t *testing.T, tree *cgroupfstest.Tree) *sampler {
	t.Helper()
	return watchWith(t, tree, &stats.Options{Root: tree.Host(), Now: tree.Now})
}

func watchWith(t *testing.T, tree *cgroupfstest.Tree, so *stats.Options) *sampler {
	t.Helper()
	h, err := cgroupfs.Open(tree.Root())
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSampler(h, tree.Host(), so)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// next lets a second pass, and takes a sample as if the fake were live.
func next(t *testing.T, tree *cgroupfstest.Tree, s *sampler) {
	t.Helper()
	tree.Advance(time.Second)
	if err := s.next(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.live = true
}

// table is what is printed of a sampler's samples, without the legend.
func table(t *testing.T, s *sampler, o *options, width, height int) string {
	t.Helper()
	var text bytes.Buffer
	if err := render(&text, newView(s, o), width, height); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(text.String(), "\n") {
		if n := len([]rune(line)); n > width && strings.Contains(line, " ") { // a long path is not broken
			t.Errorf("line of %d columns, want at most %d: %q", n, width, line)
		}
	}
	before, _, _ := strings.Cut(text.String(), "CPU: cores.")
	return "\n" + before
}

func check(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPodsWithNames(t *testing.T) {
	tree := fake(t)
	withPod(t, tree)
	tree.Put("", cgroupfstest.Usage{Memory: 1 << 30, Anon: 1 << 30})
	tree.Put("system.slice", cgroupfstest.Usage{Memory: 100 << 20})
	tree.Put("system.slice/kubelet.service", cgroupfstest.Usage{Memory: 60 << 20})
	tree.Put("system.slice/cron.service", cgroupfstest.Usage{Memory: 1 << 20})
	s := watch(t, tree)
	next(t, tree, s)
	tree.Put("", cgroupfstest.Usage{CPU: time.Second, Memory: 1 << 30, Anon: 1 << 30})
	tree.Put("system.slice/kubelet.service", cgroupfstest.Usage{CPU: 20 * time.Millisecond, Memory: 60 << 20})
	tree.Write(podCgroup+"/cpu.stat", "usage_usec 400000\n")
	tree.Write(scopeOf("a")+"/cpu.stat", "usage_usec 1400000\nnr_periods 110\nnr_throttled 15\nthrottled_usec 2000\n")
	next(t, tree, s)

	check(t, table(t, s, &options{sort: "cpu"}, 100, 0), `
node-7 · cgroup v2 · up 2h 4m                           15:04:07, over 1.0 s
  CPU     [|||||               ]  25.0%  1.000 of 4 cores          PSI     –
  memory  [|||                 ]  12.5%  1.0 GiB of 8.0 GiB        PSI     –
  swap    [|                   ]   4.6%  94.9 MiB of 2.0 GiB
  I/O                                                              PSI     –

NAME                 CPU  %QUOTA  %THROT     MEMORY  %LIMIT  PSI cpu   mem    io
system.slice       0.000       ∞     0.0  100.0 MiB       ∞        –     –     –
  kubelet.service  0.020       ∞     0.0   60.0 MiB       ∞        –     –     –

pods (1)           0.000       ∞     0.0  250.0 MiB    48.8        –     –     –
  shop/cart-0      0.400       ∞       –  250.0 MiB    48.8        –     –     –
    server         0.400    80.0    50.0  250.0 MiB    48.8     12.3  12.3  12.3

Hidden: 1 idle cgroup, less than 0.001 cores and less than 16.0 MiB; -all shows all.
Hidden: 1 pod sandbox; -all shows all.
`)
	if all := table(t, s, &options{sort: "name", all: true}, 100, 0); !strings.Contains(all, "\n    sandbox bbbbbbbbbbbb  ") || !strings.Contains(all, "\n  cron.service ") {
		t.Errorf("-all leaves something out:\n%s", all)
	}
}

func TestNodeWithoutPods(t *testing.T) {
	tree := fake(t)
	tree.Put("", cgroupfstest.Usage{Memory: 1 << 30, Anon: 1 << 30})
	tree.Put("system.slice", cgroupfstest.Usage{Memory: 300 << 20})
	tree.Put("system.slice/ssh.service", cgroupfstest.Usage{Memory: 20 << 20})
	tree.Put("system.slice/docker-"+id("c")+".scope", cgroupfstest.Usage{Memory: 200 << 20})
	s := watch(t, tree)
	next(t, tree, s)

	got := table(t, s, &options{sort: "memory"}, 100, 0)
	check(t, got[strings.Index(got, "\nNAME"):], `
NAME                   CPU  %QUOTA  %THROT     MEMORY  %LIMIT  PSI cpu  mem  io
system.slice             –       ∞       –  300.0 MiB       ∞        –    –   –
  docker cccccccccccc    –       ∞       –  200.0 MiB       ∞        –    –   –
  ssh.service            –       ∞       –   20.0 MiB       ∞        –    –   –

No pods were found: these are the slices, services and containers.
`)
}

func TestCopyHasNoRates(t *testing.T) {
	tree := fake(t)
	withPod(t, tree)
	s := watch(t, tree)
	if err := s.next(context.Background()); err != nil {
		t.Fatal(err)
	}
	check(t, table(t, s, &options{sort: "cpu"}, 100, 0), `
node-7 · cgroup v2 · a copy
  CPU                                 –  – of 4 cores              PSI     –
  memory                              –  – of 8.0 GiB              PSI     –
  swap    [|                   ]   4.6%  94.9 MiB of 2.0 GiB
  I/O                                                              PSI     –

NAME           CPU  %QUOTA  %THROT     MEMORY  %LIMIT  PSI cpu   mem    io
pods (1)         –       ∞       –  250.0 MiB    48.8        –     –     –
  shop/cart-0    –       ∞       –  250.0 MiB    48.8        –     –     –
    server       –       –       –  250.0 MiB    48.8     12.3  12.3  12.3

This is a copy of a host, of one moment: there are no rates.
Hidden: 1 pod sandbox; -all shows all.
`)
}

func TestUnknownIsNeverZero(t *testing.T) {
	tree := cgroupfstest.New(t) // nothing in proc
	tree.Put(podCgroup, cgroupfstest.Usage{Memory: 1 << 20})
	tree.Mkdir(scopeOf("d"))
	s := watch(t, tree)
	next(t, tree, s)
	tree.Write(podCgroup+"/memory.current", "much\n")
	tree.Remove(podCgroup + "/memory.stat")
	next(t, tree, s)

	got := table(t, s, &options{sort: "cpu"}, 100, 0)
	head, errors, _ := strings.Cut(got, "\n1 error in this sample, for example: ")
	check(t, head, `
node · cgroup v2                                                    15:04:07
  CPU                                 –  – of – cores              PSI     –
  memory                              –  – of –                    PSI     –
  swap                                –  – of –
  I/O                                                              PSI     –

NAME                                          CPU  %QUOTA  %THROT  MEMORY  %LIMIT  PSI cpu  mem  io
pods (1)                                        –       –       –       –       –        –    –   –
  pod 3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b  0.000       ∞     0.0       –       ∞        –    –   –
    containerd dddddddddddd                     –       –       –       –       –        –    –   –

No source here names 1 pod: shown by UID.
No source here names 1 container of pods (sandboxes maybe): shown by ID.`)
	if !strings.Contains(errors, "memory.current") {
		t.Errorf("the error does not name the file: %s", errors)
	}
}

func TestRecreatedContainer(t *testing.T) {
	tree := fake(t)
	withPod(t, tree)
	s := watch(t, tree)
	next(t, tree, s)
	tree.Recreate(scopeOf("a"))
	tree.Write(scopeOf("a")+"/cpu.stat", "usage_usec 90000000\nnr_periods 900\nnr_throttled 900\n")
	next(t, tree, s)
	for _, r := range newView(s, &options{}).rows {
		if r.name == "server" && !(r.cpu.IsAbsent() && r.throttled.IsAbsent()) {
			t.Errorf("rates across incarnations: CPU %v, throttled %v, want absent", r.cpu, r.throttled)
		}
	}
}
