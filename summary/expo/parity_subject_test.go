package expo_test

import (
	"math"
	"strings"

	"github.com/nodegauge/nodegauge/stats"
)

// A subject is what a sample is of, whichever endpoint has it: a quantity of a
// cgroup in one of its lives.
type subject struct{ quantity, cgroup string }

func (s subject) String() string { return s.quantity + " of " + s.cgroup }

// named are the labels that say which cgroup a sample of /metrics/cadvisor is of.
var named = []string{"container", "id", "image", "name", "namespace", "pod"}

// subjectOf tells what a sample of a text is of. /metrics/resource has names
// only, and when a container started.
func (c *captured) subjectOf(f *frame, from *text, s *sample) subject {
	rest := both(s.labels, nil)
	for _, name := range named {
		delete(rest, name)
	}
	quantity := s.family
	for _, prefix := range []string{"node_", "pod_"} {
		if name, ok := strings.CutPrefix(quantity, prefix); ok {
			quantity = "container_" + name
		}
	}
	if rest["cpu"] == "total" {
		delete(rest, "cpu")
	}
	if len(rest) > 0 {
		quantity += seriesOf(rest)
	}
	switch id, ok := s.labels["id"]; {
	case ok:
		return subject{quantity, id}
	case s.labels["container"] != "":
		return subject{quantity, c.containerOf(from, s)}
	case s.labels["pod"] != "":
		return subject{quantity, f.podOf(s)}
	case strings.HasPrefix(s.family, "node_"):
		return subject{quantity, "/"}
	}
	return subject{quantity, ""}
}

// bySubject are the samples of a text by what they are of.
func (c *captured) bySubject(f *frame, from *text) map[subject]*sample {
	all := map[subject]*sample{}
	for _, s := range from.samples {
		of := c.subjectOf(f, from, s)
		if all[of] != nil {
			c.t.Errorf("two samples of %s", of)
		}
		all[of] = s
	}
	return all
}

// containerOf finds the cgroup of a container that started when the text says.
func (c *captured) containerOf(from *text, s *sample) string {
	started := *s
	started.family = "container_start_time_seconds"
	start := from.samples[started.series()]
	if start == nil {
		return "a container without a start " + s.series()
	}
	for _, f := range c.frames {
		for i := range f.moment.Pods {
			p := &f.moment.Pods[i]
			for k := range p.Containers {
				x := &p.Containers[k]
				if p.Name == s.labels["pod"] && p.Namespace == s.labels["namespace"] && x.Name == s.labels["container"] &&
					math.Abs(float64(x.CreatedAt.UnixNano())/1e9-start.value) < 1e-6 {
					if path := f.pathOf(func(cg *stats.Cgroup) bool { return cg.ContainerID == x.ID }); path != "" {
						return path
					}
				}
			}
		}
	}
	return "no cgroup of " + start.series()
}

func (f *frame) podOf(s *sample) string {
	for i := range f.moment.Pods {
		if p := &f.moment.Pods[i]; p.Name == s.labels["pod"] && p.Namespace == s.labels["namespace"] {
			return f.pathOf(func(cg *stats.Cgroup) bool { return cg.Kind == stats.KindPod && cg.PodUID == p.UID })
		}
	}
	return "no cgroup of " + s.series()
}

func (f *frame) pathOf(is func(*stats.Cgroup) bool) string {
	for i := range f.moment.Snap.Cgroups {
		if cg := &f.moment.Snap.Cgroups[i]; is(cg) {
			return cg.Path
		}
	}
	return ""
}

func (f *frame) cgroup(path string) *stats.Cgroup {
	for i := range f.moment.Snap.Cgroups {
		if cg := &f.moment.Snap.Cgroups[i]; cg.Path == path {
			return cg
		}
	}
	return nil
}
