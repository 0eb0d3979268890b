package summary_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected output in the archives")

// momentsOf collects every frame of an archive, all with one Collector.
func momentsOf(t testing.TB, file string) (*cgroupfstest.Tree, []capture.Moment) {
	return capture.Load(t, file, false, stats.Options{})
}

func collectorOf(t testing.TB, tree *cgroupfstest.Tree) *stats.Collector {
	return capture.Collector(t, tree, stats.Options{})
}

// TestGolden holds the text of each capture's last frame, without any Compat:
// what the library prints that a kubelet does not is in it.
func TestGolden(t *testing.T) {
	for _, c := range captures {
		t.Run(c.File, func(t *testing.T) {
			tree, moments := momentsOf(t, c.File)
			last := moments[len(moments)-1]
			var s summary.Summary
			summary.Build(&s, last.Snap, last.Pods, &summary.Options{NodeName: "labnode", KubeletCgroup: "/system.slice/kubelet.service", Storage: last.Storage})
			text := s.AppendJSON(nil)
			requireEncodingJSON(t, &s)
			requireSurvivesDecoding(t, text)
			var got bytes.Buffer
			require.NoError(t, json.Indent(&got, text, "", " "))
			got.WriteByte('\n')
			if *update {
				tree.Update("summary.json", got.String())
			}
			require.Equal(t, tree.Want("summary.json"), got.String())
		})
	}
}

// requireSurvivesDecoding requires that a kubelet's client reads all of the
// text: what it would print again is the same.
func requireSurvivesDecoding(t *testing.T, text []byte) {
	t.Helper()
	var read apiSummary
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&read))
	again, err := json.Marshal(&read)
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
}

// A Summary that is filled again is as good as a new one, whatever was in it.
func TestBuildFillsAgain(t *testing.T) {
	for _, c := range captures {
		_, moments := momentsOf(t, c.File)
		var again summary.Summary
		for _, i := range []int{0, 1, 2, 1, 0, 2} {
			var fresh summary.Summary
			pods := moments[i].Pods[i:]
			o := &summary.Options{Storage: moments[i].Storage}
			if i == 1 {
				o.Storage = nil
			}
			summary.Build(&fresh, moments[i].Snap, pods, o)
			summary.Build(&again, moments[i].Snap, pods, o)
			require.Equal(t, string(fresh.AppendJSON(nil)), string(again.AppendJSON(nil)))
			require.Len(t, again.Pods, len(pods))
		}
	}
}

// A Snapshot may be filled again while its Summary is in use.
func TestSummarySharesNothingWithTheSnapshot(t *testing.T) {
	tree := cgroupfstest.Load(t, captures[0].File)
	collector := collectorOf(t, tree)
	var snap stats.Snapshot
	require.NoError(t, collector.Collect(context.Background(), &snap))
	var s summary.Summary
	summary.Build(&s, &snap, capture.Pods(t, tree, "0s"), nil)
	before := string(s.AppendJSON(nil))
	tree.Advance(time.Minute)
	require.NoError(t, collector.Collect(context.Background(), &snap))
	require.Equal(t, before, string(s.AppendJSON(nil)))
}

func TestBuildAndAppendJSONAllocs(t *testing.T) {
	for _, c := range captures {
		_, moments := momentsOf(t, c.File)
		var s summary.Summary
		var text []byte
		o := &summary.Options{NodeName: "labnode", Compat: summary.CompatDuplicates}
		round := func() {
			for _, m := range moments {
				o.Storage = m.Storage
				summary.Build(&s, m.Snap, m.Pods, o)
				text = s.AppendJSON(text[:0])
			}
		}
		round()
		require.Zero(t, testing.AllocsPerRun(20, round), c.File)
		require.NotEmpty(t, s.Pods)
	}
}
