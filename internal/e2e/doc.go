// Package e2e holds nodegauge against real programs: a containerd that is
// started for a test, with real pods in it, and a Prometheus that scrapes
// examples/serve in one of them. It is a module of its own, so that what it needs
// is nobody else's dependency.
package e2e
