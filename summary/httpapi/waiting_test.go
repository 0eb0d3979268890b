package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ask asks in a goroutine of its own.
func ask(t *testing.T, url string) <-chan response {
	got := make(chan response, 1)
	go func() { got <- get(t, url) }()
	return got
}

// Many askers share one round and one list of names, and one that would have
// to wait beside too many is sent away at once.
func TestOneMoreThanMayWaitIsSentAway(t *testing.T) {
	tree, names := fake(t, 2, 1)
	const most = 5
	var asked atomic.Int32
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	pods := source(func(context.Context) ([]summary.Pod, error) {
		asked.Add(1)
		<-release
		return names, nil
	})
	server := serve(t, collectorOf(t, tree), pods, &httpapi.Options{
		MaxConcurrent: most,
		Timeout:       time.Hour,
		Storage: func() *storage.Snapshot { // asked before and after a request waits
			arrived <- struct{}{}
			return nil
		},
	})
	var waiting []<-chan response
	for range most {
		waiting = append(waiting, ask(t, server.URL+"/stats/summary"))
	}
	for range most + 1 { // the one whose turn it is asks twice
		<-arrived
	}
	got := get(t, server.URL+"/stats/summary")
	assert.Equal(t, 503, got.status)
	assert.Equal(t, "1", got.header.Get("Retry-After"))
	assert.Equal(t, "too many requests wait already\n", got.body)
	assert.Equal(t, "ok", get(t, server.URL+"/healthz").body)

	close(release)
	first := <-waiting[0]
	assert.Len(t, podsOf(t, first), 2)
	for _, w := range waiting[1:] {
		assert.Equal(t, first.body, (<-w).body)
	}
	assert.EqualValues(t, 1, asked.Load())
	assert.Equal(t, first.body, get(t, server.URL+"/stats/summary").body)
	assert.EqualValues(t, 1, asked.Load(), "names are asked for once a round")
	tree.Advance(time.Minute)
	assert.Equal(t, 200, get(t, server.URL+"/stats/summary").status)
	assert.EqualValues(t, 2, asked.Load())
}

// Names that hang cost half of the time there is, and the names.
func TestNodeIsAnsweredWhereNamesHang(t *testing.T) {
	tree, _ := fake(t, 1, 1)
	pods := source(func(ctx context.Context) ([]summary.Pod, error) {
		<-ctx.Done()
		return nil, fmt.Errorf("socket: %w", ctx.Err())
	})
	got := get(t, serve(t, collectorOf(t, tree), pods, &httpapi.Options{Timeout: time.Second}).URL+"/stats/summary")
	assert.Empty(t, podsOf(t, got))
	assert.Equal(t, `299 - "pods may be missing: socket: context deadline exceeded"`, got.header.Get("Warning"))
}

// A PodSource that does not look at its context holds one request, and not the
// others: they get status 504 when their time is over.
func TestDeadlineBehindNamesThatHangForGood(t *testing.T) {
	tree, names := fake(t, 1, 1)
	entered, release := make(chan struct{}), make(chan struct{})
	pods := source(func(context.Context) ([]summary.Pod, error) {
		close(entered)
		<-release
		return names, nil
	})
	c := collectorOf(t, tree)
	_, err := c.Fresh(context.Background(), 0) // so that only names are waited for
	require.NoError(t, err)
	server := serve(t, c, pods, &httpapi.Options{Timeout: 200 * time.Millisecond})
	held := ask(t, server.URL+"/stats/summary")
	<-entered
	got := get(t, server.URL+"/stats/summary")
	assert.Equal(t, 504, got.status)
	assert.Equal(t, "context deadline exceeded\n", got.body)
	close(release)
	assert.Len(t, podsOf(t, <-held), 1, "names that are complete are good also if they are late")
}

// Nothing goes on for a client that has gone, and whoever waits behind it
// takes its place.
func TestClientThatGoesLeavesNothingBehind(t *testing.T) {
	tree, names := fake(t, 1, 1)
	entered, release := make(chan context.Context), make(chan struct{})
	pods := source(func(ctx context.Context) ([]summary.Pod, error) {
		entered <- ctx
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-release:
			return names, nil
		}
	})
	server := serve(t, collectorOf(t, tree), pods, &httpapi.Options{Timeout: time.Hour})
	ctx, goAway := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/stats/summary", nil)
	require.NoError(t, err)
	gone := make(chan error)
	go func() {
		_, err := http.DefaultClient.Do(r) //nolint:bodyclose // there is none
		gone <- err
	}()
	first := <-entered
	next := ask(t, server.URL+"/stats/summary")
	goAway()
	require.ErrorIs(t, <-gone, context.Canceled)
	<-first.Done()
	<-entered // by the next one
	close(release)
	assert.Len(t, podsOf(t, <-next), 1)
	server.Close() // waits for every request
}

