// Package statsapi gives a [summary.Summary] as the kubelet's own types, for
// code that wants *v1alpha1.Summary and not text: a kubelet's provider
// interface, a client's fake, a comparison.
//
//	summary.Build(&s, snap, pods, nil)
//	api := statsapi.Convert(&s)
//
// Who only serves JSON does not need it: Summary.AppendJSON prints the same
// bytes that encoding/json makes of what Convert returns, without allocating.
//
// # What becomes of what is not known
//
// The API says with a nil pointer that something is not known, and so does
// Convert: of a Value that is absent or max, and of a section whose Time is
// zero. It never makes a 0 of it. The one exception is the API's: in PSIStats
// nothing can be left out, so where some is known and full is not, full is
// zeros.
//
// A list is empty and not nil where the API prints one that is empty. Fields
// that no Summary has stay nil: accelerators and user-defined metrics, which
// kubelets do not fill any more.
//
// # Units
//
// They are those of the API, which are those of package summary: nothing is
// computed here. The API counts tasks with int64; a count that does not fit is
// left out.
//
// # Memory
//
// What Convert returns shares nothing with the Summary, which may be filled
// again at once. The API's types are made of pointers: each container costs
// some 30 allocations, where AppendJSON makes none.
//
// # Versions
//
// The types are those of the k8s.io/kubelet release in go.mod. A module that
// wants an older one may replace it: the fields used are there since PSI came
// (v0.34).
package statsapi
