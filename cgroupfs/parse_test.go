package cgroupfs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A parseTest is a text in one of the kernel's files and what becomes of it.
type parseTest struct {
	name string
	file string // "v2/cpu.stat"
	text string
	want Sample
	line int // of the first ParseError, if there is one
}

func testParse(t *testing.T, tests []parseTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.name, func(t *testing.T) {
			_, parse := rowOf(t, tt.file)
			got := new(Sample)
			err := parse([]byte(tt.text), got)
			if tt.line == 0 {
				require.NoError(t, err)
			} else {
				var parseError *ParseError
				require.ErrorAs(t, err, &parseError)
				assert.Equal(t, tt.line, parseError.Line)
			}
			assert.Equal(t, leaves(&tt.want), leaves(got))
		})
	}
}

func TestParseSingleNumbers(t *testing.T) {
	testParse(t, []parseTest{
		{"a number", "v2/memory.current", "225280\n", Sample{Memory: MemorySample{Current: Number(225280)}}, 0},
		{"zero is not absent", "v2/memory.current", "0\n", Sample{Memory: MemorySample{Current: Number(0)}}, 0},
		{"no newline at the end", "v2/memory.current", "225280", Sample{Memory: MemorySample{Current: Number(225280)}}, 0},
		{"negative, as a sum over CPUs may be", "v2/memory.current", "-4096\n", Sample{Memory: MemorySample{Current: Number(0)}}, 0},
		{"an empty file", "v2/memory.current", "", Sample{}, 1},
		{"only a newline", "v2/memory.current", "\n", Sample{}, 1},
		{"a word", "v2/memory.current", "lots\n", Sample{}, 1},
		{"usage has no max", "v2/memory.current", "max\n", Sample{}, 1},
		{"more than 64 bits", "v2/memory.current", "18446744073709551616\n", Sample{}, 1},
		{"no limit", "v2/memory.max", "max\n", Sample{Memory: MemorySample{Max: Max()}}, 0},
		{"a limit of zero is a limit", "v2/memory.max", "0\n", Sample{Memory: MemorySample{Max: Number(0)}}, 0},
		{"no limit, with 4 KiB pages", "v1/memory.limit_in_bytes", "9223372036854771712\n", Sample{Memory: MemorySample{Max: Max()}}, 0},
		{"no limit, with 64 KiB pages", "v1/memory.limit_in_bytes", "9223372036854710272\n", Sample{Memory: MemorySample{Max: Max()}}, 0},
		{"a limit", "v1/memory.limit_in_bytes", "134217728\n", Sample{Memory: MemorySample{Max: Number(134217728)}}, 0},
		{"the largest limit that is one", "v1/memory.limit_in_bytes", "4611686018427387903\n",
			Sample{Memory: MemorySample{Max: Number(1<<62 - 1)}}, 0},
		{"no limit of huge pages", "v1/hugetlb.<size>.limit_in_bytes", "9223372036852678656\n",
			Sample{HugeTLB: []HugePages{{PageSize: 2 << 20, Max: Max()}}}, 0},
		{"no limit", "v1/pids.max", "max\n", Sample{PIDs: PIDsSample{Max: Max()}}, 0},
	})
}

func TestParseErrorSaysWhatIsWrong(t *testing.T) {
	_, parse := rowOf(t, "v2/memory.stat")
	s := new(Sample)
	err := parse([]byte("anon 40960\nfile x16384\nkernel\npgfault 857\n"), s)
	var parseError *ParseError
	require.ErrorAs(t, err, &parseError)
	parseError.Path = "memory.stat"
	assert.EqualError(t, parseError, `cgroupfs: memory.stat:2: "file x16384": not a number`)
	assert.Equal(t, map[string]string{".Memory.Stat.Anon": "40960", ".Memory.Stat.PgFault": "857"}, leaves(s))
}

func TestParseErrorCutsLongLines(t *testing.T) {
	_, parse := rowOf(t, "v2/memory.current")
	err := parse(make([]byte, 4096), new(Sample))
	var parseError *ParseError
	require.ErrorAs(t, err, &parseError)
	assert.Len(t, parseError.Text, 128)
}
