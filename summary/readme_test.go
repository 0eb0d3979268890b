package summary_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/localpods"
	"github.com/stretchr/testify/require"
)

// embed is README's piece of code, between the lines begin and end.
//
//nolint:errcheck // as README has it, and the embedder may
func embed(ctx context.Context, w io.Writer, node string) error {
	// begin
	h, err := cgroupfs.Detect()
	if err != nil {
		return err
	}
	c, err := stats.New(h, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	go c.Run(ctx, 10*time.Second)             // or call Fresh or Collect when you like
	snap, err := c.Fresh(ctx, 10*time.Second) // shared by all who ask
	if err != nil {
		return err
	}
	pods, err := localpods.New(nil).Pods(ctx) // or a list of your own; err says what is missing
	var sum summary.Summary
	summary.Build(&sum, snap, pods, &summary.Options{NodeName: node})
	w.Write(sum.AppendJSON(nil)) // the kubelet's /stats/summary
	// end
	return err
}

func TestReadmeEmbedsWhatCompiles(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	_, code, _ := strings.Cut(string(source), "\t// begin\n")
	code, _, _ = strings.Cut(code, "\t// end\n")
	code = strings.ReplaceAll("\n"+code, "\n\t", "\n")[1:]
	require.Contains(t, string(readme), "```go\n"+code+"```\n")
}

func TestLiveReadmeEmbedsWhatRuns(t *testing.T) {
	if _, err := cgroupfs.Detect(); err != nil {
		t.Skip(err)
	}
	ctx := t.Context()
	var b strings.Builder
	err := embed(ctx, &b, "node-1") // an error is of names that cannot be read
	require.Contains(t, b.String(), `{"node":{"nodeName":"node-1",`, err)
}
