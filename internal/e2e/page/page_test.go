package page

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page loads, and its numbers are the node's. Rates come with the second
// round, and change with every other.
func TestPageDrawsTheNode(t *testing.T) {
	f := newFake(t, 3)
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	assert.Equal(t, "node-1.example", value[string](p, `document.querySelector("h1").innerText`))
	assert.Contains(t, value[string](p, `document.getElementById("facts").innerText`), "3 pods, 6 containers")
	assert.Contains(t, value[string](p, `document.getElementById("cards").innerText`), "of 32 cores")
	assert.Equal(t, "15", value[string](p, `document.getElementById("grid").getAttribute("aria-rowcount")`), "a head, 3 pods of 2, and a slice of 4 services")
	assert.Len(t, p.texts("name"), 14)
	for _, number := range p.texts("cpu .number") {
		assert.Equal(t, "–", number, "no rate is known yet")
	}

	f.works[0].usage.CPU += 150 * time.Millisecond // a quarter of a core
	f.works[0].cores, f.works[0].memory = 0, 100<<20
	p.next(f)
	row := fmt.Sprintf(`[...document.querySelectorAll("#body .child")].find(e => e.title !== null && e.querySelector(".name").title.includes(%q))`, f.names[0].Containers[0].ID[:13])
	read := func(column string) string {
		return value[string](p, row+fmt.Sprintf(`.querySelector(".%s .number").textContent`, column))
	}
	assert.Equal(t, "250m", read("cpu"))
	memory := read("mem")
	f.works[0].usage.CPU += 300 * time.Millisecond
	f.works[0].memory = 300 << 20
	p.next(f)
	assert.Equal(t, "500m", read("cpu"))
	assert.NotEqual(t, memory, read("mem"))
}

// Each column sorts, both ways, by mouse and by keyboard, and says so.
func TestColumnsSort(t *testing.T) {
	f := newFake(t, 30)
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	p.next(f)
	p.press("#flat")
	sorted := func(column string) string {
		return value[string](p, fmt.Sprintf(`document.querySelector("#head .%s").getAttribute("aria-sort")`, column))
	}
	names := p.texts("label")
	assert.True(t, slices.IsSorted(names), "it begins by name: %q", names)
	assert.Equal(t, "ascending", sorted("name"))
	p.press("#head .mem button")
	assert.Equal(t, "descending", sorted("mem"))
	assert.Equal(t, "none", sorted("name"))
	most := sizes(t, p.texts("mem .number"))
	assert.True(t, slices.IsSortedFunc(most, func(a, b float64) int { return int(b - a) }), "%v", most)
	p.do(chromedp.KeyEvent(kb.Enter)) // the button has the focus
	assert.Equal(t, "ascending", sorted("mem"))
	least := sizes(t, p.texts("mem .number"))
	assert.True(t, slices.IsSorted(least), "%v", least)
	p.press("#head .throttled button")
	assert.NotEqual(t, "–", p.texts("throttled .number")[0])
	p.press("#head .throttled button")
	assert.NotEqual(t, "–", p.texts("throttled .number")[0], "what is not known is last, whichever way")
	p.run("scrollTo(0, 500)")
	for _, column := range []string{"cpu", "psiCPU", "psiMemory", "psiIO", "age"} {
		p.press("#head ." + column + " button")
		assert.NotEqual(t, "none", sorted(column))
	}
	assert.InDelta(t, 0, value[float64](p, `document.getElementById("body").getBoundingClientRect().top - document.getElementById("head").getBoundingClientRect().bottom`), 1, "the first row is in sight")
}

