package hostpath

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// host is a folder that is a host's root.
type host struct {
	t    *testing.T
	root string
}

func (h *host) mkdir(p string) {
	require.NoError(h.t, os.MkdirAll(filepath.Join(h.root, p), 0o755))
}

func (h *host) link(target, p string) {
	h.mkdir(filepath.Dir(p))
	require.NoError(h.t, os.Symlink(target, filepath.Join(h.root, p)))
}

func TestResolve(t *testing.T) {
	for _, tt := range []struct {
		name, path, want string
		host             func(h *host)
		err              error
	}{
		{name: "no link on the way", path: "/var/log/pods", want: "/var/log/pods", host: func(h *host) { h.mkdir("/var/log/pods") }},
		{name: "an absolute link means the host's root", path: "/var/log/pods", want: "/data/logs", host: func(h *host) {
			h.mkdir("/data/logs")
			h.link("/data/logs", "/var/log/pods")
		}},
		{name: "a relative link starts where it stands", path: "/var/run/containerd", want: "/run/containerd", host: func(h *host) {
			h.mkdir("/run/containerd")
			h.link("../run", "/var/run")
		}},
		{name: "dots do not climb above the root", path: "/var/pods", want: "/etc", host: func(h *host) {
			h.mkdir("/etc")
			h.link("../../../../etc", "/var/pods")
		}},
		{name: "a loop ends", path: "/a", err: ErrLinks, host: func(h *host) {
			h.link("/b", "/a")
			h.link("/a", "/b")
		}},
		{name: "a link to nothing", path: "/a/b", err: fs.ErrNotExist, host: func(h *host) { h.link("/nowhere", "/a") }},
		{name: "nothing there", path: "/a/b", err: fs.ErrNotExist, host: func(*host) {}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &host{t, t.TempDir()}
			tt.host(h)
			got, err := Resolve(h.root, tt.path, nil)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, filepath.Join(h.root, tt.want), got)
		})
	}
}

func TestALinkIsNotFollowedWhereItMustNot(t *testing.T) {
	h := &host{t, t.TempDir()}
	h.mkdir("/data/logs")
	h.link("/data", "/var")
	errNo := errors.New("no")
	var asked []string
	_, err := Resolve(h.root, "/var/logs", func(path string) error {
		asked = append(asked, path)
		return errNo
	})
	require.ErrorIs(t, err, errNo)
	require.Equal(t, []string{filepath.Join(h.root, "/data/logs")}, asked)
}
