package cri

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Options are a Source's options. The zero Options, and nil, are good for most.
type Options struct {
	// Endpoint is the runtime's socket, "unix:///run/crio/crio.sock" or the
	// path alone. Empty is the first of containerd's, CRI-O's and cri-dockerd's
	// own (/run/containerd/containerd.sock, /run/crio/crio.sock,
	// /run/cri-dockerd.sock) that serves CRI; the Source then stays with it.
	Endpoint string

	// Timeout is how long one call to the runtime may take, connecting
	// included; 0 is 10 s. Pods makes two or three calls, Layers two.
	Timeout time.Duration

	// MaxAge is how old an answer may be that is given again; 0 is 1 s.
	// Negative asks the runtime at every call; those who ask at once still
	// share one answer.
	MaxAge time.Duration

	// Now is the clock for the age of answers; nil is time.Now.
	Now func() time.Time
}

// maxReply is how large one answer of the runtime may be: what the kubelet
// takes. It is enough for 10,000 containers with 1 KB of labels and annotations.
const maxReply = 16 << 20

// sockets are those of the runtimes as they are when nobody set another.
var sockets = [...]string{
	"/run/containerd/containerd.sock",
	"/run/crio/crio.sock",
	"/run/cri-dockerd.sock",
}

// withDefaults returns o with what zero means filled in.
func (o *Options) withDefaults() (Options, error) {
	if o == nil {
		o = &Options{}
	}
	full := *o
	full.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	full.MaxAge = cmp.Or(o.MaxAge, time.Second)
	if full.Now == nil {
		full.Now = time.Now
	}
	if full.Timeout < 0 {
		return full, fmt.Errorf("cri: a timeout of %v is no timeout", full.Timeout)
	}
	return full, nil
}

// candidates are the paths of the sockets that an endpoint means.
func candidates(endpoint string) ([]string, error) {
	if endpoint == "" {
		return sockets[:], nil
	}
	path, isUnix := strings.CutPrefix(endpoint, "unix://")
	if !isUnix && strings.Contains(endpoint, "://") {
		return nil, fmt.Errorf("cri: endpoint %q: only unix sockets are supported", endpoint)
	}
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("cri: endpoint %q: the path of the socket is not absolute", endpoint)
	}
	return []string{path}, nil
}
