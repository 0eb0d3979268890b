package summary_test

import (
	"strings"
	"time"
)

// leafRules are the rules of what is not compared by fields; see rules. R3 and
// R7 are the same mechanisms as there.
var leafRules = [...]struct {
	name, mechanism string
	explains        func(*leafDiff) bool
}{
	{
		"R3 numbers of the container runtime",
		"a writable layer that the runtime has not measured yet is 0 in its answer, with no time, and 0 in the kubelet's",
		func(d *leafDiff) bool {
			container, leaf, ok := strings.Cut(d.key, "/rootfs/")
			return ok && (leaf == "usedBytes" || leaf == "inodesUsed") && d.v == "0" && d.l == "" &&
				d.a.leaves[container+"/rootfs/time"] == "1970-01-01T00:00:00Z"
		},
	},
	{
		"R7 container not born yet",
		"the container's cgroup was made after the kubelet had been asked, so that its sum has neither its layer nor its logs",
		func(d *leafDiff) bool {
			return d.isOtherParts() && len(d.a.leaves.containers(d.pod())) < len(d.f.leaves.containers(d.pod()))
		},
	},
	{
		"R8 volume looked at once a minute",
		"the kubelet looks at volumes about once a minute, so that the disk's free space beside one is older than the disk's own",
		(*leafDiff).isOlderVolume,
	},
	{
		"R9 layer between two looks",
		"cAdvisor looks at file systems every 10 s or so: the layer of a container that was born after one look and gone before the next is in neither",
		(*leafDiff).isPassingLayer,
	},
	{
		"R10 log of an earlier run",
		"when a container is run again the kubelet removes the log of the run before the last: its answer still had it, the files listed later do not",
		(*leafDiff).isRemovedLog,
	},
}

func (d *leafDiff) pod() string { return strings.Join(strings.Split(d.key, "/")[:2], "/") }

// isOtherParts reports whether a pod's ephemeral storage differs by just what
// the layers and logs of the containers listed differ.
func (d *leafDiff) isOtherParts() bool {
	_, leaf, ok := strings.Cut(d.key, "/ephemeral-storage/")
	v, ok1 := d.a.leaves.number(d.key)
	l, ok2 := d.f.leaves.number(d.key)
	if !ok || !ok1 || !ok2 || leaf != "usedBytes" && leaf != "inodesUsed" {
		return false
	}
	parts := func(all leaves) uint64 { return all.sum(d.pod(), "rootfs", leaf) + all.sum(d.pod(), "logs", leaf) }
	return v-parts(d.a.leaves) == l-parts(d.f.leaves)
}

func (d *leafDiff) isOlderVolume() bool {
	part := strings.Split(d.key, "/")
	series, name := d.series()
	if part[0] != "pods" || part[2] != "volume" || d.kind != gauge || d.v == "" {
		return false
	}
	older, younger := d.neighbours(series, name)
	looked, err := time.Parse(time.RFC3339, d.a.leaves[strings.Join(part[:4], "/")+"/time"])
	return err == nil && older != nil && younger != nil && looked.UnixNano() < older.at && d.isWithin(name, older, younger)
}

// isPassingLayer asks for a container that was made between the kubelet's two
// looks, and for another program that saw space taken too.
func (d *leafDiff) isPassingLayer() bool {
	series, name := d.series()
	if series != "image" || d.kind != gauge {
		return false
	}
	older, younger := d.neighbours(series, name)
	if older == nil || younger == nil {
		return false
	}
	born := false
	for _, cg := range d.f.cgroups {
		at := cg.CreatedAt.UnixNano()
		born = born || cg.ContainerID != "" && at > older.at && at < d.read()[0]
	}
	before, _ := older.values.number(name)
	seen, ok := d.f.later["image"].number(name)
	l, _ := leaves{name: d.l}.number(name)
	return born && ok && seen < before && l < before
}

func (d *leafDiff) isRemovedLog() bool {
	if d.isOtherParts() {
		for _, name := range d.a.leaves.containers(d.pod()) {
			for _, leaf := range []string{"usedBytes", "inodesUsed"} {
				key := d.pod() + "/containers/" + name + "/logs/" + leaf
				x := &leafDiff{d.c, d.f, d.a, key, exact, d.a.leaves[key], d.f.leaves[key]}
				if x.v != x.l && x.isRemovedLog() {
					return true
				}
			}
		}
		return false
	}
	container, leaf, ok := strings.Cut(d.key, "/logs/")
	if !ok || leaf != "usedBytes" && leaf != "inodesUsed" || d.a.leaves[container+"/rootfs/time"] != "1970-01-01T00:00:00Z" {
		return false // not a run that has just begun
	}
	v, _ := d.a.leaves.number(container + "/logs/inodesUsed")
	l, _ := d.f.leaves.number(container + "/logs/inodesUsed")
	return v == l+1
}
