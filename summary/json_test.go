package summary_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

func TestAppendJSONOfNothing(t *testing.T) {
	var s summary.Summary
	require.Equal(t, `{"node":{"nodeName":"","startTime":null},"pods":[]}`, string(s.AppendJSON(nil)))
	requireEncodingJSON(t, &s)
}

func TestAppendJSONLeavesOutWhatIsNotANumber(t *testing.T) {
	at := time.Date(2026, 1, 2, 4, 4, 5, 999, time.FixedZone("", 3600))
	s := summary.Summary{Node: summary.NodeStats{
		StartTime: at,
		CPU:       summary.CPUStats{UsageNanoCores: cgroupfs.Number(1)}, // no time
		Memory: summary.MemoryStats{
			Time:           at,
			AvailableBytes: cgroupfs.Max(),
			UsageBytes:     cgroupfs.Number(0),
			PSI:            summary.PSIStats{Full: summary.PSIData{Total: cgroupfs.Number(1)}}, // some is not known
		},
		IO: summary.IOStats{Time: at, PSI: summary.PSIStats{Some: summary.PSIData{ // full is not
			Total: cgroupfs.Number(7), Avg10: cgroupfs.Hundredths(1), Avg60: cgroupfs.Hundredths(10000), Avg300: cgroupfs.Hundredths(150),
		}}},
	}}
	require.Equal(t, `{"node":{"nodeName":"","startTime":"2026-01-02T03:04:05Z",`+
		`"memory":{"time":"2026-01-02T03:04:05Z","usageBytes":0},`+
		`"io":{"time":"2026-01-02T03:04:05Z","psi":{"full":{"total":0,"avg10":0,"avg60":0,"avg300":0},`+
		`"some":{"total":7,"avg10":0.01,"avg60":100,"avg300":1.5}}}},"pods":[]}`, string(s.AppendJSON(nil)))
	requireEncodingJSON(t, &s)
}

// requireEncodingJSON requires that a Summary's text is what encoding/json
// makes of the API's types.
func requireEncodingJSON(t *testing.T, s *summary.Summary) {
	t.Helper()
	want, err := json.Marshal(apiOf(s))
	require.NoError(t, err)
	require.Equal(t, "before"+string(want), string(s.AppendJSON([]byte("before"))))
}

// FuzzAppendJSON compares the text with what encoding/json makes of the API's
// types, with names that no cluster admits and any pattern of absent numbers.
func FuzzAppendJSON(f *testing.F) {
	f.Add("", "", uint64(0), uint32(0), int64(0))
	f.Add("web-0", "kube-system", uint64(1)<<63, ^uint32(0), int64(1795249328))
	f.Add("a\"b\\c/d\x00\x1f\x7f\b\f\n\r\t", "<script>&amp;</script>", uint64(9999), uint32(0x55555555), int64(1))
	f.Add("\xff\xc3(\xed\xa0\x80\xf0\x9f\x98", "\u2028\u2029\ufffdé漢😀", ^uint64(0), uint32(0xaaaaaaaa), int64(-1))
	f.Fuzz(func(t *testing.T, name, namespace string, n uint64, present uint32, seconds int64) {
		fill := filler{n: n, present: present, seconds: seconds % (1 << 37)} // until the year 6325
		requireEncodingJSON(t, fill.summary(name, namespace))
	})
}
