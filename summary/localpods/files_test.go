package localpods

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheOwnRootIsLeftToTheKernel(t *testing.T) {
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
