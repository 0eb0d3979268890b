package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var id = strings.Repeat("a", 64)

// fakeNode is a host with a pod, whose name its folder of logs has.
func fakeNode(t *testing.T) *cgroupfstest.Tree {
	t.Helper()
	tree := cgroupfstest.New(t)
	tree.Put("kubepods.slice/kubepods-pod1f2e3d4c_0000_4000_8000_123456789abc.slice/cri-containerd-"+id+".scope",
		cgroupfstest.Usage{Memory: 6 << 20, PIDs: []int{7}})
	tree.PutProcess(7, cgroupfstest.Process{})
	logs := filepath.Join(tree.Host(), "var/log")
	require.NoError(t, os.MkdirAll(filepath.Join(logs, "pods/shop_web-0_1f2e3d4c-0000-4000-8000-123456789abc"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(logs, "containers"), 0o755))
	require.NoError(t, os.Symlink("/nowhere", filepath.Join(logs, "containers/web-0_shop_server-"+id+".log")))
	return tree
}

// A served is the command as it is, under way.
type served struct {
	url string
	log func() string // ends it, and returns what it has logged
}

// start runs the command on a port that is free, until the test ends.
func start(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-listen", "127.0.0.1:0", "-node", "node1"}, args...), w)
		w.Close()
		ended <- err
	}()
	lines := bufio.NewReader(r)
	line, _ := lines.ReadString('\n')
	_, url, ok := strings.Cut(strings.TrimSpace(line), "msg=serving url=")
	if !ok {
		require.NoError(t, <-ended)
		t.Fatal(line)
	}
	rest := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(lines)
		rest <- string(text)
	}()
	end := func() string {
		stop()
		assert.NoError(t, <-ended)
		ended <- nil
		text := <-rest
		rest <- text
		return text
	}
	t.Cleanup(func() { end() })
	return &served{url: url, log: end}
}

// get asks with a client, whose headers come in pairs.
func get(t *testing.T, client *http.Client, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	answer, err := client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, string(body)
}

