// Package httpapi serves a node's summary and metrics over HTTP, as a kubelet
// does. It is a package of its own so that nobody links net/http unasked.
//
//	go c.Run(ctx, 10*time.Second)
//	h := httpapi.Handler(c, pods, &httpapi.Options{
//		Summary: summary.Options{NodeName: name},
//	})
//	mux.Handle("/stats/", h)
//	mux.Handle("/metrics/", h)
//
// # What is answered
//
//	GET, HEAD, POST  /stats/summary                           the kubelet's summary in JSON
//	GET, HEAD, POST  /stats/summary?only_cpu_and_memory=true  the same, CPU, memory and swap only
//	GET, HEAD        /metrics/resource                        the kubelet's metrics of CPU, memory and swap
//	GET, HEAD        /metrics/cadvisor                        cAdvisor's metrics, in a kubelet's form, and our own
//	GET, HEAD        /healthz                                 ok
//
// The handler knows these paths and no prefix: one that it is mounted under is
// taken away by http.StripPrefix. The parameter counts if it is there once and
// says true; a POST may have it in a form. The text is that of
// [summary.Summary.AppendJSON], without the white space of a kubelet. It is not
// compressed, as a kubelet's is not, whatever Accept-Encoding says.
//
// Metrics are what package expo prints, in the format that Accept asks for
// ([expo.Negotiate]), compressed where Accept-Encoding asks for gzip. They have
// no parameters. /metrics/cadvisor says that a cgroup was last seen when its
// round was taken.
//
// /healthz says that requests are answered, and nothing about the node.
//
// # What a request costs
//
// Requests share rounds and answers. [Options].MaxAge says how old a round may
// be ([stats.Collector.Fresh]); names are asked for once a round, the body is
// made once for a round, for what Storage and Machine say and for each kind of
// request (of metrics: each format, compressed or not), and all who ask for the
// same get the same bytes. Beside what net/http
// does, a request that is answered so takes 1.2 µs and 4 allocations (its
// deadline); a new body for 500 pods with 1,000 containers takes 2.3 ms and 9:
//
//	go test -run '^$' -bench Summary ./summary/httpapi   (Xeon at 2.8 GHz)
//
// The metrics of the same take 14 ms and 12 (7.9 MB), and 22 ms more where they
// are compressed (to 4 percent), on a machine with other work (-bench Metrics).
//
// A Handler keeps the newest body of each kind that was asked for, a
// [summary.Summary] and the text of the metrics made last to make the next.
//
// # Partial answers
//
// What is not known is left out, and the rest is answered with status 200. A
// PodSource's error costs the pods that it did not return, one bad cgroup or disk
// its own numbers; each is told of in a header as API servers of Kubernetes send it,
// which its clients show:
//
//	Warning: 299 - "pods may be missing: open /run/...: permission denied"
//
// There is no hook for errors. A PodSource is the embedder's and can be wrapped;
// those of cgroups and disks are in their Snapshots.
//
// With [summary.CompatErrorIs500] a request fails as a kubelet's does, names or
// form: status 500 and a text that begins with "Internal Error: ". One for
// metrics gets status 200 and one series, resource_scrape_error 1 or
// container_scrape_error 1. Without it a scrape that has failed looks so to
// whoever scrapes: the status is that of the table below. With
// [summary.CompatIndent] the JSON of an answer has a line for every field.
//
// # Errors
//
// The text of an error is the body.
//
//	400  the query or the form cannot be parsed
//	404  another path
//	405  another method; Allow has the right ones
//	408  the form did not arrive in time
//	413  the form is longer than 64 KiB
//	503  too many wait already (with Retry-After), or there is no round to be
//	     had: the Collector is closed, the root cgroup is gone, the request was
//	     cancelled. A round that is fresh enough is answered also when the
//	     Collector is closed.
//	504  the deadline is over
//
// # Waiting
//
// [Options].Timeout bounds how long a request waits. One request takes the round
// and asks for names for all others; if its client goes, both stop and the next
// request goes on in its place. A PodSource gets half of the time, and then the
// answer is without names. One that does not heed its context holds the request
// that asked it; the others get status 504 in time. Not more than
// [Options].MaxConcurrent requests wait; one more is sent away at once, since a
// queue would only make it late. How long a client takes to read its answer is
// for http.Server.WriteTimeout to say; it holds nothing but its connection.
//
// # Access
//
// There is no authentication here, and names of pods are in the answer: serve it
// on loopback or behind what the rest of the server has.
//
// # Concurrency
//
// A Handler is safe for concurrent use. It starts no goroutine and holds nothing
// that must be closed. Several of them, also of one Collector, do not meet. A
// PodSource that panics ends its own request, as any handler does, and no other.
package httpapi
