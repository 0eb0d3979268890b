package machine

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseCPUList(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []int
		ok   bool
	}{
		{"none", "\n", nil, true},
		{"one", "0\n", []int{0}, true},
		{"a range", "0-3\n", []int{0, 1, 2, 3}, true},
		{"ranges", "0-1,4,6-7", []int{0, 1, 4, 6, 7}, true},
		{"backwards", "3-1\n", nil, false},
		{"a number that is none", "0-x\n", nil, false},
		{"an empty item", "0,,1\n", nil, false},
		{"below zero", "-1\n", nil, false},
		{"more than any kernel has", "0-4294967295\n", nil, false},
		{"many times more", strings.Repeat("0-65535,", 100) + "0", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCPUList([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.ok, err == nil)
		})
	}
}

const cpuInfo = "processor\t: 0\nphysical id\t: 0\ncore id\t\t: 0\n\nprocessor\t: 1\nphysical id\t: 0\ncore id\t\t: 0\n\n" +
	"processor\t: 2\nphysical id\t: 1\ncore id\t\t: 0\n\nprocessor\t: 3\nphysical id\t: 1\ncore id\t\t: 4\n"

func TestParseCPUInfo(t *testing.T) {
	tests := []struct {
		name string
		text string
		want CPUs
		err  string
	}{
		{"nothing", "", CPUs{}, ""},
		{"x86", cpuInfo, CPUs{4, 3, 2}, ""},
		{"arm64, which tells no cores", "processor\t: 0\nBogoMIPS\t: 50.00\n\nprocessor\t: 1\nBogoMIPS\t: 50.00\n", CPUs{Logical: 2}, ""},
		{"arm, whose model is called Processor", "Processor\t: ARMv7\nprocessor\t: 0\n", CPUs{Logical: 1}, ""},
		{"cores of one CPU only", "processor : 0\nphysical id : 0\ncore id : 0\nprocessor : 1\n", CPUs{Logical: 2}, ""},
		{"a processor without a number", "processor\t: x\nprocessor\t: 1\n", CPUs{Logical: 1}, `:1: "processor\t: x": not a number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCPUInfo([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			if tt.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, tt.err)
			}
		})
	}
}

func TestParseOSRelease(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "NAME=x\n": "",
		"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=x\n": "Debian GNU/Linux 12 (bookworm)",
		"PRETTY_NAME='It \\n'":                         "It \\n",
		"PRETTY_NAME=Arch":                             "Arch",
		"PRETTY_NAME=\"a \\\"b\\\" \\$c \\d\"\r\n":     `a "b" $c \d`,
		"PRETTY_NAME=\"":                               `"`,
		"PRETTY_NAME=a\n#PRETTY_NAME=b\nPRETTY_NAME=c": "c",
	} {
		assert.Equal(t, want, ParseOSRelease([]byte(text)), text)
	}
}

func TestCPUsOfSysAndOfProc(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	f, err := Open(dir)
	require.NoError(t, err)
	defer f.Close()
	assert.Equal(t, CPUs{}, f.CPUs())
	put("proc/cpuinfo", cpuInfo)
	assert.Equal(t, CPUs{4, 3, 2}, f.CPUs())
	put(cpus+"online", "0-1,3\n")
	assert.Equal(t, CPUs{3, 3, 2}, f.CPUs(), "sys knows how many, and not where")
	for _, cpu := range []string{"0", "1", "2", "3"} { // the third is off
		put(cpus+"cpu"+cpu+"/topology/physical_package_id", "0\n")
		put(cpus+"cpu"+cpu+"/topology/core_id", cpu+"\n")
	}
	assert.Equal(t, CPUs{3, 3, 1}, f.CPUs())
	assert.NoError(t, f.Err)

	put("big", strings.Repeat(" ", procfs.MaxSize+1))
	assert.Empty(t, f.First("big"))
	assert.EqualError(t, f.Err, filepath.Join(dir, "big")+": file is too large")
}

var number = regexp.MustCompile(`^[0-9]+$`)

func slowNumber(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return int(n), err == nil && number.MatchString(s)
}

func slowCPUList(text string) (list []int, ok bool) {
	line, _, _ := strings.Cut(text, "\n")
	line = strings.Trim(line, " \t")
	if line == "" {
		return nil, true
	}
	for item := range strings.SplitSeq(strings.TrimSuffix(line, ","), ",") {
		from, to, isRange := strings.Cut(item, "-")
		first, ok := slowNumber(from)
		last := first
		if isRange && ok {
			last, ok = slowNumber(to)
		}
		if !ok || last < first || last >= 1<<16 || len(list) > 1<<16 {
			return nil, false
		}
		for ; first <= last; first++ {
			list = append(list, first)
		}
	}
	if len(list) > 1<<16 {
		return nil, false
	}
	return list, true
}

func slowCPUInfo(text string) (c CPUs, bad int) {
	type cpu struct{ socket, core string }
	all, known, counted := []cpu{{}}, map[cpu]bool{}, 0
	for i, line := range strings.Split(text, "\n") {
		key, value, _ := strings.Cut(line, ":")
		value = strings.Trim(value, " \t\n")
		switch strings.TrimRight(key, " \t") {
		case "processor":
			all = append(all, cpu{})
			if _, ok := slowNumber(value); ok {
				c.Logical++
			} else if bad == 0 {
				bad = i + 1
			}
		case "physical id":
			all[len(all)-1].socket = value
		case "core id":
			all[len(all)-1].core = value
		}
	}
	sockets := map[string]bool{}
	for _, one := range all {
		if one.socket != "" && one.core != "" {
			known[one], sockets[one.socket] = true, true
			counted++
		}
	}
	if counted == c.Logical {
		c.Cores, c.Sockets = len(slices.Collect(maps.Keys(known))), len(sockets)
	}
	return c, bad
}

func FuzzMachine(f *testing.F) {
	for _, text := range []string{cpuInfo, "0-3,8\n", "0,", "1-0", "PRETTY_NAME=\"a\\\"b\"\n", "processor:\nprocessor: 5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseCPUList([]byte(text))
		want, ok := slowCPUList(text)
		assert.Equal(t, want, list)
		assert.Equal(t, ok, err == nil)

		c, err := ParseCPUInfo([]byte(text))
		wantCPUs, bad := slowCPUInfo(text)
		assert.Equal(t, wantCPUs, c)
		var parse *procfs.ParseError
		if errors.As(err, &parse) {
			assert.Equal(t, bad, parse.Line)
		} else {
			assert.Zero(t, bad)
		}

		ParseOSRelease([]byte(text))
		if !strings.ContainsAny(text, "\n\r\x00") {
			quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(text)
			assert.Equal(t, text, ParseOSRelease([]byte("PRETTY_NAME=\""+quoted+"\"\n")))
		}
	})
}
