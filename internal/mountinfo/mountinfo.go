// Package mountinfo finds mounts in the text of /proc/PID/mountinfo: those of
// cgroups, or all.
package mountinfo

import (
	"errors"
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// MaxSize is the size in bytes above which a mountinfo is not read. A node
// with a thousand containers has thousands of mounts.
const MaxSize = 4 << 20

var (
	errFields = errors.New("too few fields")
	errPath   = errors.New("not an absolute path")
)

// A Mount is one mount of a cgroup file system.
type Mount struct {
	// Root is which directory of the file system is mounted: "/" is all of it
	// that the reader's cgroup namespace shows. "/docker/…" is a part, as a
	// container without a cgroup namespace has it; "/../.." begins above the
	// namespace, whose own paths are then deeper down.
	Root string
	// MountPoint is where it is mounted, relative to the process's root.
	MountPoint string
	// FSType is "cgroup" (v1) or "cgroup2".
	FSType string
	// SuperOptions are the file system's own options as the kernel writes
	// them, for example "rw,cpu,cpuacct" or "rw,nsdelegate".
	SuperOptions string
}

// Read returns the cgroup mounts in the mountinfo at path, as Parse does.
func Read(path string) ([]Mount, error) {
	b, err := procfs.ReadFile(path, MaxSize)
	if err != nil {
		return nil, err
	}
	list, err := Parse(b)
	return list, procfs.WithPath(path, err)
}

// Parse returns the cgroup mounts in the text of a mountinfo, in its order: a
// mount hides the earlier ones with its MountPoint. A line that is not
// understood does not hide the others; Parse returns a *procfs.ParseError for
// the first.
//
//	33 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:12 - cgroup cgroup rw,cpu,cpuacct
func Parse(b []byte) ([]Mount, error) {
	var (
		list  []Mount
		first error
		line  []byte
	)
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		m, ok, err := parseLine(line)
		switch {
		case ok:
			list = append(list, m)
		case err != nil && first == nil:
			first = procfs.NewParseError(n, line, err)
		}
	}
	return list, first
}

// parseLine reports false for mounts of other file systems.
func parseLine(line []byte) (Mount, bool, error) {
	l, err := cutLine(line)
	if err != nil {
		return Mount{}, false, err
	}
	if t := string(l.FSType); t != "cgroup" && t != "cgroup2" {
		return Mount{}, false, nil
	}
	m := Mount{Root: unescape(l.Root), MountPoint: unescape(l.MountPoint), FSType: string(l.FSType), SuperOptions: string(l.SuperOptions)}
	if !strings.HasPrefix(m.Root, "/") || !strings.HasPrefix(m.MountPoint, "/") {
		return Mount{}, false, errPath
	}
	return m, true, nil
}

// unescape undoes the kernel's mangle: space, tab, newline, backslash and, in
// newer kernels, # are a backslash and three octal digits.
func unescape(b []byte) string {
	if !slices.Contains(b, '\\') {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+3 < len(b) && '0' <= b[i+1] && b[i+1] <= '3' && isOctal(b[i+2]) && isOctal(b[i+3]) {
			out = append(out, (b[i+1]-'0')<<6|(b[i+2]-'0')<<3|(b[i+3]-'0'))
			i += 3
			continue
		}
		out = append(out, b[i])
	}
	return string(out)
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

// Controllers returns the v1 controllers that are mounted, for example "cpu"
// and "cpuacct": the super options that are not known to be something else.
// It is empty for cgroup v2 and for a v1 hierarchy that has only a name.
func (m Mount) Controllers() []string {
	if m.FSType != "cgroup" {
		return nil
	}
	var list []string
	for rest := m.SuperOptions; rest != ""; {
		var option string
		option, rest = cutOption(rest)
		if isController(option) {
			list = append(list, option)
		}
	}
	return list
}

// cutOption cuts the first option off. SELinux puts a context that holds
// commas in quotes: context="u:r:t:s0:c1,c2".
func cutOption(s string) (option, rest string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// isController knows what is not a controller: the options of every super
// block, of security modules, and of cgroup1_show_options.
func isController(option string) bool {
	switch option {
	case "", "rw", "ro", "sync", "dirsync", "mand", "lazytime", "seclabel",
		"noprefix", "xattr", "clone_children", "cpuset_v2_mode", "favordynmods", "none", "all":
		return false
	}
	return !strings.Contains(option, "=") // name=, release_agent=, context=, …
}
