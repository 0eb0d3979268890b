package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

// BenchmarkMemory says what memory a Collector and a Snapshot of it take, once
// two rounds have been taken, in a process of its own: with all descriptors
// kept, three for each cgroup, sixteen in all, and as many as are by default,
// the last with the default metrics too.
//
// User is what lives in the heap, less what lives there without the tree. Kernel
// is what open files take, from /proc/slabinfo: by far the most of it is a
// buffer of 4 KiB for each file that was read. That is the whole machine's, so
// that other programs disturb the small slabs a little; a cgroup with only this
// process in it is charged the same within 2 %, but it is not charged for all of
// these.
//
// Names are the names and inodes of files that were looked at once, in a tree
// that nobody has read before, also of those that date a cgroup. The kernel gives
// them back when memory is short, unless the file is open: some 850 bytes for
// each. A container is one with its share of its pod.
func BenchmarkMemory(b *testing.B) {
	if os.Getuid() != 0 {
		b.Skip("only root may read /proc/slabinfo")
	}
	for _, v := range [...]struct {
		name   string
		job    job
		each   int // descriptors for each cgroup
		target string
	}{
		{"all", job{Metrics: cpuMemory, MaxOpenFiles: 1 << 20}, 0, "≤ 4 KB + ≤ 26 KB"},
		{"three", job{Metrics: cpuMemory}, 3, "≤ 4 KB + ≤ 16 KB"},
		{"few", job{Metrics: cpuMemory, MaxOpenFiles: 16}, 0, "≤ 4 KB + ≤ 2 KB"},
		{"default", job{}, 0, ""},
	} {
		v.job.What = "memory"
		b.Run(v.name, func(b *testing.B) {
			without := do[taken](b, &v.job, nil)
			n := newNode(b)
			v.job.Kubepods, v.job.Cgroups = n.host.Path("kubepods"), n.cgroups()
			if v.each > 0 {
				v.job.MaxOpenFiles = v.each * (n.cgroups() + without.Cgroups)
			}
			var with taken
			once(b, func() { with = do[taken](b, &v.job, nil) })
			require.Greater(b, with.Cgroups, 2*without.Cgroups, "another tree was there")
			if v.name == "all" && with.Descriptors < 4*with.Cgroups {
				b.Skip("a process may not have as many descriptors here")
			}
			user := (with.Heap - without.Heap) / float64(with.Cgroups-without.Cgroups)
			kernel := with.Files / float64(with.Cgroups)
			share := float64(n.cgroups()) / float64(len(n.leaves))
			b.ReportMetric(user, "user-B/cgroup")
			b.ReportMetric(kernel, "kernel-B/cgroup")
			b.ReportMetric(with.Names/float64(with.Cgroups), "names-B/cgroup")
			b.ReportMetric(user*share, "user-B/container")
			b.ReportMetric(kernel*share, "kernel-B/container")
			b.ReportMetric(float64(with.Descriptors), "descriptors")
			b.ReportMetric(0, "ns/op") // says nothing here
			kb := func(share float64) string { return fmt.Sprintf("%.1f KB + %.1f KB", user*share/1e3, kernel*share/1e3) }
			record(fmt.Sprintf("memory per cgroup, user + kernel, %d descriptors", with.Descriptors), kb(1), "", "", v.target)
			record("memory per container, its share of a pod included", kb(share), "", "", "")
		})
	}
}

// cgroups is how many the tree has, from the one that holds the pods down.
func (n *node) cgroups() int { return len(classes) + len(n.pods) + len(n.leaves) }

// taken is the memory that was taken.
type taken struct {
	Cgroups     int // that are followed
	Descriptors int
	Heap        float64
	Files       float64 // the kernel's, for open files
	Names       float64 // the kernel's, for names and inodes
}

// Slabs of the kernel.
var (
	openFiles = [...]string{"kmalloc-cg-4k", "filp", "seq_file", "lsm_file_cache", "kmalloc-192", "kmalloc-96"}
	fileNames = [...]string{"dentry", "inode_cache", "lsm_inode_cache"}
)

// memory follows the node with a Collector that keeps no descriptor, and then
// with the job's own, whose memory it measures.
func (j *job) memory() (*taken, error) {
	kept := *j
	j.MaxOpenFiles = -1
	var t taken
	before, err := slabs(fileNames[:])
	if err != nil {
		return nil, err
	}
	if _, err := j.follow(&t); err != nil {
		return nil, err
	}
	after, err := slabs(fileNames[:])
	if err != nil {
		return nil, err
	}
	t.Names = after - before
	time.Sleep(100 * time.Millisecond) // until what was closed is given back
	t.Descriptors = -descriptors()
	time.Sleep(100 * time.Millisecond)
	t.Heap = -heap()
	before, err = slabs(openFiles[:])
	if err != nil {
		return nil, err
	}
	held, err := kept.follow(&t)
	if err != nil {
		return nil, err
	}
	after, err = slabs(openFiles[:])
	t.Files = after - before
	t.Heap += heap()
	t.Descriptors += descriptors()
	runtime.KeepAlive(held)
	return &t, err
}

// follow takes two rounds, and returns what was needed for them.
func (j *job) follow(t *taken) (any, error) {
	c, err := j.open(j.Kubepods)
	if err != nil {
		return nil, err
	}
	if j.MaxOpenFiles < 0 {
		defer c.Close()
	}
	s := &stats.Snapshot{}
	for range 2 {
		if err := c.Collect(context.Background(), s); err != nil {
			return nil, err
		}
	}
	if t.Cgroups = len(s.Cgroups); t.Cgroups < j.Cgroups {
		return nil, errNotFollowed
	}
	return []any{c, s}, nil
}

// heap is how much lives.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// slabs is how many bytes objects of these kinds take in the kernel.
func slabs(names []string) (float64, error) {
	text, err := os.ReadFile("/proc/slabinfo")
	var sum float64
	for line := range bytes.Lines(text) { // filp 557 609 192 21 1 : …
		f := bytes.Fields(line)
		if len(f) < 4 || !slices.Contains(names, string(f[0])) {
			continue
		}
		objects, _ := strconv.ParseFloat(string(f[1]), 64)
		size, _ := strconv.ParseFloat(string(f[3]), 64)
		sum += objects * size
	}
	return sum, err
}
