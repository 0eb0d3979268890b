package page

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestScreenshots takes pictures of the page, in both themes and at several
// widths, for people to look at: into NODEGAUGE_SHOTS if that is set.
func TestScreenshots(t *testing.T) {
	folder := cmp.Or(os.Getenv("NODEGAUGE_SHOTS"), t.TempDir())
	rounds := 70
	if os.Getenv("NODEGAUGE_SHOTS") == "" {
		rounds = 3 // nobody looks
	}
	require.NoError(t, os.MkdirAll(folder, 0o755))
	f := newFake(t, 60)
	p := open(t, f.serve(f.names).URL)
	p.until("nodegauge.round === 1")
	for range rounds {
		p.next(f)
	}
	shoot := func(name string) {
		p.next(f)
		picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NotEmpty(t, picture)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644))
	}
	sizes := map[string][2]int64{"wide": {1440, 900}, "middle": {1024, 768}, "phone": {390, 844}}
	for _, theme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}
		_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media)
		require.NoError(t, err)
		for name, size := range sizes {
			p.do(chromedp.EmulateViewport(size[0], size[1], chromedp.EmulateScale(1.5)))
			p.run("scrollTo(0, 0)")
			shoot(theme + "-" + name)
		}
		p.do(chromedp.EmulateViewport(1440, 900, chromedp.EmulateScale(1.5)))
		p.press("#head .cpu button")
		p.run("scrollTo(0, 700)")
		shoot(theme + "-sorted")
		p.press("#flat")
		p.press("#head .throttled button")
		p.filter("shop")
		shoot(theme + "-containers")
		p.press("#tree")
		p.press("#head .name button")
		p.filter("")
	}
}
