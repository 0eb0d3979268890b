//go:build !linux

package kernfs

import "errors"

// HasDisks reports whether the functions of this file do anything: not here.
const HasDisks = false

// OpenPath answers errors.ErrUnsupported.
func OpenPath(string) (FD, error) { return None, errors.ErrUnsupported }

// OpenListAt answers errors.ErrUnsupported.
func OpenListAt(FD, []byte, bool) (FD, error) { return None, errors.ErrUnsupported }

// LstatAt answers errors.ErrUnsupported.
func LstatAt(FD, []byte) (File, error) { return File{}, errors.ErrUnsupported }

// StatFile answers errors.ErrUnsupported.
func StatFile(FD) (File, error) { return File{}, errors.ErrUnsupported }

// Seek answers errors.ErrUnsupported.
func Seek(FD, int64) error { return errors.ErrUnsupported }

// List answers errors.ErrUnsupported.
func List(FD, []byte) (int, error) { return 0, errors.ErrUnsupported }

// NextEntry returns nothing.
func NextEntry([]byte) (Entry, []byte) { return Entry{}, nil }

// Statfs answers errors.ErrUnsupported.
func Statfs(string) (Filling, error) { return Filling{}, errors.ErrUnsupported }

// Project answers errors.ErrUnsupported.
func Project(FD) (uint32, error) { return 0, errors.ErrUnsupported }

// ProjectQuota answers errors.ErrUnsupported.
func ProjectQuota(FD, string, uint32) (Quota, error) { return Quota{}, errors.ErrUnsupported }
