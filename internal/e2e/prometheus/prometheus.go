// Package prometheus runs a Prometheus server of its own for a test.
package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long one thing may take on a slow machine.
const patience = 2 * time.Minute

// A Server is a Prometheus. It belongs to one test.
type Server struct {
	tb  testing.TB
	url string
}

// Start starts a server with a configuration, which ends with the test. It
// skips the test where there is none.
func Start(tb testing.TB, config string) *Server {
	tb.Helper()
	if _, err := exec.LookPath("prometheus"); err != nil {
		tb.Skip("prometheus is not installed")
	}
	dir := tb.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	check(tb, os.WriteFile(file, []byte(config), 0o600))
	s := &Server{tb: tb, url: "http://" + freeAddress(tb)}
	out, err := os.Create(filepath.Join(dir, "log"))
	check(tb, err)
	cmd := exec.Command("prometheus", "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+strings.TrimPrefix(s.url, "http://"), "--log.level=warn")
	cmd.Stdout, cmd.Stderr = out, out
	check(tb, cmd.Start())
	tb.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		dead := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		dead.Stop()
		out.Close()
		if tb.Failed() {
			text, _ := os.ReadFile(out.Name())
			tb.Logf("Prometheus' log:\n%s", text)
		}
	})
	s.Await("Prometheus is ready", func() error { _, err := s.get("/-/ready"); return err })
	return s
}

// freeAddress returns an address on which nobody listens at the moment.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(tb, err)
	defer l.Close()
	return l.Addr().String()
}

// A Series is one that a query returned.
type Series struct {
	Labels map[string]string
	Value  float64
}

// Query returns what a query gives now.
func (s *Server) Query(query string) ([]Series, error) {
	text, err := s.get("/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any // the time, and the value as text
			}
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	var all []Series
	for _, r := range answer.Data.Result {
		value, err := strconv.ParseFloat(fmt.Sprint(r.Value[1]), 64)
		if err != nil {
			return nil, err
		}
		all = append(all, Series{r.Metric, value})
	}
	return all, nil
}

// AwaitSeries waits until a query gives n series, or more.
func (s *Server) AwaitSeries(query string, n int) (all []Series) {
	s.tb.Helper()
	s.Await(query, func() (err error) {
		if all, err = s.Query(query); err == nil && len(all) < n {
			err = fmt.Errorf("%d series, and not %d: %v", len(all), n, all)
		}
		return err
	})
	return all
}

// Own returns a number that the server tells of itself.
func (s *Server) Own(name string) float64 {
	s.tb.Helper()
	text, err := s.get("/metrics")
	check(s.tb, err)
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			number, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			check(s.tb, err)
			return number
		}
	}
	s.tb.Fatalf("Prometheus tells no %s", name)
	return 0
}

// Targets returns what the server says of whom it scrapes.
func (s *Server) Targets() string {
	s.tb.Helper()
	text, err := s.get("/api/v1/targets?state=active")
	check(s.tb, err)
	return string(text)
}

// Await asks until there is no error.
func (s *Server) Await(what string, ask func() error) {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			s.tb.Fatalf("%s: %v", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *Server) get(path string) ([]byte, error) {
	answer, err := http.Get(s.url + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(answer.Status + ": " + string(text))
	}
	return text, err
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
