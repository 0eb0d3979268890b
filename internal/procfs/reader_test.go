package procfs

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// write writes in place: a kept descriptor must see the new text.
func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func newNode(t testing.TB) (*Reader, string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "meminfo", memInfo)
	write(t, dir, "stat", stat)
	write(t, dir, "loadavg", "0.20 0.18 0.12 1/80 11206\n")
	write(t, dir, "sys/kernel/pid_max", "4194304\n")
	write(t, dir, "sys/kernel/threads-max", "95825\n")
	r := NewReader(dir)
	t.Cleanup(func() { _ = r.Close() })
	return r, dir
}

func TestReader(t *testing.T) {
	r, dir := newNode(t)
	for range 2 {
		m, err := r.MemInfo()
		require.NoError(t, err)
		assert.Equal(t, some(24682416*1024), m.MemTotal)
		s, err := r.Stat()
		require.NoError(t, err)
		assert.Equal(t, some(1722268800), s.BootTime)
		n, err := r.Tasks()
		require.NoError(t, err)
		assert.Equal(t, some(80), n)
		n, err = r.MaxTasks()
		require.NoError(t, err)
		assert.Equal(t, some(95825), n, "the smaller one")
	}

	write(t, dir, "meminfo", "MemTotal: 7 kB\n")
	m, err := r.MemInfo()
	require.NoError(t, err)
	assert.Equal(t, MemInfo{MemTotal: some(7 * 1024)}, m, "the new text")

	path := write(t, dir, "stat", "btime x\n"+"cpu0\n")
	s, err := r.Stat()
	assert.EqualError(t, err, path+`:1: "btime x": not a number`)
	assert.Equal(t, Stat{CPUs: 1}, s)

	require.NoError(t, r.Close())
	_, err = r.MemInfo()
	assert.ErrorIs(t, err, fs.ErrClosed)
	assert.NoError(t, r.Close(), "again")
}

func TestReaderGrows(t *testing.T) {
	r, dir := newNode(t)
	// intr has a number for every interrupt there may be.
	write(t, dir, "stat", "intr "+strings.Repeat("0 ", 100_000)+"\nbtime 5\n")
	s, err := r.Stat()
	require.NoError(t, err)
	assert.Equal(t, some(5), s.BootTime)

	path := write(t, dir, "stat", strings.Repeat(" ", MaxSize)+"\n")
	_, err = r.Stat()
	assert.ErrorIs(t, err, ErrTooLarge)
	assert.ErrorContains(t, err, path)

	write(t, dir, "stat", strings.Repeat(" ", MaxSize-8)+"\nbtime 6")
	s, err = r.Stat()
	require.NoError(t, err, "exactly the limit")
	assert.Equal(t, some(6), s.BootTime)
}

func TestReaderMissing(t *testing.T) {
	dir := t.TempDir()
	r := NewReader(dir)
	_, err := r.MemInfo()
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = r.Stat()
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = r.Tasks()
	assert.ErrorIs(t, err, fs.ErrNotExist)

	n, err := r.MaxTasks()
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Equal(t, Number{}, n)
	write(t, dir, "sys/kernel/threads-max", "9\n")
	n, err = r.MaxTasks()
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Equal(t, some(9), n, "one of two")
	path := write(t, dir, "sys/kernel/pid_max", "x\n")
	n, err = r.MaxTasks()
	assert.EqualError(t, err, path+`:1: "x": not a number`)
	assert.ErrorIs(t, err, scan.ErrSyntax)
	assert.Equal(t, some(9), n)

	require.NoError(t, r.Close())
}

func TestReaderAllocs(t *testing.T) {
	r, _ := newNode(t)
	read := func() {
		_, _ = r.MemInfo()
		_, _ = r.Stat()
		_, _ = r.Tasks()
		_, _ = r.MaxTasks()
	}
	read()
	assert.Zero(t, testing.AllocsPerRun(100, read))
}

func TestReadProcess(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "7/stat", "7 (x)"+afterComm)
	write(t, dir, "7/cgroup", "0::/a\n")
	bad := write(t, dir, "self/cgroup", "0::/b\n0:\n")

	s, err := ReadProcStat(dir, 7)
	require.NoError(t, err)
	assert.Equal(t, uint64(12_340_000_000), s.StartNanos)
	list, err := ReadCgroups(dir, 7)
	require.NoError(t, err)
	assert.Equal(t, []Cgroup{{Path: "/a"}}, list)
	list, err = ReadSelfCgroups(dir)
	assert.EqualError(t, err, bad+`:2: "0:": too few fields`)
	assert.Equal(t, []Cgroup{{Path: "/b"}}, list)

	_, err = ReadProcStat(dir, 8)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = ReadCgroups(dir, 8)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestParseErrorCutsItsText(t *testing.T) {
	err := NewParseError(1, make([]byte, 1000), errFields)
	assert.Len(t, err.Text, 128)
	assert.NoError(t, WithPath("x", nil))
}

// TestLiveProc reads the kernel's own files, twice from one descriptor.
func TestLiveProc(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc on " + runtime.GOOS)
	}
	r := NewReader("/proc")
	defer func() { require.NoError(t, r.Close()) }()
	for range 2 {
		m, err := r.MemInfo()
		require.NoError(t, err)
		assert.True(t, m.MemTotal.OK && m.MemFree.OK)
		assert.Positive(t, m.MemTotal.N)
		s, err := r.Stat()
		require.NoError(t, err)
		assert.Positive(t, s.CPUs)
		assert.True(t, s.CPU.OK && s.BootTime.OK)
		n, err := r.Tasks()
		require.NoError(t, err)
		assert.Positive(t, n.N)
		n, err = r.MaxTasks()
		require.NoError(t, err)
		assert.Positive(t, n.N)
	}
	p, err := ReadProcStat("/proc", os.Getpid())
	require.NoError(t, err)
	assert.Positive(t, p.StartNanos)
	self, err := ReadSelfCgroups("/proc")
	require.NoError(t, err)
	byPID, err := ReadCgroups("/proc", os.Getpid())
	require.NoError(t, err)
	assert.Equal(t, byPID, self, strconv.Itoa(os.Getpid()))
}

func BenchmarkReader(b *testing.B) {
	r, _ := newNode(b)
	b.ReportAllocs()
	for range b.N {
		_, _ = r.MemInfo()
		_, _ = r.Stat()
	}
}
