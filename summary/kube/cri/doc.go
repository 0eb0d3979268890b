// Package cri knows what the container runtime knows, over its CRI socket. A
// [Source] is a summary.PodSource, which names pods and containers, and a
// storage.Source, which says what images and writable layers take.
//
//	source, err := cri.New(nil)
//	defer source.Close()
//	pods, err := source.Pods(ctx) // err says that they may be out of date
//	summary.Build(&s, snap, pods, nil)
//
// It is where a kubelet has these from, so they are the kubelet's: creation
// times to the nanosecond, image names, and layers, none of which package
// localpods can read from files with containerd. What it costs is a socket that
// belongs to root, and gRPC.
//
// # What it asks
//
//	Version               once per connection
//	ListContainers        for Pods: those that run
//	ListPodSandbox        for Pods
//	ListImages            for Pods, if the name of a new container's image is not known
//	ImageFsInfo           for Layers
//	ListContainerStats    for Layers: the writable layers of it, and nothing else
//
// Nothing is changed, and no container is asked for one by one.
//
// # Which pods
//
// Pods lists what a kubelet would: containers that run, those of init and
// ephemeral containers among them; and of several sandboxes of one namespace
// and name the ones that are ready, or else the newest. A pod is there without
// a container too, which Build leaves out. Its sandboxes are containers of
// KindSandbox, and CreatedAt is that of the newest.
//
// The UID is the one in the sandbox's metadata. The kubelet names the cgroup by
// it: for a static pod it is the hash of the pod's file, 32 hex digits that it
// also writes into the annotation kubernetes.io/config.hash, and not the UID of
// the mirror pod. Annotations are not looked at and nothing is concluded from labels,
// since a pod may have put there what it likes. Labels are the sandbox's without
// those that the kubelet adds, which leaves the pod's own.
//
// An image has the name that the pod asks for where the runtime tells it.
// Where there is only an ID, it is the first name that the runtime has for it,
// which is another one if several tags mean the same image. Of an image that
// was deleted while a container of it runs the name is empty.
//
// # When the runtime does not answer
//
// Whatever it answered last stays: an error comes with the last pods and the
// last figures that are known, for as long as it lasts. This does no harm. A
// container that has ended meanwhile has no cgroup, and so is not in a Summary;
// a new one is in the Snapshot, of a kind that is not known; and each figure
// has the time at which the runtime counted it. Of a Source that never had an
// answer the lists are empty.
//
// Every call has a deadline, Options.Timeout, and the caller's context ends it
// before. After one that found no answer the others are not tried. A call that
// is refused, or that the runtime does not have, takes nothing from the others;
// what it would have said stays as it was. What cannot be meant in an answer (a
// sandbox without a UID) is left out, and the error names it.
//
// The connection is made when it is needed. If it broke it is made anew in the
// call that finds that out, so a restarted runtime is back with the next call:
// there is no back-off. The socket is looked up again each time.
//
// Errors say which socket and which call, and they can be told apart:
// fs.ErrNotExist and fs.ErrPermission of the socket, context.DeadlineExceeded
// of a runtime that hangs, [ErrVersion], [ErrClosed], and for what the runtime
// itself said status.FromError of gRPC.
//
// # Which runtimes
//
// CRI v1: containerd since 1.6, CRI-O since 1.20, cri-dockerd since 0.2.5. One
// that has only v1alpha2 is named in the error. Without Options.Endpoint the
// first of their usual sockets that serves CRI v1 is taken. A containerd that
// Docker has set up, with CRI switched off, is passed over. Distributions that
// have their own path (k3s: /run/k3s/containerd/containerd.sock) need the
// option. Only unix sockets are supported.
//
// # Concurrency
//
// A Source is safe for concurrent use. Those who ask at once share one answer;
// if the one whose call it is gives up, the next one asks. Within
// Options.MaxAge the last answer is given again. Slices that were returned are
// shared, and never changed.
//
// No goroutine of this package outlives a call. A gRPC connection has some of
// its own, which end with Close. gRPC writes errors of its own to standard error
// if its embedder does not choose otherwise (package grpclog).
//
// # Cost
//
// For 500 pods with 1,000 containers and 1 KB of annotations each, Pods takes
// 15 ms and 4.4 MB of garbage, with the time and garbage of the fake runtime
// that answers:
//
//	go test -run '^$' -bench Pods ./cri   (Xeon at 2.8 GHz, Linux 6.18)
//
// An answer may have 16 MiB, as much as the kubelet takes.
package cri
