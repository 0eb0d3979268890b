package bench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/stats"
)

var (
	every    = flag.Duration("every", 10*time.Second, "the interval of what runs")
	running  = flag.Duration("running", time.Minute, "how long what runs is measured, after it has warmed up")
	openFile = flag.Int("open", 0, "how many descriptors a Collector that runs keeps; 0 is what it keeps by default")
)

// BenchmarkRunning has a Collector, and then cAdvisor's manager, follow the node
// for a while, each in a process of its own in which nothing else happens, while
// the containers work every three seconds. All that it uses of CPU time counts,
// garbage collection and looking for containers included, and is divided by the
// samples that it took: one is one cgroup once. The manager waits for a random
// time between one and two intervals between two samples of a cgroup, so that
// it takes fewer; they are counted as it stores them. %core is what samples of
// all cgroups at the true interval are of one core.
//
// The floor is the kernel's part of CPU and memory: kept descriptors, and one
// system call for each file. After seconds in which others had the caches it is
// far from what it is in a loop, above all where there are few cgroups.
//
// Descriptors, goroutines and memory are those of the whole process at the end.
// The manager keeps two minutes of samples, as in a kubelet, and has all of its
// memory only after that. A Collector reads slow metrics every 30 s: less than
// that, -running leaves them out.
func BenchmarkRunning(b *testing.B) {
	n := newNode(b)
	found := map[string]*used{}
	for _, r := range [...]struct {
		name string
		job  job
	}{
		{"floor/cpu+memory", job{What: "floor", Files: n.filesOfTree()}},
		{"ours/cpu+memory", job{What: "collector", Metrics: cpuMemory, MaxOpenFiles: *openFile}},
		{"ours/default", job{What: "collector", MaxOpenFiles: *openFile}},
		{"manager/cpu+memory", job{What: "manager-cpu+memory"}},
		{"manager/kubelet", job{What: "manager"}},
	} {
		r.job.Kubepods, r.job.Cgroups = n.host.Path("kubepods"), n.cgroups()
		r.job.Every, r.job.Running = *every, *running
		b.Run(r.name, func(b *testing.B) {
			if len(r.job.Files) > mostFiles()-100 {
				b.Skip("a process may not have as many descriptors here")
			}
			var u used
			once(b, func() { u = do[used](b, &r.job, func() { n.kick(b) }) })
			found[r.name] = &u
			u.report(b, len(n.leaves))
		})
	}
	compareRunning(found)
}

// used is what a process used while it ran.
type used struct {
	Cgroups     int // that it follows
	Samples     int // that it took
	CPU         time.Duration
	Garbage     uint64 // bytes that were allocated
	RSS, PSS    uint64 // bytes, at the end
	Goroutines  int
	Descriptors int
}

func (u *used) sample() float64  { return float64(u.CPU) / float64(u.Samples) }
func (u *used) share() float64   { return 100 * u.sample() * float64(u.Cgroups) / float64(*every) }
func (u *used) garbage() float64 { return float64(u.Garbage) / float64(u.Samples) }

func (u *used) report(b *testing.B, containers int) {
	b.ReportMetric(float64(u.Samples), "samples")
	b.ReportMetric(u.sample()/1e3, "µs/sample")
	b.ReportMetric(u.sample()*float64(u.Cgroups)/float64(containers)/1e3, "µs/container")
	b.ReportMetric(u.share(), "%core")
	b.ReportMetric(u.garbage(), "B/sample")
	b.ReportMetric(float64(u.RSS)/1e6, "RSS-MB")
	b.ReportMetric(float64(u.PSS)/1e6, "PSS-MB")
	b.ReportMetric(float64(u.Goroutines), "goroutines")
	b.ReportMetric(float64(u.Descriptors), "descriptors")
	b.ReportMetric(0, "ns/op") // says nothing here
}

// compareRunning records what was found.
func compareRunning(found map[string]*used) {
	if ours, floor := found["ours/cpu+memory"], found["floor/cpu+memory"]; ours != nil && floor != nil {
		record("running, CPU and memory: CPU time per sample, beside the floor", fmt.Sprintf("%.1f µs", ours.sample()/1e3),
			fmt.Sprintf("floor %.1f µs", floor.sample()/1e3), times(ours.sample()/floor.sample()), "")
	}
	for _, r := range [...]struct{ what, ours, theirs, times, share string }{
		{"running, CPU and memory", "ours/cpu+memory", "manager/cpu+memory", "≥ 40×", "≤ 0.02 / 0.3 / 0.9 % with 100 / 1,000 / 3,000 containers"},
		{"running, what a kubelet wants", "ours/default", "manager/kubelet", "≥ 40×", ""},
	} {
		ours, theirs := found[r.ours], found[r.theirs]
		if ours == nil || theirs == nil {
			continue
		}
		row := func(what, format string, of func(*used) float64, target string) {
			record(r.what+": "+what, fmt.Sprintf(format, of(ours)), fmt.Sprintf(format, of(theirs)), times(of(theirs)/of(ours)), target)
		}
		row("CPU time per sample", "%.1f µs", func(u *used) float64 { return u.sample() / 1e3 }, r.times)
		row(fmt.Sprint("share of a core at ", *every), "%.3f %%", (*used).share, r.share)
		row("garbage per sample", "%.0f B", (*used).garbage, "")
		row("RSS", "%.1f MB", func(u *used) float64 { return float64(u.RSS) / 1e6 }, "")
		row("goroutines", "%.0f", func(u *used) float64 { return float64(u.Goroutines) }, "")
		record(r.what+": descriptors", fmt.Sprint(ours.Descriptors), fmt.Sprint(theirs.Descriptors), "", "")
	}
}

