package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/examples/serve/page"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// A fake node with one pod. A browser asks for / and then for /node.json, again
// and again.
func ExampleHandler() {
	dir, err := os.MkdirTemp("", "node")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	id := strings.Repeat("a", 64)
	tree := cgroupfstest.New(cgroupfstest.In(dir))
	tree.Put("kubepods.slice/kubepods-pod1.slice/cri-containerd-"+id+".scope", cgroupfstest.Usage{Memory: 6 << 20, PIDs: []int{7}})
	h, err := cgroupfs.Open(tree.Root()) // or cgroupfs.Detect()
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := stats.New(h, &stats.Options{Now: tree.Now})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	pods := summary.StaticPods{{UID: "1", Namespace: "default", Name: "web-0", Containers: []summary.Container{
		{ID: id, Name: "server", Kind: summary.KindContainer},
	}}}
	mux := http.NewServeMux()
	mux.Handle("/", page.Handler(c, pods, &page.Options{NodeName: "node-1"}))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/node.json", nil))
	_, container, _ := strings.Cut(w.Body.String(), `"rows":[{`)
	fmt.Println(regexp.MustCompile(`"id".*"limit":"max"`).FindString(container))
	// Output:
	// "id":"aaaaaaaaaaaaa","name":"server","cpuLimit":"max","mem":6291456,"limit":"max"
}