// A Collector that is closed while a request waits does not take its round away.
func TestCollectorClosedMeanwhile(t *testing.T) {
	tree, names := fake(t, 1, 1)
	c := collectorOf(t, tree)
	entered, release := make(chan struct{}), make(chan struct{})
	server := serve(t, c, source(func(context.Context) ([]summary.Pod, error) {
		close(entered)
		<-release
		return names, nil
	}), &httpapi.Options{MaxAge: -1})
	held := ask(t, server.URL+"/stats/summary")
	<-entered
	require.NoError(t, c.Close())
	tree.Advance(time.Second)
	assert.Equal(t, 503, get(t, server.URL+"/stats/summary").status)
	close(release)
	assert.Len(t, podsOf(t, <-held), 1)
}

// A PodSource that panics ends its own request, as net/http has it, and no
// other: neither the turn nor a place is lost.
func TestPanicOfAPodSourceHoldsNothing(t *testing.T) {
	tree, names := fake(t, 1, 1)
	calls := 0
	h := httpapi.Handler(collectorOf(t, tree), source(func(context.Context) ([]summary.Pod, error) {
		if calls++; calls == 1 {
			panic("the embedder's")
		}
		return names, nil
	}), &httpapi.Options{MaxConcurrent: 1})
	r := httptest.NewRequest(http.MethodGet, "/stats/summary", nil)
	assert.PanicsWithValue(t, "the embedder's", func() { h.ServeHTTP(httptest.NewRecorder(), r) })
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, 200, w.Code)
}

// A form that does not arrive has the time of any request, and then its
// connection ends, whatever the client asked for.
func TestFormThatDoesNotArrive(t *testing.T) {
	tree, names := fake(t, 1, 1)
	server := serve(t, collectorOf(t, tree), names, &httpapi.Options{Timeout: 20 * time.Millisecond})
	for _, header := range []string{"Connection: close\r\n", ""} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, "POST /stats/summary HTTP/1.1\r\nHost: node\r\nContent-Length: 9\r\n"+header+
			"Content-Type: application/x-www-form-urlencoded\r\n\r\nonly")
		require.NoError(t, err)
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		assert.Contains(t, string(got), "HTTP/1.1 408 Request Timeout\r\n")
	}
}

// formFunc is a form whose bytes come when it says.
type formFunc func(p []byte) (int, error)

func (f formFunc) Read(p []byte) (int, error) { return f(p) }

// A form that is slow to arrive does not send others away.
func TestSlowFormTakesNobodysPlace(t *testing.T) {
	tree, names := fake(t, 1, 1)
	h := httpapi.Handler(collectorOf(t, tree), names, &httpapi.Options{MaxConcurrent: 1})
	r := httptest.NewRequest(http.MethodPost, "/stats/summary", formFunc(func([]byte) (int, error) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/stats/summary", nil))
		assert.Equal(t, 200, w.Code)
		return 0, io.EOF
	}))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, 200, w.Code)
}

// While time passes and rounds come, every asker gets a whole answer.
func TestManyAskersOverManyRounds(t *testing.T) {
	tree, names := fake(t, 3, 2)
	c := collectorOf(t, tree)
	var turn atomic.Int64
	disks := [2]storage.Snapshot{}
	server := serve(t, c, names, &httpapi.Options{
		MaxAge:  -1,
		Timeout: time.Hour,
		Storage: func() *storage.Snapshot { return &disks[turn.Add(1)%2] },
	})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			query := []string{"", "?only_cpu_and_memory=true"}[i%2]
			for range 20 {
				assert.Len(t, podsOf(t, get(t, server.URL+"/stats/summary"+query)), 3)
			}
		}()
	}
	wg.Wait()
}

// What went wrong in a round is over with the next one.
func TestNamesThatComeBack(t *testing.T) {
	tree, names := fake(t, 1, 1)
	err := errors.New("gone")
	server := serve(t, collectorOf(t, tree), source(func(context.Context) ([]summary.Pod, error) { return names, err }), nil)
	assert.Contains(t, get(t, server.URL+"/stats/summary").header, "Warning")
	err = nil
	assert.Contains(t, get(t, server.URL+"/stats/summary?only_cpu_and_memory=true").header, "Warning", "the same round")
	tree.Advance(time.Minute)
	assert.NotContains(t, get(t, server.URL+"/stats/summary").header, "Warning")
}
