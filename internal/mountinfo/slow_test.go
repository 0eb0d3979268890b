package mountinfo

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var octal = regexp.MustCompile(`\\[0-3][0-7][0-7]`)

// slowParse is Parse written with strings. It returns the first bad line, or 0.
func slowParse(text string) (list []Mount, bad int) {
	unescape := func(s string) string {
		return octal.ReplaceAllStringFunc(s, func(e string) string {
			c, _ := strconv.ParseUint(e[1:], 8, 8)
			return string([]byte{byte(c)})
		})
	}
	for n, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if text == "" {
			break
		}
		f := strings.Split(line, " ")
		sep := -1
		if len(f) > 6 {
			sep = slices.Index(f[6:], "-") + 6
		}
		switch {
		case sep < 6 || len(f) < sep+4:
		case f[sep+1] != "cgroup" && f[sep+1] != "cgroup2":
			continue
		default:
			m := Mount{unescape(f[3]), unescape(f[4]), f[sep+1], strings.Join(f[sep+3:], " ")}
			if strings.HasPrefix(m.Root, "/") && strings.HasPrefix(m.MountPoint, "/") {
				list = append(list, m)
				continue
			}
		}
		if bad == 0 {
			bad = n + 1
		}
	}
	return list, bad
}

func FuzzParse(f *testing.F) {
	f.Add(hybrid)
	f.Add("1 2 0:3 /../.. /sys/fs/cgroup ro -  cgroup2 rw\n\n")
	f.Add(`1 2 0:3 /a\134b /my\040\011\012\043\777\08 rw a:1 - cgroup  rw,context="a,b",pids`)
	f.Add("1 2 0:3 / /a rw - - cgroup2 c rw\n- - - - - - - - -")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse([]byte(text))
		want, bad := slowParse(text)
		assert.Equal(t, want, got)
		assert.Equal(t, bad != 0, err != nil, "first bad line is %d, got %v", bad, err)
		if bad != 0 && err != nil {
			assert.Contains(t, err.Error(), ":"+strconv.Itoa(bad)+": ")
		}
		// All lines, less those of others, are the same by the other way.
		var list []Mount
		_ = lines(strings.NewReader(text), make([]byte, 1<<16), func(l *Line) {
			if t := string(l.FSType); (t == "cgroup" || t == "cgroup2") && strings.HasPrefix(string(l.Root), "/") {
				list = append(list, Mount{Unescape(l.Root), Unescape(l.MountPoint), t, string(l.SuperOptions)})
			}
		})
		for i := range list {
			if !strings.HasPrefix(list[i].MountPoint, "/") {
				t.Errorf("%q is no path", list[i].MountPoint)
			}
		}
		if len(text) < 1<<16 {
			assert.Equal(t, want, list)
		}
		for _, m := range got {
			for _, c := range m.Controllers() {
				assert.NotEmpty(t, c)
				assert.NotContains(t, c, "=")
			}
		}
	})
}
