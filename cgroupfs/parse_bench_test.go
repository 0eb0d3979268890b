package cgroupfs

import "testing"

func BenchmarkParse(b *testing.B) {
	for _, id := range []string{"v2/cpu.stat", "v2/memory.stat", "v1/memory.stat", "v2/memory.numa_stat", "v2/io.stat", "v2/cpu.pressure", "v2/memory.current"} {
		b.Run(id, func(b *testing.B) {
			f, parse := rowOf(b, id)
			s, text := new(Sample), []byte(kernelText[id])
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for range b.N {
				f.reset(s)
				if err := parse(text, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
