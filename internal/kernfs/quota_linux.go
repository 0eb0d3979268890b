package kernfs

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// fsxattr is struct fsxattr of linux/fs.h.
type fsxattr struct {
	xflags, extsize, nextents, projid, cowextsize uint32
	_                                             [8]byte
}

// dqblk is struct if_dqblk of linux/quota.h.
type dqblk struct {
	bhardlimit, bsoftlimit, curspace  uint64
	ihardlimit, isoftlimit, curinodes uint64
	btime, itime                      uint64
	valid                             uint32
	_                                 uint32
}

const (
	// _IOR('X', 31, struct fsxattr); the bits for "read" differ between machines.
	fsGetXattr = unix.RNDGETENTCNT&0xe0000000 | unsafe.Sizeof(fsxattr{})<<16 | 'X'<<8 | 31

	projInherit = 0x200 // FS_XFLAG_PROJINHERIT

	qGetQuota = 0x800007<<8 | 2 // QCMD(Q_GETQUOTA, PRJQUOTA)
	qifUsage  = 2 | 8           // QIF_SPACE | QIF_INODES
)

// Project returns the project that all that is made in a folder belongs to, or
// 0 if there is none or the file system has no projects.
func Project(fd FD) (uint32, error) {
	var x fsxattr
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(fsGetXattr), uintptr(unsafe.Pointer(&x)))
	switch {
	case errno == unix.ENOTTY, errno == unix.EOPNOTSUPP, errno == unix.EINVAL:
		return 0, nil
	case errno != 0:
		return 0, classify(errno)
	case x.xflags&projInherit == 0:
		return 0, nil
	}
	return x.projid, nil
}

// ProjectQuota returns what a project takes of fd's file system. The device is
// where kernels before 5.14 look for it. It needs CAP_SYS_ADMIN; without, and
// where nothing is accounted for, it returns ErrNoQuota.
func ProjectQuota(fd FD, device string, project uint32) (Quota, error) {
	var q dqblk
	_, _, errno := unix.Syscall6(unix.SYS_QUOTACTL_FD, uintptr(fd), qGetQuota, uintptr(project),
		uintptr(unsafe.Pointer(&q)), 0, 0)
	if errno == unix.ENOSYS || errno == unix.EPERM {
		zdevice := append([]byte(device), 0)
		_, _, errno = unix.Syscall6(unix.SYS_QUOTACTL, qGetQuota, uintptr(zpointer(zdevice)), uintptr(project),
			uintptr(unsafe.Pointer(&q)), 0, 0)
	}
	if errno != 0 || q.valid&qifUsage != qifUsage {
		return Quota{}, ErrNoQuota
	}
	return Quota{Bytes: q.curspace, Inodes: q.curinodes}, nil
}
