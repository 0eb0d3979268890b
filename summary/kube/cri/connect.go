package cri

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// ErrVersion says that what answers does not serve version v1 of CRI: the
// runtime is too old (containerd before 1.6), or its CRI is switched off.
var ErrVersion = errors.New("CRI v1 is not served")

// ErrClosed says that a Source was asked after its Close.
var ErrClosed = errors.New("the source is closed")

// A line is the connection to the runtime. It is made when it is first needed
// and again when it broke. Pods and Layers share it.
type line struct {
	timeout time.Duration
	life    context.Context // ends with Close
	end     context.CancelFunc
	turn    chan struct{} // a lock that a context can leave; it guards what follows
	paths   []string      // where the runtime may be; one once it is known
	conn    *connection   // nil if there is none
}

// A connection is one that has answered.
type connection struct {
	*grpc.ClientConn
	path    string
	runtime runtimeapi.RuntimeServiceClient
	images  runtimeapi.ImageServiceClient
}

func newLine(paths []string, timeout time.Duration) *line {
	l := &line{timeout: timeout, turn: make(chan struct{}, 1), paths: paths}
	l.life, l.end = context.WithCancel(context.Background())
	return l
}

// close ends the calls under way, and what gRPC started for the connection.
func (l *line) close() {
	l.end()
	l.turn <- struct{}{} // who connects gives up now
	defer func() { <-l.turn }()
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// call makes one call to the runtime, with a deadline. If a connection that
// looked whole turns out to be broken it connects again, once.
func (l *line) call(ctx context.Context, name string, do func(context.Context, *connection) error) error {
	var bad *connection
	for {
		conn, err := l.get(ctx, bad)
		if err != nil {
			return err
		}
		err = l.within(ctx, func(ctx context.Context) error { return do(ctx, conn) })
		switch {
		case err == nil:
			return nil
		case l.life.Err() != nil:
			return ErrClosed
		case bad != nil || ctx.Err() != nil || !broken(err):
			return callError(conn.path, name, err)
		}
		bad = conn
	}
}

// within gives f its deadline.
func (l *line) within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	defer context.AfterFunc(l.life, cancel)()
	return f(ctx)
}

// get returns a connection that was whole when it was looked at, and not bad.
func (l *line) get(ctx context.Context, bad *connection) (*connection, error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if l.conn != nil && l.conn != bad && l.conn.GetState() == connectivity.Ready {
		return l.conn, nil
	}
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
	conn, err := l.connect(ctx)
	if l.life.Err() != nil {
		err = ErrClosed
	}
	if err != nil {
		if conn != nil {
			conn.Close()
		}
		return nil, err
	}
	l.conn, l.paths = conn, []string{conn.path}
	return conn, nil
}

// connect connects to the first socket that serves CRI.
func (l *line) connect(ctx context.Context) (*connection, error) {
	var errs []error
	for _, path := range l.paths {
		var conn *connection
		err := l.within(ctx, func(ctx context.Context) (err error) {
			conn, err = dial(ctx, path)
			return err
		})
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// dial connects to one socket and asks for the version. It opens the socket
// itself, where gRPC would make text of the error and wait between attempts: a
// runtime that is back is found at the next call.
func dial(ctx context.Context, path string) (*connection, error) {
	socket, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err // it names the path
	}
	var taken atomic.Bool
	client, err := grpc.NewClient("passthrough:///localhost",
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
			if taken.Swap(true) {
				return nil, net.ErrClosed // a broken connection is not mended but replaced
			}
			return socket, nil
		}),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReply)),
		grpc.WithNoProxy(), grpc.WithDisableServiceConfig())
	if err != nil {
		socket.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	conn := &connection{client, path, runtimeapi.NewRuntimeServiceClient(client), runtimeapi.NewImageServiceClient(client)}
	_, err = conn.runtime.Version(ctx, &runtimeapi.VersionRequest{})
	if err == nil {
		return conn, nil
	}
	if status.Code(err) == codes.Unimplemented {
		err = conn.older(ctx)
	}
	client.Close()
	socket.Close()
	return nil, callError(path, "Version", err)
}

// older says what there is where v1 is not. The messages of v1alpha2's Version
// are those of v1.
func (c *connection) older(ctx context.Context) error {
	var version runtimeapi.VersionResponse
	err := c.Invoke(ctx, "/runtime.v1alpha2.RuntimeService/Version", &runtimeapi.VersionRequest{}, &version)
	if err != nil {
		return fmt.Errorf("%w, nor is v1alpha2: the runtime's CRI may be switched off", ErrVersion)
	}
	return fmt.Errorf("%w: %s %s has only v1alpha2", ErrVersion, version.GetRuntimeName(), version.GetRuntimeVersion())
}

// broken says that a connection is of no use any more. Whoever replaces it
// cancels the calls that others wait for.
func broken(err error) bool {
	code := status.Code(err)
	return code == codes.Unavailable || code == codes.Canceled
}

// callError says which call failed, and of whom. Ended contexts are those of
// package context again; for the rest status.FromError finds gRPC's status.
func callError(path, name string, err error) error {
	switch status.Code(err) {
	case codes.DeadlineExceeded:
		err = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	case codes.Canceled:
		err = context.Canceled
	}
	return fmt.Errorf("%s: %s: %w", path, name, err)
}
