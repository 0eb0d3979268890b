package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
)

const (
	nodeNS = 4026531840
	podNS  = 4026532500
)

// putNetwork gives a process an interface called eth0.
func putNetwork(tree *cgroupfstest.Tree, pid int, namespace, rx, tx uint64) {
	tree.PutNetwork(pid, cgroupfstest.Network{Namespace: namespace, Default: "eth0",
		Interfaces: []cgroupfstest.Interface{{Name: "cni0", RxBytes: 9 << 30}, {Name: "eth0", RxBytes: rx, TxBytes: tx}}})
}

// withNetworks adds to withPod's a pod in the node's own network, and a container
// in no pod whose network is not known.
func withNetworks(t *testing.T, tree *cgroupfstest.Tree) {
	t.Helper()
	withPod(t, tree)
	for pid, cgroup := range []string{2: podCgroup + "/cri-containerd-" + id("a") + ".scope",
		3: "kubepods.slice/kubepods-pod7.slice/cri-containerd-" + id("c") + ".scope", 4: "system.slice/docker-" + id("d") + ".scope"} {
		if cgroup != "" {
			tree.Put(cgroup, cgroupfstest.Usage{Memory: 20 << 20, PIDs: []int{pid}})
		}
	}
	tree.Put(scopeOf("b"), cgroupfstest.Usage{Memory: 20 << 20})
	putNetwork(tree, 1, nodeNS, 5000, 0)
	putNetwork(tree, 2, podNS, 1000, 70)
	putNetwork(tree, 3, nodeNS, 5000, 0)
}

// disks are what the fake's disks say.
func disks() *storage.Snapshot {
	used := func(bytes uint64) storage.Used { return storage.Used{Bytes: cgroupfs.Number(bytes)} }
	at := time.Date(2026, 1, 2, 15, 4, 6, 0, time.UTC)
	return &storage.Snapshot{
		Time: at,
		Node: storage.FS{Time: at, CapacityBytes: cgroupfs.Number(100 << 30), UsedBytes: cgroupfs.Number(41 << 30)},
		Pods: []storage.Pod{
			{
				UID: podUID, Logs: used(1 << 10), Containers: []storage.Logs{{Name: "server", Used: used(3 << 20)}},
				Volumes: []storage.Volume{
					{Name: "cache", Plugin: "empty-dir", Filled: storage.Filled{Used: used(7 << 20)}},
					{Name: "shm", Plugin: "empty-dir", Memory: true, Filled: storage.Filled{Used: used(1 << 30)}},
				},
			},
			{UID: "7", Logs: used(0), Volumes: []storage.Volume{{Name: "big", Plugin: "empty-dir"}}}, // it is still being counted
		},
		Errors: stats.Errors{ErrorCounts: stats.ErrorCounts{Other: 1}, Examples: []error{errors.New("storage: /data: statfs does not come back")}},
	}
}

func TestNetworkAndStorage(t *testing.T) {
	tree := fake(t)
	withNetworks(t, tree)
	o := &options{sort: "name", net: true, storage: true}
	s := watchWith(t, tree, &stats.Options{Root: tree.Host(), Now: tree.Now, Network: true})
	s.disks = disks()
	next(t, tree, s)
	putNetwork(tree, 1, nodeNS, 5000+3<<20, 512)
	putNetwork(tree, 2, podNS, 1000+1<<20, 170)
	next(t, tree, s)
	check(t, table(t, s, o, 126, 0), `
node-7 · cgroup v2 · up 2h 4m                                       15:04:07
  CPU                                 –  – of 4 cores              PSI     –
  memory                              –  – of 8.0 GiB              PSI     –
  swap    [|                   ]   4.6%  94.9 MiB of 2.0 GiB
  I/O                                                              PSI     –
  disk    [||||||||            ]  41.0%  41.0 GiB of 100.0 GiB
  net     eth0                           3.0 MiB/s in, 512 B/s out

NAME                           CPU  %QUOTA  %THROT     MEMORY  %LIMIT     RX/s   TX/s     LOGS  VOLUMES  PSI cpu   mem    io
system.slice                     –       –       –          –       –                                          –     –     –
  docker dddddddddddd        0.000       ∞     0.0   20.0 MiB       ∞        –      –                          –     –     –

pods (2)                     0.000       ∞     0.0  250.0 MiB    48.8                                          –     –     –
  pod 7                          –       –       –          –       –     host   host      0 B        –        –     –     –
    containerd cccccccccccc  0.000       ∞     0.0   20.0 MiB       ∞                                          –     –     –
  shop/cart-0                0.000       ∞     0.0  250.0 MiB    48.8  1.0 MiB  100 B  3.0 MiB  7.0 MiB        –     –     –
    server                   0.000       ∞     0.0   20.0 MiB       ∞                  3.0 MiB              12.3  12.3  12.3

Hidden: 1 pod sandbox; -all shows all.
No source here names 1 pod: shown by UID.
No source here names 1 container of pods (sandboxes maybe): shown by ID.
1 error with the disks, for example: storage: /data: statfs does not come back
`)
}

