package cri_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/nodegauge/nodegauge/summary/kube/cri"
	"github.com/stretchr/testify/require"
)

// A socket belongs to root, and an agent may not. Root asks as nobody does.
func TestASocketThatIsNotOursIsSaid(t *testing.T) {
	path := socketPath(t)
	serve(t, path, onePod().register)
	require.NoError(t, os.Chmod(filepath.Dir(path), 0))
	t.Cleanup(func() { require.NoError(t, os.Chmod(filepath.Dir(path), 0o700)) })
	s := source(t, path, cri.Options{})
	said := make(chan error)
	go func() {
		runtime.LockOSThread() // and not unlocked: the thread ends with its change
		if os.Geteuid() == 0 {
			if err := syscall.Setfsuid(65534); err != nil {
				said <- err
				return
			}
		}
		_, err := s.Pods(t.Context())
		said <- err
	}()
	require.ErrorIs(t, <-said, fs.ErrPermission)
}
