package cgroupfs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func devices(d ...IODevice) Sample { return Sample{IO: IOSample{Devices: d}} }

func TestParseIO(t *testing.T) {
	testParse(t, []parseTest{
		{"two devices in the kernel's order", "v2/io.stat",
			"254:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n254:0 rbytes=7\n",
			devices(IODevice{Major: 254, Minor: 16, ReadBytes: Number(1), WriteBytes: Number(2), ReadOps: Number(3), WriteOps: Number(4),
				DiscardBytes: Number(5), DiscardOps: Number(6)}, IODevice{Major: 254, ReadBytes: Number(7)}), 0},
		{"costs become nanoseconds", "v2/io.stat", "8:0 cost.vrate=100.00 cost.usage=24 cost.wait=3 cost.indebt=2 cost.indelay=1\n",
			devices(IODevice{Major: 8, CostUsageNanos: Number(24000), CostWaitNanos: Number(3000), CostInDebtNanos: Number(2000),
				CostInDelayNanos: Number(1000)}), 0},
		{"no I/O yet", "v2/io.stat", "", Sample{}, 0},
		{"a device without numbers, as idle loop devices are", "v2/io.stat", "7:7 \n7:6 \n", Sample{}, 0},
		{"a torn line", "v2/io.stat", "252:0 ", Sample{}, 0},
		{"two devices in one line, as 5.16 writes them", "v2/io.stat", "252:0 254:0 rbytes=7\n", devices(IODevice{Major: 254, ReadBytes: Number(7)}), 0},
		{"a device without a disk", "v2/io.stat", "(unknown) rbytes=1\n8:0 rbytes=7\n", devices(IODevice{Major: 8, ReadBytes: Number(7)}), 0},
		{"a blank line", "v2/io.stat", "\n8:0 rbytes=7\n\n", devices(IODevice{Major: 8, ReadBytes: Number(7)}), 0},
		{"a device twice: the later line is right", "v2/io.stat", "8:0 rbytes=1 wbytes=2\n8:0 rbytes=7\n", devices(IODevice{Major: 8, ReadBytes: Number(7)}), 0},
		{"a bad number does not stop the others", "v2/io.stat", "8:0 rbytes=? wbytes=2\n8:16 rbytes=7\n",
			devices(IODevice{Major: 8, WriteBytes: Number(2)}, IODevice{Major: 8, Minor: 16, ReadBytes: Number(7)}), 1},
		{"a bad device number", "v2/io.stat", "8:0 rbytes=1\n8:x rbytes=2\n", devices(IODevice{Major: 8, ReadBytes: Number(1)}), 2},
		{"limits", "v2/io.max", "8:16 rbps=2097152 wbps=max riops=max wiops=120\n",
			Sample{IO: IOSample{Limits: []IOLimit{{Major: 8, Minor: 16, ReadBytes: Number(2097152), WriteBytes: Max(), ReadOps: Max(), WriteOps: Number(120)}}}}, 0},
		{"no limits", "v2/io.max", "", Sample{}, 0},
	})
}

func TestParseV1IO(t *testing.T) {
	testParse(t, []parseTest{
		{"operations by device", "v1/blkio.throttle.io_service_bytes_recursive",
			"254:16 Read 1\n254:16 Write 2\n254:16 Sync 3\n254:16 Async 4\n254:16 Discard 5\n254:16 Total 8\n254:0 Read 9\nTotal 17\n",
			devices(IODevice{Major: 254, Minor: 16, ReadBytes: Number(1), WriteBytes: Number(2), SyncBytes: Number(3), AsyncBytes: Number(4), DiscardBytes: Number(5)},
				IODevice{Major: 254, ReadBytes: Number(9)}), 0},
		{"a device that is (unknown), with multipath", "v1/blkio.throttle.io_serviced", "(unknown) Read 1\n8:0 Read 2\n", devices(IODevice{Major: 8, ReadOps: Number(2)}), 0},
		{"only the totals of waiting", "v1/blkio.io_wait_time_recursive", "8:0 Read 5\n8:0 Write 6\n8:0 Total 11\nTotal 11\n",
			devices(IODevice{Major: 8, WaitNanos: Number(11)}), 0},
		{"milliseconds become nanoseconds", "v1/blkio.time_recursive", "8:0 4711\n", devices(IODevice{Major: 8, TimeNanos: Number(4711000000)}), 0},
		{"lines of two fields", "v1/blkio.sectors_recursive", "8:0 137784\n8:16 8\n",
			devices(IODevice{Major: 8, Sectors: Number(137784)}, IODevice{Major: 8, Minor: 16, Sectors: Number(8)}), 0},
		{"a bad number does not stop the others", "v1/blkio.sectors_recursive", "8:0 ?\n8:16 8\n", devices(IODevice{Major: 8}, IODevice{Major: 8, Minor: 16, Sectors: Number(8)}), 1},
	})
}

func TestBlkioSaysNothingWithoutADevice(t *testing.T) {
	for _, text := range []string{"", "Total 0\n", "(unknown) Read 1\n\nTotal 1\n"} {
		_, parse := rowOf(t, "v1/blkio.bfq.io_service_bytes_recursive")
		assert.Equal(t, errNothing, parse([]byte(text), new(Sample)), "%q", text)
	}
}

func TestBlkioRowsFillTheSameDevices(t *testing.T) {
	s := new(Sample)
	for _, id := range []string{"v1/blkio.throttle.io_service_bytes", "v1/blkio.throttle.io_serviced"} {
		f, parse := rowOf(t, id)
		f.reset(s)
		require.NoError(t, parse([]byte("8:0 Read 1\n8:16 Read 2\n"), s))
	}
	want := devices(IODevice{Major: 8, ReadBytes: Number(1), ReadOps: Number(1)}, IODevice{Major: 8, Minor: 16, ReadBytes: Number(2), ReadOps: Number(2)})
	assert.Equal(t, leaves(&want), leaves(s))
}
