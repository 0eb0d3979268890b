package metricsapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serve replaces what asks for names.
func (n *node) serve(pods source, o *metricsapi.Options) {
	n.handler = metricsapi.Handler(n.collector, pods, o)
}

// Names are asked for once a round, whatever is asked for and by how many.
func TestNamesAreAskedForOnceARound(t *testing.T) {
	n := shop(t)
	calls := 0
	n.serve(func(context.Context) ([]summary.Pod, error) {
		calls++ // with the turn
		return n.pods, nil
	}, &metricsapi.Options{MaxAge: 5 * time.Second})
	for range 2 {
		var wg sync.WaitGroup
		for _, path := range []string{podMetrics, nodeMetrics, "/api/v1/pods", "/api/v1/nodes", podMetrics} {
			wg.Go(func() { assert.Equal(t, http.StatusOK, n.ask("GET", path, "").Code) })
		}
		wg.Wait()
		n.ask("GET", "/apis", "")
		n.ask("GET", "/nope", "")
		n.Advance(10 * time.Second)
	}
	assert.Equal(t, 2, calls)
}

func TestWhatIsMissingIsToldOf(t *testing.T) {
	n := shop(t)
	n.serve(func(context.Context) ([]summary.Pod, error) { return n.pods[:1], errors.New("socket:\n\"gone\" \xff") }, nil)
	w := n.ask("GET", podMetrics, "")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, []string{`299 - "pods may be missing: socket: \"gone\"  "`}, w.Header().Values("Warning"))
	assert.Equal(t, []string{"shop/web-1"}, names(n, podMetrics))
	n.handler = metricsapi.Handler(n.collector, nil, nil)
	assert.Empty(t, names(n, podMetrics))
	assert.Len(t, names(n, nodeMetrics), 1)
}

// The deadline is the request's; the PodSource has half of it.
func TestDeadlines(t *testing.T) {
	n := shop(t)
	n.serve(func(ctx context.Context) ([]summary.Pod, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}, &metricsapi.Options{Timeout: 20 * time.Millisecond})
	w := n.ask("GET", nodeMetrics, "")
	assert.Equal(t, http.StatusOK, w.Code, "the node is answered where names hang")
	assert.Contains(t, w.Header().Get("Warning"), "pods may be missing: context deadline exceeded")

	release := make(chan struct{})
	entered := make(chan struct{})
	n.serve(func(context.Context) ([]summary.Pod, error) {
		close(entered)
		<-release // it does not heed its context
		return n.pods, nil
	}, &metricsapi.Options{Timeout: 20 * time.Millisecond, MaxConcurrent: 2})
	held := make(chan int)
	go func() { held <- n.ask("GET", podMetrics, "").Code }()
	<-entered
	s := failure(n, n.ask("GET", podMetrics, ""))
	assert.EqualValues(t, http.StatusGatewayTimeout, s.Code)
	close(release)
	assert.Equal(t, http.StatusOK, <-held)
}

func TestOneTooManyIsSentAway(t *testing.T) {
	n := shop(t)
	entered, release := make(chan struct{}), make(chan struct{})
	n.serve(func(context.Context) ([]summary.Pod, error) {
		close(entered)
		<-release
		return n.pods, nil
	}, &metricsapi.Options{MaxConcurrent: 1})
	held := make(chan int)
	go func() { held <- n.ask("GET", podMetrics, "").Code }()
	<-entered
	w := n.ask("GET", podMetrics, "")
	assert.EqualValues(t, http.StatusTooManyRequests, failure(n, w).Code)
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
	assert.Equal(t, http.StatusOK, n.ask("GET", "/apis", "").Code, "which waits for nothing")
	close(release)
	assert.Equal(t, http.StatusOK, <-held)
	assert.Equal(t, http.StatusOK, n.ask("GET", podMetrics, "").Code)
}

// Whoever goes leaves its place, and what it asked for, to the next.
func TestClientThatGoesLeavesItsPlace(t *testing.T) {
	n := shop(t)
	entered := make(chan struct{}, 2)
	gone := true
	n.serve(func(ctx context.Context) ([]summary.Pod, error) {
		entered <- struct{}{}
		if gone {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return n.pods, nil
	}, &metricsapi.Options{Timeout: time.Hour, MaxConcurrent: 1})
	ctx, goAway := context.WithCancel(t.Context())
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, podMetrics, nil))
	}()
	<-entered
	goAway()
	<-done
	assert.EqualValues(t, http.StatusServiceUnavailable, failure(n, w).Code)
	gone = false
	assert.Len(t, names(n, podMetrics), 3)
}

func TestClosedCollectorIsUnavailable(t *testing.T) {
	n := shop(t)
	n.serve(nil, &metricsapi.Options{MaxAge: -1})
	require.NoError(t, n.collector.Close())
	s := failure(n, n.ask("GET", nodeMetrics, ""))
	assert.EqualValues(t, http.StatusServiceUnavailable, s.Code)
	assert.Contains(t, s.Message, "stats: collector is closed")
}

// A panic of the PodSource ends its request and no other.
func TestPanicOfAPodSourceHoldsNothing(t *testing.T) {
	n := shop(t)
	calls := 0
	n.serve(func(context.Context) ([]summary.Pod, error) {
		if calls++; calls == 1 {
			panic("the embedder's")
		}
		return n.pods, nil
	}, &metricsapi.Options{MaxConcurrent: 1})
	assert.PanicsWithValue(t, "the embedder's", func() { n.ask("GET", podMetrics, "") })
	assert.Equal(t, http.StatusOK, n.ask("GET", podMetrics, "").Code)
}
