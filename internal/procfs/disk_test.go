package procfs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const diskStats = ` 254       0 vda 2938 438 410866 1612 239 641 55984 520 0 2220 2151 0 0 0 0 52 17
 254      16 vdb 111 0 4370 40 2141 1992 138584 3542 3 3028 3918 0 0 0 0 736 335
   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
`

func TestParseDiskStats(t *testing.T) {
	vda := Disk{254, 0, "vda", 2938, 438, 410866, 1612, 239, 641, 55984, 520, 0, 2220, 2151}
	vdb := Disk{254, 16, "vdb", 111, 0, 4370, 40, 2141, 1992, 138584, 3542, 3, 3028, 3918}
	counted := func(name string) Disk { return Disk{8, 1, name, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11} }
	const numbers = "1 2 3 4 5 6 7 8 9 10 11"
	tests := []struct {
		name string
		text string
		want []Disk
		err  string
	}{
		{"nothing", "", nil, ""},
		{"20 columns, of Linux 5.5", diskStats, []Disk{vda, vdb, {Major: 7, Name: "loop0"}}, ""},
		{"18 columns, of Linux 4.18", "8 1 sda1 " + numbers + " 12 13 14 15\n", []Disk{counted("sda1")}, ""},
		{"14 columns, of those before", "   8       1 sda1 " + numbers + "\n", []Disk{counted("sda1")}, ""},
		{"more columns than are known", "8 1 sda1 " + numbers + " 12 13 14 15 16 17 18 x\n", []Disk{counted("sda1")}, ""},
		{"a name with a slash", "8 1 cciss/c0d0p1 " + numbers + "\n", []Disk{counted("cciss/c0d0p1")}, ""},
		{"no newline at the end", "8 1 sda1 " + numbers, []Disk{counted("sda1")}, ""},
		{"a number below zero", "8 1 sda1 1 2 3 4 5 6 7 8 -1 10 11\n", []Disk{{8, 1, "sda1", 1, 2, 3, 4, 5, 6, 7, 8, 0, 10, 11}}, ""},
		{
			"odd lines between", "8 1 a " + numbers + "\n\n8 1 b 1 2 3 4\n8\nx 1 c " + numbers + "\n8 -1 d " + numbers + "\n8 1 e " + numbers,
			[]Disk{counted("a"), counted("e")}, `:3: "8 1 b 1 2 3 4": too few fields`,
		},
		{"a number that is none", "8 1 a 1 2 x 4 5 6 7 8 9 10 11", nil, `:1: "8 1 a 1 2 x 4 5 6 7 8 9 10 11": not a number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseDiskStats([]byte(tt.text), nil)
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

func TestParseDiskStatsAppendsWithoutAllocating(t *testing.T) {
	var list []Disk
	parse := func() { list, _ = ParseDiskStats([]byte(diskStats), list[:0]) }
	parse()
	assert.Zero(t, testing.AllocsPerRun(10, parse))
	list, err := ParseDiskStats([]byte(strings.ReplaceAll(diskStats, "vda", "sda")), list[:0])
	require.NoError(t, err)
	assert.Equal(t, "sda", list[0].Name, "a name of before is used only if it is the same")
}

func TestDisks(t *testing.T) {
	dir := t.TempDir()
	p := NewProc(dir)
	defer p.Close()
	_, err := p.Disks(nil)
	assert.ErrorIs(t, err, kernfs.ErrAbsent)
	assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = p.Disks(nil) }), "a missing file costs nothing")

	path := write(t, dir, "diskstats", diskStats+"x\n")
	list, err := p.Disks(nil)
	assert.EqualError(t, err, path+`:4: "x": not a number`)
	assert.Len(t, list, 3)
}

func FuzzDisk(f *testing.F) {
	for _, text := range []string{diskStats, "8 1 a 1 2 3 4 5 6 7 8 9 10 11", "8\n\n\t8 1 a -1", "99999999999 0 a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseDiskStats([]byte(text), nil)
		var want []Disk
		bad := 0
		for i, line := range slowLines(text) {
			if strings.Trim(line, " \t\n") == "" {
				continue
			}
			if d, ok := slowDisk(slowFields(line)); ok {
				want = append(want, d)
			} else if bad == 0 {
				bad = i + 1
			}
		}
		assert.Equal(t, want, got)
		checkBad(t, bad, err)
	})
}

func slowDisk(f []string) (Disk, bool) {
	if len(f) < 14 || strings.HasPrefix(f[0], "-") || strings.HasPrefix(f[1], "-") {
		return Disk{}, false
	}
	var v [14]uint64
	for i, s := range f[:14] {
		n, ok := slowTimes(s, 1)
		if i != 2 && (!ok || i < 2 && n.N >= 1<<32) {
			return Disk{}, false
		}
		v[i] = n.N
	}
	return Disk{uint32(v[0]), uint32(v[1]), f[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12], v[13]}, true
}

func BenchmarkParseDiskStats(b *testing.B) {
	text := []byte(strings.Repeat(diskStats, 10))
	b.Run(fmt.Sprintf("disks=%d", 30), func(b *testing.B) {
		var list []Disk
		b.ReportAllocs()
		for range b.N {
			list, _ = ParseDiskStats(text, list[:0])
		}
	})
}
