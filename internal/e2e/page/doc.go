// Package page holds the web page of examples/serve against a real browser: a
// headless Chromium that looks at a fake node. It is a module of its own, so
// that driving a browser is nobody else's dependency.
package page
