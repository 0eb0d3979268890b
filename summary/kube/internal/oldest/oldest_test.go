// Package oldest reads the library's text with the oldest types of the kubelet
// that there are as a module.
package oldest

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/internal/fixture"
	"github.com/stretchr/testify/require"
	newest "k8s.io/kubelet/pkg/apis/stats/v1alpha1"
	oldest "oldest.invalid/kubelet/pkg/apis/stats/v1alpha1"
)

const testdata = "../../../../testdata"

// requireRead requires that a client with the oldest types reads of a text
// what one with the newest does, as far as its types go.
func requireRead(t *testing.T, s *summary.Summary) *oldest.Summary {
	t.Helper()
	text := s.AppendJSON(nil)
	var old oldest.Summary
	require.NoError(t, json.Unmarshal(text, &old))
	var now newest.Summary
	require.NoError(t, json.Unmarshal(text, &now))
	requireAlike(t, "", reflect.ValueOf(old), reflect.ValueOf(now))
	return &old
}

// requireAlike compares every field that old has.
func requireAlike(t *testing.T, path string, old, now reflect.Value) {
	t.Helper()
	require.Equal(t, old.Kind(), now.Kind(), path)
	switch {
	case old.Type() == now.Type():
		require.Equal(t, now.Interface(), old.Interface(), path)
	case old.Kind() == reflect.Pointer:
		require.Equal(t, now.IsNil(), old.IsNil(), path)
		if !old.IsNil() {
			requireAlike(t, path, old.Elem(), now.Elem())
		}
	case old.Kind() == reflect.Slice:
		require.Equal(t, now.Len(), old.Len(), path)
		for i := range old.Len() {
			requireAlike(t, path, old.Index(i), now.Index(i))
		}
	case old.Kind() == reflect.Struct:
		for i := range old.NumField() {
			name := old.Type().Field(i).Name
			require.True(t, now.FieldByName(name).IsValid(), "%s.%s is gone", path, name)
			requireAlike(t, path+"."+name, old.Field(i), now.FieldByName(name))
		}
	default:
		require.Equal(t, now.Interface(), old.Convert(now.Type()).Interface(), path)
	}
}

func TestOldestClientReadsAnything(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		data := make([]byte, random.IntN(4<<10))
		for i := range data {
			data[i] = byte(random.Uint32() >> (random.Uint32() % 16))
		}
		requireRead(t, fixture.FromBytes(data))
	}
}

// What Heapster and metrics-server before 0.6 read of a Summary: the CPU rate,
// the working set and the start of the node, of every pod's containers and of
// the system containers (Heapster), with their times.
func TestOldestClientFindsWhatItReads(t *testing.T) {
	pods := 0
	for _, m := range fixture.Moments(t, testdata) {
		old := requireRead(t, m.Summary)
		if !m.Captured {
			continue
		}
		node := &old.Node
		require.Equal(t, "labnode", node.NodeName)
		require.False(t, node.StartTime.IsZero())
		requireUsage(t, m, "node", node.CPU, node.Memory)
		require.NotEmpty(t, node.SystemContainers)
		for i := range node.SystemContainers {
			requireContainer(t, m, &node.SystemContainers[i])
		}
		for _, p := range old.Pods {
			pods++
			require.NotEmpty(t, p.PodRef.Name)
			require.NotEmpty(t, p.PodRef.Namespace)
			require.NotEmpty(t, p.PodRef.UID)
			require.False(t, p.StartTime.IsZero())
			require.NotEmpty(t, p.Containers)
			for i := range p.Containers {
				requireContainer(t, m, &p.Containers[i])
			}
		}
	}
	require.GreaterOrEqual(t, pods, 30)
}

func requireContainer(t *testing.T, m fixture.Moment, c *oldest.ContainerStats) {
	t.Helper()
	require.NotEmpty(t, c.Name)
	require.False(t, c.StartTime.IsZero(), c.Name)
	requireUsage(t, m, c.Name, c.CPU, c.Memory)
}

// requireUsage requires what a client needs; the first round has no rate yet,
// nor has a container that the round before did not have.
func requireUsage(t *testing.T, m fixture.Moment, name string, cpu *oldest.CPUStats, memory *oldest.MemoryStats) {
	t.Helper()
	where := strings.Join([]string{m.Name, name}, " ")
	require.NotNil(t, cpu, where)
	require.NotNil(t, memory, where)
	require.False(t, cpu.Time.IsZero(), where)
	require.False(t, memory.Time.IsZero(), where)
	require.NotNil(t, cpu.UsageCoreNanoSeconds, where)
	require.NotNil(t, memory.WorkingSetBytes, where)
	if !m.First && name != "always-crashing" {
		require.NotNil(t, cpu.UsageNanoCores, where)
	}
}
