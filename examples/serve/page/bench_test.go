package page_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/examples/serve/page"
	"github.com/stretchr/testify/require"
)

// The answer for 1,000 containers is small: it is sent every few seconds.
func TestAnswerIsSmall(t *testing.T) {
	tree, names := fake(t, 500, 2)
	h := page.Handler(collectorOf(t, tree), names, nil)
	nodeOf(t, h)
	tree.Advance(10 * time.Second)
	plain, zipped := ask(t, h, "GET", "/node.json").Body.Len(), ask(t, h, "GET", "/node.json", "Accept-Encoding", "gzip").Body.Len()
	t.Logf("1,000 containers are %d bytes, and %d with gzip", plain, zipped)
	require.Less(t, plain, 320_000)
	require.Less(t, zipped, 64_000)
}

// BenchmarkAnswer is an answer on a node of 500 pods with 1,000 containers: one
// that was made for others, and one that is made of a new round. The round
// itself is BenchmarkCollect in package stats.
func BenchmarkAnswer(b *testing.B) {
	tree, names := fake(b, 500, 2)
	c := collectorOf(b, tree)
	h := page.Handler(c, names, nil)
	r := httptest.NewRequest(http.MethodGet, "/node.json", nil)
	h.ServeHTTP(httptest.NewRecorder(), r)
	b.Run("shared", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
	})
	b.Run("made", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			tree.Advance(3 * time.Second)
			_, err := c.Fresh(b.Context(), 0)
			require.NoError(b, err)
			b.StartTimer()
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
	})
}
