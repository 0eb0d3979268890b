package expo_test

import (
	"strings"

	"github.com/nodegauge/nodegauge/summary/internal/capture"
)

// Verdicts that need no rule.
const (
	equal       = "equal"
	between     = "between two answers"
	betweenRead = "between an answer and a reading"
	fail        = capture.Fail
)

// A diff is one subject in one answer, on both sides; nil is absent.
type diff struct {
	c                *captured
	f                *frame
	a                *answer
	subject          subject
	kubelet, library *sample
}

// A rule explains differences that are not the library's fault, by the
// mechanism that makes them.
type rule struct {
	name, mechanism string
	explains        func(*diff) bool
}

func (d *diff) verdict() string {
	switch {
	case d.isBoth() && (d.kubelet.at == 0) != (d.library.at == 0):
		return fail // one of them has a time
	case d.isBoth() && !d.isInTime():
		return fail
	case d.isBoth() && d.kubelet.series() != d.library.series():
		return fail
	case d.isBoth() && d.kubelet.value == d.library.value:
		return equal
	}
	if d.isBoth() {
		if verdict := d.between(); verdict != "" {
			return verdict
		}
	}
	for _, table := range [][]rule{alone, notDetermined, rules} {
		for i := range table {
			if table[i].explains(d) {
				return table[i].name
			}
		}
	}
	return fail
}

func (d *diff) isBoth() bool { return d.kubelet != nil && d.library != nil }

func (d *diff) isGauge() bool { return d.a.types[d.kubelet.family] == "gauge" }

// isInTime holds the times: the library's is when its source was read, and the
// kubelet's not after it had answered.
func (d *diff) isInTime() bool {
	return d.library.at == 0 || d.library.at == d.source()[1]/1e6 && d.kubelet.at*1e6 <= d.a.asked[1]
}

// source is when all files of the frame were read, or the file systems asked.
func (d *diff) source() span {
	disks := d.f.moment.Disks
	switch {
	case !d.isFileSystem():
		return d.f.files
	case d.library.labels["device"] == d.f.moment.Storage.Image.FS.Device:
		return span{disks.Image.At, disks.Image.At}
	}
	return span{disks.Node.At, disks.Node.At}
}

// read is when the library's files were read.
func (d *diff) read() span {
	kind := ""
	switch q := d.subject.quantity; {
	case strings.HasPrefix(q, "container_cpu_usage_"):
		kind = "cpu"
	case strings.HasPrefix(q, "container_memory_"):
		kind = "mem"
	case strings.HasPrefix(q, "container_network_"):
		kind = "net"
	}
	if s, ok := d.f.spans[d.subject.cgroup][kind]; ok {
		return s
	}
	return d.source()
}
