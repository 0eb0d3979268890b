package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/nodegauge/nodegauge/summary/httpapi"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The two formats, as a request asks for them.
var accepts = map[expo.Format]string{
	expo.Text:        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
	expo.OpenMetrics: "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5",
}

// ask is a request with headers of its own; empty ones are left out. Nothing is
// decompressed on the way.
func askAs(t testing.TB, method, url, accept, encoding string) response {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	for name, value := range map[string]string{"Accept": accept, "Accept-Encoding": encoding} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(r)
	require.NoError(t, err)
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return response{w.StatusCode, w.Header, string(body)}
}

func unzipped(t testing.TB, r response) string {
	t.Helper()
	require.Equal(t, []string{"gzip"}, r.header["Content-Encoding"])
	z, err := gzip.NewReader(strings.NewReader(r.body))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(text)
}

// The metrics are what a Printer makes of the same round, on every captured
// node and frame, in both formats, compressed or not.
func TestMetricsAreWhatAPrinterMakes(t *testing.T) {
	for _, file := range []string{
		"../../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
		"../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
	} {
		tree := cgroupfstest.Load(t, file)
		c := collectorOf(t, tree)
		machine := &stats.Machine{Time: tree.Now(), Cores: cgroupfs.Number(2), BootID: "b"}
		o := &httpapi.Options{
			Summary: summary.Options{NodeName: "labnode", Compat: summary.Kubelet132},
			MaxAge:  time.Second,
			Machine: func() *stats.Machine { return machine },
		}
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
			for format, accept := range accepts {
				eo := &expo.Options{Format: format, Compat: summary.Kubelet132}
				for path, want := range wanted(t, c, pods, machine, eo) {
					got := askAs(t, "GET", server.URL+path, accept, "")
					require.Equal(t, 200, got.status)
					require.Equal(t, want, got.body)
					require.Equal(t, format.ContentType(), got.header.Get("Content-Type"))
					require.Equal(t, "Accept, Accept-Encoding", got.header.Get("Vary"))
					require.NotContains(t, got.header, "Content-Encoding")
					require.NotContains(t, got.header, "Warning")
					require.Equal(t, want, unzipped(t, askAs(t, "GET", server.URL+path, accept, "gzip")))
				}
			}
		}
	}
}

// wanted are the two texts of the newest round.
func wanted(t *testing.T, c *stats.Collector, pods []summary.Pod, machine *stats.Machine, o *expo.Options) map[string]string {
	snap, err := c.Fresh(context.Background(), time.Second)
	require.NoError(t, err)
	var s summary.Summary
	summary.Build(&s, snap, pods, &summary.Options{NodeName: "labnode", Compat: o.Compat, CPUAndMemoryOnly: true})
	var p expo.Printer
	return map[string]string{
		"/metrics/resource": string(p.AppendResource(nil, &s, o)),
		"/metrics/cadvisor": string(p.AppendCadvisor(nil, &expo.Node{Snapshot: snap, Pods: pods, Machine: machine, Now: snap.Time}, o)),
	}
}

// However many ask for whatever, there is one round and one question for names.
func TestAllKindsShareARound(t *testing.T) {
	tree, names := fake(t, 2, 1)
	c := collectorOf(t, tree)
	var asked sync.Map
	server := serve(t, c, source(func(context.Context) ([]summary.Pod, error) {
		n, _ := asked.LoadOrStore("pods", 0)
		asked.Store("pods", n.(int)+1)
		return names, nil
	}), nil)
	for round := 1; round <= 2; round++ {
		var all sync.WaitGroup
		for _, path := range []string{"/stats/summary", "/stats/summary?only_cpu_and_memory=true", "/metrics/resource", "/metrics/cadvisor"} {
			for _, accept := range accepts {
				for _, encoding := range []string{"", "gzip", "gzip"} {
					all.Add(1)
					go func() {
						defer all.Done()
						assert.Equal(t, 200, askAs(t, "GET", server.URL+path, accept, encoding).status)
					}()
				}
			}
		}
		all.Wait()
		n, _ := asked.Load("pods")
		assert.Equal(t, round, n)
		snap, err := c.Fresh(context.Background(), time.Hour)
		require.NoError(t, err)
		assert.EqualValues(t, round, snap.Generation)
		tree.Advance(time.Minute)
	}
}

func TestGzipWhereItIsAskedFor(t *testing.T) {
	tree, names := fake(t, 1, 1)
	server := serve(t, collectorOf(t, tree), names, nil)
	for _, c := range []struct {
		name, accepted string
		gzip           bool
	}{
		{"nothing", "", false},
		{"gzip", "gzip", true},
		{"upper case", "GZIP", true},
		{"its old name", "x-gzip", true},
		{"among others", "deflate, gzip, br", true},
		{"with a weight", "gzip;q=0.2, identity", true},
		{"with white space", " identity ,\tgzip ; q = 0.5", true},
		{"not wanted", "gzip;q=0", false},
		{"not wanted, exactly", "gzip; Q=0.000, *", false},
		{"a weight that is none", "gzip;q=much", false},
		{"another parameter", "gzip;level=9", true},
		{"anything", "*", true},
		{"anything but", "*;q=0", false},
		{"others only", "deflate, br, zstd", false},
		{"a longer name", "gzipped", false},
		{"commas", ",,", false},
	} {
		got := askAs(t, "GET", server.URL+"/metrics/cadvisor", "", c.accepted)
		assert.Equal(t, c.gzip, got.header.Get("Content-Encoding") == "gzip", c.name)
		got = askAs(t, "GET", server.URL+"/stats/summary", "", c.accepted)
		assert.NotContains(t, got.header, "Content-Encoding", c.name)
		assert.NotContains(t, got.header, "Vary", c.name)
		assert.True(t, json.Valid([]byte(got.body)), c.name)
	}
}

