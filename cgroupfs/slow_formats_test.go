package cgroupfs

import (
	"errors"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzUnits(f *testing.F) {
	units := []struct {
		fast unit
		slow slowField
	}{
		{count, slowField{}},
		{micros, slowField{unit: "us"}},
		{millis, slowField{unit: "ms"}},
		{ticks, slowField{unit: "ticks"}},
		{pages, slowField{unit: "pages"}},
		{limit, slowField{read: slowLimit}},
		{quota, slowField{read: slowQuota, unit: "us"}},
		{v1Limit, slowField{read: slowV1Limit}},
	}
	for _, text := range []string{"0", "4096", "max", "-1", "-2", "4611686018427387903", "4611686018427387904",
		"9223372036854771712", "18446744073709551613", "18446744073709551615", "18446744073709551616", "18446744073709552", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i, u := range units {
			got, err := u.fast.text([]byte(text))
			u.slow.path = "Max"
			var want MemorySample
			good := u.slow.set(&want, text)
			require.Equal(t, good, err == nil, "unit %d: %v", i, err)
			require.Equal(t, want.Max, got, "unit %d", i)
		}
	})
}

func FuzzSingle(f *testing.F) {
	fuzzParser(f, "v2/memory.max", slowSingle(slowField{path: "Memory.Max", read: slowLimit}), "1\n2\n", " 7\t\n\n")
}

func FuzzOneKey(f *testing.F) {
	fuzzParser(f, "v2/pids.events", slowKeyed(map[string]slowField{"max": {path: "PIDs.EventsMax"}}))
}

func FuzzLineCount(f *testing.F) {
	fuzzParser(f, "v2/cgroup.procs", func(text string, s *Sample) int {
		s.PIDs.Current = Number(uint64(len(slowLines(text))))
		return 0
	})
}

func FuzzProcesses(f *testing.F) {
	for _, text := range []string{"977\n1021\n", "0\n12", "x\n-1\n 3\n2147483648\n2147483647\n"} {
		f.Add(text)
	}
	number := regexp.MustCompile(`^[0-9]+$`)
	f.Fuzz(func(t *testing.T, text string) {
		var want []int
		bad := 0
		for i, line := range slowLines(text) {
			n, err := strconv.ParseInt(line, 10, 32)
			switch {
			case err != nil || !number.MatchString(line):
				if bad == 0 {
					bad = i + 1
				}
			default:
				want = append(want, int(n))
			}
		}
		got, err := parseProcesses([]byte(text), nil)
		require.Equal(t, want, got)
		var parse *ParseError
		require.Equal(t, bad > 0, errors.As(err, &parse))
		require.True(t, bad == 0 || bad == parse.Line)
	})
}

func FuzzList(f *testing.F) {
	list := regexp.MustCompile(`^[-0-9,]*$`)
	fuzzParser(f, "v2/cpuset.cpus", func(text string, s *Sample) int {
		text = strings.Trim(text, " \t\n")
		if !list.MatchString(text) {
			return 1
		}
		s.CPUSet.CPUs = List{text: []byte(text)}
		return 0
	}, "0-3,8-", "root invalid", "0-99999999999999999999")
}

func FuzzHugeTLBEvents(f *testing.F) {
	fuzzParser(f, "v2/hugetlb.<size>.events", func(text string, s *Sample) int {
		pages := HugePages{PageSize: 2 << 20}
		seen := false
		bad := slowEachLine(text, func(line string) bool {
			key, number, _ := strings.Cut(line, " ")
			if key != "max" {
				return true
			}
			seen = true
			return slowField{path: "EventsMax"}.set(&pages, number)
		})
		if seen {
			s.HugeTLB = []HugePages{pages}
		}
		return bad
	})
}

func FuzzHugeTLBNumber(f *testing.F) {
	fuzzParser(f, "v1/hugetlb.<size>.limit_in_bytes", func(text string, s *Sample) int {
		s.HugeTLB = []HugePages{{PageSize: 2 << 20}}
		if !(slowField{path: "Max", read: slowV1Limit}).set(&s.HugeTLB[0], strings.Trim(text, " \t\n")) {
			return 1
		}
		return 0
	})
}

func FuzzPressure(f *testing.F) {
	average := func(text string) (Percent, bool) {
		n, ok := new(big.Int).SetString(strings.Replace(text, ".", "", 1), 10)
		if !ok || !slowDecimal.MatchString(text) || !n.IsUint64() {
			return Percent{}, false
		}
		return Hundredths(n.Uint64()), true
	}
	fuzzParser(f, "v2/cpu.pressure", func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			fields := slowFields(line)
			p := map[string]*StallPSI{"some": &s.Pressure.CPU.Some, "full": &s.Pressure.CPU.Full}[strings.Join(fields[:min(1, len(fields))], "")]
			if p == nil {
				return true
			}
			good := true
			for _, item := range fields[1:] {
				key, number, _ := strings.Cut(item, "=")
				ok := true
				switch key {
				case "avg10":
					p.Avg10, ok = average(number)
				case "avg60":
					p.Avg60, ok = average(number)
				case "avg300":
					p.Avg300, ok = average(number)
				case "total":
					p.TotalNanos, ok = slowNumber(number, "us")
				}
				good = good && ok
			}
			return good
		})
	}, "some avg10=100.01 avg60=-1.00 avg300 total=-5\n", "full total\n")
}
