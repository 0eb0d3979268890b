package cri_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// A fakeRuntime serves CRI on a unix socket. What it answers may be changed at
// any time; a method without a reply is one that it does not implement.
type fakeRuntime struct {
	runtimeapi.UnimplementedRuntimeServiceServer
	runtimeapi.UnimplementedImageServiceServer

	mu      sync.Mutex
	replies map[string]proto.Message
	errs    map[string]error
	hangs   map[string]bool
	calls   map[string]int
}

func newFake() *fakeRuntime {
	f := &fakeRuntime{replies: map[string]proto.Message{}, errs: map[string]error{}, hangs: map[string]bool{}, calls: map[string]int{}}
	f.replies["Version"] = &runtimeapi.VersionResponse{Version: "0.1.0", RuntimeName: "fake", RuntimeVersion: "1.0", RuntimeApiVersion: "v1"}
	f.replies["ListPodSandbox"] = &runtimeapi.ListPodSandboxResponse{}
	f.replies["ListContainers"] = &runtimeapi.ListContainersResponse{}
	f.replies["ListImages"] = &runtimeapi.ListImagesResponse{}
	f.replies["ImageFsInfo"] = &runtimeapi.ImageFsInfoResponse{}
	f.replies["ListContainerStats"] = &runtimeapi.ListContainerStatsResponse{}
	return f
}

// set changes something.
func (f *fakeRuntime) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeRuntime) called(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

func reply[R any](ctx context.Context, f *fakeRuntime, method string) (*R, error) {
	f.mu.Lock()
	f.calls[method]++
	hangs, err, r := f.hangs[method], f.errs[method], f.replies[method]
	f.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, status.Errorf(codes.Unimplemented, "method %s not implemented", method)
	}
	return r.(any).(*R), nil
}

func (f *fakeRuntime) Version(ctx context.Context, _ *runtimeapi.VersionRequest) (*runtimeapi.VersionResponse, error) {
	return reply[runtimeapi.VersionResponse](ctx, f, "Version")
}

func (f *fakeRuntime) ListPodSandbox(ctx context.Context, _ *runtimeapi.ListPodSandboxRequest) (*runtimeapi.ListPodSandboxResponse, error) {
	return reply[runtimeapi.ListPodSandboxResponse](ctx, f, "ListPodSandbox")
}

// ListContainers knows no filter.
func (f *fakeRuntime) ListContainers(ctx context.Context, _ *runtimeapi.ListContainersRequest) (*runtimeapi.ListContainersResponse, error) {
	return reply[runtimeapi.ListContainersResponse](ctx, f, "ListContainers")
}

func (f *fakeRuntime) ListContainerStats(ctx context.Context, _ *runtimeapi.ListContainerStatsRequest) (*runtimeapi.ListContainerStatsResponse, error) {
	return reply[runtimeapi.ListContainerStatsResponse](ctx, f, "ListContainerStats")
}

func (f *fakeRuntime) ListImages(ctx context.Context, _ *runtimeapi.ListImagesRequest) (*runtimeapi.ListImagesResponse, error) {
	return reply[runtimeapi.ListImagesResponse](ctx, f, "ListImages")
}

func (f *fakeRuntime) ImageFsInfo(ctx context.Context, _ *runtimeapi.ImageFsInfoRequest) (*runtimeapi.ImageFsInfoResponse, error) {
	return reply[runtimeapi.ImageFsInfoResponse](ctx, f, "ImageFsInfo")
}

// serve starts a server on a socket, and stops it with the test at the latest.
func serve(tb testing.TB, path string, register func(*grpc.Server)) *grpc.Server {
	tb.Helper()
	l, err := net.Listen("unix", path)
	require.NoError(tb, err)
	server := grpc.NewServer()
	register(server)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	tb.Cleanup(func() {
		server.Stop()
		if err := <-ended; err != nil { // nil is that it was stopped
			tb.Error(err)
		}
	})
	return server
}

func (f *fakeRuntime) register(s *grpc.Server) {
	runtimeapi.RegisterRuntimeServiceServer(s, f)
	runtimeapi.RegisterImageServiceServer(s, f)
}

// socketPath is short: the path of a socket may have 107 bytes.
func socketPath(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "cri")
	require.NoError(tb, err)
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "cri.sock")
}

// start serves f and returns a Source of it that asks at every call.
func start(tb testing.TB, f *fakeRuntime, o cri.Options) *cri.Source {
	tb.Helper()
	path := socketPath(tb)
	serve(tb, path, f.register)
	return source(tb, path, o)
}

func source(tb testing.TB, path string, o cri.Options) *cri.Source {
	tb.Helper()
	o.Endpoint = "unix://" + path
	if o.MaxAge == 0 {
		o.MaxAge = -1
	}
	s, err := cri.New(&o)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}
