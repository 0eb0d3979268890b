package containerd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// shared are folders that no configuration moves: of the shims' sockets, and
// of what CNI remembers. They are removed if nothing is in them.
var shared = [...]string{"/run/containerd/s", "/run/containerd", "/var/lib/cni/results", "/var/lib/cni"}

// clean ends the pods and the daemon, and removes what they leave. Whatever
// went wrong before, nothing of the test remains.
func (n *Node) clean() {
	if n.tb.Failed() {
		text, _ := os.ReadFile(filepath.Join(n.dir, "log"))
		n.tb.Logf("containerd's log:\n%s", text)
	}
	if n.daemon == nil && len(n.pods) > 0 { // the test ended while it was away
		if err := n.resume(); err != nil {
			n.tb.Error(err)
		}
	}
	if n.daemon != nil {
		for _, p := range n.pods {
			if err := p.remove(); err != nil {
				n.tb.Errorf("pod %s: %v", p.Name, err)
			}
		}
		n.Stop()
	}
	if n.conn != nil {
		n.conn.Close()
	}
	n.killShims()
	n.removeCgroups()
	n.unmount()
	if err := os.RemoveAll(n.dir); err != nil {
		n.tb.Error(err)
	}
	for _, dir := range shared {
		_ = os.Remove(dir)
	}
}

// killShims ends the shims of pods that could not be removed: a shim is told
// the daemon's socket.
func (n *Node) killShims() {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		words := strings.Split(string(text), "\x00")
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && filepath.Base(words[0]) == "containerd-shim-runc-v2" && slices.Contains(words, n.Socket()) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// removeCgroups removes the daemon's cgroup from every hierarchy, with the
// processes that are still in it.
func (n *Node) removeCgroups() {
	for _, pattern := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/*"} {
		roots, _ := filepath.Glob(pattern + n.cgroup)
		for _, root := range roots {
			var dirs []string
			_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					dirs = append(dirs, path)
				}
				return nil
			})
			for _, dir := range slices.Backward(dirs) {
				if err := removeCgroup(dir); err != nil {
					n.tb.Error(err)
				}
			}
		}
	}
}

// removeCgroup removes a cgroup without children. A process that was killed
// leaves it when it has been scheduled for the last time.
func removeCgroup(dir string) error {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		err := syscall.Rmdir(dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, syscall.EBUSY) || time.Now().After(end) {
			return &os.PathError{Op: "rmdir", Path: dir, Err: err}
		}
		text, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		for line := range strings.Lines(string(text)) {
			if pid, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && pid > 1 {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// unmount takes away what is mounted in the daemon's folder, the newest first.
func (n *Node) unmount() {
	text, _ := os.ReadFile("/proc/self/mounts")
	for _, line := range slices.Backward(strings.Split(string(text), "\n")) {
		fields := strings.Fields(line)
		if len(fields) < 2 || !strings.HasPrefix(fields[1], n.dir+"/") {
			continue
		}
		if err := syscall.Unmount(fields[1], syscall.MNT_DETACH); err != nil {
			n.tb.Errorf("unmount %s: %v", fields[1], err)
		}
	}
}
