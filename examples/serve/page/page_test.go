package page_test

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/examples/serve/page"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMethodsAndPaths(t *testing.T) {
	tree, names := fake(t, 1, 1)
	h := page.Handler(collectorOf(t, tree), names, nil)
	for _, c := range []struct {
		method, path string
		status       int
		kind, allow  string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", ""},
		{"HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"POST", "/", 405, "text/plain; charset=utf-8", "GET, HEAD"},
		{"GET", "/node.json", 200, "application/json", ""},
		{"HEAD", "/node.json", 200, "application/json", ""},
		{"DELETE", "/node.json", 405, "text/plain; charset=utf-8", "GET, HEAD"},
		{"GET", "/index.html", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/node.json/", 404, "text/plain; charset=utf-8", ""},
	} {
		w := ask(t, h, c.method, c.path)
		what := c.method + " " + c.path
		assert.Equal(t, c.status, w.Code, what)
		assert.Equal(t, c.kind, w.Header().Get("Content-Type"), what)
		assert.Equal(t, c.allow, w.Header().Get("Allow"), what)
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), what)
		if c.status == 200 {
			length := strconv.Itoa(ask(t, h, "GET", c.path).Body.Len())
			assert.Equal(t, length, w.Header().Get("Content-Length"), what)
		}
		assert.Equal(t, c.method == "HEAD", w.Body.Len() == 0, what)
	}
}

// What is in the page may run, by its hash, and nothing else can: there is no
// handler in an attribute, and nothing from elsewhere.
func TestPolicyNamesWhatIsInThePage(t *testing.T) {
	tree, names := fake(t, 1, 1)
	w := ask(t, page.Handler(collectorOf(t, tree), names, nil), "GET", "/")
	policy, html := w.Header().Get("Content-Security-Policy"), w.Body.String()
	for _, element := range []string{"script", "style"} {
		found := regexp.MustCompile(`(?s)<`+element+`[^>]*>(.*?)</`+element+`>`).FindAllStringSubmatch(html, -1)
		require.Len(t, found, 1, element)
		sum := sha256.Sum256([]byte(found[0][1]))
		assert.Contains(t, policy, fmt.Sprintf("%s-src 'sha256-%s';", element, base64.StdEncoding.EncodeToString(sum[:])))
		assert.NotContains(t, found[0][1], "/* "+element+" */", "its place is taken")
	}
	assert.Contains(t, policy, "default-src 'none'")
	assert.NotContains(t, policy, "unsafe")
	assert.NotRegexp(t, `(?i)\son[a-z]+\s*=\s*["']|\s(style|src)\s*=\s*["']|innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\(`, html)
	links := regexp.MustCompile(`https?://[^"' )]+`).FindAllString(html, -1)
	assert.Equal(t, []string{"http://www.w3.org/2000/svg"}, links, "a name, not an address")
}

func TestGzipWhereAskedFor(t *testing.T) {
	tree, names := fake(t, 50, 2)
	h := page.Handler(collectorOf(t, tree), names, nil)
	for accept, want := range map[string]bool{
		"": false, "gzip": true, "br, GZIP": true, "deflate, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.000": false, "gzip;q=x": false, "identity": false,
	} {
		for _, path := range []string{"/", "/node.json"} {
			plain := ask(t, h, "GET", path)
			w := ask(t, h, "GET", path, "Accept-Encoding", accept)
			assert.Equal(t, "Accept-Encoding", w.Header().Get("Vary"))
			if !want {
				assert.Empty(t, w.Header().Get("Content-Encoding"), accept)
				assert.Equal(t, plain.Body.String(), w.Body.String(), accept)
				continue
			}
			assert.Equal(t, "gzip", w.Header().Get("Content-Encoding"), accept)
			assert.Less(t, w.Body.Len(), plain.Body.Len()/2)
			z, err := gzip.NewReader(w.Body)
			require.NoError(t, err)
			text, err := io.ReadAll(z)
			require.NoError(t, err)
			assert.Equal(t, plain.Body.String(), string(text))
		}
	}
}

// All who ask at about the same time have one round, one list of names and one answer.
func TestManyAskersShareAnAnswer(t *testing.T) {
	tree, names := fake(t, 20, 2)
	var asked atomic.Int64
	h := page.Handler(collectorOf(t, tree), source(func(context.Context) ([]summary.Pod, error) {
		asked.Add(1)
		return names, nil
	}), nil)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { assert.Equal(t, 1, nodeOf(t, h).Round) })
	}
	wg.Wait()
	assert.EqualValues(t, 1, asked.Load())
	tree.Advance(time.Second)
	assert.Equal(t, 1, nodeOf(t, h).Round, "it is young enough")
	tree.Advance(900 * time.Millisecond)
	assert.Equal(t, 2, nodeOf(t, h).Round, "a page that asks a little early is not given the last again")
	assert.EqualValues(t, 2, asked.Load())
}

func TestNumbersComeWhereNamesDoNot(t *testing.T) {
	tree, names := fake(t, 1, 1)
	hangs := source(func(ctx context.Context) ([]summary.Pod, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	n := nodeOf(t, page.Handler(collectorOf(t, tree), hangs, &page.Options{Timeout: 100 * time.Millisecond}))
	assert.Equal(t, []string{"names may be missing: context deadline exceeded"}, n.Warnings)
	require.Len(t, n.Groups, 1)
	assert.Equal(t, names[0].UID, n.Groups[0].ID)
	require.Len(t, n.Groups[0].Rows, 1)
	assert.Empty(t, n.Groups[0].Rows[0].Name)
	assert.Equal(t, names[0].Containers[0].ID[:13], n.Groups[0].Rows[0].ID)

	fails := source(func(context.Context) ([]summary.Pod, error) {
		return names, errors.New(strings.Repeat("far too long ", 500))
	})
	n = nodeOf(t, page.Handler(collectorOf(t, tree), fails, nil))
	assert.Equal(t, "server-0", n.Groups[0].Rows[0].Name, "what came is good")
	assert.Less(t, len(n.Warnings[0]), 600)
}

func TestErrorsOfARoundAreWarnings(t *testing.T) {
	tree, names := fake(t, 2, 1)
	tree.Write("kubepods.slice/kubepods-pod"+strings.ReplaceAll(names[0].UID, "-", "_")+".slice/memory.current", "much\n")
	n := nodeOf(t, page.Handler(collectorOf(t, tree), names, nil))
	require.Len(t, n.Warnings, 1)
	assert.Contains(t, n.Warnings[0], "numbers may be missing; errors: 1, for example: ")
	assert.Contains(t, n.Warnings[0], `"much"`)
	assert.Len(t, n.Groups, 2)
}

func TestStatusOfWhatCannotBeAnswered(t *testing.T) {
	tree, names := fake(t, 1, 1)
	c := collectorOf(t, tree)
	require.NoError(t, c.Close())
	assert.Equal(t, http.StatusServiceUnavailable, ask(t, page.Handler(c, names, nil), "GET", "/node.json").Code)

	tree, names = fake(t, 1, 1)
	entered, release := make(chan struct{}), make(chan struct{})
	h := page.Handler(collectorOf(t, tree), source(func(context.Context) ([]summary.Pod, error) {
		close(entered)
		<-release
		return names, nil
	}), &page.Options{Timeout: 100 * time.Millisecond})
	done := make(chan int)
	go func() { done <- ask(t, h, "GET", "/node.json").Code }()
	<-entered
	assert.Equal(t, http.StatusGatewayTimeout, ask(t, h, "GET", "/node.json").Code, "somebody else is held")
	close(release)
	assert.Equal(t, http.StatusOK, <-done)
}
