// Package storage tells what the pods of a node take of its disks.
package storage
