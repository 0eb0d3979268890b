package cgroupfstest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// A Tree is a fake node: a folder with the files of a host, and a clock. Its
// methods end the test if they fail. It is not safe for concurrent use.
type Tree struct {
	tb      TB
	host    string // the host's root
	grave   string // where removed folders go, so that no inode comes back
	v1      bool
	archive string // the file it was loaded from, or ""
	text    *txtar.Archive
	frames  []frame
	times   map[string][]string // .meta: what to set, by name
	start   time.Time
	passed  time.Duration
	buried  int
}

// TB is what a Tree needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	TempDir() string
}

// In returns a TB for where there is no test, such as an Example: the node is
// made in dir, and what would end a test panics.
func In(dir string) TB { return in(dir) }

type in string

func (in) Helper()                           {}
func (in) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }
func (in) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (dir in) TempDir() string               { return string(dir) }

type frame struct {
	at    time.Duration
	files []txtar.File
}

// New returns an empty node with cgroup v2.
func New(tb TB) *Tree {
	tb.Helper()
	t := empty(tb)
	t.Write("cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc\n")
	return t
}

// NewV1 returns an empty node with cgroup v1. Put fills the hierarchies that
// it needs; with Write, names begin with a controller: "memory/kubepods".
func NewV1(tb TB) *Tree {
	tb.Helper()
	t := empty(tb)
	t.v1 = true
	for _, controllers := range []string{"memory", "cpu,cpuacct", "pids"} {
		t.Mkdir(controllers)
	}
	return t
}

func empty(tb TB) *Tree {
	tb.Helper()
	base := tb.TempDir()
	t := &Tree{
		tb:    tb,
		host:  filepath.Join(base, "host"),
		grave: filepath.Join(base, "removed"),
		times: make(map[string][]string),
		start: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC),
	}
	t.mkdir(t.Root())
	t.mkdir(t.grave)
	return t
}

// Load returns the node of a txtar archive, at its time 0. See the package's
// documentation for the format. The clock starts where the archive's proc/stat
// and proc/uptime say, if it has them.
func Load(tb TB, file string) *Tree {
	tb.Helper()
	t := empty(tb)
	archive, err := txtar.ParseFile(file)
	t.check(err)
	t.archive, t.text = file, archive
	for _, f := range archive.Files {
		first, name, ok := strings.Cut(f.Name, "/")
		if !ok || first == "want" {
			continue
		}
		at, err := time.ParseDuration(first)
		if err != nil {
			tb.Fatalf("cgroupfstest: %s: section %q begins neither with a time nor with want/", file, f.Name)
		}
		i := slices.IndexFunc(t.frames, func(fr frame) bool { return fr.at == at })
		if i < 0 {
			i = len(t.frames)
			t.frames = append(t.frames, frame{at: at})
		}
		t.frames[i].files = append(t.frames[i].files, txtar.File{Name: name, Data: f.Data})
	}
	slices.SortFunc(t.frames, func(a, b frame) int { return int(a.at - b.at) })
	t.Advance(0)
	if start := t.hostTime(); !start.IsZero() {
		t.start = start
	}
	return t
}

// hostTime is the node's start plus how long it has been up.
func (t *Tree) hostTime() time.Time {
	uptime, _ := os.ReadFile(t.Path("proc/uptime"))
	stat, _ := os.ReadFile(t.Path("proc/stat"))
	_, rest, _ := strings.Cut(string(stat), "\nbtime ")
	btime, _, _ := strings.Cut(rest, "\n")
	boot, err := strconv.ParseInt(btime, 10, 64)
	up, _, _ := strings.Cut(string(uptime), " ")
	passed, err2 := time.ParseDuration(up + "s")
	if err != nil || err2 != nil {
		return time.Time{}
	}
	return time.Unix(boot, 0).UTC().Add(passed)
}

// Root returns the folder of the cgroup root: what to give to cgroupfs.Open.
func (t *Tree) Root() string { return filepath.Join(t.host, "sys", "fs", "cgroup") }

// Host returns the folder of the host's root: what to give where a host's
// root can be mounted elsewhere.
func (t *Tree) Host() string { return t.host }

// Now returns the node's time, which only Advance moves. It is a clock for
// stats.Options.
func (t *Tree) Now() time.Time { return t.start.Add(t.passed) }

// Advance lets time pass, and applies the frames of the archive that have
// come due.
func (t *Tree) Advance(d time.Duration) {
	t.tb.Helper()
	t.passed += d
	for len(t.frames) > 0 && t.frames[0].at <= t.passed {
		t.apply(t.frames[0].files)
		t.frames = t.frames[1:]
	}
}

func (t *Tree) apply(files []txtar.File) {
	t.tb.Helper()
	for _, f := range files {
		switch dir, base := path.Split(f.Name); {
		case base == ".removed":
			t.Remove(path.Clean(dir))
		case f.Name == ".meta":
			for line := range strings.SplitSeq(strings.TrimSpace(string(f.Data)), "\n") {
				if fields := strings.Fields(line); len(fields) > 0 {
					t.times[fields[0]] = fields[1:]
				}
			}
		default:
			t.Write(f.Name, string(f.Data))
		}
	}
	// Writing a file moves its folder's time, and setting a folder's time that
	// of none: so all are set at the end, the deepest first.
	names := slices.Collect(maps.Keys(t.times))
	slices.SortFunc(names, func(a, b string) int { return strings.Count(b, "/") - strings.Count(a, "/") })
	for _, name := range names {
		t.setMeta(name, t.times[name])
	}
}

