package bench

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A floor is what the kernel alone costs: system calls, and nothing done with
// what they give.
type floor struct {
	kept []int // files that are read again and again
	proc []int // and those of the node
	dirs []int // folders that are asked how many children they have
	buf  []byte
}

// newFloor opens files of cgroups. Those that cannot be read are left out.
func newFloor(b *testing.B, cgroups []string, files []fileOf) *floor {
	f := &floor{buf: make([]byte, 64<<10)}
	b.Cleanup(f.close)
	var err error
	f.kept, err = f.open(f.kept, paths(cgroups, files))
	require.NoError(b, err)
	return f
}

// open appends the descriptors of files to fds, of those that can be read.
func (f *floor) open(fds []int, paths []string) ([]int, error) {
	for _, path := range paths {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return fds, &os.PathError{Op: "open", Path: path, Err: err}
		}
		if _, err := unix.Pread(fd, f.buf, 0); err != nil {
			_ = unix.Close(fd)
			continue
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

// newRoundFloor is the floor of a round: the same files of all cgroups, the
// folders whose children are watched, and the node's own files.
func newRoundFloor(b *testing.B, n *node, s *stats.Snapshot) *floor {
	var cgroups []string
	for i := range s.Cgroups {
		cgroups = append(cgroups, s.Cgroups[i].Path)
	}
	f := newFloor(b, cgroups, n.cpuMemoryFiles())
	master := n.master()
	for i := range s.Cgroups {
		if cg := &s.Cgroups[i]; cg.Descend() {
			fd, err := unix.Open(filepath.Join(master, cg.Path), unix.O_PATH|unix.O_CLOEXEC, 0)
			require.NoError(b, err)
			f.dirs = append(f.dirs, fd)
		}
	}
	var err error
	f.proc, err = f.open(f.proc, []string{"/proc/stat", "/proc/meminfo", "/proc/loadavg", "/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max"})
	require.NoError(b, err)
	return f
}

func (f *floor) close() {
	for _, fds := range [][]int{f.kept, f.proc, f.dirs} {
		for _, fd := range fds {
			_ = unix.Close(fd)
		}
	}
}

// pass reads all files, and asks all folders.
func (f *floor) pass() {
	var st unix.Stat_t
	for _, fd := range f.dirs {
		if err := unix.Fstat(fd, &st); err != nil {
			panic(err)
		}
	}
	for _, fds := range [...][]int{f.proc, f.kept} {
		for _, fd := range fds {
			if _, err := unix.Pread(fd, f.buf, 0); err != nil {
				panic(os.NewSyscallError("pread", err))
			}
		}
	}
}

// A fileOf is a file that every cgroup has, in one mount.
type fileOf struct{ root, name string }

// paths are those of the same files of several cgroups.
func paths(cgroups []string, files []fileOf) (all []string) {
	for _, cg := range cgroups {
		for _, f := range files {
			all = append(all, filepath.Join(f.root, cg, f.name))
		}
	}
	return all
}

// cpuMemoryFiles are those that cgroupfs.CPU|cgroupfs.Memory reads, in its order.
func (n *node) cpuMemoryFiles() []fileOf {
	if n.v2() {
		root := n.host.V2().Dir("/")
		return []fileOf{{root, "cpu.stat"}, {root, "memory.stat"}, {root, "memory.current"}, {root, "memory.swap.current"}}
	}
	acct, cpu, memory := n.host.For("cpuacct").Dir("/"), n.host.For("cpu").Dir("/"), n.host.For("memory").Dir("/")
	return []fileOf{{acct, "cpuacct.usage"}, {acct, "cpuacct.stat"}, {cpu, "cpu.stat"},
		{memory, "memory.stat"}, {memory, "memory.usage_in_bytes"}}
}

// master is the folder of the hierarchy that decides which cgroups there are.
func (n *node) master() string {
	if n.v2() {
		return n.host.V2().Dir("/")
	}
	return n.host.For("memory").Dir("/")
}
