package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/nodegauge/nodegauge/summary/localpods"
	"github.com/stretchr/testify/require"
)

// This machine, asked with curl where there is one.
func TestLiveNodeAnswersCurl(t *testing.T) {
	h, err := cgroupfs.Detect()
	if err != nil {
		t.Skip(err)
	}
	c, err := stats.New(h, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	server := httptest.NewServer(httpapi.Handler(c, localpods.New(nil), &httpapi.Options{Summary: summary.Options{NodeName: "this"}}))
	t.Cleanup(server.Close)

	var s struct {
		Node struct {
			NodeName  string
			StartTime time.Time
			CPU       struct{ UsageCoreNanoSeconds uint64 }
			Memory    struct{ WorkingSetBytes uint64 }
		}
		Pods *[]any
	}
	for _, args := range [][]string{{}, {"-d", "only_cpu_and_memory=true"}, {"--compressed"}, {"--http1.0"}} {
		text := curl(t, server.URL+"/stats/summary", args...)
		require.NoError(t, json.Unmarshal([]byte(text), &s), text)
		require.Equal(t, "this", s.Node.NodeName)
		require.NotZero(t, s.Node.StartTime)
		require.NotZero(t, s.Node.CPU.UsageCoreNanoSeconds)
		require.NotZero(t, s.Node.Memory.WorkingSetBytes)
		require.NotNil(t, s.Pods)
	}
	snap, err := c.Fresh(context.Background(), time.Hour)
	require.NoError(t, err)
	require.EqualValues(t, 1, snap.Generation, "all were answered from one round")
}

// curl returns the body of what it gets; args are curl's.
func curl(t *testing.T, url string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("curl")
	if err != nil {
		return get(t, url).body
	}
	args = append([]string{"-q", "--silent", "--show-error", "--fail", "--max-time", "30", "--noproxy", "*", url}, args...)
	out, err := exec.Command(path, args...).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}