func (t *Tree) setMeta(name string, settings []string) {
	t.tb.Helper()
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		switch key {
		case "mtime":
			at, err := time.Parse(time.RFC3339Nano, value)
			t.check(err)
			t.check(os.Chtimes(t.Path(name), at, at))
			t.date(name, at)
		case "link":
			t.Link(name, value)
		case "mode":
			mode, err := strconv.ParseUint(value, 8, 32)
			t.check(err)
			t.check(os.Chmod(t.Path(name), os.FileMode(mode)))
		default:
			t.tb.Fatalf("cgroupfstest: .meta: unknown %q for %q", key, name)
		}
	}
}

// date gives a folder's time to the files that also tell when a cgroup was
// made. Otherwise they would tell when the test ran.
func (t *Tree) date(name string, at time.Time) {
	t.tb.Helper()
	for _, file := range []string{"cgroup.events", "cgroup.clone_children"} {
		if err := os.Chtimes(filepath.Join(t.Path(name), file), at, at); !errors.Is(err, fs.ErrNotExist) {
			t.check(err)
		}
	}
}

// Path returns where a name is on disk.
func (t *Tree) Path(name string) string {
	if slices.Contains(strings.Split(name, "/"), "..") {
		t.tb.Fatalf("cgroupfstest: %q leads out of the node", name)
	}
	first, _, _ := strings.Cut(name, "/")
	switch first {
	case "proc", "sys", "var", "run", "etc", "dev":
		return filepath.Join(t.host, filepath.FromSlash(name))
	}
	return filepath.Join(t.Root(), filepath.FromSlash(name))
}

// Write writes a file in place, and makes the folders it is in.
func (t *Tree) Write(name, text string) {
	t.tb.Helper()
	t.mkdir(filepath.Dir(t.Path(name)))
	t.check(os.WriteFile(t.Path(name), []byte(text), 0o644))
}

// Mkdir makes an empty cgroup or folder.
func (t *Tree) Mkdir(name string) {
	t.tb.Helper()
	t.mkdir(t.Path(name))
}

// Remove removes a file, or a cgroup with all that is in it. On v1 a cgroup's
// name begins with its controller: "memory/kubepods".
func (t *Tree) Remove(name string) {
	t.tb.Helper()
	t.buried++
	maps.DeleteFunc(t.times, func(known string, _ []string) bool {
		return known == name || strings.HasPrefix(known, name+"/")
	})
	t.check(os.Rename(t.Path(name), filepath.Join(t.grave, strconv.Itoa(t.buried))))
}

// Recreate removes a cgroup and makes an empty one of the same name: another
// incarnation, with another inode. On v1 its name begins with its controller.
func (t *Tree) Recreate(name string) {
	t.tb.Helper()
	t.Remove(name)
	t.Mkdir(name)
}

// Truncate cuts a file after n bytes, as a torn read would.
func (t *Tree) Truncate(name string, n int64) {
	t.tb.Helper()
	t.check(os.Truncate(t.Path(name), n))
}

// Unreadable makes a file one that cannot be opened, for root too: it puts a
// socket in its place.
func (t *Tree) Unreadable(name string) {
	t.tb.Helper()
	if _, err := os.Lstat(t.Path(name)); err == nil {
		t.Remove(name)
	}
	dir, err := os.MkdirTemp("", "c") // a socket's path must be short
	t.check(err)
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	t.check(err)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	t.check(l.Close())
	t.mkdir(filepath.Dir(t.Path(name)))
	t.check(os.Rename(filepath.Join(dir, "s"), t.Path(name)))
}

// Want returns the section want/name of the archive: the expected output.
func (t *Tree) Want(name string) string {
	t.tb.Helper()
	if t.text == nil {
		t.tb.Fatal("cgroupfstest: this node was not loaded from an archive")
	}
	for _, f := range t.text.Files {
		if f.Name == "want/"+name {
			return string(f.Data)
		}
	}
	t.tb.Fatalf("cgroupfstest: %s has no section want/%s", t.archive, name)
	return ""
}

// Update puts text into the archive's section want/name, for tests with an
// -update flag.
func (t *Tree) Update(name, text string) {
	t.tb.Helper()
	section := txtar.File{Name: "want/" + name, Data: []byte(text)}
	i := slices.IndexFunc(t.text.Files, func(f txtar.File) bool { return f.Name == section.Name })
	if i < 0 {
		t.text.Files = append(t.text.Files, section)
	} else {
		t.text.Files[i] = section
	}
	t.check(os.WriteFile(t.archive, txtar.Format(t.text), 0o644))
}

func (t *Tree) mkdir(dir string) {
	t.tb.Helper()
	t.check(os.MkdirAll(dir, 0o755))
}

func (t *Tree) check(err error) {
	t.tb.Helper()
	if err != nil {
		t.tb.Fatal(fmt.Errorf("cgroupfstest: %w", err))
	}
}
