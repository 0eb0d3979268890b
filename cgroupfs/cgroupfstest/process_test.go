package cgroupfstest_test

import (
	"os"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/stretchr/testify/require"
)

// TestPutProcess reads what it wrote, and puts a process that has less in its
// place.
func TestPutProcess(t *testing.T) {
	tree := cgroupfstest.New(t)
	proc := procfs.NewProc(tree.Path("proc"))
	defer proc.Close()
	number := func(n uint64) procfs.Number { return procfs.Number{N: n, OK: true} }
	for _, tt := range []struct {
		put   cgroupfstest.Process
		open  procfs.Descriptors
		limit procfs.Limit
		ids   []uint32
	}{
		{
			cgroupfstest.Process{Started: 1250 * time.Millisecond, Files: 3, Sockets: 2, MaxOpenFiles: 9, Threads: make([]cgroupfstest.Sched, 3)},
			procfs.Descriptors{Open: 5, Sockets: number(2)}, procfs.Limit{N: 9, OK: true}, []uint32{7, 8, 9},
		},
		{cgroupfstest.Process{}, procfs.Descriptors{Sockets: number(0)}, procfs.Limit{Unlimited: true, OK: true}, []uint32{7}},
	} {
		tree.PutProcess(7, tt.put)
		p, err := proc.Process(7)
		require.NoError(t, err)
		defer p.Close()
		open, err := p.Descriptors(100)
		require.NoError(t, err)
		require.Equal(t, tt.open, open)
		limit, err := p.MaxOpenFiles()
		require.NoError(t, err)
		require.Equal(t, tt.limit, limit)
		started, err := p.StartNanos()
		require.NoError(t, err)
		require.EqualValues(t, tt.put.Started, started)
		threads, err := p.Threads(nil, 100)
		require.NoError(t, err)
		var ids []uint32
		for _, thread := range threads {
			ids = append(ids, thread.ID)
		}
		require.ElementsMatch(t, tt.ids, ids)
	}
	tree.Remove("proc/7")
	_, err := proc.Process(7)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestPutProcessLeavesTheCallersThreadsAlone(t *testing.T) {
	threads := []cgroupfstest.Sched{{Run: 1}, {Run: 2}}
	cgroupfstest.New(t).PutProcess(7, cgroupfstest.Process{Threads: threads[:1]})
	require.Equal(t, []cgroupfstest.Sched{{Run: 1}, {Run: 2}}, threads)
}
