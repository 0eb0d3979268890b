package cgroupfs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/containerd/cgroups/v3/cgroup1"
	"github.com/containerd/cgroups/v3/cgroup2"
	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/cgroups/fs"
	"github.com/opencontainers/cgroups/fs2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An oracle is another library that reads the same files. What it says and
// what a Sample says are both taken apart into figures, and rows says which
// figure of the one is which of the other.
type oracle struct {
	name string
	rows []oracleRow
	read func(w *witness) (figures, error)
}

var (
	runcV2       = oracle{"opencontainers/cgroups/fs2", runcV2Rows, readRuncV2}
	runcV1       = oracle{"opencontainers/cgroups/fs", runcV1Rows, readRuncV1}
	containerdV2 = oracle{"containerd/cgroups/cgroup2", containerdV2Rows, readContainerdV2}
	containerdV1 = oracle{"containerd/cgroups/cgroup1", containerdV1Rows, readContainerdV1}
)

// A witness is one cgroup that all read: where it is, and what of it the
// quirks ask for.
type witness struct {
	tb    testing.TB
	name  string            // of the host and the cgroup, for messages
	root  string            // of the v2 hierarchy
	group string            // with the leading slash
	v1    map[string]string // root folders of v1 hierarchies by controller, if there are any
	proc  string            // where partitions is
	// noLimit is what v1 shows where there is no limit.
	noLimit uint64
}

// file returns the path of one of the cgroup's files in the v2 hierarchy.
func (w *witness) file(name string) string { return filepath.Join(w.root, w.group, name) }

