package metricsapi_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
	"github.com/stretchr/testify/require"
)

// A discard is a ResponseWriter that costs nothing.
type discard struct {
	header http.Header
	n      int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkPods is 500 pods with 1,000 containers: their list, one by its label and
// one by its name, from objects that are there; and those objects, which are made
// once a round. The round itself is BenchmarkCollect in package stats.
func BenchmarkPods(b *testing.B) {
	n := newNode(b, &metricsapi.Options{NodeName: "node-1", MaxAge: time.Hour})
	for i := range 500 {
		n.run(i, "default", "web-"+strconv.Itoa(i), "server", "sidecar").Labels = map[string]string{"app": "web"}
	}
	n.round()
	snap, err := n.collector.Fresh(b.Context(), -1)
	require.NoError(b, err)
	for _, c := range [...]struct {
		name, path string
	}{
		{"list", podMetrics},
		{"selected", podMetrics + "?labelSelector=app%3Ddb"},
		{"one", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/web-7"},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, c.path, nil)
			w := &discard{header: http.Header{}}
			n.handler.ServeHTTP(w, r)
			require.Greater(b, w.n, 50)
			b.SetBytes(int64(w.n))
			b.ReportAllocs()
			for b.Loop() {
				n.handler.ServeHTTP(w, r)
			}
		})
	}
	b.Run("made", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			metricsapi.Look(n.handler, snap, n.pods)
		}
	})
}
