package httpapi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
)

// A fake node with one pod, served on loopback.
func ExampleHandler() {
	dir, err := os.MkdirTemp("", "node")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	id := strings.Repeat("a", 64)
	node := cgroupfstest.New(cgroupfstest.In(dir))
	node.Put("kubepods.slice/kubepods-pod1.slice/cri-containerd-"+id+".scope", cgroupfstest.Usage{Memory: 6 << 20, PIDs: []int{7}})

	h, err := cgroupfs.Open(node.Root()) // or cgroupfs.Detect()
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := stats.New(h, &stats.Options{Now: node.Now}) // go c.Run(ctx, 10*time.Second) keeps rounds at hand
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	pods := summary.StaticPods{{ // or localpods.New(nil)
		UID: "1", Namespace: "default", Name: "web-0",
		Containers: []summary.Container{{ID: id, Name: "server", Kind: summary.KindContainer, CreatedAt: time.Unix(1767366245, 0)}},
	}}
	handler := httpapi.Handler(c, pods, &httpapi.Options{Summary: summary.Options{NodeName: "node-1"}})

	server := httptest.NewServer(handler) // on 127.0.0.1
	defer server.Close()
	answer, err := http.Get(server.URL + "/stats/summary?only_cpu_and_memory=true")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	_, container, _ := strings.Cut(string(body), `"containers":`)
	fmt.Println(answer.Status, answer.Header.Get("Content-Type"), err)
	fmt.Println(container[:strings.Index(container, `,"cpu"`)])
	// Output:
	// 200 OK application/json <nil>
	// [{"name":"server","startTime":"2026-01-02T15:04:05Z"
}

// A Handler beside others, below a path of its own.
func ExampleHandler_prefix() {
	var c *stats.Collector
	mux := http.NewServeMux()
	mux.Handle("/node/", http.StripPrefix("/node", httpapi.Handler(c, nil, nil)))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/node/healthz", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 ok
}