// Metrics fail as others do, so that a scrape has failed; a kubelet's succeed,
// and say so in a series.
func TestMetricsOfAClosedCollector(t *testing.T) {
	tree, names := fake(t, 1, 1)
	c := collectorOf(t, tree)
	require.NoError(t, c.Close())
	ours := serve(t, c, names, nil)
	kubelets := serve(t, c, names, &httpapi.Options{Summary: summary.Options{Compat: summary.CompatErrorIs500}})
	for path, gauge := range map[string]string{"/metrics/resource": "resource_scrape_error", "/metrics/cadvisor": "container_scrape_error"} {
		got := askAs(t, "GET", ours.URL+path, "", "gzip")
		assert.Equal(t, 503, got.status)
		assert.Equal(t, "stats: collector is closed: file already closed\n", got.body)
		got = askAs(t, "GET", kubelets.URL+path, "", "gzip")
		assert.Equal(t, 200, got.status)
		assert.Equal(t, expo.Text.ContentType(), got.header.Get("Content-Type"))
		assert.Contains(t, got.body, "\n"+gauge+" 1\n")
		assert.NotContains(t, got.body, "cpu_usage")
	}
}

func TestMetricsWithoutNames(t *testing.T) {
	tree, _ := fake(t, 1, 1)
	broken := source(func(context.Context) ([]summary.Pod, error) { return nil, errors.New("no socket") })
	c := collectorOf(t, tree)
	got := askAs(t, "GET", serve(t, c, broken, nil).URL+"/metrics/resource", "", "")
	assert.Equal(t, []string{`299 - "pods may be missing: no socket"`}, got.header["Warning"])
	assert.Contains(t, got.body, "\nnode_memory_working_set_bytes ")
	kubelets := serve(t, c, broken, &httpapi.Options{Summary: summary.Options{Compat: summary.Kubelet132}})
	got = askAs(t, "GET", kubelets.URL+"/metrics/resource", "", "")
	assert.Equal(t, 200, got.status)
	assert.Contains(t, got.body, "\nresource_scrape_error 1\n")
	assert.NotContains(t, got.body, "node_")
}

// What is beside a round makes a new answer where it is in it, and only there.
func TestWhatIsBesideARoundIsAskedForWhereItCounts(t *testing.T) {
	tree, names := fake(t, 1, 1)
	disks, machines := 0, 0
	server := serve(t, collectorOf(t, tree), names, &httpapi.Options{
		Storage: func() *storage.Snapshot { disks++; return nil },
		Machine: func() *stats.Machine { machines++; return &stats.Machine{Cores: cgroupfs.Number(uint64(machines))} },
	})
	for _, path := range []string{"/stats/summary?only_cpu_and_memory=true", "/metrics/resource"} {
		askAs(t, "GET", server.URL+path, "", "")
		assert.Zero(t, disks+machines, path)
	}
	askAs(t, "GET", server.URL+"/stats/summary", "", "")
	assert.Zero(t, machines)
	first := askAs(t, "GET", server.URL+"/metrics/cadvisor", "", "").body
	assert.NotEqual(t, first, askAs(t, "GET", server.URL+"/metrics/cadvisor", "", "").body)
}

func TestMetricsOfWhatIsAskedFor(t *testing.T) {
	tree, names := fake(t, 1, 1)
	server := serve(t, collectorOf(t, tree), names, &httpapi.Options{Metrics: expo.Options{Levels: expo.LevelNode, NoTimestamps: true}})
	got := askAs(t, "GET", server.URL+"/metrics/cadvisor", "", "").body
	assert.Contains(t, got, `id="/"`)
	assert.NotContains(t, got, `kubepods`)
	assert.NotRegexp(t, `(?m)^[^#].* .* \d+$`, got)
}

func TestMethodsOfMetrics(t *testing.T) {
	tree, names := fake(t, 1, 1)
	server := serve(t, collectorOf(t, tree), names, nil)
	for _, path := range []string{"/metrics/resource", "/metrics/cadvisor"} {
		body := askAs(t, "GET", server.URL+path, "", "gzip")
		head := askAs(t, "HEAD", server.URL+path, "", "gzip")
		assert.Equal(t, body.header.Get("Content-Length"), head.header.Get("Content-Length"))
		assert.Equal(t, "gzip", head.header.Get("Content-Encoding"))
		assert.Empty(t, head.body)
		got := askAs(t, "POST", server.URL+path, "", "")
		assert.Equal(t, 405, got.status)
		assert.Equal(t, "GET, HEAD", got.header.Get("Allow"))
		assert.Equal(t, 404, askAs(t, "GET", server.URL+path+"/", "", "").status)
	}
}

// A body is made once, and what is sent is that.
func TestMetricsAreSharedByThoseWhoAsk(t *testing.T) {
	tree, names := fake(t, 2, 1)
	h := httpapi.Handler(collectorOf(t, tree), names, nil)
	var first []byte
	for range 2 {
		w := &keep{header: http.Header{}}
		r, err := http.NewRequest("GET", "/metrics/cadvisor", nil)
		require.NoError(t, err)
		r.Header.Set("Accept-Encoding", "gzip")
		h.ServeHTTP(w, r)
		if first != nil {
			assert.Same(t, &first[0], &w.body[0])
		}
		first = w.body
	}
	assert.True(t, bytes.HasPrefix(first, []byte{0x1f, 0x8b}))
}

// A keep keeps the bytes that it was given.
type keep struct {
	header http.Header
	body   []byte
}

func (k *keep) Header() http.Header         { return k.header }
func (k *keep) Write(b []byte) (int, error) { k.body = b; return len(b), nil }
func (k *keep) WriteHeader(int)             {}
