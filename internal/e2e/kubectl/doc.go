// Package kubectl holds package metricsapi against real kubectls and the typed
// client. It is a module of its own, since kubectl brings a hundred others.
package kubectl
