package cgroupfs

import (
	"fmt"
	"math/bits"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tables are both tables by version, as the tests name their rows.
var tables = map[string][]file{"v2": v2Files(), "v1": v1Files()}

// eachRow calls do for each row of both tables, with the name that kernelText
// has it under.
func eachRow(t *testing.T, do func(t *testing.T, id string, f *file)) {
	for version, files := range tables {
		for i := range files {
			id := version + "/" + files[i].names[0]
			t.Run(id+" of "+files[i].metric.String(), func(t *testing.T) { do(t, id, &files[i]) })
		}
	}
}

// rowOf returns the row of which id is a name; huge pages are of 2 MiB.
func rowOf(tb testing.TB, id string) (*file, parser) {
	tb.Helper()
	version, name, _ := strings.Cut(id, "/")
	for i := range tables[version] {
		f := &tables[version][i]
		for j := range f.names {
			if f.names[j] == name {
				return f, f.parser(j)
			}
		}
	}
	require.FailNow(tb, "no row", id)
	return nil, nil
}

func (f *file) parser(name int) parser {
	switch {
	case f.sized != nil:
		return f.sized(2 << 20)
	case f.parsers != nil:
		return f.parsers[name]
	}
	return f.parse
}

// resetSection empties what f reads into, as Read does before it parses.
func (f *file) resetSection(s *Sample) {
	if f.metric == HugeTLB {
		s.HugeTLB = s.HugeTLB[:0]
	}
	for _, files := range tables {
		for i := range files {
			if files[i].metric == f.metric && files[i].reset != nil {
				files[i].reset(s)
			}
		}
	}
}

// isList reports whether rows of the metric add to one list together.
func isList(m MetricSet) bool { return m&(PerCPU|IO|HugeTLB|RDMA|Misc) != 0 }

// leaves returns what is not absent in a Sample by its path, as text.
func leaves(s *Sample) map[string]string {
	m := make(map[string]string)
	addLeaves(m, "", reflect.ValueOf(*s))
	return m
}

func addLeaves(m map[string]string, path string, v reflect.Value) {
	switch leaf := v.Interface().(type) {
	case Value:
		if !leaf.IsAbsent() {
			m[path] = leaf.String()
		}
		return
	case Percent:
		if !leaf.IsAbsent() {
			m[path] = leaf.String()
		}
		return
	case List:
		if leaf.String() != "" {
			m[path] = leaf.String()
		}
		return
	case Stamp:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			addLeaves(m, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			addLeaves(m, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	default: // what an element is called: a name, a number
		m[path] = fmt.Sprint(v.Interface())
	}
}

// fields adds the paths of all Values below a type.
func fields(m map[string]bool, path string, t reflect.Type) {
	switch t {
	case reflect.TypeFor[Value](), reflect.TypeFor[Percent](), reflect.TypeFor[List]():
		m[path] = true
		return
	case reflect.TypeFor[Stamp]():
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			fields(m, path+"."+t.Field(i).Name, t.Field(i).Type)
		}
	case reflect.Slice:
		fields(m, path+"[0]", t.Elem())
	}
}

func TestEveryFieldIsSetBySomeRow(t *testing.T) {
	want := make(map[string]bool)
	fields(want, "", reflect.TypeFor[Sample]())
	require.Contains(t, want, ".CPU.UsageNanos")
	eachRow(t, func(t *testing.T, id string, f *file) {
		s := new(Sample)
		require.NoError(t, f.parser(0)([]byte(kernelText[id]), s))
		for path := range leaves(s) {
			delete(want, strings.ReplaceAll(path, "[1]", "[0]"))
		}
	})
	assert.Empty(t, want, "no row sets these")
}

func TestTables(t *testing.T) {
	eachRow(t, func(t *testing.T, id string, f *file) {
		assert.Contains(t, kernelText, id)
		assert.Equal(t, 1, bits.OnesCount32(uint32(f.metric)), "a row has one metric")
		assert.NotZero(t, f.metric&AllMetrics, "and it is one of ours")
		assert.Equal(t, f.sized == nil, f.reset != nil, "rows with a <size> alone have no reset")
		assert.Equal(t, f.sized != nil, strings.Contains(f.names[0], "<size>"))
		if f.parsers != nil {
			assert.Len(t, f.parsers, len(f.names))
			assert.Nil(t, f.parse)
		} else {
			assert.Equal(t, f.sized == nil, f.parse != nil)
		}
	})
	for version, files := range tables {
		seen := make(map[string]bool)
		metrics := MetricSet(0)
		stamps := make(map[*Stamp]int)
		s := new(Sample)
		for i := range files {
			for _, name := range files[i].names {
				key := files[i].metric.String() + " " + name
				assert.False(t, seen[key], "%s is twice in the table of %s", key, version)
				seen[key] = true
			}
			metrics |= files[i].metric
			if files[i].stamp != nil {
				stamps[files[i].stamp(s)]++
			}
			assert.True(t, version == "v2" || files[i].v1 == "")
		}
		if version == "v2" {
			assert.Equal(t, AllMetrics&^PerCPU, metrics)
			assert.Equal(t, map[*Stamp]int{&s.CPU.Read: 1, &s.Memory.Read: 2, &s.IO.Read: 1, &s.Pressure.Read: 3}, stamps)
		} else {
			assert.Equal(t, AllMetrics&^(CPULocal|ZSwap|IOLimits|Pressure|PressureIRQ|Core), metrics)
			assert.Equal(t, map[*Stamp]int{&s.CPU.Read: 1, &s.Memory.Read: 1, &s.IO.Read: 1}, stamps)
		}
	}
}

func TestResetUndoesParse(t *testing.T) {
	eachRow(t, func(t *testing.T, id string, f *file) {
		s := new(Sample)
		require.NoError(t, f.parser(0)([]byte(kernelText[id]), s))
		require.NotEmpty(t, leaves(s))
		if isList(f.metric) {
			f.resetSection(s)
		} else {
			f.reset(s)
		}
		assert.Empty(t, leaves(s))
	})
}

// A row that resets more than it reads takes away what another row has read.
func TestReadingARowAgainChangesNothing(t *testing.T) {
	for version, files := range tables {
		s := new(Sample)
		parse := func(f *file) {
			if !isList(f.metric) {
				f.reset(s)
			}
			require.NoError(t, f.parser(0)([]byte(kernelText[version+"/"+f.names[0]]), s))
		}
		for i := range files {
			parse(&files[i])
		}
		want := leaves(s)
		for i := range files {
			parse(&files[i])
			require.Equal(t, want, leaves(s), files[i].names[0])
		}
	}
}

func TestParsersKeepNothingOfTheText(t *testing.T) {
	eachRow(t, func(t *testing.T, id string, f *file) {
		s, text := new(Sample), []byte(kernelText[id])
		require.NoError(t, f.parser(0)(text, s))
		want := leaves(s)
		for i := range text {
			text[i] = '#'
		}
		assert.Equal(t, want, leaves(s))
	})
}

func TestParseAllocs(t *testing.T) {
	eachRow(t, func(t *testing.T, id string, f *file) {
		s, text, parse := new(Sample), []byte(kernelText[id]), f.parser(0)
		read := func() {
			if f.sized != nil {
				s.HugeTLB = s.HugeTLB[:0]
			} else {
				f.reset(s)
			}
			if err := parse(text, s); err != nil {
				t.Fatal(err)
			}
		}
		read()
		assert.Zero(t, testing.AllocsPerRun(100, read))
	})
}

func TestSampleSize(t *testing.T) {
	size := int(reflect.TypeFor[Sample]().Size())
	t.Logf("a Sample is %d bytes", size)
	assert.LessOrEqual(t, size, 1536)
	assert.EqualValues(t, 8, reflect.TypeFor[Value]().Size())
}
