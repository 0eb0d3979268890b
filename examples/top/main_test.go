package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
)

const capture = "../../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar"

func TestRun(t *testing.T) {
	t.Setenv("COLUMNS", "120")
	host := cgroupfstest.Load(t, capture).Host()
	empty := cgroupfstest.New(t).Host() // it has a folder for cgroups, and nothing in it
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"help", []string{"-h"}, exitOK, "Usage: top", ""},
		{"unknown flag", []string{"-x"}, exitUsage, "", "not defined: -x"},
		{"unknown output", []string{"-o", "yaml"}, exitUsage, "", `not "yaml"`},
		{"unknown order", []string{"-sort", "pid"}, exitUsage, "", `not "pid"`},
		{"no interval", []string{"-interval", "0s"}, exitUsage, "", "no interval"},
		{"two kinds of table", []string{"-cost", "-watch"}, exitUsage, "", "-cost is one table"},
		{"costs as JSON", []string{"-cost", "-o", "json"}, exitUsage, "", "-cost is one table"},
		{"what a copy costs", []string{"-root", host, "-cost"}, exitOK, "MemoryLimits (every 30s)", ""},
		{"an argument", []string{"all"}, exitUsage, "", `unexpected argument "all"`},
		{"no folder", []string{"-root", t.TempDir()}, exitNothing, "", "no cgroups to read"},
		{"an empty folder", []string{"-root", empty}, exitNothing, "", "no cgroups to read"},
		{"a copy", []string{"-root", host}, exitOK, "default/web-guaranteed-labnode", ""},
		{"a copy with all columns", []string{"-root", host, "-net", "-storage"}, exitOK, "its disks are elsewhere", ""},
		{"a copy does not change", []string{"-root", host, "-watch"}, exitOK, "of one moment", ""},
	} {
		var stdout, stderr bytes.Buffer
		code := run(c.args, &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%s: code %d, want %d\nstdout: %s\nstderr: %s", c.name, code, c.code, &stdout, &stderr)
		}
		if (stdout.Len() > 0) == (stderr.Len() > 0) || strings.Contains(stdout.String(), "\x1b") {
			t.Errorf("%s: want text in one of the two, and no escapes\nstdout: %q\nstderr: %q", c.name, &stdout, &stderr)
		}
	}
}

func TestRunJSON(t *testing.T) {
	host := cgroupfstest.Load(t, capture).Host()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-o", "json", "-root", host}, &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
		t.Fatalf("code %d, stderr: %s", code, &stderr)
	}
	var got struct {
		Pods []struct {
			CPU map[string]any
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Pods) != 6 {
		t.Fatalf("%d pods, want 6", len(got.Pods))
	}
	if _, ok := got.Pods[0].CPU["usageNanoCores"]; ok {
		t.Error("a rate of one sample")
	}
}

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{cgroupfs.ErrNoHierarchy, exitNothing},
		{fmt.Errorf("open: %w", fs.ErrPermission), exitDenied},
		{fmt.Errorf("open: %w", errors.ErrUnsupported), exitUnsupported},
		{fs.ErrClosed, exitFailed},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("exitCode(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

// On a terminal every table is painted over the one before.
func TestPaint(t *testing.T) {
	var w bytes.Buffer
	p := &printer{w: &w}
	for _, text := range []string{"a\n", "b\n"} {
		if err := p.paint(text); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := w.String(), "\x1b[?25l\x1b[?7l\x1b[2J\x1b[H\x1b[Ka\n\x1b[K\x1b[J\x1b[H\x1b[Kb\n\x1b[K\x1b[J"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