// sizes parses what the page prints for bytes.
func sizes(t *testing.T, texts []string) (bytes []float64) {
	t.Helper()
	for _, text := range texts {
		number, unit := strings.TrimRight(text, " KMGi"), 1.0
		switch {
		case strings.Contains(text, "Ki"):
			unit = 1 << 10
		case strings.Contains(text, "Mi"):
			unit = 1 << 20
		case strings.Contains(text, "Gi"):
			unit = 1 << 30
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		require.NoError(t, err, text)
		bytes = append(bytes, n*unit)
	}
	return bytes
}

// The filter finds pods and containers by name, namespace and ID; a slash goes
// there and Escape empties it.
func TestFilterFinds(t *testing.T) {
	f := newFake(t, 30)
	f.add(summary.Pod{UID: "the-one", Namespace: "lonely", Name: "needle-0"}, "thread", "eye")
	f.write()
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	all := value[int](p, "nodegauge.entries")
	p.slash()
	p.do(chromedp.KeyEvent("needle"))
	p.until("nodegauge.entries === 3")
	assert.Equal(t, []string{"lonely/needle-0", "eye", "thread"}, p.texts("name"))
	assert.Equal(t, "1 pod, 2 containers", value[string](p, `document.getElementById("count").innerText`))
	p.filter("lonely EYE")
	assert.Equal(t, []string{"lonely/needle-0", "eye"}, p.texts("name"), "all words, in the pod or in the container")
	p.filter(f.works[0].cgroup[strings.Index(f.works[0].cgroup, "cri-containerd-")+len("cri-containerd-"):][:13])
	assert.Len(t, p.texts("name"), 2, "the container of that ID, and its pod")
	p.filter("no such thing")
	assert.Equal(t, "Nothing matches the filter.", value[string](p, `document.getElementById("empty").innerText`))
	p.do(chromedp.KeyEvent(kb.Escape))
	assert.Equal(t, all, value[int](p, "nodegauge.entries"))
}

// Lines are there again after a filter that finds nothing, also if the window
// has changed meanwhile.
func TestLinesFitTheWindow(t *testing.T) {
	f := newFake(t, 2)
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	const line = `document.querySelector("#body .row:not([hidden]) .cpu canvas")`
	wide := value[float64](p, line+".width")
	p.filter("no such thing")
	p.until("nodegauge.entries === 0")
	p.do(chromedp.EmulateViewport(800, 600, chromedp.EmulateScale(2)))
	p.run("window.frame = false, requestAnimationFrame(() => requestAnimationFrame(() => frame = true))")
	p.until("frame")
	assert.Empty(t, p.texts("name"))
	p.filter("")
	p.until(line + " !== null")
	assert.InDelta(t, value[float64](p, line+".clientWidth"), value[float64](p, line+".cssWidth ?? -1"), 0)
	assert.NotEqual(t, wide, value[float64](p, line+".width"))
}

// The arrows go through the rows, and close and open pods.
func TestKeyboardWalksTheRows(t *testing.T) {
	f := newFake(t, 40)
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	active := func() string { return value[string](p, `document.activeElement.getAttribute("aria-rowindex")`) }
	all := value[int](p, "nodegauge.entries")
	p.slash()
	p.do(chromedp.KeyEvent(kb.ArrowDown))
	assert.Equal(t, "2", active(), "from the filter into the table")
	p.do(chromedp.KeyEvent(kb.ArrowLeft))
	assert.Equal(t, all-2, value[int](p, "nodegauge.entries"))
	p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	assert.Equal(t, "4", active())
	p.do(chromedp.KeyEvent(kb.ArrowLeft))
	assert.Equal(t, "2", active(), "from a container to its pod")
	p.do(chromedp.KeyEvent(kb.End))
	assert.Equal(t, strconv.Itoa(all+1), active())
	p.next(f)
	assert.Equal(t, strconv.Itoa(all+1), active(), "a new round does not move it")
	p.run("scrollTo(0, 0)")
	p.until(`document.activeElement.id === "body"`) // its row is not drawn
	p.do(chromedp.KeyEvent(kb.ArrowUp))
	assert.Equal(t, strconv.Itoa(all), active())
	p.press("#fold")
	assert.Equal(t, 41, value[int](p, "nodegauge.entries"), "the pods and the slice")
}

// What is not known is a dash, in every column and in the header.
func TestUnknownIsNotZero(t *testing.T) {
	f := newFake(t, 1)
	bare := f.works[0].cgroup
	for _, file := range []string{"cpu.stat", "memory.current", "memory.stat", "cpu.pressure", "memory.pressure", "io.pressure"} {
		f.tree.Remove(bare + "/" + file)
	}
	f.tree.Remove("proc/meminfo")
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	texts := value[[]string](p, `[...document.querySelector("#body .child").querySelectorAll(".number")].map(e => e.textContent)`)
	require.Len(t, texts, 7)
	assert.Equal(t, []string{"–", "–", "–", "–", "–", "–"}, texts[:6])
	assert.Contains(t, value[string](p, `document.getElementById("cards").innerText`), "Swap\n\n–")
}

// Without names there are pods and containers all the same, by their IDs.
func TestNamelessAreShownByID(t *testing.T) {
	f := newFake(t, 2)
	p := open(t, f.serve(nil).URL)
	p.until("nodegauge.round === 1")
	assert.Contains(t, value[string](p, `document.getElementById("facts").innerText`), "2 pods, 4 containers")
	for _, pod := range f.names {
		assert.Contains(t, p.texts("label"), pod.UID)
		assert.Contains(t, p.texts("label"), pod.Containers[0].ID[:13])
	}
	p.filter(f.names[1].UID)
	assert.Len(t, p.texts("label"), 3)
}

// Names are whatever somebody has made them. They are shown as they are.
func TestHostileNamesDoNoHarm(t *testing.T) {
	hostile := []string{
		`<img src=x onerror="document.title='gone'">`, `"><script>document.title='gone'</script>`, `'";--></style>`,
		"__proto__", "constructor", "a\u202eb\u0000c\u2028", strings.Repeat("long ", 800), "\xff\xfe", "${1+1}{{1+1}}",
	}
	f := newFake(t, 0)
	for i, name := range hostile {
		f.add(summary.Pod{UID: fmt.Sprintf("pod-%d", i), Namespace: name, Name: name}, name)
	}
	f.write()
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	p.next(f)
	shown := value[[]string](p, `[...document.querySelectorAll("#body .child .label")].map(e => e.textContent)`)
	for _, name := range hostile {
		assert.Contains(t, shown, string([]rune(name)), "bytes that are no text are U+FFFD")
	}
	assert.Zero(t, value[int](p, `document.querySelectorAll("#body :is(img, script, style)").length`))
	assert.Equal(t, "node-1.example · nodegauge", value[string](p, "document.title"))
	p.filter("__proto__")
	assert.Len(t, p.texts("name"), 2)
	assert.LessOrEqual(t, value[int](p, "document.documentElement.scrollWidth"), value[int](p, "innerWidth"), "a long name does not widen the page")
}

// A flaky source fails while it is told to.
type flaky struct {
	summary.StaticPods
	fails atomic.Bool
}

func (s *flaky) Pods(ctx context.Context) ([]summary.Pod, error) {
	if s.fails.Load() {
		return nil, errors.New("the runtime is <b>away</b>")
	}
	return s.StaticPods.Pods(ctx)
}

// What goes wrong is said: old data, missing names, a node that is gone.
func TestTroubleIsSaid(t *testing.T) {
	f := newFake(t, 2)
	source := &flaky{StaticPods: f.names}
	server := f.serve(source)
	p := open(t, server.URL)
	state := func(want string) { p.until(fmt.Sprintf(`document.getElementById("state").dataset.state === %q`, want)) }
	state("live")
	state("stale") // the node's clock stands still
	source.fails.Store(true)
	p.next(f)
	state("live")
	p.until(`document.getElementById("alerts").innerText === "names may be missing: the runtime is <b>away</b>"`)
	assert.Contains(t, p.texts("label"), f.names[0].UID, "without names there are IDs")
	source.fails.Store(false)
	p.next(f)
	p.until(`document.getElementById("alerts").innerText === ""`)
	server.CloseClientConnections()
	server.Close()
	state("failing")
	assert.Contains(t, value[string](p, `document.getElementById("alerts").innerText`), "No answer from the node")
	assert.NotEmpty(t, p.texts("name"), "the last that is known is still there")
	p.forgive()
}

// A page that nobody sees asks for nothing, and asks at once when it is seen.
func TestHiddenPageAsksForNothing(t *testing.T) {
	f := newFake(t, 2)
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.asked > 2")
	hide := func(hidden bool) {
		p.run(fmt.Sprintf(`Object.defineProperty(document, "hidden", {value: %t, configurable: true}), document.dispatchEvent(new Event("visibilitychange"))`, hidden))
	}
	hide(true)
	p.until(`document.getElementById("state").dataset.state === "paused"`)
	asked := value[int](p, "nodegauge.asked")
	// Three times as long as the page waits otherwise, on its own clock.
	p.run(fmt.Sprintf("window.since = performance.now(), window.over = () => performance.now() - since > %d", 3*every.Milliseconds()))
	p.until("over()")
	assert.LessOrEqual(t, value[int](p, "nodegauge.asked"), asked+1, "one may have been under way")
	asked = value[int](p, "nodegauge.asked")
	hide(false)
	p.until(fmt.Sprintf("nodegauge.asked > %d", asked))
}

// maxRepaint is how long the page may take for an answer, in milliseconds: to
// read it, to sort all rows, and to draw and lay out those that can be seen.
const maxRepaint = 100

// A thousand containers are no burden: only what can be seen is drawn.
func TestThousandContainersRepaintInTime(t *testing.T) {
	f := newFake(t, 500)
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	p.press("#head .cpu button") // the order changes with every round
	for range 12 {
		p.next(f)
	}
	p.until("nodegauge.frames.length === 13")
	assert.Equal(t, 1505, value[int](p, "nodegauge.entries"))
	assert.Less(t, value[int](p, `document.querySelectorAll("#body .row").length`), 60)
	repaints, frames := value[[]float64](p, "nodegauge.repaints"), value[[]float64](p, "nodegauge.frames")
	t.Logf("1,000 containers: a repaint takes %.1f ms (median of %.1f), and is on the screen after %.1f ms", median(repaints), repaints, median(frames))
	assert.Less(t, median(repaints), float64(maxRepaint))

	p.run("scrollTo(0, document.documentElement.scrollHeight)")
	p.until(`[...document.querySelectorAll("#body .row")].some(e => e.getAttribute("aria-rowindex") === "1506")`)
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}
