package page

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long anything may take before the test gives up.
const patience = 30 * time.Second

// A tab is a page in a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	messages []string // errors and warnings of the console, and what was thrown
	requests []string // URLs
}

// open opens a URL. At the end of the test nothing may have gone wrong in the
// page, and nothing may have been asked of anybody but the server.
func open(t *testing.T, url string) *tab {
	t.Helper()
	p := newTab(t)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		assert.Empty(t, p.messages, "what the console says")
		assert.NotEmpty(t, p.requests)
		for _, asked := range p.requests {
			assert.True(t, strings.HasPrefix(asked, url+"/") || strings.HasPrefix(asked, "data:"), "it asked for %s", asked)
		}
	})
	p.do(chromedp.Navigate(url + "/"))
	return p
}

func newTab(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.WindowSize(1360, 900), chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	p := &tab{t: t}
	var end context.CancelFunc
	p.ctx, end = chromedp.NewContext(allocator, chromedp.WithListener(p.hear))
	t.Cleanup(func() { // it waits until the browser has ended
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		defer cancel()
		assert.NoError(t, chromedp.Cancel(ctx))
		end()
	})
	require.NoError(t, chromedp.Do(p.ctx), "the browser does not start")
	return p
}

// chromium returns the program.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no chromium here")
	return ""
}

// hear notes what the browser tells.
func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		p.messages = append(p.messages, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		p.messages = append(p.messages, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		p.messages = append(p.messages, e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	}
}

// forgive forgets what the console has said: the test did it.
func (p *tab) forgive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = nil
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, actions...))
}

// value returns what an expression of the page's is.
func value[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(p.t, err, expression)
	return v
}

// run runs a statement in the page.
func (p *tab) run(statement string) {
	p.t.Helper()
	value[bool](p, "("+statement+", true)")
}

// until waits until an expression is true.
func (p *tab) until(expression string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !value[bool](p, expression) {
		if time.Now().After(deadline) {
			require.Fail(p.t, "the page never came to it", "%s\n%s", expression, value[string](p, "document.body.innerText.slice(0, 2000)"))
		}
		<-tick.C
	}
}

// next lets the node take a step, and waits until the page has drawn it.
func (p *tab) next(f *fake) {
	p.t.Helper()
	before := value[int](p, "nodegauge.round")
	f.next()
	p.until(fmt.Sprintf("nodegauge.round > %d", before))
}

// texts returns the text of a column in the rows that are drawn.
func (p *tab) texts(column string) []string {
	p.t.Helper()
	return value[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("#body .row:not([hidden]) .%s")].map(e => e.innerText.replaceAll("\n", " "))`, column))
}

// press presses a button.
func (p *tab) press(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// filter types into the filter, in place of what is there.
func (p *tab) filter(text string) {
	p.t.Helper()
	p.run(`document.getElementById("filter").select()`)
	if text == "" {
		p.do(chromedp.SendKeys(chromedp.CSS("#filter"), "\b"))
		return
	}
	p.do(chromedp.SendKeys(chromedp.CSS("#filter"), text))
}

// slash presses the key that leads to the filter. The protocol's own key events
// type a character also where the page has taken the key for itself.
func (p *tab) slash() {
	p.t.Helper()
	p.run(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true}))`)
}
