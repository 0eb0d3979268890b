// Package page serves the page.
package page
