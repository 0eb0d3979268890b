// Package cgroupfs reads what the Linux kernel says about a control group. It
// knows the files, their formats and where they are mounted, for cgroup v1, v2
// and both at once, and puts what they say into one [Sample]. It knows nothing
// of time, rates, pods or containers; package stats does.
//
//	h, err := cgroupfs.Detect()
//	if err != nil {
//		return err
//	}
//	defer h.Close()
//	g, err := h.Group("/system.slice/sshd.service")
//	if err != nil {
//		return err
//	}
//	var s cgroupfs.Sample
//	var buf cgroupfs.Buffer
//	err = g.Read(&s, cgroupfs.DefaultMetrics, &buf)
//	usage, ok := s.CPU.UsageNanos.Get()
//
// # Values
//
// Absent, zero and unlimited are three things, and a [Value] tells them apart.
// A file the kernel does not have, a line that is missing, a file that was not
// wanted or could not be read: absent. "max" is Max, whatever v1 writes for it.
// No field that was not read is ever 0. A negative number, which some kernels
// print for a counter that is a sum over CPUs, is 0.
//
// # Units
//
// Sizes are bytes. Times are nanoseconds, whether the file has microseconds,
// ticks or milliseconds. Counters count since the cgroup was made. Pressure
// averages are percent, 0 to 100.
//
// # cgroup v1
//
// The files of v1 are translated into the words of v2: memory.usage_in_bytes
// is Memory.Current, total_rss is Memory.Stat.Anon, the limit that v1 writes
// for none is Max. Where v1 counts a cgroup both with and without its
// descendants the Sample has the former, as v2 does. What only v1 has is in
// fields of its own. A field's comment names its file in both versions, and the
// first kernel that has it.
//
// # Hybrid hosts
//
// A controller is either in a v1 hierarchy or in v2's, and each file is read
// where its controller is: pressure from v2 while memory comes from v1, or
// memory from v2 on kernels that have no v1 memory any more. One hierarchy is
// the master: v2's where there is no v1, else that of v1's memory, or cpuacct,
// cpu, pids in this order. A cgroup exists if the master has it: one that the
// master has and cpuacct has not has no CPU use, and one that only others have
// is not seen.
//
// # Removal
//
// A [Group] is one incarnation of a cgroup. When the cgroup is removed, Read
// answers [ErrRemoved], for good, also if one of the same name is made again:
// that is another cgroup, with another [Group.Inode]. A file alone may go and
// come back while its cgroup lives, when a controller is switched off and on;
// its Values are absent meanwhile, and the [Stamp]'s Epoch changes. A file that
// is missing is tried again after 1, 2, 4, 8 and then every 16 reads. One that no
// cgroup of the Hierarchy had yet is tried after 32, 64 and then every 128, unless
// its metric is slow, and by one Read in some 250 of all Groups: where a cgroup
// has it the others soon look.
//
// # Errors
//
// A missing file is no error. A line that is not understood is a [*ParseError]
// with file, line and text; the Value it would have set is absent and
// everything else is read. A file that cannot be read is an error that wraps an
// [*io/fs.PathError]; everything else is read. Read returns the first of them.
// A file that was cut within a number is not noticed, and a symbolic link is not
// followed: it is absent.
// On systems other than Linux Detect fails with [errors.ErrUnsupported].
//
// # Memory
//
// Read allocates nothing once a Sample and a Buffer have been used: results go
// into the caller's Sample, which is under 1.5 KB, and slices in it keep their
// capacity. Nothing that is returned aliases a Buffer. The copies that an
// [Arena] makes are independent of the Sample.
//
// The files of metrics that change all the time are kept open and read at
// offset 0, which costs a fraction of opening them. v1's cgroup.procs is not, as
// it would answer from a cache: its folder is. Each kept descriptor costs
// some 5 KB of kernel memory. [Hierarchy.SetMaxOpenFiles] bounds them; without
// any, everything is read all the same, in about three times the time.
//
// # Concurrency
//
// A Hierarchy, its Groups, a Buffer, a Sample and an Arena are used by one
// goroutine at a time. Two Hierarchies do not meet. Value, Percent, MetricSet
// and ParseError are plain values.
package cgroupfs
