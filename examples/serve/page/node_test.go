package page_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/examples/serve/page"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// On every captured node and frame the page has the pods and containers of the
// summary, with its numbers.
func TestNodeIsWhatTheSummarySays(t *testing.T) {
	for _, file := range []string{
		"../../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
		"../../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
	} {
		tree := cgroupfstest.Load(t, file)
		c := collectorOf(t, tree)
		var pods []summary.Pod
		h := page.Handler(c, source(func(context.Context) ([]summary.Pod, error) { return pods, nil }), nil)
		var times struct{ Frames []struct{ Frame string } }
		require.NoError(t, json.Unmarshal([]byte(tree.Want("times.json")), &times))
		require.NotEmpty(t, times.Frames)
		var passed time.Duration
		for _, f := range times.Frames {
			at, err := time.ParseDuration(f.Frame)
			require.NoError(t, err)
			tree.Advance(at - passed)
			passed = at
			pods = capturedPods(t, tree, f.Frame)
			got := nodeOf(t, h)
			snap, err := c.Fresh(context.Background(), time.Hour)
			require.NoError(t, err)
			var want summary.Summary
			summary.Build(&want, snap, pods, nil)
			requireSame(t, &want, &got)
		}
	}
}

func requireSame(t *testing.T, want *summary.Summary, got *node) {
	t.Helper()
	number(t, want.Node.CPU.UsageNanoCores, got.CPU)
	number(t, want.Node.Memory.WorkingSetBytes, got.Mem)
	rows := map[string]row{}
	for _, g := range got.Groups {
		rows[g.NS+"/"+g.Name] = g.row
		for _, r := range g.Rows {
			rows[g.NS+"/"+g.Name+"/"+r.Name] = r
		}
	}
	require.NotEmpty(t, want.Pods)
	for _, p := range want.Pods {
		name := p.PodRef.Namespace + "/" + p.PodRef.Name
		r, ok := rows[name]
		require.True(t, ok, name)
		number(t, p.CPU.UsageNanoCores, r.CPU)
		number(t, p.Memory.WorkingSetBytes, r.Mem)
		assert.Equal(t, p.StartTime.UnixMilli(), r.Start, name)
		for _, c := range p.Containers {
			r, ok := rows[name+"/"+c.Name]
			require.True(t, ok, "%s/%s", name, c.Name)
			number(t, c.CPU.UsageNanoCores, r.CPU)
			number(t, c.Memory.WorkingSetBytes, r.Mem)
			for i, psi := range []summary.PSIStats{c.CPU.PSI, c.Memory.PSI, c.IO.PSI} {
				share, ok := psi.Some.Avg10.Get()
				require.Equal(t, ok, r.PSI != nil && r.PSI[i] != nil)
				if ok {
					assert.InDelta(t, share, *r.PSI[i], 1e-9)
				}
			}
			assert.Equal(t, c.StartTime.UnixMilli(), r.Start, c.Name)
		}
	}
}

func number(t *testing.T, want cgroupfs.Value, got *float64) {
	t.Helper()
	n, ok := want.Get()
	require.Equal(t, ok, got != nil, "%v", want)
	if ok {
		assert.Equal(t, float64(n), *got)
	}
}

// capturedPods is what the container runtime knew at a frame.
func capturedPods(t *testing.T, tree *cgroupfstest.Tree, frame string) (pods []summary.Pod) {
	var captured []struct {
		summary.Pod
		Containers []struct {
			summary.Container
			Kind string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(tree.Want(frame+"/pods.json")), &captured))
	for _, p := range captured {
		for _, x := range p.Containers {
			x.Container.Kind = map[string]summary.ContainerKind{"container": summary.KindContainer, "sandbox": summary.KindSandbox}[x.Kind]
			p.Pod.Containers = append(p.Pod.Containers, x.Container)
		}
		pods = append(pods, p.Pod)
	}
	return pods
}

// What is not known is left out, what is unlimited says so, and zero is zero.
func TestUnknownUnlimitedAndZero(t *testing.T) {
	tree, names := fake(t, 1, 1)
	tree.Put("docker/"+names[0].Containers[0].ID, cgroupfstest.Usage{PIDs: []int{1}, Memory: 1 << 20})
	h := page.Handler(collectorOf(t, tree), nil, &page.Options{NodeName: "n"})
	n := nodeOf(t, h)
	assert.Equal(t, "n", n.Name)
	require.Len(t, n.Groups, 3)
	docker, pod, free := n.Groups[0], n.Groups[1], n.Groups[2]
	assert.Equal(t, []string{"pod", "system", "containers"}, []string{pod.Kind, docker.Kind, free.Kind})
	assert.Equal(t, "docker", docker.Name)
	assert.Nil(t, pod.CPU, "one round makes no rate")
	assert.Nil(t, pod.Throttled)
	assert.InDelta(t, 5e8, pod.CPULimit, 0)
	assert.InDelta(t, 128<<20, pod.Limit, 0)
	assert.InDelta(t, 1.25, *pod.PSI[0], 1e-9)
	require.Len(t, free.Rows, 1)
	assert.Equal(t, []any{"max", "max"}, []any{free.Rows[0].CPULimit, free.Rows[0].Limit})
	assert.Nil(t, free.Rows[0].PSI, "there is no pressure")
	tree.Advance(10 * time.Second)
	n = nodeOf(t, h)
	assert.Zero(t, *n.Groups[1].CPU, "two rounds without use make a rate of zero")
	assert.Zero(t, *n.Groups[1].Throttled)
	assert.Nil(t, n.Groups[2].Rows[0].Throttled, "there is no quota")
}

// A service is shown below the top-most group that it is in, and what is in a
// service is part of it. Sandboxes and what has ended have no row.
func TestRowsOfANode(t *testing.T) {
	tree, names := fake(t, 1, 4)
	pod := "kubepods.slice/kubepods-pod" + strings.ReplaceAll(names[0].UID, "-", "_") + ".slice/cri-containerd-"
	tree.Put(pod+names[0].Containers[3].ID+".scope", cgroupfstest.Usage{}) // it has ended
	busy := cgroupfstest.Usage{PIDs: []int{1}, Memory: 1 << 20, Anon: 1 << 20}
	for _, cgroup := range []string{
		"init.scope", "system.slice", "system.slice/ssh.service", "system.slice/ssh.service/part.service",
		"system.slice/system-getty.slice", "system.slice/system-getty.slice/getty@tty1.service", "system.slice/dev.mount",
	} {
		tree.Put(cgroup, busy)
	}
	names[0].Containers[1].Kind = summary.KindSandbox
	h := page.Handler(collectorOf(t, tree), names, nil)
	nodeOf(t, h)
	tree.Advance(10 * time.Second) // that nothing runs any more takes a rate to know
	n := nodeOf(t, h)
	got := map[string][]string{}
	keys := map[string]bool{}
	for _, g := range n.Groups {
		got[g.Name] = []string{}
		keys[g.Key] = true
		for _, r := range g.Rows {
			got[g.Name] = append(got[g.Name], r.Name)
			keys[r.Key] = true
		}
	}
	for _, rows := range got {
		slices.Sort(rows)
	}
	assert.Equal(t, map[string][]string{
		"web-0":        {"server-0", "server-2"},
		"init.scope":   {},
		"system.slice": {"getty@tty1.service", "ssh.service"},
	}, got)
	assert.Len(t, keys, 7, "keys are unique")
}
