package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The answers are what Build and AppendJSON make of the same round, on every
// captured node and frame.
func TestAnswersAreWhatBuildMakes(t *testing.T) {
	for _, file := range []string{
		"../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
		"../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
	} {
		tree := cgroupfstest.Load(t, file)
		c := collectorOf(t, tree)
		o := &httpapi.Options{Summary: summary.Options{NodeName: "labnode", Compat: summary.Kubelet132}, MaxAge: time.Second}
		var pods []summary.Pod
		server := serve(t, c, source(func(context.Context) ([]summary.Pod, error) { return pods, nil }), o)
		var times struct{ Frames []struct{ Frame string } }
		require.NoError(t, json.Unmarshal([]byte(tree.Want("times.json")), &times))
		var passed time.Duration
		for _, f := range times.Frames {
			at, err := time.ParseDuration(f.Frame)
			require.NoError(t, err)
			tree.Advance(at - passed)
			passed = at
			pods = capture.Pods(t, tree, f.Frame)
			requireLines(t, tree.Want(f.Frame+"/before/stats_summary.json"))
			for query, only := range map[string]bool{"": false, "?only_cpu_and_memory=true": true} {
				got := get(t, server.URL+"/stats/summary"+query)
				snap, err := c.Fresh(context.Background(), time.Second)
				require.NoError(t, err)
				var s summary.Summary
				so := o.Summary
				so.CPUAndMemoryOnly = only
				summary.Build(&s, snap, pods, &so)
				var lines bytes.Buffer
				require.NoError(t, json.Indent(&lines, s.AppendJSON(nil), "", " "))
				require.Equal(t, lines.String(), got.body)
				require.Len(t, podsOf(t, got), 6)
				require.NotContains(t, got.header, "Warning")
			}
		}
	}
}

// requireLines holds a kubelet's text against what CompatIndent makes of it.
func requireLines(t *testing.T, text string) {
	var flat, lines bytes.Buffer
	require.NoError(t, json.Compact(&flat, []byte(text)))
	require.NoError(t, json.Indent(&lines, flat.Bytes(), "", " "))
	require.Equal(t, strings.TrimSpace(text), lines.String())
}

func TestMethodsAndPaths(t *testing.T) {
	tree, names := fake(t, 1, 1)
	server := serve(t, collectorOf(t, tree), names, nil)
	body := get(t, server.URL+"/stats/summary").body
	for _, c := range []struct {
		method, path string
		status       int
		kind, allow  string
		body         string
	}{
		{"GET", "/stats/summary", 200, "application/json", "", body},
		{"POST", "/stats/summary", 200, "application/json", "", body},
		{"HEAD", "/stats/summary", 200, "application/json", "", ""},
		{"PUT", "/stats/summary", 405, "text/plain; charset=utf-8", "GET, HEAD, POST", "the methods are GET, HEAD, POST\n"},
		{"DELETE", "/stats/summary", 405, "text/plain; charset=utf-8", "GET, HEAD, POST", "the methods are GET, HEAD, POST\n"},
		{"GET", "/stats/summary/", 404, "text/plain; charset=utf-8", "", "404 page not found\n"},
		{"GET", "/stats", 404, "text/plain; charset=utf-8", "", "404 page not found\n"},
		{"GET", "/", 404, "text/plain; charset=utf-8", "", "404 page not found\n"},
		{"GET", "/healthz", 200, "text/plain; charset=utf-8", "", "ok"},
		{"HEAD", "/healthz", 200, "text/plain; charset=utf-8", "", ""},
		{"POST", "/healthz", 405, "text/plain; charset=utf-8", "GET, HEAD", "the methods are GET, HEAD\n"},
	} {
		got := do(t, c.method, server.URL+c.path, "")
		assert.Equal(t, c.status, got.status, "%s %s", c.method, c.path)
		assert.Equal(t, c.kind, got.header.Get("Content-Type"), "%s %s", c.method, c.path)
		assert.Equal(t, c.allow, got.header.Get("Allow"), "%s %s", c.method, c.path)
		assert.Equal(t, c.body, got.body, "%s %s", c.method, c.path)
		if c.method != http.MethodHead {
			assert.Equal(t, strconv.Itoa(len(c.body)), got.header.Get("Content-Length"), "%s %s", c.method, c.path)
		}
	}
	assert.Equal(t, strconv.Itoa(len(body)), do(t, "HEAD", server.URL+"/stats/summary", "").header.Get("Content-Length"))
}

