package cgroupfs_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// figures are numbers as text by their path, such as "CPU.UsageNanos" or
// "IO.Devices[8:0].ReadBytes".
type figures map[string]string

const nothing = "absent"

func figuresOf(v any) figures {
	f := make(figures)
	f.add("", reflect.ValueOf(v))
	return f
}

func (f figures) add(path string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case cgroupfs.Value:
		f[path] = x.String()
		return
	case cgroupfs.Percent:
		f[path] = nothing
		if share, ok := x.Get(); ok {
			f[path] = strconv.FormatFloat(share, 'f', -1, 64)
		}
		return
	case cgroupfs.List:
		f.addList(path, x.String())
		return
	case cgroupfs.Stamp, string:
		return
	case []uint16: // a list of CPUs or nodes
		for _, n := range x {
			f[fmt.Sprintf("%s[%d]", path, n)] = "1"
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			f.add(path, v.Elem())
		}
	case reflect.Struct:
		f.addStruct(path, v)
	case reflect.Slice:
		for i := range v.Len() {
			f.add(path+element(v.Index(i), i), v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if v.Type().Elem().Kind() == reflect.Uint64 && key.Kind() == reflect.String {
				f.add(path+"."+key.String(), v.MapIndex(key)) // the keys of memory.stat
			} else {
				f.add(fmt.Sprintf("%s[%v]", path, key), v.MapIndex(key))
			}
		}
	case reflect.Float64:
		f[path] = strconv.FormatFloat(v.Float(), 'f', -1, 64)
	default:
		f[path] = fmt.Sprint(v.Interface())
	}
}

// addStruct adds the fields. What an element of a list is called is in its
// path already, and one that is only a number has no more than that.
func (f figures) addStruct(path string, v reflect.Value) {
	for i := range v.NumField() {
		switch field := v.Type().Field(i); {
		case !field.IsExported(), strings.Contains(path, "]") && slices.Contains(names, field.Name):
		case field.Anonymous, field.Name == "Value":
			f.add(path, v.Field(i))
		default:
			f.add(strings.TrimPrefix(path+"."+field.Name, "."), v.Field(i))
		}
	}
}

// names are the fields that an element of a list goes by.
var names = []string{"Major", "Minor", "Op", "Device", "Name", "Node", "PageSize", "Pagesize"}

// element returns the part of a path that says which element of a list it is:
// "[8:0]", "[8:0].Read", "[mlx4_0]", "[2MB]" or the index.
func element(v reflect.Value, i int) string {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return fmt.Sprintf("[%d]", i)
	}
	get := func(name string) any {
		if field := v.FieldByName(name); field.IsValid() {
			return field.Interface()
		}
		return nil
	}
	switch {
	case get("Major") != nil:
		s := fmt.Sprintf("[%d:%d]", get("Major"), get("Minor"))
		if op, ok := get("Op").(string); ok && op != "" {
			s += "." + op
		}
		return s
	case get("PageSize") != nil:
		return "[" + hugePageName(get("PageSize").(uint64)) + "]"
	}
	for _, name := range []string{"Device", "Name", "Node", "Pagesize"} {
		if x := get(name); x != nil {
			return fmt.Sprintf("[%v]", x)
		}
	}
	return fmt.Sprintf("[%d]", i)
}

func hugePageName(bytes uint64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%dGB", bytes>>30)
	case bytes >= 1<<20:
		return fmt.Sprintf("%dMB", bytes>>20)
	}
	return fmt.Sprintf("%dKB", bytes>>10)
}

// addList adds the members of "0-3,8".
func (f figures) addList(path, text string) {
	for _, span := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		from, to, ok := strings.Cut(span, "-")
		if !ok {
			to = from
		}
		first, _ := strconv.Atoi(from)
		last, _ := strconv.Atoi(to)
		for n := first; n <= last; n++ {
			f[fmt.Sprintf("%s[%d]", path, n)] = "1"
		}
	}
}

// number returns a figure as a number, 0 if it is none.
func (f figures) number(path string) uint64 {
	n, _ := strconv.ParseUint(f[path], 10, 64)
	return n
}

// sampleFigures are the figures of a Sample, and the sums that the oracles
// have and a Sample has not.
func sampleFigures(s *cgroupfs.Sample) figures {
	f := figuresOf(s)
	for path, text := range f {
		for _, part := range []string{"ReadBytes", "ReadOps"} {
			if device, ok := strings.CutSuffix(path, part); ok && text != nothing && strings.HasPrefix(path, "IO.Devices[") {
				what := strings.TrimPrefix(part, "Read")
				sum := f.number(path) + f.number(device+"Write"+what) + f.number(device+"Discard"+what)
				f[device+"All"+what] = strconv.FormatUint(sum, 10)
			}
		}
	}
	if len(s.Memory.NUMA) > 0 {
		for _, part := range []string{"Anon", "File", "Unevictable", "Total"} {
			sum := uint64(0)
			for _, node := range s.Memory.NUMA {
				sum += f.number(fmt.Sprintf("Memory.NUMA[%d].%s", node.Node, part))
			}
			f["Memory.AllNodes."+part] = strconv.FormatUint(sum, 10)
		}
	}
	return f
}

// general returns a path without the key in brackets, and the key.
func general(path string) (name, key string) {
	from, to := strings.IndexByte(path, '['), strings.IndexByte(path, ']')
	if from < 0 || to < from {
		return path, ""
	}
	return path[:from] + "[]" + path[to+1:], path[from : to+1]
}
