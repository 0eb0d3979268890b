package httpapi_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/nodegauge/nodegauge/summary/localpods"
	"github.com/stretchr/testify/require"
)

// serveNode is README's piece of code, between the lines begin and end.
func serveNode(ctx context.Context, c *stats.Collector, l net.Listener, node string) error {
	// begin
	go c.Run(ctx, 10*time.Second) //nolint:errcheck // as README has it, and the embedder may
	h := httpapi.Handler(c, localpods.New(nil), &httpapi.Options{
		Summary: summary.Options{NodeName: node},
	})
	server := http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	return server.Serve(l) // on loopback, or behind authentication: the handler has none
	// end
}

func TestReadmeServesWithWhatCompiles(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	_, code, _ := strings.Cut(string(source), "\t// begin\n")
	code, _, _ = strings.Cut(code, "\t// end\n")
	code = strings.ReplaceAll("\n"+code, "\n\t", "\n")[1:]
	code = strings.ReplaceAll(code, " //nolint:errcheck // as README has it, and the embedder may", "")
	require.Contains(t, string(readme), "```go\n"+code+"```\n")
}

func TestLiveReadmeServes(t *testing.T) {
	h, err := cgroupfs.Detect()
	if err != nil {
		t.Skip(err)
	}
	c, err := stats.New(h, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	ctx := t.Context()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error)
	go func() { ended <- serveNode(ctx, c, l, "node-1") }()
	got := get(t, "http://"+l.Addr().String()+"/stats/summary")
	require.Contains(t, got.body, `{"node":{"nodeName":"node-1",`)
	require.NoError(t, l.Close())
	require.ErrorIs(t, <-ended, net.ErrClosed)
}
