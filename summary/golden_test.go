package summary_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected output in the archives")

// A moment is a frame of an archive after the Collector's round.
type moment struct {
	frame string // its name
	at    time.Duration
	snap  *stats.Snapshot
	pods  []summary.Pod
}

// momentsOf collects every frame of an archive, all with one Collector.
func momentsOf(t testing.TB, file string) (*cgroupfstest.Tree, []moment) {
	tree := cgroupfstest.Load(t, file)
	collector := collectorOf(t, tree)
	var times struct{ Frames []struct{ Frame string } }
	require.NoError(t, json.Unmarshal([]byte(tree.Want("times.json")), &times))
	var moments []moment
	var passed time.Duration
	for _, f := range times.Frames {
		at, err := time.ParseDuration(f.Frame)
		require.NoError(t, err)
		tree.Advance(at - passed)
		passed = at
		m := moment{f.Frame, at, &stats.Snapshot{}, capturedPods(t, tree, f.Frame)}
		require.NoError(t, collector.Collect(context.Background(), m.snap))
		moments = append(moments, m)
	}
	return tree, moments
}

func collectorOf(t testing.TB, tree *cgroupfstest.Tree) *stats.Collector {
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	collector, err := stats.New(h, &stats.Options{Root: tree.Host(), Now: tree.Now, SlowInterval: -1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, collector.Close()) })
	return collector
}

// TestGolden holds the text of each capture's last frame, without any Compat:
// what the library prints that a kubelet does not is in it.
func TestGolden(t *testing.T) {
	for _, capture := range captures {
		t.Run(capture.file, func(t *testing.T) {
			tree, moments := momentsOf(t, capture.file)
			last := moments[len(moments)-1]
			var s summary.Summary
			summary.Build(&s, last.snap, last.pods, &summary.Options{NodeName: "labnode", KubeletCgroup: "/system.slice/kubelet.service"})
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
	for _, capture := range captures {
		_, moments := momentsOf(t, capture.file)
		var again summary.Summary
		for _, i := range []int{0, 1, 2, 1, 0, 2} {
			var fresh summary.Summary
			pods := moments[i].pods[i:]
			summary.Build(&fresh, moments[i].snap, pods, nil)
			summary.Build(&again, moments[i].snap, pods, nil)
			require.Equal(t, fresh.Node, again.Node)
			require.Equal(t, fresh.Pods, again.Pods)
			require.Len(t, again.Pods, len(pods))
		}
	}
}

// A Snapshot may be filled again while its Summary is in use.
func TestSummarySharesNothingWithTheSnapshot(t *testing.T) {
	tree := cgroupfstest.Load(t, captures[0].file)
	collector := collectorOf(t, tree)
	var snap stats.Snapshot
	require.NoError(t, collector.Collect(context.Background(), &snap))
	var s summary.Summary
	summary.Build(&s, &snap, capturedPods(t, tree, "0s"), nil)
	before := string(s.AppendJSON(nil))
	tree.Advance(time.Minute)
	require.NoError(t, collector.Collect(context.Background(), &snap))
	require.Equal(t, before, string(s.AppendJSON(nil)))
}

func TestBuildAndAppendJSONAllocs(t *testing.T) {
	for _, capture := range captures {
		_, moments := momentsOf(t, capture.file)
		var s summary.Summary
		var text []byte
		o := &summary.Options{NodeName: "labnode", Compat: summary.CompatDuplicates}
		round := func() {
			for _, m := range moments {
				summary.Build(&s, m.snap, m.pods, o)
				text = s.AppendJSON(text[:0])
			}
		}
		round()
		require.Zero(t, testing.AllocsPerRun(20, round), capture.file)
		require.NotEmpty(t, s.Pods)
	}
}