// Without a second sample of the same interface of the same network there is no
// rate, and no number that is not known is 0.
func TestTraffic(t *testing.T) {
	at := func(seconds int, namespace uint64, name string, rx uint64) *stats.Network {
		return &stats.Network{
			Time: time.Unix(int64(seconds), 0), Namespace: namespace, Default: name,
			Interfaces: []stats.Interface{{Name: "other", RxBytes: 1}, {Name: "eth0", RxBytes: rx, TxBytes: 5}},
		}
	}
	for _, c := range []struct {
		name      string
		prev, cur *stats.Network
		want      string
	}{
		{"two seconds", at(0, 1, "eth0", 1000), at(2, 1, "eth0", 4000), "1.5 KiB 0 B"},
		{"nothing", at(0, 1, "eth0", 1000), at(2, 1, "eth0", 1000), "0 B 0 B"},
		{"new", nil, at(2, 1, "eth0", 4000), "– –"},
		{"not read", at(0, 1, "eth0", 1000), &stats.Network{}, "– –"},
		{"not read before", &stats.Network{}, at(2, 1, "eth0", 4000), "– –"},
		{"made anew", at(0, 1, "eth0", 1000), at(2, 1, "eth0", 900), "– 0 B"},
		{"another namespace", at(0, 1, "eth0", 1000), at(2, 2, "eth0", 4000), "– –"},
		{"another interface", at(0, 1, "other", 1000), at(2, 1, "eth0", 4000), "– –"},
		{"no route", at(0, 1, "", 1000), at(2, 1, "", 4000), "– –"},
		{"no such interface", at(0, 1, "ppp0", 1000), at(2, 1, "ppp0", 4000), "– –"},
		{"the same moment", at(2, 1, "eth0", 1000), at(2, 1, "eth0", 4000), "– –"},
	} {
		n := newTraffic(c.prev, c.cur)
		if got := n.cell(0) + " " + n.cell(1); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// JSON has the sections that the columns are of.
func TestJSONWithNetworkAndStorage(t *testing.T) {
	tree := fake(t)
	withNetworks(t, tree)
	s := watchWith(t, tree, &stats.Options{Root: tree.Host(), Now: tree.Now, Network: true})
	next(t, tree, s)
	if text := string(s.json()); strings.Contains(text, `"fs":`) {
		t.Errorf("nobody asked the disks: %s", text)
	}
	s.disks = disks()
	var got struct {
		Node struct {
			FS      struct{ UsedBytes uint64 }
			Network struct{ RxBytes uint64 }
		}
		Pods []struct {
			Network struct{ RxBytes, TxBytes uint64 }
			Volume  []struct{ Name string }
		}
	}
	if err := json.Unmarshal(s.json(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Node.FS.UsedBytes != 41<<30 || got.Node.Network.RxBytes != 5000 || len(got.Pods) != 1 || got.Pods[0].Network.TxBytes != 70 {
		t.Errorf("got %+v", got)
	}
}
