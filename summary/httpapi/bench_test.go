package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/stretchr/testify/require"
)

// A discard is a ResponseWriter that costs nothing, so that what is measured
// is the handler's.
type discard struct {
	header http.Header
	n      int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// What a request costs beside net/http's own: the context with its deadline.
// It does not depend on how many pods there are.
func TestRequestAllocs(t *testing.T) {
	tree, names := fake(t, 50, 2)
	h := httpapi.Handler(collectorOf(t, tree), names, nil)
	for query, most := range map[string]float64{"": 4, "?only_cpu_and_memory=true": 9} {
		r := httptest.NewRequest(http.MethodGet, "/stats/summary"+query, nil)
		w := &discard{header: http.Header{}}
		h.ServeHTTP(w, r)
		require.Greater(t, w.n, 10_000)
		allocs := testing.AllocsPerRun(100, func() {
			r.Form, r.PostForm = nil, nil // a request has a form of its own
			h.ServeHTTP(w, r)
		})
		require.LessOrEqual(t, allocs, most, query)
	}
}

// The same of metrics, compressed or not: the deadline, the two headers that are
// read, and Vary.
func TestMetricsRequestAllocs(t *testing.T) {
	tree, names := fake(t, 50, 2)
	h := httpapi.Handler(collectorOf(t, tree), names, nil)
	for _, path := range []string{"/metrics/resource", "/metrics/cadvisor"} {
		for _, encoding := range []string{"identity", "gzip"} {
			r := scrape(path, encoding)
			w := &discard{header: http.Header{}}
			h.ServeHTTP(w, r)
			require.Greater(t, w.n, 1000)
			allocs := testing.AllocsPerRun(100, func() {
				clear(w.header)
				h.ServeHTTP(w, r)
			})
			require.LessOrEqual(t, allocs, 6.0, "%s %s", path, encoding)
		}
	}
}

// scrape is a request as Prometheus sends it.
func scrape(path, encoding string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", accepts[expo.OpenMetrics])
	r.Header.Set("Accept-Encoding", encoding)
	return r
}

// BenchmarkMetrics is a scrape of a node of 500 pods with 1,000 containers: one
// that is answered with what was made for others, and one for which the body is
// made.
func BenchmarkMetrics(b *testing.B) {
	tree, names := fake(b, 500, 2)
	var machines [2]stats.Machine
	current := &machines[0]
	h := httpapi.Handler(collectorOf(b, tree), names, &httpapi.Options{Machine: func() *stats.Machine { return current }})
	for _, c := range []struct {
		name, encoding string
		change         int
	}{{"shared", "gzip", 0}, {"made", "identity", 1}, {"compressed", "gzip", 1}} {
		r := scrape("/metrics/cadvisor", c.encoding)
		w := &discard{header: http.Header{}}
		h.ServeHTTP(w, r)
		size := int64(w.n)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(size)
			for i := range b.N {
				current = &machines[i*c.change%2] // something new is known of the machine: the body is another
				h.ServeHTTP(w, r)
			}
		})
	}
}

// BenchmarkSummary is a request on a node of 500 pods with 1,000 containers:
// one that is answered with what was made for others, and one for which the
// body is made. The round itself is BenchmarkCollect in package stats.
func BenchmarkSummary(b *testing.B) {
	tree, names := fake(b, 500, 2)
	var disks [2]storage.Snapshot
	current := &disks[0]
	h := httpapi.Handler(collectorOf(b, tree), names, &httpapi.Options{Storage: func() *storage.Snapshot { return current }})
	r := httptest.NewRequest(http.MethodGet, "/stats/summary", nil)
	w := &discard{header: http.Header{}}
	h.ServeHTTP(w, r)
	size := int64(w.n)
	run := func(name string, change int) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(size)
			for i := range b.N {
				current = &disks[i*change%2] // the disks say something new: the body is another
				h.ServeHTTP(w, r)
			}
		})
	}
	run("shared", 0)
	run("made", 1)
}
