package procfs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseCgroups(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []Cgroup
		err  string
	}{
		{"nothing", "", nil, ""},
		{"v2", "0::/system.slice/kubelet.service\n", []Cgroup{{Path: "/system.slice/kubelet.service"}}, ""},
		{"a hybrid host, in order", "4:cpu,cpuacct:/a\n1:name=systemd:/b\n0::/b\n", []Cgroup{
			{Hierarchy: 4, Controllers: "cpu,cpuacct", Path: "/a"},
			{Hierarchy: 1, Controllers: "name=systemd", Path: "/b"},
			{Path: "/b"},
		}, ""},
		{"a path with colons", "0::/kubepods-pod1.slice:cri-containerd:abc\n", []Cgroup{{Path: "/kubepods-pod1.slice:cri-containerd:abc"}}, ""},
		{"a removed cgroup", "0::/a/b (deleted)\n", []Cgroup{{Path: "/a/b", Deleted: true}}, ""},
		{"v1 never says deleted: it is the name", "3:pids:/b (deleted)\n", []Cgroup{{Hierarchy: 3, Controllers: "pids", Path: "/b (deleted)"}}, ""},
		{"outside the namespace", "0::/../../system.slice\n", []Cgroup{{Path: "/../../system.slice", Outside: true}}, ""},
		{"the parent of the namespace", "0::/..\n", []Cgroup{{Path: "/..", Outside: true}}, ""},
		{"outside, and removed", "0::/../b (deleted)\n", []Cgroup{{Path: "/../b", Deleted: true, Outside: true}}, ""},
		{"a name that begins with dots is inside", "0::/..b\n", []Cgroup{{Path: "/..b"}}, ""},
		{
			"a bad line between good ones", "2:pids:/a\nx\n0::/b\n",
			[]Cgroup{{Hierarchy: 2, Controllers: "pids", Path: "/a"}, {Path: "/b"}}, `:2: "x": too few fields`,
		},
		{"a bad number", "x::/a\n", nil, `:1: "x::/a": not a number`},
		{"a path that is none", "0::a\n", nil, `:1: "0::a": not an absolute path`},
		{"no path", "0::\n", nil, `:1: "0::": not an absolute path`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCgroups([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

const afterComm = " S 0 1 1 0 -1 4194560 3 0 0 0 1 2 0 0 20 0 1 0 1234 5 6 7\n"

func TestParseProcStat(t *testing.T) {
	tests := []struct {
		name string
		text string
		want uint64
		err  string
	}{
		{"an ordinary name", "1 (init)" + afterComm, 12_340_000_000, ""},
		{"a name with spaces", "1 (a b c)" + afterComm, 12_340_000_000, ""},
		{"a name with parentheses", "1 (a) S 0 (1) 2)" + afterComm, 12_340_000_000, ""},
		{"no name", "1 init S 0\n", 0, `:1: "1 init S 0\n": too few fields`},
		{"cut before the start", "1 (init) S 0 1 1 0\n", 0, `:1: "1 (init) S 0 1 1 0\n": too few fields`},
		{"nothing", "", 0, `:1: "": too few fields`},
		{
			"a start that is no number", "1 (init)" + strings.Replace(afterComm, "1234", "x", 1), 0,
			`:1: "1 (init) S 0 1 1 0 -1 4194560 3 0 0 0 1 2 0 0 20 0 1 0 x 5 6 7\n": not a number`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseProcStat([]byte(tt.text))
			assert.Equal(t, ProcStat{tt.want}, got)
			checkError(t, tt.err, err)
		})
	}
}
