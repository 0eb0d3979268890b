package cgroupfs

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// sampleText has an empty list where there is none.
func sampleText(s *Sample) string { return fmt.Sprintf("%+v", *s) }

// fillAll gives every Value below v a number of its own, and every list an element.
func fillAll(v reflect.Value, next *uint64) {
	switch value, isValue := v.Addr().Interface().(*Value); {
	case isValue:
		*next++
		*value = Number(*next * 1e9)
	case v.Type() == reflect.TypeFor[List]():
		v.Addr().Interface().(*List).set([]byte("0-3"))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillAll(v.Field(i), next)
			}
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillAll(v.Index(0), next)
	}
}

func fullSample() *Sample {
	var s Sample
	next := uint64(0)
	fillAll(reflect.ValueOf(&s).Elem(), &next)
	return &s
}

// resetAll resets what the rows of one kind of metric fill.
func resetAll(s *Sample, slow bool) {
	for _, table := range [][]file{v2Files(), v1Files()} {
		for i := range table {
			if (table[i].metric.Slow() != 0) != slow {
				continue
			}
			if table[i].sized != nil {
				s.HugeTLB = s.HugeTLB[:0]
			} else {
				table[i].reset(s)
			}
		}
	}
}

func TestASlowPartIsWhatTheRowsOfSlowMetricsFill(t *testing.T) {
	s, want := fullSample(), fullSample()
	resetAll(want, false)
	rest := *want
	resetAll(&rest, true)
	require.Equal(t, sampleText(&Sample{}), sampleText(&rest), "every field belongs to a row")
	var part SlowPart
	part.Keep(s)
	dirty := fullSample()
	part.Restore(dirty)
	require.Equal(t, sampleText(want), sampleText(dirty))
}

func TestASlowPartKeepsNothingOfBefore(t *testing.T) {
	var part SlowPart
	part.Keep(fullSample())
	var s Sample
	s.Memory.Max, s.CPU.QuotaNanos = Max(), Number(0)
	part.Keep(&s)
	got := fullSample()
	part.Restore(got)
	require.Equal(t, sampleText(&s), sampleText(got))
	part = SlowPart{}
	part.Restore(got)
	require.Equal(t, sampleText(&Sample{}), sampleText(got))
}

func TestASlowPartSharesNothingWithTheSample(t *testing.T) {
	var part SlowPart
	s := fullSample()
	part.Keep(s)
	s.HugeTLB[0].Current = Number(7)
	s.CPUSet.CPUs.set([]byte("9"))
	var got Sample
	part.Restore(&got)
	require.NotEqual(t, Number(7), got.HugeTLB[0].Current)
	require.Equal(t, "0-3", got.CPUSet.CPUs.String())
	s, got.HugeTLB[0].Current = &Sample{}, Number(8)
	part.Restore(s)
	require.NotEqual(t, Number(8), s.HugeTLB[0].Current)
}

func TestSlowPartAllocs(t *testing.T) {
	var part SlowPart
	s := fullSample()
	part.Keep(s)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		part.Restore(s)
		part.Keep(s)
	}))
}
