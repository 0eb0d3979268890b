// Package page serves a web page that draws a node: its CPU, memory, swap and
// pressure, and under them its pods and containers in one table that can be
// sorted, filtered and folded, with a line for each number.
//
//	mux.Handle("/", page.Handler(c, pods, &page.Options{NodeName: name}))
//
// # What is answered
//
//	GET, HEAD  /           the page: one document, nothing else is loaded
//	GET, HEAD  /node.json  what it draws, one answer a round
//
// The page asks for node.json beside itself, so that the two also work below a
// prefix that http.StripPrefix takes away, if that ends with a slash.
//
// # Reading the page
//
// CPU is in thousandths of a core and memory is the working set, both as kubectl
// top shows them; behind the stroke is the limit. Throttled is the share of the
// periods of a CPU quota that were cut short since the round before, nr_throttled
// over nr_periods, as alerts have it; of a pod it is the worst in it. PSI is some
// avg10. Below the pods are the cgroups directly under the root, with their
// services. A pod's sandbox is in the pod's numbers and has no row; a container
// whose name no source knows is shown by its ID, and may be a sandbox.
//
// What is not known is an en dash, and never 0: a rate until there are two
// rounds, throttling where there is no quota, pressure where the kernel has none.
// It sorts last, whichever way. What is unlimited has no limit behind the stroke.
//
// Lines are of the last 120 rounds that the browser saw; the server keeps no
// history. Each has a scale of its own. Rounds that it did not see are a gap.
//
// The page says when numbers are old, when the node does not answer, and what
// the node's warnings are: names or numbers that are missing. In a tab that
// nobody sees it asks for nothing. / leads to the filter; the arrows walk the
// rows, and open and close pods.
//
// # What it costs
//
// While a page is open, rounds are taken every [Options].Every, shared with all
// that ask (stats.Collector.Fresh); while none is open none is. Names are asked for
// once a round, and the answer is made once, in both codings. For 500 pods with
// 1,000 containers that takes 9 ms of CPU beside the round, and sends 292 KB, or
// 30 KB with gzip:
//
//	go test -v -run Small -bench Answer ./page   (Xeon at 2.8 GHz)
//
// The browser draws what can be seen and nothing else: it takes 17 ms from the
// answer's text to the finished layout, with all rows sorted anew:
//
//	go test -v -run Thousand .   (in internal/e2e/page, same machine)
//
// # Security
//
// There is no authentication here, and names of pods are in the answer: serve
// it on loopback or behind what the rest of the server has. A request's Host is
// the server's to check. The page's Content-Security-Policy lets its own script
// and style run, by their hashes, and nothing else; it may talk to its own origin
// only and not be framed. Names are whatever somebody made them: they are set as
// text, and Trusted Types keep text from becoming markup.
//
// # Errors
//
// The text of an error is the body. What is not known is left out of an answer,
// and the rest is answered.
//
//	404  another path
//	405  another method; Allow has the right ones
//	503  there is no round to be had: the Collector is closed, the root cgroup
//	     is gone
//	504  [Options].Timeout is over
//
// # Concurrency
//
// A Handler is safe for concurrent use. It starts no goroutine and holds nothing
// that must be closed.
package page
