package localpods

import (
	"context"
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHostPath(t *testing.T) {
	tests := []struct {
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
		{name: "a loop ends", path: "/a", err: errLinks, host: func(h *host) {
			h.link("/b", "/a")
			h.link("/a", "/b")
		}},
		{name: "a link to nothing", path: "/a/b", err: fs.ErrNotExist, host: func(h *host) { h.link("/nowhere", "/a") }},
		{name: "nothing there", path: "/a/b", err: fs.ErrNotExist, host: func(*host) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			tt.host(h)
			got, err := hostPath(h.root, tt.path)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, h.path(tt.want), got)
		})
	}
	got, err := hostPath("/", "/nowhere/../x")
	require.NoError(t, err)
	require.Equal(t, "/x", got)
}

func TestReadRegular(t *testing.T) {
	h := newHost(t)
	h.write("one", "/a")
	h.write("two", "/b")
	info, err := os.Lstat(h.path("/a"))
	require.NoError(t, err)

	got, err := readRegular(h.path("/a"), info)
	require.NoError(t, err)
	require.Equal(t, "one", string(got))

	_, err = readRegular(h.path("/b"), info)
	require.ErrorIs(t, err, errReplaced, "another file than the one that was looked at")

	h.write(string(make([]byte, maxConfig+1)), "/a")
	_, err = readRegular(h.path("/a"), info)
	require.ErrorIs(t, err, errTooLarge, "a file that grew after it was looked at")
}

func TestCache(t *testing.T) {
	h := newHost(t)
	path := []string{containerdV2, id(2), "config.json"}
	h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server")), path...)
	s := h.source()
	d := s.bundles[0]
	image := func() string {
		t.Helper()
		got, err := s.Pods(context.Background())
		require.NoError(t, err)
		require.Len(t, got, 1)
		require.Len(t, got[0].Containers, 1)
		return got[0].Containers[0].Image
	}
	require.Equal(t, "registry.lab.local/server:1.0", image())
	first, pods := d.known[id(2)], s.pods
	image()
	require.Same(t, &pods[0], &s.pods[0], "what did not change is not put together again")
	require.Same(t, first, d.known[id(2)], "an unchanged file is not read again")

	h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server").with("io.kubernetes.cri.image-name", "another")), path...)
	require.Equal(t, "another", image(), "a file that was rewritten is read again")

	old, err := os.Lstat(h.path(path...))
	require.NoError(t, err)
	require.NoError(t, os.Rename(h.path(path...), h.path("/old"))) // kept, so that its inode is not used again
	h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server").with("io.kubernetes.cri.image-name", "replace")), path...)
	require.NoError(t, os.Chtimes(h.path(path...), old.ModTime(), old.ModTime()))
	require.Equal(t, "replace", image(), "another file of the same size and time is read")

	require.NoError(t, os.RemoveAll(h.path(containerdV2, id(2))))
	got, err := s.Pods(context.Background())
	require.NoError(t, err)
	require.Empty(t, got)
	require.Empty(t, d.known, "what is gone is forgotten")
}
