package summary_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// readPoints gathers what was read of networks, disks and the node's limits:
// by the kubelet, which is in all of its full answers, and by other programs.
func (c *captured) readPoints() {
	c.points = map[string][]point{}
	for i, f := range c.frames {
		for _, a := range f.answers {
			if !a.short {
				c.addAnswer(a)
			}
		}
		c.readLater(f, i)
	}
	for _, points := range c.points {
		slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	}
}

// addAnswer adds the points of an answer. The free space of the image's file
// system is of the same look as the node's.
func (c *captured) addAnswer(a *answer) {
	c.addPoint(a, "disk", "node/fs", "node/fs")
	c.addPoint(a, "image", "node/runtime/imageFs", "node/fs")
	c.addPoint(a, "rlimit", "node/rlimit", "node/rlimit")
	c.addPoint(a, "node", "node/network", "node/network")
	for key := range a.leaves {
		if pod, ok := strings.CutSuffix(key, "/podRef/uid"); ok {
			c.addPoint(a, pod, pod+"/network", pod+"/network")
		}
	}
}

// addPoint adds what an answer says below a section, at the time of another.
func (c *captured) addPoint(a *answer, series, section, dated string) {
	at, err := time.Parse(time.RFC3339, a.leaves[dated+"/time"])
	require.NoError(c.t, err, "%s: %s", a.name, dated)
	p := point{at.UnixNano(), true, leaves{}}
	for key, text := range a.leaves {
		if name, ok := strings.CutPrefix(key, section+"/"); ok {
			p.values[name] = text
		}
	}
	c.points[series] = append(c.points[series], p)
}

// readLater adds what other programs read after a frame's last answer. A pod
// with hostNetwork has the node's network.
func (c *captured) readLater(f *frame, i int) {
	var later map[string]json.RawMessage
	c.want(f.name+"/later.json", &later)
	var times struct{ Frames []struct{ CRI int64 } }
	c.want("times.json", &times)
	f.later = map[string]leaves{}
	for what, text := range later {
		all := leavesOf(c.t, []byte(fmt.Sprintf(`{%q:%s}`, what, text)))
		f.later[what] = leaves{}
		for key, text := range all {
			f.later[what][strings.TrimPrefix(key, what+"/")] = text
		}
		p := point{times.Frames[i].CRI, false, f.later[what]}
		switch what {
		case "node":
			c.points["disk"] = append(c.points["disk"], p)
		case "image":
			c.points["image"] = append(c.points["image"], p)
		case "interfaces":
			p.values = all
			for _, owner := range append(c.hostNetworks(f), "node") {
				c.points[owner] = append(c.points[owner], p)
			}
		case "pods":
			c.addPods(all)
		}
	}
}

// addPods adds what was read through another process of a pod.
func (c *captured) addPods(all leaves) {
	for key, uid := range all {
		if pod := "pods/" + uid; key == pod+"/name" {
			at, _ := all.number(pod + "/at")
			p := point{int64(at), false, leaves{}}
			for key, text := range all {
				if name, ok := strings.CutPrefix(key, pod+"/"); ok {
					p.values[name] = text
				}
			}
			c.points[pod] = append(c.points[pod], p)
		}
	}
}

func (c *captured) hostNetworks(f *frame) []string {
	var pods []string
	for _, cg := range f.cgroups {
		if cg.PodUID != "" && cg.Network.Namespace != 0 && cg.Network.Namespace == f.host {
			pods = append(pods, "pods/"+cg.PodUID)
		}
	}
	return pods
}
