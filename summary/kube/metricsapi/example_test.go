package metricsapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
)

// What kubectl asks first: which groups there are.
func ExampleHandler() {
	var c *stats.Collector     // stats.New(h, nil); go c.Run(ctx, 10*time.Second)
	var pods summary.PodSource // localpods.New(nil), or cri.New(nil), which knows labels
	h := metricsapi.Handler(c, pods, &metricsapi.Options{NodeName: "node-1"})
	mux := http.NewServeMux() // beside the embedder's own
	for _, pattern := range []string{"/version", "/api", "/api/", "/apis", "/apis/"} {
		mux.Handle(pattern, h)
	}

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/apis/metrics.k8s.io", nil))
	fmt.Print(w.Body)
	// Output:
	// {"kind":"APIGroup","apiVersion":"v1","name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1","version":"v1beta1"}],"preferredVersion":{"groupVersion":"metrics.k8s.io/v1beta1","version":"v1beta1"}}
}
