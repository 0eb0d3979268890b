// Package expo prints a node's numbers as Prometheus text.
package expo