func TestWithoutARuntimeNamesAreThoseOfFiles(t *testing.T) {
	s := start(t, "-root", fakeNode(t).Host())
	answer, body := get(t, http.DefaultClient, s.url+"/stats/summary")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Empty(t, answer.Header.Get("Warning"))
	var got struct {
		Node struct{ NodeName string }
		Pods []struct {
			PodRef     struct{ Name, Namespace string }
			Containers []struct{ Name string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Equal(t, "node1", got.Node.NodeName)
	require.Len(t, got.Pods, 1)
	require.Equal(t, "shop/web-0", got.Pods[0].PodRef.Namespace+"/"+got.Pods[0].PodRef.Name)
	require.Len(t, got.Pods[0].Containers, 1)
	require.Equal(t, "server", got.Pods[0].Containers[0].Name)
	require.Empty(t, s.log(), "that there is no runtime is nothing to tell")
}

// A runtime that was asked for must be there; the names of files are better
// than none all the same.
func TestARuntimeThatIsNotThereIsTold(t *testing.T) {
	s := start(t, "-root", fakeNode(t).Host(), "-cri", "/nowhere/cri.sock")
	answer, body := get(t, http.DefaultClient, s.url+"/stats/summary")
	require.Contains(t, answer.Header.Get("Warning"), "pods may be missing: cri: dial unix /nowhere/cri.sock")
	require.Contains(t, body, `"name":"server"`)
	require.Equal(t, 1, strings.Count(s.log(), "level=WARN msg=\"names of pods\""))
}

// What goes wrong in every round is told once.
func TestAnErrorIsToldWhenItChanges(t *testing.T) {
	var out bytes.Buffer
	c := change{log: slog.New(slog.NewTextHandler(&out, nil)), what: "disks"}
	for _, err := range []error{nil, io.EOF, io.EOF, io.ErrNoProgress, io.EOF, nil, nil} {
		c.note(err)
	}
	var told []string
	for line := range strings.Lines(out.String()) {
		_, text, _ := strings.Cut(line, "level=")
		told = append(told, text)
	}
	require.Equal(t, []string{
		"WARN msg=disks error=EOF\n",
		"WARN msg=disks error=\"" + io.ErrNoProgress.Error() + "\"\n",
		"WARN msg=disks error=EOF\n",
		"INFO msg=\"disks: well again\"\n",
	}, told)
}

func TestEveryPathIsAnswered(t *testing.T) {
	s := start(t, "-root", fakeNode(t).Host())
	for path, want := range map[string]int{
		"/":                                  http.StatusOK,
		"/node.json":                         http.StatusOK,
		"/healthz":                           http.StatusOK,
		"/stats/summary":                     http.StatusOK,
		"/metrics/resource":                  http.StatusOK,
		"/metrics/cadvisor":                  http.StatusOK,
		"/version":                           http.StatusOK,
		"/api":                               http.StatusOK,
		"/apis":                              http.StatusOK,
		"/api/v1/namespaces/shop/pods/web-0": http.StatusOK,
		"/apis/metrics.k8s.io/v1beta1/nodes": http.StatusOK,
		"/stats/summary/x":                   http.StatusNotFound,
		"/nothing":                           http.StatusNotFound,
		"/debug/pprof/":                      http.StatusNotFound,
	} {
		answer, _ := get(t, http.DefaultClient, s.url+path)
		assert.Equal(t, want, answer.StatusCode, path)
		assert.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"), path)
	}
}

// On the way to loopback a name must be loopback's: a page of another site can
// have its own name lead there.
func TestOnLoopbackOnlyItsNamesAreAnswered(t *testing.T) {
	s := start(t, "-root", fakeNode(t).Host())
	for host, want := range map[string]int{
		"localhost": 200, "LocalHost:80": 200, "localhost:9117": 200, "127.0.0.1": 200, "127.0.0.1:1": 200, "[::1]": 200, "[::1]:9117": 200,
		"evil.example": 421, "evil.example:9117": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "192.0.2.1:9117": 421,
		"127.0.0.2": 421, "0.0.0.0:9117": 421, "[::]:9117": 421, "localhost.": 421, "::1": 200, "[::1": 421, "node1": 421,
	} {
		answer, body := get(t, http.DefaultClient, s.url+"/healthz", "Host", host)
		assert.Equal(t, want, answer.StatusCode, host)
		assert.Equal(t, want == 200, body == "ok", host)
	}
}

// HTTP/1.0 knows requests without a Host.
func TestARequestForNobodyIsNotAnswered(t *testing.T) {
	s := start(t, "-root", fakeNode(t).Host())
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET /healthz HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), " 421 ")
}

func TestFlagsThatCannotBeMeantAreRefused(t *testing.T) {
	files := newFiles(t)
	for _, args := range [][]string{
		{"-listen", ":0"},
		{"-listen", "0.0.0.0:0"},
		{"-listen", "192.0.2.1:0"},
		{"-listen", "[::]:0"},
		{"-listen", "127.0.0.1"},
		{"-listen", ""},
		{"-listen", ":0", "-token-file", files.token},
		{"-listen", ":0", "-tls-cert", files.cert, "-tls-key", files.key},
		{"-listen", ":0", "-client-ca", files.ca},
		{"-listen", "127.0.0.1:0", "-client-ca", files.ca},
		{"-tls-cert", files.cert},
		{"-tls-cert", files.cert, "-tls-key", files.token},
		{"-tls-cert", files.cert, "-tls-key", files.key, "-client-ca", files.token},
		{"-token-file", "/nowhere"},
		{"-token-file", os.DevNull},
		{"-every", "1ms"},
		{"-cri", "tcp://127.0.0.1:1"},
		{"-root", "/nowhere"},
		{"serve"},
		{"-nothing"},
	} {
		err := run(t.Context(), append([]string{"-root", fakeNode(t).Host()}, args...), io.Discard)
		assert.Error(t, err, args)
	}
	assert.NoError(t, run(t.Context(), []string{"-help"}, io.Discard))
}

// A request that is under way when it is to end is answered.
func TestItEndsWhenRequestsAreAnswered(t *testing.T) {
	s := start(t, "-root", fakeNode(t).Host())
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /stats/summary HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 25\r\n\r\n")
	require.NoError(t, err)
	lines := bufio.NewReader(conn)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue", "the handler reads the form")
	ended := make(chan string)
	go func() { ended <- s.log() }()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err == nil {
			c.Close()
		}
		return err != nil
	}, patience, patience/1000, "nobody is let in any more")
	_, err = io.WriteString(conn, "only_cpu_and_memory=true.")
	require.NoError(t, err)
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	require.Contains(t, string(rest), "200 OK")
	require.Contains(t, string(rest), `"nodeName":"node1"`)
	require.Empty(t, <-ended)
}
