//go:build unix

package expo_test

import (
	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/summary/expo"
)

// BenchmarkAppendCadvisor is 1,000 containers in 500 pods, each with a sandbox,
// with all that the default metrics read.
func BenchmarkAppendCadvisor(b *testing.B) {
	f := newFakeNode(500)
	node := f.node()
	benchmark(b, func(p *expo.Printer, text []byte) []byte { return p.AppendCadvisor(text, node, nil) })
}

// BenchmarkAppendResource is the same node.
func BenchmarkAppendResource(b *testing.B) {
	s := newFakeNode(500).summary()
	benchmark(b, func(p *expo.Printer, text []byte) []byte { return p.AppendResource(text, s, nil) })
}

func benchmark(b *testing.B, round func(p *expo.Printer, text []byte) []byte) {
	var p expo.Printer
	text := round(&p, nil)
	series := bytes.Count(text, []byte("\n")) - bytes.Count(text, []byte("\n# ")) - 1
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	b.ResetTimer()
	began := cpuTime(b)
	for range b.N {
		text = round(&p, text[:0])
	}
	b.ReportMetric(float64((cpuTime(b)-began).Microseconds())/float64(b.N)/1000, "cpu-µs/container")
	b.ReportMetric(float64(series)/1000, "series/container")
	b.ReportMetric(float64(len(text))/1000, "bytes/container")
}

// cpuTime is what this process used, which a busy machine does not change as
// it does the time that passes.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
