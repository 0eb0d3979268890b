// Package bench measures nodegauge and its peers in one run: what the kernel
// alone costs, nodegauge, github.com/opencontainers/cgroups,
// github.com/containerd/cgroups/v3 and cAdvisor's lib, on one tree of cgroups
// that it makes and removes itself. In each container of the tree is a process
// that works before each pass, so that what the kernel knows of it is stale as
// it is after a while of real work. Those that do the same take turns; what one
// of them costs is the CPU time of the process, and of several passes the median.
// As root:
//
//	cd internal/bench && go test -run '^$' -bench . -benchtime 6x -timeout 1h -markdown table.md
//
// prints the figures as go test does, for benchstat, and writes them as a table.
// -containers N is how many containers there are, 1000 by default. A benchmark
// fails if nodegauge allocates, or costs more than twice as many times the floor
// as its target.
package bench
