package cri_test

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// soon is a deadline for calls that hang on purpose. Nothing is required to
// take as long, or less.
const soon = 50 * time.Millisecond

// onePod is a runtime with a pod, its layer and an image file system.
func onePod() *fakeRuntime {
	f := newFake()
	f.setPods([]*runtimeapi.PodSandbox{sandbox("s1", "web", "u1", ready, 1)}, container("c1", "s1", "a"))
	usage := &runtimeapi.FilesystemUsage{
		Timestamp: 5e9, FsId: &runtimeapi.FilesystemIdentifier{Mountpoint: "/var/lib/layers"},
		UsedBytes: &runtimeapi.UInt64Value{Value: 4096}, InodesUsed: &runtimeapi.UInt64Value{},
	}
	f.set(func() {
		f.replies["ImageFsInfo"] = &runtimeapi.ImageFsInfoResponse{
			ImageFilesystems: []*runtimeapi.FilesystemUsage{{Timestamp: 5e9, FsId: &runtimeapi.FilesystemIdentifier{Mountpoint: "/var/lib/images"}}},
		}
		f.replies["ListContainerStats"] = &runtimeapi.ListContainerStatsResponse{Stats: []*runtimeapi.ContainerStats{
			{Attributes: &runtimeapi.ContainerAttributes{Id: "c1"}, WritableLayer: usage},
		}}
	})
	return f
}

var onePodShown = []string{"web u1@1 sandbox:s1,a:c1"}

// requireOnePod requires what onePod knows.
func requireOnePod(t *testing.T, s *cri.Source) {
	t.Helper()
	pods, err := s.Pods(t.Context())
	require.NoError(t, err)
	require.Equal(t, onePodShown, show(pods))
	layers, err := s.Layers(t.Context())
	require.NoError(t, err)
	require.Len(t, layers.Images, 1)
	require.Len(t, layers.Writable, 1)
}

// requireLastKnown requires an error of both questions, and what was known.
func requireLastKnown(t *testing.T, s *cri.Source, target error) {
	t.Helper()
	pods, err := s.Pods(t.Context())
	require.ErrorIs(t, err, target)
	require.Equal(t, onePodShown, show(pods))
	layers, err := s.Layers(t.Context())
	require.ErrorIs(t, err, target)
	require.Len(t, layers.Images, 1)
	require.Len(t, layers.Writable, 1)
}

func TestARuntimeThatRestartedIsFoundAtTheNextCall(t *testing.T) {
	path := socketPath(t)
	s := source(t, path, cri.Options{})
	_, err := s.Pods(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist, "it has not started yet")

	f := onePod()
	server := serve(t, path, f.register)
	requireOnePod(t, s)
	server.Stop()
	requireLastKnown(t, s, fs.ErrNotExist)
	requireLastKnown(t, s, fs.ErrNotExist)

	for range 3 { // nobody asks while it is down
		server = serve(t, path, f.register)
		requireOnePod(t, s)
		server.Stop()
	}
}

func TestOneThatHangsCostsADeadline(t *testing.T) {
	for _, method := range []string{"Version", "ListContainers", "ListPodSandbox"} {
		t.Run(method, func(t *testing.T) {
			f := onePod()
			f.hangs[method] = true
			s := start(t, f, cri.Options{Timeout: soon})
			pods, err := s.Pods(t.Context())
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, method+": no answer in time")
			require.Empty(t, pods)

			f.set(func() { f.hangs[method] = false })
			requireOnePod(t, s)
			f.set(func() { f.hangs[method] = true })
			pods, err = s.Pods(t.Context())
			require.Equal(t, onePodShown, show(pods))
			if method != "Version" { // which is asked of a new connection only
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
		})
	}
}