// collector runs a Collector. It is measured from halfway between two rounds on,
// for whole rounds.
func (j *job) collector() (*used, error) {
	c, err := j.open(j.Kubepods)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { _ = c.Run(ctx, j.Every) }()
	time.Sleep(j.Every + j.Every/4) // the second round is at a random time, and fixes the phase
	s, err := c.Fresh(ctx, time.Hour)
	if err != nil {
		return nil, err
	}
	halfway := s.Time.Add(j.Every / 2)
	for halfway.Before(time.Now()) {
		halfway = halfway.Add(j.Every)
	}
	time.Sleep(time.Until(halfway))
	first, err := c.Fresh(ctx, time.Hour)
	if err != nil {
		return nil, err
	}
	before := usedNow()
	time.Sleep((j.Running + j.Every - 1) / j.Every * j.Every)
	after := usedNow()
	last, err := c.Fresh(ctx, time.Hour)
	switch {
	case err != nil:
		return nil, err
	case len(last.Cgroups) < j.Cgroups:
		return nil, errNotFollowed
	}
	after.Cgroups = len(last.Cgroups)
	after.Samples = int(last.Generation-first.Generation) * len(last.Cgroups)
	return after.since(before), nil
}

// filesOfTree are the files that CPU and memory are in, of all cgroups.
func (n *node) filesOfTree() []string {
	cgroups := slices.Clone(n.leaves)
	for i := range n.pods {
		cgroups = append(cgroups, filepath.Dir(n.leaves[3*i]))
	}
	for _, class := range classes {
		cgroups = append(cgroups, n.host.Path(class))
	}
	return paths(cgroups, n.cpuMemoryFiles())
}

// floor reads the job's files as a Collector takes rounds.
func (j *job) floor() (*used, error) {
	f := &floor{buf: make([]byte, 64<<10)}
	defer f.close()
	var err error
	if f.kept, err = f.open(f.kept, j.Files); err != nil {
		return nil, err
	}
	tick := time.NewTicker(j.Every)
	var before *used
	after := &used{Cgroups: j.Cgroups}
	for round := range int((j.Running+j.Every-1)/j.Every) + 2 {
		<-tick.C
		f.pass()
		if round == 1 {
			before = usedNow()
		} else if round > 1 {
			after.Samples += j.Cgroups
		}
	}
	now := usedNow()
	after.CPU, after.Garbage = now.CPU, now.Garbage
	return after.since(before), nil
}

// open returns the job's Collector.
func (j *job) open(kubepods string) (*stats.Collector, error) {
	h, err := cgroupfs.Detect()
	if err != nil {
		return nil, err
	}
	return stats.New(h, &stats.Options{Metrics: j.Metrics, MaxOpenFiles: j.MaxOpenFiles, KubepodsRoot: kubepods})
}

// usedNow is what this process has used.
func usedNow() *used {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return &used{CPU: cpuTime(), Garbage: m.TotalAlloc}
}

// mostFiles is how many descriptors a process may have.
func mostFiles() int { return int(min(kernfs.MaxOpenFiles(), 1<<30)) }

// since returns what was used between before and u, and what the process has now.
func (u *used) since(before *used) *used {
	u.CPU -= before.CPU
	u.Garbage -= before.Garbage
	u.Goroutines, u.Descriptors = runtime.NumGoroutine(), descriptors()
	u.RSS, u.PSS = kernelSays("/proc/self/smaps_rollup", "Rss"), kernelSays("/proc/self/smaps_rollup", "Pss")
	return u
}

// descriptors is how many this process has.
func descriptors() int {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(fds) - 1 // less the folder's own
}

// kernelSays returns a number of kB from a file of proc, in bytes; 0 if it is
// not there.
func kernelSays(file, key string) uint64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if f := bytes.Fields(line); len(f) > 1 && string(f[0]) == key+":" {
			n, _ := strconv.ParseUint(string(f[1]), 10, 64)
			return n << 10
		}
	}
	return 0
}
