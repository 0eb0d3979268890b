//go:build unix

package localpods

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/summary"
)

func (h *host) fifo(p ...string) string {
	h.tb.Helper()
	require.NoError(h.tb, os.MkdirAll(filepath.Dir(h.path(p...)), 0o755))
	require.NoError(h.tb, syscall.Mkfifo(h.path(p...), 0o600))
	return h.path(p...)
}

// within fails the test if Pods does not come back: whoever opens a FIFO to
// read waits until somebody writes.
func within(t *testing.T, s *Source) ([]summary.Pod, error) {
	t.Helper()
	type result struct {
		pods []summary.Pod
		err  error
	}
	done := make(chan result, 1)
	go func() {
		pods, err := s.Pods(context.Background())
		done <- result{pods, err}
	}()
	select {
	case r := <-done:
		return r.pods, r.err
	case <-time.After(20 * time.Second):
		t.Fatal("Pods hangs: it has opened a FIFO")
		return nil, nil
	}
}

func TestTargetOfALogLinkIsNeverOpened(t *testing.T) {
	h := newHost(t)
	h.podLog("default", "web-0", uidA)
	h.link(h.fifo("/etc/secret"), "/var/log/containers", "web-0_default_server-"+id(1)+".log")
	h.link(h.path("/etc"), "/var/log/containers", "web-0_default_folder-"+id(2)+".log")
	h.link("loop", "/var/log/containers", "loop")
	h.link(h.path("/etc"), "/var/log/pods", "default_evil_"+uidB)
	got, err := within(t, h.source())
	require.NoError(t, err)
	require.Equal(t, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{
		logged(2, "folder"), logged(1, "server"),
	}}}, got)
}

func TestConfigThatIsAFIFOIsNotOpened(t *testing.T) {
	h := newHost(t)
	h.fifo(containerdV2, id(1), "config.json")
	h.fifo(crioRun, id(2), "userdata/config.json")
	h.link(h.fifo("/etc/secret"), containerdV2, id(3), "config.json")
	got, err := within(t, h.source())
	require.Empty(t, got)
	require.ErrorIs(t, err, errNotRegular)
	require.ErrorContains(t, err, h.path(containerdV2, id(1), "config.json"))
	require.ErrorContains(t, err, h.path(crioRun, id(2), "userdata/config.json"))
	require.ErrorContains(t, err, h.path(containerdV2, id(3), "config.json"))
}
