package bench

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A floor is what the kernel alone costs: system calls, and nothing done with
// what they give.
type floor struct {
	kept []int // files that are read again and again
	dirs []int // folders that are asked how many children they have
	buf  []byte
}

// open opens a file or folder for as long as the benchmark runs; it returns -1
// if there is none.
func openFloor(b *testing.B, path string, flags int) int {
	fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0)
	if err == unix.ENOENT {
		return -1
	}
	require.NoError(b, err, path)
	return fd
}

// newFloor opens files of cgroups. What of them cannot be read is left out.
func newFloor(b *testing.B, n *node, cgroups []string, files []fileOf) *floor {
	f := &floor{buf: make([]byte, 64<<10)}
	for _, cg := range cgroups {
		for _, file := range files {
			fd := openFloor(b, filepath.Join(file.root, cg, file.name), unix.O_RDONLY)
			if fd < 0 {
				continue
			}
			if _, err := unix.Pread(fd, f.buf, 0); err != nil {
				unix.Close(fd)
				continue
			}
			f.kept = append(f.kept, fd)
		}
	}
	b.Cleanup(f.close)
	return f
}

func (f *floor) close() {
	for _, fd := range append(f.kept, f.dirs...) {
		unix.Close(fd)
	}
	f.kept, f.dirs = nil, nil
}

// pass reads all files, and asks all folders.
func (f *floor) pass() {
	var st unix.Stat_t
	for _, fd := range f.dirs {
		if err := unix.Fstat(fd, &st); err != nil {
			panic(err)
		}
	}
	for _, fd := range f.kept {
		if _, err := unix.Pread(fd, f.buf, 0); err != nil {
			panic(err)
		}
	}
}

// A fileOf is a file that every cgroup has, in one mount.
type fileOf struct{ root, name string }

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
