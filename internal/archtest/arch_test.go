// Package archtest holds what the packages may depend on.
package archtest

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/nodegauge/nodegauge"
	root   = "../.." // the module's folder
)

// core are the packages that everybody links, with all that they need.
var core = []string{"cgroupfs", "stats", "stats/storage", "summary", "summary/localpods", "summary/expo"}

// web is the only package with a web server; nobody links it unasked.
const web = "summary/httpapi"

// layers are the module's folders from the bottom up. A package imports its
// own layer and those below it.
var layers = []string{"internal", "cgroupfs", "stats", "summary"}

// A dependency is a package and what it imports.
type dependency struct {
	path     string
	standard bool
	imports  []string
}

// dependencies lists what packages of the module need, themselves included.
func dependencies(t *testing.T, goos string, packages ...string) (deps []dependency) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here")
	}
	args := []string{"list", "-deps", "-f", `{{.ImportPath}} {{.Standard}} {{join .Imports ","}}`}
	for _, p := range packages {
		args = append(args, module+"/"+p)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Fatalf("go list: %s", failed.Stderr)
	}
	require.NoError(t, err)
	for line := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		fields := strings.SplitN(line, " ", 3)
		require.Len(t, fields, 3, line)
		deps = append(deps, dependency{fields[0], fields[1] == "true", strings.Split(fields[2], ",")})
	}
	return deps
}

// present returns the core packages that are there.
func present(t *testing.T) (packages []string) {
	for _, p := range core {
		if _, err := os.Stat(filepath.Join(root, p)); !errors.Is(err, fs.ErrNotExist) {
			require.NoError(t, err)
			packages = append(packages, p)
		}
	}
	require.NotEmpty(t, packages)
	return packages
}

// layer returns which layer one of the module's packages is in, or -1.
func layer(path string) int {
	below, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return -1
	}
	top, _, _ := strings.Cut(below, "/")
	for i, name := range layers {
		if top == name {
			return i
		}
	}
	return len(layers) // the examples
}

// TestCoreDependencies holds that whoever imports the core gets the standard
// library, golang.org/x/sys and the module itself, and no web server.
func TestCoreDependencies(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, d := range dependencies(t, goos, present(t)...) {
			allowed := d.standard || layer(d.path) >= 0 || strings.HasPrefix(d.path, "golang.org/x/sys/")
			assert.True(t, allowed, "%s: the core needs %s", goos, d.path)
			assert.NotEqual(t, "net/http", d.path, "%s: the core needs a web server", goos)
			assert.NotEqual(t, module+"/"+web, d.path, "%s: the core needs what serves it", goos)
		}
	}
}

// TestImportsRunOneWay holds that no package of the core imports one above it.
func TestImportsRunOneWay(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, d := range dependencies(t, goos, present(t)...) {
			for _, imported := range d.imports {
				assert.LessOrEqual(t, layer(imported), layer(d.path), "%s: %s imports %s", goos, d.path, imported)
			}
		}
	}
}

// TestWebIsALeaf holds that the package with the web server stands on summary,
// expo and stats alone, and brings nothing else from outside.
func TestWebIsALeaf(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, d := range dependencies(t, goos, web) {
			assert.True(t, d.standard || layer(d.path) >= 0 || strings.HasPrefix(d.path, "golang.org/x/sys/"), "%s: it needs %s", goos, d.path)
			if d.path != module+"/"+web {
				continue
			}
			for _, imported := range d.imports {
				below := strings.TrimPrefix(imported, module+"/")
				assert.True(t, layer(imported) < 0 || slices.Contains([]string{"stats", "stats/storage", "summary", "summary/expo"}, below), "%s: it imports %s", goos, imported)
			}
		}
	}
}
