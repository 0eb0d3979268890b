package expo_test

import (
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/stats"
)

// alone are what only the library says: there is nothing to compare it with.
var alone = []rule{
	{
		"A1 family that this kubelet has not",
		"the families of newer kubelets, and our own",
		func(d *diff) bool { return d.kubelet == nil && d.a.types[d.library.family] == "" },
	},
	{
		"A2 cgroup that this kubelet has not",
		"a kubelet's cAdvisor looks at the root, at kubepods and at the cgroups of the kubelet and the container runtime",
		func(d *diff) bool {
			cg := d.f.cgroup(d.subject.cgroup)
			return d.kubelet == nil && cg != nil && (cg.Kind == stats.KindGroup || cg.Kind == stats.KindService) && !d.isKnown()
		},
	},
	{
		"A3 writable layer of a container",
		"cAdvisor leaves the file systems of containers to the container runtime, and then has none",
		func(d *diff) bool { return d.kubelet == nil && d.isFileSystem() && d.isContainer() },
	},
	{
		"A4 discards",
		"what reads io.stat for the kubelet knows four of its six columns",
		func(d *diff) bool { return d.kubelet == nil && d.library.labels["operation"] == "Discard" },
	},
}

// notDetermined are what the kubelet knew of files that the archives do not have.
var notDetermined = []rule{
	{
		"N1 descriptors and sockets",
		"they are in /proc/PID/fd, as long as the process runs",
		func(d *diff) bool {
			return d.kubelet != nil && slices.Contains([]string{"container_file_descriptors", "container_sockets"}, d.kubelet.family)
		},
	},
	{
		"N2 limits of processes that were not captured",
		"of process 1 and of the services /proc/PID/limits is missing",
		func(d *diff) bool {
			return d.library == nil && d.kubelet.family == "container_ulimits_soft" && !d.isContainer()
		},
	},
	{
		"N3 file systems in memory",
		"storage looks at the file systems of the node, of images and of volumes; /run and the like are none of them",
		func(d *diff) bool {
			return d.library == nil && (d.isFileSystem() || d.isDisk()) &&
				slices.Contains([]string{"/dev/shm", "/run", "/run/lock", "/sys/fs/cgroup"}, d.kubelet.labels["device"])
		},
	},
}

// rules are the differences that have other reasons. Their order is the order
// in which they are asked.
var rules = []rule{
	{
		"R1 gauge between readings",
		"cAdvisor samples a cgroup every 10 to 30 s, and a gauge moves both ways between two samples: the library's is among those read in that time",
		func(d *diff) bool { return d.isBoth() && d.isGauge() && d.isAmong() },
	},
	{
		"R2 anonymous memory of the node",
		"after the capture's last sample processes of the node took memory: its page cache and inactive cache are between sample and reading, only what is anonymous went further",
		func(d *diff) bool {
			return d.isBoth() && d.isGauge() && d.subject.cgroup == "/" && d.isLast() &&
				slices.Contains([]string{"container_memory_usage_bytes", "container_memory_rss", "container_memory_working_set_bytes"}, d.subject.quantity) &&
				d.isSound("container_memory_cache") && d.isSound("container_memory_total_inactive_file_bytes")
		},
	},
	{
		"R3 numbers of the container runtime",
		"of a container that cAdvisor has not yet found /metrics/resource has what the runtime says when asked, which is 0 when it has ended",
		func(d *diff) bool {
			return d.isBoth() && d.a.endpoint == endpoints[0] && d.isContainer() && !d.isSampled() && d.kubelet.at*1e6 >= d.a.asked[0]
		},
	},
	{
		"R6 time of a file that was not captured",
		"a cgroup's start is the earliest of its folder's and its marker file's times; the captures have the folder's only, which is renewed when a child is made",
		func(d *diff) bool {
			return d.isBoth() && d.subject.quantity == "container_start_time_seconds" && d.a.endpoint == endpoints[1] &&
				d.kubelet.value < d.library.value && int64(d.library.value*1e9) < d.f.files[1]
		},
	},
	{
		"R7 container not born yet",
		"the container's cgroup was made after the kubelet had been asked",
		func(d *diff) bool {
			cg := d.f.cgroup(d.subject.cgroup)
			return d.kubelet == nil && cg != nil && cg.CreatedAt.UnixNano() >= d.a.asked[0]
		},
	},
	{
		"R11 gauge that nobody else read",
		"as R1, of what the other program did not read, in a cgroup in which something ran",
		func(d *diff) bool {
			column, _ := columnOf(d.subject.quantity)
			return d.isBoth() && d.isGauge() && d.kubelet.at != 0 && d.ran() && (column == "" || d.around().younger == nil)
		},
	},
	{
		"R12 after the last sample",
		"the kubelet has not sampled the cgroup again after the library's reading: a counter is not less than the sample before",
		func(d *diff) bool {
			b := d.around()
			return d.isBoth() && !d.isGauge() && b.older != nil && b.younger == nil && d.library.value >= b.older.value && (d.ran() || strings.HasPrefix(d.subject.quantity, "container_network_"))
		},
	},
	{
		"R13 container that ended",
		"the container's cgroup was removed between the library's reading and the kubelet's answer",
		func(d *diff) bool {
			return d.kubelet == nil && d.a.asked[0] > d.f.files[1] && d.isContainer() && d.isGoneLater()
		},
	},
}

