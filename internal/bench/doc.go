// Package bench measures nodegauge and its peers in one run, on one tree of
// cgroups of this machine that it makes and removes itself. As root:
//
//	cd internal/bench && go test -run '^$' -bench . -benchtime 5x
package bench
