package procfs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const netDevHeader = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`

const netDev = netDevHeader + `    lo:    6386      58    0    0    0     0          0         0     6386      58    0    0    0     0       0          0
  eth0: 686892716   23876    1    2    3     4          5         6  1809667   17939    7    8    9    10      11         12
`

func TestParseNetDev(t *testing.T) {
	lo := Interface{Name: "lo", RxBytes: 6386, RxPackets: 58, TxBytes: 6386, TxPackets: 58}
	eth0 := Interface{"eth0", 686892716, 23876, 1, 2, 1809667, 17939, 7, 8}
	named := func(name string) Interface { return Interface{name, 1, 2, 3, 4, 9, 10, 11, 12} }
	const numbers = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"
	tests := []struct {
		name string
		text string
		want []Interface
		err  string
	}{
		{"nothing", "", nil, ""},
		{"an ordinary host", netDev, []Interface{lo, eth0}, ""},
		{"a header alone", netDevHeader, nil, ""},
		{"no header", "a: " + numbers, []Interface{named("a")}, ""},
		{"the first number abuts", "eth0:" + numbers + "\n", []Interface{named("eth0")}, ""},
		{"an alias", "eth0:1:  " + numbers + "\n", []Interface{named("eth0:1")}, ""},
		{"an alias whose first number abuts", "eth0:1:" + numbers + "\n", []Interface{named("eth0:1")}, ""},
		{"a name with a bar", "a|b: " + numbers + "\n", []Interface{named("a|b")}, ""},
		{"more columns than are known", "a: " + numbers + " 17 18\n", []Interface{named("a")}, ""},
		{"numbers that have to be cut before the end", "a: 1 2 3 4 5 6 7 8 9 10 11 12\n", []Interface{named("a")}, ""},
		{
			"the header of an older kernel",
			"Inter-|   Receive                  |  Transmit\n face |bytes packets errs drop fifo frame|bytes packets errs drop fifo colls carrier\n" +
				"a:1 2 3 4 5 6 9 10 11 12 13 14 15\n",
			[]Interface{named("a")}, "",
		},
		{
			"the header of a kernel that counted no bytes",
			"Inter-|   Receive                  |  Transmit\n face |packets errs drop fifo frame|packets errs drop fifo colls carrier\na: 1 2 3 4 5 6 7 8 9 10 11\n",
			nil, `:2: " face |packets errs drop fifo frame|packets errs drop fifo colls carrier": columns are missing`,
		},
		{"blank lines", "\n \na: " + numbers + "\n\n", []Interface{named("a")}, ""},
		{"a counter below zero", "a: -1 2 3 4 5 6 7 8 9 10 11 12\n", []Interface{{"a", 0, 2, 3, 4, 9, 10, 11, 12}}, ""},
		{
			"odd lines between", "a: " + numbers + "\nb: 1 2\nc\n: 1\nd: x 2 3 4 5 6 7 8 9 10 11 12\ne: " + numbers + "\n",
			[]Interface{named("a"), named("e")}, `:2: "b: 1 2": too few fields`,
		},
		{"a line without a name", "garbage\n", nil, `:1: "garbage": no name of an interface`},
		{"a column that is not wanted is not looked at", "a: 1 2 3 4 x 6 7 8 9 10 11 12\n", []Interface{named("a")}, ""},
		{"a number that is too large", "a: 99999999999999999999 2 3 4 5 6 7 8 9 10 11 12\n", nil, `:1: "a: 99999999999999999999 2 3 4 5 6 7 8 9 10 11 12": number is too large`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseNetDev([]byte(tt.text), nil)
			assert.Equal(t, tt.want, got)
			checkError(t, tt.err, err)
		})
	}
}

func manyInterfaces(n int) []byte {
	var b strings.Builder
	b.WriteString(netDevHeader)
	for i := range n {
		fmt.Fprintf(&b, "veth%08x: 1296 16 0 0 0 0 0 0 936 12 0 0 0 0 0 0\n", i)
	}
	return []byte(b.String())
}

func TestParseNetDevAppendsWithoutAllocating(t *testing.T) {
	text, other := manyInterfaces(100), []byte(netDev)
	var list []Interface
	var err error
	parse := func() { list, err = ParseNetDev(text, list[:0]) }
	parse()
	require.NoError(t, err)
	require.Len(t, list, 100)
	assert.Zero(t, testing.AllocsPerRun(10, parse))

	list, err = ParseNetDev(other, list[:0])
	require.NoError(t, err)
	assert.Equal(t, "eth0", list[1].Name, "a name of before is used only if it is the same")
	list, err = ParseNetDev(text, list)
	require.NoError(t, err)
	assert.Len(t, list, 102)
	assert.Equal(t, "veth00000000", list[2].Name)
}

func BenchmarkParseNetDev(b *testing.B) {
	for _, n := range []int{2, 250} {
		b.Run(fmt.Sprintf("interfaces=%d", n), func(b *testing.B) {
			text := manyInterfaces(n)
			var list []Interface
			b.ReportAllocs()
			for range b.N {
				list, _ = ParseNetDev(text, list[:0])
			}
		})
	}
}
