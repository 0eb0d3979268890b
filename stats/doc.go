// Package stats follows the cgroups of a node: it finds them, reads them in
// rounds, and says what the numbers mean over time and whose they are. Names
// are the kubelet's: working set, usageNanoCores, usageCoreNanoSeconds.
//
//	h, err := cgroupfs.Detect()
//	if err != nil {
//		return err
//	}
//	c, err := stats.New(h, nil)
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	var s stats.Snapshot
//	for range time.Tick(10 * time.Second) {
//		if err := c.Collect(ctx, &s); err != nil {
//			return err
//		}
//		for i := range s.Cgroups {
//			use(&s.Cgroups[i])
//		}
//	}
//
// # Rounds
//
// There are two ways to have a round. [Collector.Collect] reads now, into the
// caller's [Snapshot]. [Collector.Fresh] returns a Snapshot that is shared and
// never changes, and takes a round only if the newest is too old; many may ask
// at once. [Collector.Run] takes rounds at a fixed phase for Fresh to return.
//
// A round is one cut: the root is read first, which brings the memory
// statistics of the whole tree up to date, then each pod's containers and the
// pod, back to back. A cgroup that goes or comes while the round looks is
// looked for again in the same round.
//
// # Rates
//
// [CPU].UsageNanoCores needs two points of one incarnation of a cgroup. It is
// absent before, and after a counter went back, and it says which time it is
// the mean of. Its base is the newest point that is at least
// [Options].MinWindow older, so that an extra round on demand neither shortens
// it nor makes it noisy. Time is monotonic: setting the clock disturbs nothing.
//
// # Identity
//
// Who a cgroup is (a pod's UID, a runtime's container ID, a QoS class, a
// service) comes from its path, once, when it is found; see [Identify]. Names
// of pods and containers are not in a path; package summary joins them. What a
// container makes below its own cgroup is not followed: it can neither take
// another's identity nor raise the cost of a round. A cgroup made again under
// its old name is another one, with another [Info].Inode.
//
// # Network
//
// With [Options].Network a round also reads the interfaces of the node, and of
// each pod: [Network]. A container that is in no pod has its own. They are read
// where proc shows them, through one of the pod's processes: one of its oldest
// container's, which is the sandbox, or of the next that has any. In each round
// it is seen in its cgroup again after its folder was opened, so that a process
// which got its number is never taken for it. Nothing of it is kept open, since
// that would keep the pod's network namespace after its end.
//
// A namespace is read once a round, whoever shares it. A pod with hostNetwork
// has the node's [Network].Namespace, and the node is what process 1 sees. To
// know a namespace other than one's own takes the privilege to trace its
// processes; where it is missing Namespace is 0, which is no error, and the
// interfaces are there all the same.
//
// The proc below [Options].Root numbers processes as its own pid namespace
// does. In a container that is not in the host's (hostPID), with the host's proc
// below Root, pods' processes are not to be found, which Errors says; the node's
// network is read. Without the host's proc nothing tells that process 1 is the
// container's: its network is then taken for the node's.
//
// # Disks, machine, processes
//
// With cgroupfs.IO, which is among the default metrics, a round reads the
// node's block devices: [Node].Disks, whose names are those of the devices in
// a cgroup's io.stat ([Node.Disk]). [Collector.Machine] reads what the node is
// made of and called, which is for now and then.
//
// With [Options].Processes a round also looks into processes: [ProcessStats]
// is what those of a cgroup have, without those of cgroups below it, as
// cAdvisor counts them. Each is seen in its cgroup again after its folder in
// proc was opened, and nothing of it is kept open. A sum is of all of them or
// absent. It is absent where the privilege to see descriptors is missing
// (CAP_SYS_PTRACE, and CAP_DAC_READ_SEARCH for those of other users), which
// Errors says once a round, and where proc hides processes. Of one cgroup 65,536
// descriptors and threads are looked at in a round, a process being four, and
// of all 524,288; what has more says so in its Err, and what comes after that
// in the round too. Those that a Collector opens to look are among its own
// process's.
//
// This costs far more than all else: some 30 µs a process, 3 µs a descriptor
// and 6 µs a thread (go test -bench Process ./internal/procfs). ProcessSockets has the kernel walk through the sockets of
// the whole node for each network namespace, which may take it milliseconds.
// Of a namespace with some 200,000 sockets of one kind none is counted.
//
// # Cost
//
// [Collector.Cost] takes a round that is timed and tells where the time went: by
// metric and by cgroup, how much of it is the kernel's, which whoever reads these
// files pays, and what it costs to have no more descriptors. [CostReport.Share]
// is what that makes of a core at an interval. A round that nobody asked to be
// timed is not: no clock is asked for it. One that is asks it some four times for
// each file, 50 ns each, which is a few percent of what it tells.
//
// # Budgets
//
// With [Options].Budgets what reading takes of a core is bounded. Whole metrics
// are shed, for all cgroups at once and in one order, the dear and the seldom
// wanted first: MemoryNUMA, PerCPU, Core, Misc, RDMA, HugeTLB, CPUSet, ZSwap,
// CPULocal, MemoryEvents, IOLimits, IO, PressureIRQ, Pressure, Processes,
// PIDLimits, PIDs, CPULimits, MemoryLimits. Only those go without which the rest
// fits: one that is dear goes alone, though others are wanted less. CPU and
// Memory are never shed; if they alone are too much [Snapshot].OverBudget says
// so, and all else of their budget goes. What is shed is absent in that round
// and in [Snapshot].Shed.
//
// What a metric takes is the time to read it by the time between its reads: of
// rounds, which count together if they are less than MinWindow apart, and for
// slow metrics at least SlowInterval. Of the last three reads it is the median of
// the one by the mean of the other: one read that was dear by accident sheds
// nothing, and two do. Nothing is shed before there are three. Time is that on
// the clock: on a node that is busy with other things reading takes longer, and
// is shed the sooner.
//
// A metric that was shed is tried again after 1, 2, 4 and so on up to 64 of its
// reads, one metric at a time, unless what is wanted more leaves nothing for it.
// That is a read as any other, told in the Snapshot. It comes back if 80 % of its
// budgets suffice for it and what is wanted more; what it takes once, to open its
// files, is not counted. After 64 reads in a row the first wait is short again.
//
// A budget is of reading cgroups' files, not of discovery, networks and
// processes, which Cost tells too. To keep it, a round asks the clock once for
// each metric of each cgroup: some 2 % of its time.
//
// # Self
//
// [Snapshot].Self is what the Collector does itself: rounds, the time they take
// and how late they are, files, bytes, descriptors and errors.
//
// # Units
//
// Sizes are bytes, times nanoseconds, CPU rates nanoseconds of CPU time per
// second. A Value that is not known is absent, never 0.
//
// # Errors
//
// One bad cgroup never fails a round. What went wrong with it is in its Err,
// what concerns it is absent, and [Snapshot].Errors counts by class with a few
// examples. Collect, Fresh and Run fail only where nothing can be collected:
// the context is done, the root cgroup is gone ([cgroupfs.ErrRemoved], for good), the
// Collector is closed ([ErrClosed]).
//
// # Memory
//
// A steady Collect allocates nothing. A round of Fresh allocates three times,
// once more for the node's disks, for the interfaces of networks, for processes
// and for their sockets, and once for each repeated kind
// beyond I/O devices that was asked for; an asker who is served from it
// allocates nothing. A followed cgroup costs some 1 KB here and 1.7 KB in each
// Snapshot, and the descriptors that [cgroupfs.Hierarchy] keeps for it; a
// network namespace costs some 200 bytes here, and each of its interfaces 80
// here and in each Snapshot. Processes cost 80 bytes a cgroup and 250 a network
// namespace in each Snapshot, and 32 here a thread. Budgets cost 4 KB here, and
// no allocation in a round; Cost allocates its report.
//
// # Concurrency
//
// A Collector is safe for concurrent use; rounds come one after another. It
// starts no goroutine. A Snapshot filled by Collect belongs to its caller. One
// returned by Fresh is read by anyone and changed by nobody.
package stats
