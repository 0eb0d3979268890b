package procfs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const limits = `Limit                     Soft Limit           Hard Limit           Units     
Max processes             96343                96343                processes 
Max open files            1024                 524288               files     
Max locked memory         8388608              8388608              bytes     
`

func TestParseMaxOpenFiles(t *testing.T) {
	tests := []struct {
		name string
		text string
		want Limit
		err  string
	}{
		{"nothing", "", Limit{}, ""},
		{"a number", limits, Limit{N: 1024, OK: true}, ""},
		{"no limit", strings.Replace(limits, "1024     ", "unlimited", 1), Limit{Unlimited: true, OK: true}, ""},
		{"not a number", "\nMax open files x\n", Limit{}, `:2: "Max open files x": not a number`},
		{"cut off", "Max open files ", Limit{}, `:1: "Max open files ": not a number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseMaxOpenFiles([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

func TestParseSchedStat(t *testing.T) {
	tests := []struct {
		name string
		text string
		want SchedStat
		err  string
	}{
		{"a thread", "205138951 2035208786 461\n", SchedStat{205138951, 2035208786, 461}, ""},
		{"of a kernel that adds to it", "1 2 3 4\n", SchedStat{1, 2, 3}, ""},
		{"nothing", "", SchedStat{}, `:1: "": too few fields`},
		{"two numbers", "1 2\n3\n", SchedStat{}, `:1: "1 2": too few fields`},
		{"not a number", "1 x 3\n", SchedStat{}, `:1: "1 x 3": not a number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseSchedStat([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

// newProcess is process 7 with three descriptors and two threads.
func newProcess(t testing.TB) (*Proc, string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "7/stat", "7 (x)"+afterComm)
	write(t, dir, "7/limits", limits)
	for id, text := range []string{"205138951 2035208786 461\n", "1 2 3\n"} {
		write(t, dir, fmt.Sprintf("7/task/%d/schedstat", 7+id), text)
	}
	write(t, dir, "7/net/dev", netDev)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "7", "fd"), 0o755))
	for fd, to := range []string{"/dev/null", "socket:[4711]", "/" + strings.Repeat("long", 50)} {
		require.NoError(t, os.Symlink(to, filepath.Join(dir, "7", "fd", fmt.Sprint(fd))))
	}
	p := NewProc(dir)
	t.Cleanup(p.Close)
	return p, dir
}

func TestWhatAProcessHas(t *testing.T) {
	proc, dir := newProcess(t)
	p := process(t, proc, 7)
	d, err := p.Descriptors(3)
	require.NoError(t, err)
	assert.Equal(t, Descriptors{Open: 3, Sockets: some(1)}, d)
	_, err = p.Descriptors(2)
	assert.ErrorIs(t, err, ErrTooMany)
	l, err := p.MaxOpenFiles()
	require.NoError(t, err)
	assert.Equal(t, Limit{N: 1024, OK: true}, l)
	start, err := p.StartNanos()
	require.NoError(t, err)
	assert.EqualValues(t, 12_340_000_000, start)
	threads, err := p.Threads(nil, 2)
	require.NoError(t, err)
	assert.ElementsMatch(t, []Thread{{7, SchedStat{205138951, 2035208786, 461}}, {8, SchedStat{1, 2, 3}}}, threads)
	_, err = p.Threads(nil, 1)
	assert.ErrorIs(t, err, ErrTooMany)

	assert.Zero(t, testing.AllocsPerRun(100, func() {
		p, _ := proc.Process(7)
		defer p.Close()
		_, _ = p.Descriptors(100)
		_, _ = p.MaxOpenFiles()
		_, _ = p.StartNanos()
		threads, _ = p.Threads(threads[:0], 100)
		_, _ = p.Sockets()
	}))
	bad := write(t, dir, "7/task/8/schedstat", "x\n")
	_, err = p.Threads(nil, 9)
	assert.EqualError(t, err, bad+`:1: "x": not a number`)
}

func TestAProcessWithoutSchedstat(t *testing.T) {
	proc, dir := newProcess(t)
	p := process(t, proc, 7)
	require.NoError(t, os.Remove(filepath.Join(dir, "7/task/8/schedstat")))
	_, err := p.Threads(nil, 9)
	assert.ErrorIs(t, err, ErrNoSched, "a thread that is there without it")
	require.NoError(t, os.Remove(filepath.Join(dir, "7/task/8")))
	threads, err := p.Threads(nil, 9)
	require.NoError(t, err)
	assert.Len(t, threads, 1)
}

func TestAProcessThatEndsHasNothing(t *testing.T) {
	proc, dir := newProcess(t)
	p := process(t, proc, 7)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "7")))
	_, err := p.Descriptors(9)
	assert.Equal(t, kernfs.ErrAbsent, err)
	_, err = p.MaxOpenFiles()
	assert.Equal(t, kernfs.ErrAbsent, err)
	_, err = p.StartNanos()
	assert.Equal(t, kernfs.ErrAbsent, err)
	_, err = p.Threads(nil, 9)
	assert.Equal(t, kernfs.ErrAbsent, err)
	_, err = p.Sockets()
	assert.Equal(t, kernfs.ErrAbsent, err)
	_, err = proc.Process(7)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

var openFilesLine = regexp.MustCompile(`^Max open files ([ \t]*)([^ \t]*)`)

func FuzzProcess(f *testing.F) {
	for _, text := range []string{limits, "1 2 3\n", "Max open files unlimited", "1 -2 3", "1\t2 99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseMaxOpenFiles([]byte(text))
		var want Limit
		bad := 0
		for i, line := range slowLines(text) {
			if m := openFilesLine.FindStringSubmatch(line); m != nil {
				n, ok := slowTimes(m[2], 1)
				switch {
				case m[2] == "unlimited":
					want = Limit{Unlimited: true, OK: true}
				case ok:
					want = Limit{N: n.N, OK: true}
				default:
					bad = i + 1
				}
				break
			}
		}
		assert.Equal(t, want, l)
		checkBad(t, bad, err)

		s, err := ParseSchedStat([]byte(text))
		line, _, _ := strings.Cut(text, "\n")
		var v [3]uint64
		ok := len(slowFields(line)) >= len(v)
		for i, num := range slowFields(line)[:min(3, len(slowFields(line)))] {
			n, number := slowTimes(num, 1)
			v[i], ok = n.N, ok && number
		}
		assert.Equal(t, ok, err == nil)
		if ok {
			assert.Equal(t, SchedStat{v[0], v[1], v[2]}, s)
		}
	})
}

// BenchmarkProcess looks into this process, which has 100 descriptors more than
// it needs.
func BenchmarkProcess(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("there is no /proc on " + runtime.GOOS)
	}
	for range 100 {
		f, err := os.Open(os.DevNull)
		require.NoError(b, err)
		defer f.Close()
	}
	proc := NewProc("/proc")
	defer proc.Close()
	p := process(b, proc, os.Getpid())
	var threads []Thread
	for name, look := range map[string]func() (int, error){
		"limits":      func() (int, error) { _, err := p.MaxOpenFiles(); return 1, err },
		"descriptors": func() (int, error) { d, err := p.Descriptors(1 << 20); return d.Open, err },
		"threads": func() (n int, err error) {
			threads, err = p.Threads(threads[:0], 1<<20)
			return len(threads), err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for range b.N {
				var err error
				if n, err = look(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/each")
		})
	}
}