func (d *diff) isFileSystem() bool {
	return slices.Contains([]string{
		"container_fs_usage_bytes", "container_fs_limit_bytes", "container_fs_inodes_free", "container_fs_inodes_total",
	}, d.family())
}

func (d *diff) isDisk() bool { return strings.HasPrefix(d.family(), "container_fs_") }

func (d *diff) family() string {
	if d.kubelet != nil {
		return d.kubelet.family
	}
	return d.library.family
}

func (d *diff) isContainer() bool {
	cg := d.f.cgroup(d.subject.cgroup)
	return cg != nil && cg.Kind == stats.KindContainer
}

func (d *diff) isLast() bool { return d.f == d.c.frames[len(d.c.frames)-1] }

// isKnown reports whether the kubelet says anything of the cgroup.
func (d *diff) isKnown() bool {
	for of := range d.a.theirs {
		if of.cgroup == d.subject.cgroup {
			return true
		}
	}
	return false
}

// isSampled reports whether cAdvisor answered a sample of the kubelet's time.
func (d *diff) isSampled() bool {
	for _, f := range d.c.frames {
		for _, a := range f.answers {
			for of, s := range a.theirs {
				if a.endpoint == endpoints[1] && of.cgroup == d.subject.cgroup && s.at == d.kubelet.at {
					return true
				}
			}
		}
	}
	return false
}

// other is what both sides say of another quantity of the same cgroup. Only
// /metrics/cadvisor has all.
func (d *diff) other(quantity string) *diff {
	of := subject{quantity, d.subject.cgroup}
	for _, a := range d.f.answers {
		if a.endpoint == endpoints[1] && a.name == d.a.name {
			return &diff{d.c, d.f, a, of, a.theirs[of], d.f.ours[a.endpoint][of]}
		}
	}
	return nil
}

// isSound reports whether another quantity of the cgroup needs no rule but R1.
func (d *diff) isSound(quantity string) bool {
	o := d.other(quantity)
	return o.isBoth() && (o.kubelet.value == o.library.value || o.between() != "" || o.isAmong())
}

// ran reports whether something ran in the cgroup between the kubelet's sample
// and the library's. If not, no file of it can differ.
func (d *diff) ran() bool {
	o := d.other("container_cpu_usage_seconds_total")
	return o.isBoth() && o.kubelet.value != o.library.value
}

// isGoneLater reports whether the next frame has the cgroup no more.
func (d *diff) isGoneLater() bool {
	i := slices.Index(d.c.frames, d.f)
	return i+1 < len(d.c.frames) && d.c.frames[i+1].cgroup(d.subject.cgroup) == nil
}
