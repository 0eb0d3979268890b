package procfs

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/nodegauge/nodegauge/internal/scan"
)

func some(n uint64) Number { return Number{N: n, OK: true} }

func checkError(t *testing.T, want string, err error) {
	t.Helper()
	if want == "" {
		assert.NoError(t, err)
		return
	}
	assert.EqualError(t, err, want)
}

const memInfo = `MemTotal:       24682416 kB
MemFree:        24384156 kB
MemAvailable:   24351764 kB
SwapCached:            0 kB
SwapTotal:       2097148 kB
SwapFree:              0 kB
HugePages_Total:       0
`

func TestParseMemInfo(t *testing.T) {
	tests := []struct {
		name string
		text string
		want MemInfo
		err  string
	}{
		{"nothing", "", MemInfo{}, ""},
		{"a node with swap", memInfo, MemInfo{some(24682416 * 1024), some(24384156 * 1024), some(2097148 * 1024), some(0)}, ""},
		{"no swap lines", "MemTotal: 1 kB\nMemFree: 0 kB\n", MemInfo{MemTotal: some(1024), MemFree: some(0)}, ""},
		{"no newline at the end", "MemTotal: 1 kB", MemInfo{MemTotal: some(1024)}, ""},
		{
			"a bad number hides no other", "MemTotal: x kB\nMemFree: 2 kB\nSwapFree: y kB\n",
			MemInfo{MemFree: some(2048)}, `:1: "MemTotal: x kB": not a number`,
		},
		{"another unit", "\nMemTotal: 1 MB\n", MemInfo{}, `:2: "MemTotal: 1 MB": not a number of kB`},
		{"no unit", "MemTotal: 1\n", MemInfo{}, `:1: "MemTotal: 1": not a number of kB`},
		{"more than a unit", "MemTotal: 1 kB 2\n", MemInfo{}, `:1: "MemTotal: 1 kB 2": not a number of kB`},
		{"no number", "MemTotal: kB\n", MemInfo{}, `:1: "MemTotal: kB": not a number of kB`},
		{"cut after the key", "MemTotal", MemInfo{}, `:1: "MemTotal": not a number of kB`},
		{
			"more bytes than 64 bits hold", "MemTotal: 18014398509481984 kB\n", MemInfo{},
			`:1: "MemTotal: 18014398509481984 kB": ` + scan.ErrRange.Error(),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseMemInfo([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

const stat = `cpu  7957 1 3201 344063 1032 2 71 78 5 6
cpu0 3685 0 1212 173271 57 0 13 33 0 0
cpu1 4271 0 1988 170792 974 0 57 45 0 0
cpu17 4271 0 1988 170792 974 0 57 45 0 0
intr 274820 0 0 1
ctxt 990
btime 1722268800
processes 5123
`

func TestParseStat(t *testing.T) {
	const tick = 10_000_000
	cpu := CPUTimes{7957 * tick, 1 * tick, 3201 * tick, 344063 * tick, 1032 * tick, 2 * tick, 71 * tick, 78 * tick, true}
	tests := []struct {
		name string
		text string
		want Stat
		err  string
	}{
		{"nothing", "", Stat{}, ""},
		{"a node with three CPUs online", stat, Stat{some(1722268800), cpu, 3}, ""},
		{"eight times are enough", "cpu 1 0 0 0 0 0 0 0\n", Stat{CPU: CPUTimes{User: tick, OK: true}}, ""},
		{"seven are not", "cpu 1 0 0 0 0 0 0\nbtime 9\n", Stat{BootTime: some(9)}, `:1: "cpu 1 0 0 0 0 0 0": too few fields`},
		{"a bad time makes all absent", "cpu 1 x 0 0 0 0 0 0\ncpu0\n", Stat{CPUs: 1}, `:1: "cpu 1 x 0 0 0 0 0 0": not a number`},
		{
			"a time that does not fit", "cpu 1844674407371 0 0 0 0 0 0 0\n", Stat{},
			`:1: "cpu 1844674407371 0 0 0 0 0 0 0": ` + scan.ErrRange.Error(),
		},
		{"the kernel prints a sum below zero", "cpu 1 0 0 0 -5 0 0 0\n", Stat{CPU: CPUTimes{User: tick, OK: true}}, ""},
		{"a bad start", "\nbtime soon\n", Stat{}, `:2: "btime soon": not a number`},
		{"names that only begin like a CPU's", "cpus 1\ncpu0x 1\ncpu-1 1\n", Stat{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseStat([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

func TestParseTasks(t *testing.T) {
	tests := []struct {
		name string
		text string
		want Number
		err  string
	}{
		{"as the kernel prints it", "0.20 0.18 0.12 1/80 11206\n", some(80), ""},
		{"nothing", "", Number{}, `:1: "": too few fields`},
		{"cut", "0.20 0.18 0.12", Number{}, `:1: "0.20 0.18 0.12": too few fields`},
		{"no slash", "0.20 0.18 0.12 80 11206\n", Number{}, `:1: "0.20 0.18 0.12 80 11206": too few fields`},
		{"no number", "0.20 0.18 0.12 1/x 11206\n", Number{}, `:1: "0.20 0.18 0.12 1/x 11206": not a number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseTasks([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

func TestParseNumber(t *testing.T) {
	got, err := ParseNumber([]byte("4194304\n"))
	assert.NoError(t, err)
	assert.Equal(t, some(4194304), got)
	got, err = ParseNumber([]byte("many\n"))
	assert.EqualError(t, err, `:1: "many": not a number`)
	assert.Equal(t, Number{}, got)
}
