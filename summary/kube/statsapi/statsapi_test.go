package statsapi_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/internal/fixture"
	"github.com/nodegauge/nodegauge/summary/kube/statsapi"
	"github.com/stretchr/testify/require"
	"k8s.io/kubelet/pkg/apis/stats/v1alpha1"
)

const testdata = "../../../testdata"

// requireSame requires that the library's text is what encoding/json makes of
// the kubelet's types, and that a client of the newest kubelet reads all of it.
func requireSame(t *testing.T, s *summary.Summary) {
	t.Helper()
	converted := statsapi.Convert(s)
	want, err := json.Marshal(converted)
	require.NoError(t, err)
	text := s.AppendJSON(nil)
	require.Equal(t, string(want), string(text))

	var read v1alpha1.Summary
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&read))
	again, err := json.Marshal(&read)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(again), "what was decoded")
}

func TestTextIsThatOfTheKubeletsTypesOnEveryFixture(t *testing.T) {
	containers := 0
	for _, m := range fixture.Moments(t, testdata) {
		t.Run(m.Name, func(t *testing.T) { requireSame(t, m.Summary) })
		for _, p := range m.Summary.Pods {
			containers += len(p.Containers)
		}
	}
	require.GreaterOrEqual(t, containers, 50, "too few to show anything")
}

func TestTextIsThatOfTheKubeletsTypesOfAnything(t *testing.T) {
	requireSame(t, &summary.Summary{})
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		requireSame(t, fixture.FromBytes(randomBytes(random)))
	}
}

// randomBytes is up to 4 KiB, more or less of it zeros.
func randomBytes(random *rand.Rand) []byte {
	data := make([]byte, random.IntN(4<<10))
	known := random.IntN(256)
	for i := range data {
		if random.IntN(256) < known {
			data[i] = byte(random.Uint32())
		}
	}
	return data
}

func FuzzConvert(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	f.Add([]byte(nil))
	f.Add(bytes.Repeat([]byte{1}, 4<<10))    // every Value is max
	f.Add(bytes.Repeat([]byte{0x42}, 4<<10)) // all is known
	for range 8 {
		f.Add(randomBytes(random))
	}
	f.Fuzz(func(t *testing.T, data []byte) { requireSame(t, fixture.FromBytes(data)) })
}

func TestConvertMakesNothingOfWhatIsNotKnown(t *testing.T) {
	at := time.Unix(1795249320, 0)
	api := statsapi.Convert(&summary.Summary{
		Node: summary.NodeStats{
			CPU:    summary.CPUStats{UsageNanoCores: cgroupfs.Number(1)}, // no time
			Memory: summary.MemoryStats{Time: at, AvailableBytes: cgroupfs.Max(), UsageBytes: cgroupfs.Number(0)},
			Rlimit: summary.RlimitStats{Time: at, MaxPID: cgroupfs.Number(math.MaxInt64 + 1), NumOfRunningProcesses: cgroupfs.Number(7)},
		},
		Pods: []summary.PodStats{{Volumes: []summary.VolumeStats{{Name: "data"}}}},
	})
	require.Nil(t, api.Node.CPU)
	require.Nil(t, api.Node.Memory.AvailableBytes)
	require.Equal(t, uint64(0), *api.Node.Memory.UsageBytes)
	require.Nil(t, api.Node.Rlimit.MaxPID)
	require.Equal(t, int64(7), *api.Node.Rlimit.NumOfRunningProcesses)
	require.Nil(t, api.Node.Runtime)
	require.NotNil(t, api.Pods[0].Containers)
	require.Nil(t, api.Pods[0].ProcessStats)
	require.Nil(t, api.Pods[0].VolumeStats[0].PVCRef)
	require.True(t, api.Pods[0].VolumeStats[0].Time.IsZero())
}

// What was converted is not changed by the next round.
func TestConvertSharesNothing(t *testing.T) {
	s := fixture.FromBytes(bytes.Repeat([]byte{0x42}, 16<<10))
	converted := statsapi.Convert(s)
	before, err := json.Marshal(converted)
	require.NoError(t, err)
	for i := range s.Pods {
		for j := range s.Pods[i].Containers {
			s.Pods[i].Containers[j] = summary.ContainerStats{}
		}
		s.Pods[i].Volumes[0] = summary.VolumeStats{}
		s.Pods[i].Network.Interfaces[0] = summary.InterfaceStats{}
	}
	after, err := json.Marshal(converted)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

func BenchmarkConvert(b *testing.B) {
	moments := fixture.Moments(b, testdata)
	s := moments[len(moments)-1].Summary
	b.ReportAllocs()
	for b.Loop() {
		statsapi.Convert(s)
	}
	n := len(s.Node.SystemContainers)
	for _, p := range s.Pods {
		n += len(p.Containers)
	}
	b.ReportMetric(float64(n), "containers")
}
