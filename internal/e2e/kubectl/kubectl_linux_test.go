package kubectl

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program is one kubectl, and the server that it asks.
type program struct {
	t            *testing.T
	name, path   string
	newest       bool
	server, home string
}

// forKubectls calls f with the newest kubectl, which is built here (the go
// command keeps it), and with that of the machine if there is one.
func forKubectls(t *testing.T, server string, f func(k *program)) {
	out, err := exec.Command("go", "tool", "-n", "kubectl").CombinedOutput()
	require.NoError(t, err, string(out))
	all := []program{{name: "newest", path: strings.TrimSpace(string(out)), newest: true}}
	if path, err := exec.LookPath("kubectl"); err == nil {
		all = append(all, program{name: "the machine's", path: path})
	}
	for _, k := range all {
		t.Run(k.name, func(t *testing.T) {
			k.t, k.server, k.home = t, server, t.TempDir()
			f(&k)
		})
	}
}

// command runs it with a home of its own, and returns what it prints, and whether it
// succeeded.
func (k *program) command(args ...string) (stdout, stderr string, ok bool) {
	k.t.Helper()
	cmd := exec.Command(k.path, append([]string{"--server=" + k.server}, args...)...)
	cmd.Env = []string{"HOME=" + k.home, "PATH=" + os.Getenv("PATH")}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	return out.String(), errs.String(), err == nil
}

// run runs a command that succeeds and has nothing to complain of.
func (k *program) run(line string) string {
	k.t.Helper()
	out, errs, ok := k.command(strings.Fields(line)...)
	require.True(k.t, ok, "%s: %s", line, errs)
	require.Empty(k.t, errs, line)
	return out
}

// rows are the lines of a table with one space between cells. Headers are those
// of the newest kubectl.
func rows(text string) []string {
	text = strings.NewReplacer("CPU%", "CPU(%)", "MEMORY%", "MEMORY(%)").Replace(text)
	all := []string{}
	for line := range strings.Lines(text) {
		all = append(all, strings.Join(strings.Fields(line), " "))
	}
	return all
}
