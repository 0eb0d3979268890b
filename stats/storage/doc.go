// Package storage tells what the pods of a node take of its disks: how full
// file systems are, and what volumes, logs and writable layers take of them. It
// has a clock and a budget of its own, apart from the sampling of cgroups,
// because a disk may be slow and a folder large.
//
//	c, err := storage.New(nil)
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	go c.Run(ctx, time.Minute) // as often as the kubelet
//	…
//	if s := c.Latest(); s != nil {
//		for i := range s.Pods {
//			use(&s.Pods[i])
//		}
//	}
//
// # What it reads
//
//   - Volumes, /var/lib/kubelet/pods/UID/volumes/PLUGIN/NAME; for CSI the folder
//     mount in it. One that is a mount of its own, on another device than the
//     kubelet's folder, is as its file system says: an emptyDir in memory, a
//     secret, a claim with a disk. All others are counted, as `du -x` would: an
//     emptyDir on disk, a configMap, a local volume. Symbolic links are entries
//     like others and are not followed.
//   - Logs, /var/log/pods/NAMESPACE_NAME_UID and the folders of containers in
//     it: what lies directly in each, without the folder.
//   - /var/lib/kubelet/pods/UID/etc-hosts.
//   - The file system of the kubelet's folder and those of the folders that
//     [Options].Source names, by statfs. What images and layers take in them is
//     what the Source says; no folder tells.
//   - Project quotas of ext4, XFS and f2fs in place of a count, where a folder
//     of a volume has a project that no other has, the file system accounts for
//     it, and the privilege to ask (CAP_SYS_ADMIN) is there.
//
// A pod's UID comes from the names of folders. [Options] says where the folders
// are if they are elsewhere and where the host's root is mounted; an ordinary
// folder made by a test will do.
//
// # Units
//
// Bytes are blocks on the disk, whatever the sizes of files say: a sparse file
// is small, a file of one byte takes a block. A file with several names in one
// folder counts once. Inodes are files and folders. A Value that is not known
// is absent, never 0; where something is not known at all its Time is zero.
//
// # Budget
//
// A round looks at [Options].Entries files and folders at most, of those that
// it counts, for [Options].Time at most, whichever ends first; the clock is
// looked at after 128 entries. Folders take turns of 1,024 entries, and who has
// waited longest is next, in this round and across rounds: a huge folder
// does not keep the small ones waiting. A count that a round cannot finish is
// gone on with in the next, from the name and the place in the list of each
// folder on the way. What is made, moved or removed meanwhile may or may not be
// in the figure, as with any du; a folder that is another by then is left out,
// or begun again if it is the volume itself.
//
// [Used].Time says how old a figure is. Until the next is complete the last
// stays, and [Used].Counting says how far the next has got. A folder of which a
// part cannot be read keeps the figure it had, if any, and is an error.
//
// The names of pods, volumes and logs are listed in every round, outside of the
// budget: some six system calls for a pod and three for a volume.
//
// # Hung file systems
//
// A statfs on a server that is gone waits for ever. It is therefore called from
// a goroutine of its own, one for each device, while the round counts; the
// round waits for it no longer than [Options].Wait. As long as it has not come
// back no other is sent to that device, the last figures stay with their old
// Time, and the Errors of each round have an [ErrHung]. Close returns without
// it and says so. It is the only goroutine that outlives the call that started
// it; file systems in memory are asked without one.
//
// Network and FUSE file systems are not touched at all unless [Options].Remote
// is set. Which those are is read in /proc/self/mountinfo: all that have no
// block device, but for those in memory, btrfs, ZFS, bcachefs and overlay.
// Without Remote a volume of that kind is in the Snapshot without figures, and
// one in the middle of another volume is passed by. Remote counts in them too if
// the kubelet's folder itself is on one: such a count can hang.
//
// # What it opens
//
// Nothing but folders, each beneath the one before (openat2 with
// RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_XDEV; where a filter of
// system calls hides it, openat with O_NOFOLLOW and a look at the device). A pod that
// exchanges folders for links while they are counted changes its own figure
// and nothing else. Files, FIFOs, devices and sockets are looked at by name.
// Nothing stays open between rounds, so a volume can always be unmounted.
//
// # Errors
//
// One bad folder never fails a round. [Snapshot].Errors counts by class with a
// few examples: Parse are names that do not belong where they are (and lines of
// mountinfo), Denied is a missing privilege, Other is the rest. A folder that
// is not there is no error, and its pods are none.
//
// # Memory
//
// What is gone is forgotten in the next round. A pod with four volumes and two
// containers costs 2.7 KB here and 1.3 KB in each Snapshot (BenchmarkMemory), a
// mount some 300 bytes.
// A count under way remembers the folders it is in, at most 1,024 of them, and
// files with several names, at most 65,536 for all counts together and 1,024 for
// each whatever the others do; beyond, each name of such a file counts, and an
// error says so. Folders deeper than that are an error. At most 100,000 folders are followed, and at most 100,000
// entries of a folder listed. A steady round allocates the Snapshot it returns, and
// little else.
//
// # Concurrency
//
// A Collector is safe for concurrent use; rounds come one after another. A
// Snapshot never changes: it is read by anyone and changed by nobody. Latest
// never waits.
package storage
