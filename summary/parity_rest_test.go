package summary_test

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// A point is what somebody read of something at some moment: in the second
// after at, or if exact is set, at it.
type point struct {
	at        int64 // Unix nanoseconds
	byKubelet bool
	values    leaves
}

// A leafDiff is one leaf of a network, a disk or the node's limits in one
// answer, on both sides; empty is absent.
type leafDiff struct {
	c    *captured
	f    *frame
	a    *answer
	key  string
	kind kind
	v, l string // the kubelet's and the library's
}

// compareLeaves counts the verdicts of the leaves that compare by themselves.
// Those of a container that only one side has are not compared: that it is not
// listed is, once.
func (c *captured) compareLeaves(tally map[string]int, f *frame, a *answer) {
	ours := f.leaves
	if a.short {
		ours = f.shortLeaves
	}
	keys := slices.Collect(maps.Keys(a.leaves))
	for key := range ours {
		if _, ok := a.leaves[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		claim := claimOf(key)
		if claim == nil || claim.by == byFields || !isListed(key, a.leaves) || !isListed(key, ours) {
			continue
		}
		if claim.by != byLeaf { // both sides have the section, or the element
			if (a.leaves[key] == "") != (ours[key] == "") {
				tally[fail]++
				c.t.Errorf("%s: %s: the kubelet says %q, the library %q", a.name, key, a.leaves[key], ours[key])
			}
			continue
		}
		d := &leafDiff{c, f, a, key, claim.kind, a.leaves[key], ours[key]}
		verdict := d.verdict()
		tally[verdict]++
		if verdict == fail {
			c.t.Errorf("%s: %s: the kubelet says %q, the library %q", a.name, key, d.v, d.l)
		}
	}
}

// isListed reports whether text has the container, or the pod, that key is of.
func isListed(key string, text leaves) bool {
	part := strings.Split(key, "/")
	switch {
	case part[0] != "pods":
		return true
	case part[2] == "containers":
		return text[strings.Join(part[:4], "/")+"/name"] != ""
	}
	return text["pods/"+part[1]+"/podRef/uid"] != ""
}

func (d *leafDiff) verdict() string {
	if d.v == d.l {
		return equalExact
	}
	for i := range leafRules {
		if leafRules[i].explains(d) {
			return leafRules[i].name
		}
	}
	if d.v == "" || d.l == "" || d.kind == exact {
		return fail
	}
	series, name := d.series()
	older, younger := d.neighbours(series, name)
	switch {
	case older == nil || younger == nil || !d.isWithin(name, older, younger) || !d.isOnItsSide():
		return fail
	case younger.byKubelet:
		return between
	}
	return betweenRead
}

// series is where to look for others who read the same, and under which name.
func (d *leafDiff) series() (series, name string) {
	part := strings.Split(d.key, "/")
	leaf := part[len(part)-1]
	switch {
	case strings.Contains(d.key, "/network/"):
		owner, name, _ := strings.Cut(d.key, "/network/")
		if !strings.Contains(name, "/") { // the default interface, which is eth0
			name = "interfaces/eth0/" + name
		}
		return owner, name
	case part[1] == "rlimit":
		return "rlimit", leaf
	case part[1] == "runtime", part[len(part)-2] == "rootfs":
		return "image", leaf
	}
	return "disk", leaf
}

// read is when the library's side was read.
func (d *leafDiff) read() span {
	switch series, _ := d.series(); series {
	case "disk":
		return span{d.f.disks.Node.At, d.f.disks.Node.At}
	case "image":
		return span{d.f.disks.Image.At, d.f.disks.Image.At}
	case "rlimit":
		return *d.f.spans["/"]["rlimit"]
	case "node":
		return *d.f.spans["/"]["network"]
	default:
		return *d.f.spans[d.c.cgroups["pod "+strings.TrimPrefix(series, "pods/")]]["network"]
	}
}

// neighbours are the kubelet's newest figure that is surely older than the
// library's, and its oldest that is surely younger, or else what another
// program read later.
func (d *leafDiff) neighbours(series, name string) (older, younger *point) {
	read := d.read()
	points := d.c.points[series]
	for i := range points {
		p := &points[i]
		if _, ok := p.values[name]; !ok {
			continue
		}
		switch {
		case p.byKubelet && p.at+int64(time.Second) <= read[0]:
			older = p
		case p.at >= read[1] && (younger == nil || p.byKubelet && !younger.byKubelet):
			younger = p
		}
	}
	return older, younger
}

func (d *leafDiff) isWithin(name string, older, younger *point) bool {
	from, _ := older.values.number(name)
	to, _ := younger.values.number(name)
	n, ok := leaves{name: d.l}.number(name)
	return ok && min(from, to) <= n && n <= max(from, to) && (d.kind != counter || from <= to)
}

// isOnItsSide reports whether a counter is not less than the older of the two
// figures.
func (d *leafDiff) isOnItsSide() bool {
	if d.kind != counter {
		return true
	}
	v, _ := d.a.leaves.number(d.key)
	l, _ := leaves{d.key: d.l}.number(d.key)
	owner, _, _ := strings.Cut(d.key, "/network/")
	at, err := time.Parse(time.RFC3339, d.a.leaves[owner+"/network/time"])
	read := d.read()
	switch {
	case err != nil:
		return false
	case at.UnixNano()+int64(time.Second) <= read[0]:
		return v <= l
	case at.UnixNano() >= read[1]:
		return v >= l
	}
	return true
}