func (w *witness) v1File(controller, name string) string {
	return filepath.Join(w.v1[controller], w.group, name)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func readRuncV2(w *witness) (figures, error) {
	m, err := fs2.NewManager(&cgroups.Cgroup{Resources: &cgroups.Resources{}}, w.file(""))
	require.NoError(w.tb, err)
	stats, err := m.GetStats()
	f := figuresOf(stats)
	if n, err := m.OOMKillCount(); err == nil {
		f["OOMKillCount()"] = strconv.FormatUint(n, 10)
	}
	if pids, err := m.GetPids(); err == nil {
		f["len(GetPids())"] = strconv.Itoa(len(pids))
	}
	return f, err
}

// needs returns a file without which fs cannot read a controller of v1.
func needs(controller string) string {
	switch controller {
	case "pids":
		return "pids.current"
	case "cpuacct":
		return "cpuacct.usage"
	case "hugetlb":
		for _, size := range cgroups.HugePageSizes() {
			return "hugetlb." + size + ".usage_in_bytes"
		}
	}
	return ""
}

func readRuncV1(w *witness) (figures, error) {
	paths := make(map[string]string)
	for controller := range w.v1 {
		// One missing file is the end of everything: the root has no
		// pids.current, and captures leave out controllers of some cgroups.
		if exists(w.v1File(controller, needs(controller))) {
			paths[controller] = w.v1File(controller, "")
		}
	}
	m, err := fs.NewManager(&cgroups.Cgroup{Resources: &cgroups.Resources{}}, paths)
	require.NoError(w.tb, err)
	stats, err := m.GetStats()
	f := figuresOf(stats)
	if n, err := m.OOMKillCount(); err == nil {
		f["OOMKillCount()"] = strconv.FormatUint(n, 10)
	}
	return f, err
}

func readContainerdV2(w *witness) (figures, error) {
	m, err := cgroup2.Load(w.group, cgroup2.WithMountpoint(w.root))
	require.NoError(w.tb, err)
	stats, err := m.Stat()
	f := figuresOf(stats)
	if pids, err := m.Procs(false); err == nil {
		f["len(Procs())"] = strconv.Itoa(len(pids))
	}
	return f, err
}

// v1Root returns a folder in which a controller's root has the controller's
// name, as cgroup1 wants it.
func (w *witness) v1Root(controller string) string {
	dir := w.v1[controller]
	if dir == "" || filepath.Base(dir) == controller {
		return filepath.Dir(dir)
	}
	root := w.tb.TempDir()
	require.NoError(w.tb, os.Symlink(dir, filepath.Join(root, controller)))
	return root
}

func readContainerdV1(w *witness) (figures, error) {
	all := []cgroup1.Subsystem{
		cgroup1.NewCpu(w.v1Root("cpu")), cgroup1.NewCpuacct(w.v1Root("cpuacct")), cgroup1.NewPids(w.v1Root("pids")),
		cgroup1.NewMemory(w.v1Root("memory"), cgroup1.OptionalSwap()), cgroup1.NewRdma(w.v1Root("rdma")),
		cgroup1.NewBlkio(w.v1Root("blkio"), cgroup1.ProcRoot(w.proc)),
	}
	if hugetlb, err := cgroup1.NewHugetlb(w.v1Root("hugetlb")); err == nil { // else the host has no huge pages
		all = append(all, hugetlb)
	}
	c, err := cgroup1.Load(cgroup1.StaticPath(w.group), cgroup1.WithHierarchy(func() ([]cgroup1.Subsystem, error) { return all, nil }))
	require.NoError(w.tb, err)
	stats, err := c.Stat(cgroup1.IgnoreNotExist)
	f := figuresOf(stats)
	for _, master := range []cgroup1.Name{cgroup1.Pids, cgroup1.Cpu, cgroup1.Cpuacct, cgroup1.Memory} {
		if pids, err := c.Processes(master, false); err == nil {
			f["len(Processes())"] = strconv.Itoa(len(pids))
		}
	}
	return f, err
}

// A tally is what a test has compared.
type tally struct {
	values int
	fields map[string]bool // by oracle and row: met with something else than zero
	quirks map[string]bool // by oracle, row and quirk: was needed
}

func newTally() *tally {
	return &tally{fields: make(map[string]bool), quirks: make(map[string]bool)}
}

// A pairing is one figure of both.
type pairing struct {
	row          *oracleRow
	path         string // the oracle's
	ours, theirs string // ours as the oracle would show it
	skip         bool
}

// pair brings the figures of both together. Every figure of the oracle has a
// row; what is in one only is nothing in the other.
func (o *oracle) pair(w *witness, ours, theirs figures, tl *tally) (pairs []pairing) {
	for path, text := range theirs {
		if row := o.row(path); row == nil {
			assert.Fail(w.tb, "no row", "%s: %s: %s = %s", w.name, o.name, path, text)
		} else if row.ours == "" && row.zero {
			assert.Contains(w.tb, []string{"0", "false"}, text, "%s: %s: %s: %s", w.name, o.name, path, row.why)
		}
	}
	for i := range o.rows {
		row := &o.rows[i]
		if row.ours == "" {
			continue
		}
		for _, key := range keysOf(row, ours, theirs) {
			e := &entry{
				w: w, row: row.theirs, all: ours, key: strings.Trim(key, "[]"), theirs: nothing,
				ours: strings.ReplaceAll(row.ours, "[]", key),
			}
			p := pairing{row: row, path: strings.ReplaceAll(row.theirs, "[]", key)}
			if text, ok := theirs[p.path]; ok {
				e.theirs = text
			}
			e.text = e.get(e.ours)
			for _, q := range row.quirks {
				was := e.text
				quirks[q].show(e)
				if e.text != was || e.skip {
					tl.quirks[fmt.Sprint(o.name, row.theirs, q)] = true
				}
			}
			p.ours, p.theirs, p.skip = e.text, e.theirs, e.skip
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// row returns the row of a figure: the one that names it, else the first
// with a star that includes it.
func (o *oracle) row(path string) *oracleRow {
	name, _ := general(path)
	for i := range o.rows {
		if o.rows[i].theirs == name {
			return &o.rows[i]
		}
	}
	for i := range o.rows {
		if prefix, ok := strings.CutSuffix(o.rows[i].theirs, "*"); ok && strings.HasPrefix(name, prefix) {
			return &o.rows[i]
		}
	}
	return nil
}

// keysOf returns the keys that stand for the row's brackets, in both.
func keysOf(row *oracleRow, ours, theirs figures) []string {
	if !strings.Contains(row.theirs, "[]") {
		return []string{""}
	}
	var keys []string
	for _, side := range []struct {
		f    figures
		name string
	}{{ours, row.ours}, {theirs, row.theirs}} {
		for path := range side.f {
			if name, key := general(path); name == side.name && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// count notes that two figures were compared and found equal.
func (tl *tally) count(o *oracle, p *pairing) {
	tl.values++
	if p.theirs != "0" && p.theirs != nothing {
		tl.fields[o.name+" "+p.row.theirs] = true
	}
}

// compare holds that an oracle says what we say.
func (o *oracle) compare(w *witness, ours, theirs figures, tl *tally) {
	for _, p := range o.pair(w, ours, theirs, tl) {
		if p.skip {
			continue
		}
		if p.ours != p.theirs {
			assert.Fail(w.tb, "they differ", "%s: %s: %s = %s, want %s from our %s",
				w.name, o.name, p.path, p.theirs, p.ours, p.row.ours)
			continue
		}
		tl.count(o, &p)
	}
}

// finish holds that each row was compared with something else than zero, that
// each quirk was needed where it is listed, and that no row was lost.
func (tl *tally) finish(tb testing.TB, want int, oracles ...*oracle) {
	tb.Helper()
	for _, o := range oracles {
		for i := range o.rows {
			row := &o.rows[i]
			if row.unmet() {
				want--
				continue
			}
			if row.ours != "" && !tl.fields[o.name+" "+row.theirs] {
				assert.Fail(tb, "never compared", "%s: %s", o.name, row.theirs)
			}
			for _, q := range row.quirks {
				if !quirks[q].live && !tl.quirks[fmt.Sprint(o.name, row.theirs, q)] {
					assert.Fail(tb, "quirk not needed", "%s: %s: %s", o.name, row.theirs, quirks[q].why)
				}
			}
		}
	}
	tb.Logf("compared %d fields, %d values", len(tl.fields), tl.values)
	assert.GreaterOrEqual(tb, len(tl.fields), want, "fields compared")
}