func TestTheCallersContextEndsACall(t *testing.T) {
	f := onePod()
	s := start(t, f, cri.Options{Timeout: time.Hour})
	requireOnePod(t, s)
	f.set(func() { f.hangs["ListContainers"] = true })
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	pods, err := s.Pods(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, onePodShown, show(pods))
	pods, err = s.Pods(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, onePodShown, show(pods))
}

func TestACallThatIsRefusedTakesNothingFromTheOthers(t *testing.T) {
	refused := status.Error(codes.Unknown, "server is not initialized yet")
	f := onePod()
	s := start(t, f, cri.Options{})
	requireOnePod(t, s)
	f.set(func() {
		f.errs["ListContainers"] = refused
		f.replies["ListPodSandbox"] = &runtimeapi.ListPodSandboxResponse{Items: []*runtimeapi.PodSandbox{
			sandbox("s1", "web", "u1", ready, 1), sandbox("s2", "new", "u2", ready, 2),
		}}
		f.errs["ImageFsInfo"] = refused
	})
	pods, err := s.Pods(t.Context())
	require.ErrorContains(t, err, "ListContainers: rpc error: code = Unknown desc = server is not initialized yet")
	require.Equal(t, []string{"new u2@2 sandbox:s2", "web u1@1 sandbox:s1,a:c1"}, show(pods))
	layers, err := s.Layers(t.Context())
	require.ErrorContains(t, err, "ImageFsInfo")
	require.Equal(t, codes.Unknown, status.Code(err))
	require.Len(t, layers.Images, 1)
	require.Equal(t, 2, f.called("ListContainerStats"))
}

func TestAnImageWithoutANameIsAskedForAgainAfterAnError(t *testing.T) {
	f := onePod()
	c := container("c1", "s1", "a")
	c.Image.Image = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	f.set(func() {
		f.replies["ListContainers"] = &runtimeapi.ListContainersResponse{Containers: []*runtimeapi.Container{c}}
		f.replies["ListImages"] = &runtimeapi.ListImagesResponse{Images: []*runtimeapi.Image{{Id: c.Image.Image, RepoTags: []string{"a:1"}}}}
		f.errs["ListImages"] = status.Error(codes.Internal, "busy")
	})
	s := start(t, f, cri.Options{})
	pods, err := s.Pods(t.Context())
	require.ErrorContains(t, err, "busy")
	require.Empty(t, pods[0].Containers[1].Image)
	f.set(func() { clear(f.errs) })
	pods, err = s.Pods(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a:1", pods[0].Containers[1].Image)
}

// A runtime that has half of CRI is not asked in vain before MaxAge is over.
func TestWhatIsNotImplementedIsSaidAndNotAskedForAtOnce(t *testing.T) {
	f := onePod()
	delete(f.replies, "ListContainerStats")
	s := start(t, f, cri.Options{MaxAge: time.Hour})
	for range 2 {
		layers, err := s.Layers(t.Context())
		require.Equal(t, codes.Unimplemented, status.Code(err))
		require.Len(t, layers.Images, 1)
		require.Empty(t, layers.Writable)
	}
	require.Equal(t, 1, f.called("ListContainerStats"))
}

func TestLayersOfNonsense(t *testing.T) {
	f := newFake()
	now := time.Unix(1795249320, 0)
	f.replies["ImageFsInfo"] = &runtimeapi.ImageFsInfoResponse{
		ImageFilesystems: []*runtimeapi.FilesystemUsage{{}},
		ContainerFilesystems: []*runtimeapi.FilesystemUsage{{
			Timestamp: 5e9, FsId: &runtimeapi.FilesystemIdentifier{Mountpoint: "/layers"}, UsedBytes: &runtimeapi.UInt64Value{Value: 7},
		}},
	}
	f.replies["ListContainerStats"] = &runtimeapi.ListContainerStatsResponse{Stats: []*runtimeapi.ContainerStats{
		{}, {WritableLayer: &runtimeapi.FilesystemUsage{}},
		{Attributes: &runtimeapi.ContainerAttributes{Id: "c1"}},
		{Attributes: &runtimeapi.ContainerAttributes{Id: "c2"}, WritableLayer: &runtimeapi.FilesystemUsage{Timestamp: -1}},
	}}
	layers, err := start(t, f, cri.Options{Now: func() time.Time { return now }}).Layers(t.Context())
	require.EqualError(t, err, "cri: ListContainerStats: container 1 has no ID")
	require.Len(t, layers.Images, 1)
	require.True(t, layers.Images[0].Used.Bytes.IsAbsent())
	require.Equal(t, now, layers.Images[0].Used.Time)
	require.Len(t, layers.Containers, 1)
	require.Equal(t, "/layers", layers.Containers[0].Path)
	require.Equal(t, uint64(7), layers.Containers[0].Used.Bytes.Or(0))
	require.True(t, layers.Containers[0].Used.Inodes.IsAbsent())
	require.Len(t, layers.Writable, 1)
	require.Equal(t, "c2", layers.Writable[0].ContainerID)
	require.Equal(t, now, layers.Writable[0].Used.Time)
}

func TestOnlyV1IsSpoken(t *testing.T) {
	old := func(s *grpc.Server) {
		s.RegisterService(&grpc.ServiceDesc{
			ServiceName: "runtime.v1alpha2.RuntimeService",
			HandlerType: (*any)(nil),
			Methods: []grpc.MethodDesc{{MethodName: "Version", Handler: func(_ any, _ context.Context, _ func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				return &runtimeapi.VersionResponse{RuntimeName: "containerd", RuntimeVersion: "1.5.9"}, nil
			}}},
		}, struct{}{})
	}
	for _, c := range []struct {
		name, want string
		register   func(*grpc.Server)
	}{
		{"an old containerd", "Version: CRI v1 is not served: containerd 1.5.9 has only v1alpha2", old},
		{"a containerd without CRI", "Version: CRI v1 is not served, nor is v1alpha2: the runtime's CRI may be switched off", func(*grpc.Server) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := socketPath(t)
			serve(t, path, c.register)
			_, err := source(t, path, cri.Options{}).Pods(t.Context())
			require.ErrorIs(t, err, cri.ErrVersion)
			require.EqualError(t, err, "cri: "+path+": "+c.want)
		})
	}
}

