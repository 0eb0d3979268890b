package cri_test

import (
	"bytes"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

func TestNewRefusesWhatCannotBeMeant(t *testing.T) {
	for _, o := range []cri.Options{
		{Endpoint: "npipe:////./pipe/containerd-containerd"}, {Endpoint: "tcp://127.0.0.1:1"},
		{Endpoint: "run/containerd.sock"}, {Endpoint: "unix://"}, {Timeout: -1},
	} {
		_, err := cri.New(&o)
		require.ErrorContains(t, err, "cri: ", o)
	}
	for _, o := range []*cri.Options{nil, {}, {Endpoint: "/run/x.sock"}, {Endpoint: "unix:///run/x.sock", MaxAge: -1}} {
		s, err := cri.New(o)
		require.NoError(t, err)
		require.NoError(t, s.Close())
	}
}

// Without an Endpoint the first runtime that serves CRI counts, and from then
// on no other: Docker's containerd, for one, has its CRI switched off.
func TestTheFirstThatServesCRIIsKept(t *testing.T) {
	missing, other, second, third := socketPath(t), socketPath(t), socketPath(t), socketPath(t)
	serve(t, other, func(*grpc.Server) {})
	f, last := onePod(), newFake()
	server := serve(t, second, f.register)
	serve(t, third, last.register)
	s, err := cri.NewAt([]string{missing, other, second, third}, &cri.Options{MaxAge: -1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	requireOnePod(t, s)
	server.Stop()
	pods, err := s.Pods(t.Context())
	require.ErrorContains(t, err, second)
	require.Equal(t, onePodShown, show(pods))
	require.Zero(t, last.called("Version"))
}

func TestWhereNoRuntimeIsEveryPlaceIsNamed(t *testing.T) {
	a, b := socketPath(t), socketPath(t)
	s, err := cri.NewAt([]string{a, b}, nil)
	require.NoError(t, err)
	_, err = s.Pods(t.Context())
	require.ErrorContains(t, err, a)
	require.ErrorContains(t, err, b)
}

func TestOneConnectionServesAll(t *testing.T) {
	f := onePod()
	s := start(t, f, cri.Options{})
	for range 3 {
		requireOnePod(t, s)
	}
	require.Equal(t, 1, f.called("Version"))
	require.Equal(t, 3, f.called("ListPodSandbox"))
}

func TestNothingIsAskedTwiceWithinMaxAge(t *testing.T) {
	f := onePod()
	s := start(t, f, cri.Options{MaxAge: time.Hour})
	for range 3 {
		requireOnePod(t, s)
	}
	require.Equal(t, 1, f.called("ListPodSandbox"))
	require.Equal(t, 1, f.called("ImageFsInfo"))
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	f := onePod()
	s := start(t, f, cri.Options{Timeout: time.Hour})
	requireOnePod(t, s)
	f.set(func() { f.hangs["ListContainers"], f.hangs["ImageFsInfo"] = true, true })
	ended := make(chan error, 2)
	go func() {
		_, err := s.Pods(t.Context())
		ended <- err
	}()
	go func() {
		_, err := s.Layers(t.Context())
		ended <- err
	}()
	require.Eventually(t, func() bool { return f.called("ListContainers") == 2 && f.called("ImageFsInfo") == 2 }, time.Minute, time.Millisecond)
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-ended, cri.ErrClosed)
	require.ErrorIs(t, <-ended, cri.ErrClosed)
	requireLastKnown(t, s, cri.ErrClosed)
	require.NoError(t, s.Close())
}

func TestCloseEndsWhoConnects(t *testing.T) {
	f := onePod()
	f.hangs["Version"] = true
	s := start(t, f, cri.Options{Timeout: time.Hour})
	ended := make(chan error, 1)
	go func() {
		_, err := s.Pods(t.Context())
		ended <- err
	}()
	require.Eventually(t, func() bool { return f.called("Version") == 1 }, time.Minute, time.Millisecond)
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-ended, cri.ErrClosed)
}

// No goroutine of the package is there after a call, and none of gRPC's after Close.
func TestNoGoroutineStays(t *testing.T) {
	path := socketPath(t)
	f := onePod()
	server := serve(t, path, f.register)
	s, err := cri.New(&cri.Options{Endpoint: path, Timeout: soon, MaxAge: -1})
	require.NoError(t, err)
	requireOnePod(t, s)
	f.set(func() { f.hangs["ListContainers"] = true })
	_, err = s.Pods(t.Context())
	require.Error(t, err)
	require.NotContains(t, goroutines(t), "nodegauge/summary/kube/cri.")
	const ofGRPC = "grpc/internal/transport.NewHTTP2Client"
	require.Contains(t, goroutines(t), ofGRPC)
	require.NoError(t, s.Close())
	server.Stop()
	require.Eventually(t, func() bool { return !strings.Contains(goroutines(t), ofGRPC) }, time.Minute, time.Millisecond)
}

func goroutines(t *testing.T) string {
	var b bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 2))
	return b.String()
}