// Only what wants everything asks the disks: that tells the two apart.
func TestQueriesAsKubeletsTakeThem(t *testing.T) {
	tree, names := fake(t, 1, 1)
	disks := 0
	server := serve(t, collectorOf(t, tree), names, &httpapi.Options{Storage: func() *storage.Snapshot {
		disks++
		return nil
	}})
	for _, c := range []struct {
		name, query, form string
		everything        bool
	}{
		{"nothing", "", "", true},
		{"true", "?only_cpu_and_memory=true", "", false},
		{"true among others", "?x=1&only_cpu_and_memory=true&y", "", false},
		{"false", "?only_cpu_and_memory=false", "", true},
		{"one", "?only_cpu_and_memory=1", "", true},
		{"upper case", "?only_cpu_and_memory=TRUE", "", true},
		{"no value", "?only_cpu_and_memory", "", true},
		{"twice", "?only_cpu_and_memory=true&only_cpu_and_memory=true", "", true},
		{"escaped", "?only_cpu_and%5Fmemory=%74rue", "", false},
		{"a form", "", "only_cpu_and_memory=true", false},
		{"a form and a query", "?only_cpu_and_memory=true", "only_cpu_and_memory=true", true},
	} {
		disks = 0
		method := http.MethodGet
		if c.form != "" {
			method = http.MethodPost
		}
		got := do(t, method, server.URL+"/stats/summary"+c.query, c.form)
		assert.Equal(t, 200, got.status, c.name)
		assert.Equal(t, c.everything, disks > 0, c.name)
	}
}

func TestQueriesThatAreNone(t *testing.T) {
	tree, names := fake(t, 1, 1)
	c := collectorOf(t, tree)
	ours := serve(t, c, names, nil)
	kubelets := serve(t, c, names, &httpapi.Options{Summary: summary.Options{Compat: summary.CompatErrorIs500}})
	for _, x := range []struct {
		name, query, form string
		status            int
	}{
		{"a bad escape", "?only_cpu_and_memory=%zz", "", 400},
		{"a semicolon", "?a=1;b=2", "", 400},
		{"a bad form", "", "%zz", 400},
		{"a long form", "", strings.Repeat("x", 65<<10), 413},
	} {
		got := do(t, http.MethodPost, ours.URL+"/stats/summary"+x.query, x.form)
		assert.Equal(t, x.status, got.status, x.name)
		assert.Contains(t, got.body, "parse form failed: ", x.name)
		got = do(t, http.MethodPost, kubelets.URL+"/stats/summary"+x.query, x.form)
		assert.Equal(t, 500, got.status, x.name)
		assert.Contains(t, got.body, "Internal Error: parse form failed: ", x.name)
	}
}

// A part of the names is better than none, and none better than no answer.
func TestNamesThatFailAreLeftOutAndToldOf(t *testing.T) {
	tree, names := fake(t, 3, 1)
	c := collectorOf(t, tree)
	broken := errors.New("socket:\n\"gone\" \xff")
	for _, known := range []int{0, 2} {
		pods := source(func(context.Context) ([]summary.Pod, error) { return names[:known], broken })
		got := get(t, serve(t, c, pods, nil).URL+"/stats/summary")
		assert.Len(t, podsOf(t, got), known)
		assert.Equal(t, []string{`299 - "pods may be missing: socket: \"gone\"  "`}, got.header["Warning"])

		server := serve(t, c, pods, &httpapi.Options{Summary: summary.Options{Compat: summary.CompatErrorIs500}})
		for range 2 {
			got = get(t, server.URL+"/stats/summary")
			assert.Equal(t, 500, got.status)
			assert.Equal(t, "Internal Error: "+broken.Error(), got.body)
		}
	}
}

