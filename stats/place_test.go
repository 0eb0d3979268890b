package stats

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatWasReadMovesWithItsCgroup(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := &Collector{root: &group{info: &Info{Path: "/"}}, gen: 7}
		dst := &Snapshot{Cgroups: make([]Cgroup, random.IntN(30))}
		for range 5 { // passes of one round
			change(c.root, random, 0)
			c.changed = true
			c.place(dst)
			n := len(c.order)
			require.GreaterOrEqual(t, len(dst.Cgroups), n)
			var all []*group
			inOrder(c.root, &all)
			require.Len(t, all, n)
			for i, g := range all {
				require.EqualValues(t, i, g.index)
				if g.gen == c.gen {
					require.Same(t, g.info, dst.Cgroups[i].Info)
				}
				if random.IntN(5) > 0 {
					g.gen, dst.Cgroups[i].Info = c.gen, g.info
				}
			}
		}
	}
}

func inOrder(g *group, to *[]*group) {
	*to = append(*to, g)
	for _, child := range g.children {
		inOrder(child, to)
	}
}

// change takes cgroups away and adds others.
func change(g *group, random *rand.Rand, depth int) {
	g.children = slices.DeleteFunc(g.children, func(*group) bool { return random.IntN(4) == 0 })
	for range random.IntN(4 - depth) {
		name := fmt.Sprint(random.IntN(1000))
		g.children = append(g.children, &group{name: name, info: &Info{Path: g.info.Path + name + "/"}})
	}
	slices.SortStableFunc(g.children, byName)
	for _, child := range g.children {
		if depth < 3 {
			change(child, random, depth+1)
		}
	}
}

func TestWhatIsGoneIsNotHeld(t *testing.T) {
	c := &Collector{root: &group{info: &Info{Path: "/"}}, changed: true}
	for _, name := range []string{"a", "b", "c"} {
		c.root.children = append(c.root.children, &group{name: name, info: &Info{Path: "/" + name}})
	}
	var dst Snapshot
	c.place(&dst)
	c.root.children, c.changed = c.root.children[:1], true
	c.place(&dst)
	require.Len(t, c.order, 2)
	for _, g := range c.order[2:cap(c.order)] {
		require.Nil(t, g)
	}
}
