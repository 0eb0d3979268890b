package metricsapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Whatever is asked for, the answer is an object with a kind, and an error is
// a Status.
func FuzzRequest(f *testing.F) {
	for _, path := range []string{
		"/", "/api", "/apis//", "/version", podMetrics, nodeMetrics + "/node-1", "/api/v1/namespaces/shop/pods/web-1",
		"/api/v1/namespaces/shop", "/api/v1/namespaces//pods", "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods",
	} {
		f.Add(path, "", "")
	}
	f.Add("/api/v1/pods", "labelSelector=app in (web,db),!tier&fieldSelector=metadata.name!=x", "application/json;as=Table;v=v1;g=meta.k8s.io")
	f.Add(podMetrics, "includeObject=Object&watch=yes", "*/*;q=0.1, text/html")
	n := newNode(f, nil)
	n.run(1, "shop", "web-1", "server").Labels = map[string]string{"app": "web"}
	n.run(2, "sh\"op\n", "\xff", "server")
	n.round()
	n.round()
	f.Fuzz(func(t *testing.T, path, query, accept string) {
		w := httptest.NewRecorder()
		n.handler.ServeHTTP(w, &http.Request{
			Method: http.MethodGet, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{"Accept": {accept}},
		})
		var v struct {
			Kind, GitVersion string
			Code             int
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v), w.Body.String())
		if w.Code != http.StatusOK {
			require.Equal(t, "Status", v.Kind)
			require.Equal(t, w.Code, v.Code)
			require.Contains(t, []int{400, 404, 405, 406}, w.Code)
			var s metav1.Status
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &s))
			require.NotEmpty(t, s.Message)
			return
		}
		require.NotEmpty(t, v.Kind+v.GitVersion)
	})
}