func TestWhatIsNoRuntimeIsSaid(t *testing.T) {
	dir := filepath.Dir(socketPath(t))
	for _, c := range []struct {
		name   string
		make   func(path string)
		target error
	}{
		{"nothing", func(string) {}, fs.ErrNotExist},
		{"a file", func(path string) { require.NoError(t, os.WriteFile(path, nil, 0o600)) }, nil},
		{"a folder", func(path string) { require.NoError(t, os.Mkdir(path, 0o700)) }, nil},
		{"a link to itself", func(path string) { require.NoError(t, os.Symlink(path, path)) }, nil},
		{"a socket that nobody listens at", func(path string) {
			l, err := net.Listen("unix", path)
			require.NoError(t, err)
			l.(*net.UnixListener).SetUnlinkOnClose(false)
			require.NoError(t, l.Close())
		}, nil},
		{"a server that hangs up", func(path string) { answerWith(t, path, "") }, nil},
		{"a server that speaks something else", func(path string) { answerWith(t, path, "HTTP/1.1 400 Bad Request\r\n\r\n") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			c.make(path)
			s := source(t, path, cri.Options{Timeout: time.Minute})
			pods, err := s.Pods(t.Context())
			require.ErrorContains(t, err, path)
			require.Empty(t, pods)
			if c.target != nil {
				require.ErrorIs(t, err, c.target)
			}
			_, err = s.Layers(t.Context())
			require.ErrorContains(t, err, path)
		})
	}
}

// answerWith makes a server that says the same to everybody, and hangs up.
func answerWith(t *testing.T, path, text string) {
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(text)) // whoever it was may have hung up
			c.Close()
		}
	}()
}