// One bad cgroup costs its own numbers.
func TestCgroupsThatFailAreToldOf(t *testing.T) {
	tree, names := fake(t, 2, 1)
	tree.Write("kubepods.slice/kubepods-pod00000000_0000_0000_0000_000000000000.slice/memory.current", "much\n")
	got := get(t, serve(t, collectorOf(t, tree), names, nil).URL+"/stats/summary")
	assert.Equal(t, []string{"web-0", "web-1"}, podsOf(t, got))
	require.Len(t, got.header["Warning"], 1)
	assert.Contains(t, got.header.Get("Warning"), `299 - "numbers may be missing; errors: 1, for example: cgroupfs: `)
	assert.Contains(t, got.header.Get("Warning"), "memory.current")
}

// What the disks do not say is told to those who ask for it.
func TestDisksThatFailAreToldOf(t *testing.T) {
	tree, names := fake(t, 1, 1)
	disks := &storage.Snapshot{
		Node:   storage.FS{Time: tree.Now(), UsedBytes: cgroupfs.Number(7), CapacityBytes: cgroupfs.Number(9)},
		Errors: stats.Errors{ErrorCounts: stats.ErrorCounts{Other: 2}, Examples: []error{errors.New("statfs does not come back")}},
	}
	server := serve(t, collectorOf(t, tree), names, &httpapi.Options{Storage: func() *storage.Snapshot { return disks }})
	got := get(t, server.URL+"/stats/summary")
	assert.Contains(t, got.body, `"capacityBytes":9,"usedBytes":7`)
	assert.Equal(t, []string{`299 - "disks may be missing; errors: 2, for example: statfs does not come back"`}, got.header["Warning"])
	got = get(t, server.URL+"/stats/summary?only_cpu_and_memory=true")
	assert.NotContains(t, got.body, `"capacityBytes"`)
	assert.NotContains(t, got.header, "Warning")
	disks = &storage.Snapshot{Errors: stats.Errors{ErrorCounts: stats.ErrorCounts{Other: 1}}} // an embedder's own
	got = get(t, server.URL+"/stats/summary")
	assert.Equal(t, []string{`299 - "disks may be missing; errors: 1"`}, got.header["Warning"])
}

func TestWithoutNamesThereIsTheNode(t *testing.T) {
	tree, _ := fake(t, 1, 1)
	assert.Empty(t, podsOf(t, get(t, serve(t, collectorOf(t, tree), nil, nil).URL+"/stats/summary")))
}

// A closed Collector has its newest round for as long as that is good.
func TestClosedCollector(t *testing.T) {
	tree, names := fake(t, 1, 1)
	c := collectorOf(t, tree)
	ours := serve(t, c, names, nil)
	kubelets := serve(t, c, names, &httpapi.Options{Summary: summary.Options{Compat: summary.CompatErrorIs500}})
	get(t, ours.URL+"/stats/summary")
	require.NoError(t, c.Close())
	assert.Equal(t, 200, get(t, ours.URL+"/stats/summary").status)
	tree.Advance(time.Minute)
	got := get(t, ours.URL+"/stats/summary")
	assert.Equal(t, 503, got.status)
	assert.Equal(t, "stats: collector is closed: file already closed\n", got.body)
	got = get(t, kubelets.URL+"/stats/summary")
	assert.Equal(t, 500, got.status)
	assert.Equal(t, "Internal Error: stats: collector is closed: file already closed", got.body)
	assert.Equal(t, 200, get(t, ours.URL+"/healthz").status)
}

func TestHandlersOnOneMuxDoNotMeet(t *testing.T) {
	tree, names := fake(t, 1, 1)
	tree2, names2 := fake(t, 2, 1)
	mux := http.NewServeMux()
	mux.Handle("/", httpapi.Handler(collectorOf(t, tree), names, &httpapi.Options{Summary: summary.Options{NodeName: "a"}}))
	mux.Handle("/b/", http.StripPrefix("/b", httpapi.Handler(collectorOf(t, tree2), names2, &httpapi.Options{Summary: summary.Options{NodeName: "b"}})))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	got, got2 := get(t, server.URL+"/stats/summary"), get(t, server.URL+"/b/stats/summary")
	assert.Len(t, podsOf(t, got), 1)
	assert.Len(t, podsOf(t, got2), 2)
	assert.Contains(t, got.body, `"nodeName":"a"`)
	assert.Contains(t, got2.body, `"nodeName":"b"`)
	assert.Equal(t, "ok", get(t, server.URL+"/b/healthz").body)
	assert.Equal(t, 404, get(t, server.URL+"/b/c/stats/summary").status)
}
