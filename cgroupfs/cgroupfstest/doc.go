// Package cgroupfstest makes fake nodes on disk: ordinary folders with the
// files of a cgroup file system, which the real reader reads. A test says what
// the host looks like, lets time pass, and breaks things on purpose; it needs
// no kernel and no privilege.
//
//	node := cgroupfstest.New(t)
//	node.Put("kubepods.slice/kubepods-pod1.slice", cgroupfstest.Usage{CPU: time.Second, Memory: 64 << 20})
//	h, err := cgroupfs.Open(node.Root())
//	c, err := stats.New(h, &stats.Options{Root: node.Host(), Now: node.Now})
//
// # Names
//
// Names are relative. One that begins with proc/, sys/, var/, run/, etc/ or
// dev/ is below the host's root; every other one is below the cgroup root,
// sys/fs/cgroup. So "proc/meminfo" is the host's and "kubepods.slice/cpu.stat"
// is a cgroup's.
//
// # Archives
//
// Load reads a host from a txtar archive. The first folder of a section's name
// is a time, and the rest a name as above:
//
//	Linux 6.1, one pod whose container is restarted.
//	-- 0s/kubepods.slice/cpu.stat --
//	usage_usec 5000000
//	-- 10s/kubepods.slice/cpu.stat --
//	usage_usec 6000000
//	-- 10s/kubepods.slice/old.scope/.removed --
//	-- want/summary.json --
//	{}
//
// A section of a later time holds only what changed; Advance applies it. A
// section called .removed removes the folder it is in. A section 0s/.meta has
// lines such as "kubepods.slice mtime=2026-01-02T15:04:05.678Z mode=755" for
// modification times and modes, and "proc/7/ns/net link=net:[4026531840]" for
// symbolic links. Sections below want/ are the expected output;
// they are not files of the host.
//
// # Processes
//
// A process is a folder of proc: PutProcess gives it the files that tell what it
// has, PutNetwork those about its network, and Usage.PIDs the cgroup it is in.
// Process 1 is the node's. What the node is made of is PutMachine's.
//
// # What a folder cannot do
//
// On an ordinary folder nothing is kept open, children are listed at every
// round, and a removed cgroup is known by its missing folder. Creation times are
// those of the folders: of the real clock, unless .meta sets them. Descriptors that
// die with their cgroup, as kernel files do, need a live kernel.
package cgroupfstest
