package metricsapi

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A request is what somebody asks for.
type request struct {
	kind            *kind
	namespace, name string // empty is all
	labels          labels.Selector
	fields          fields.Selector
	// table is the version in which a Table is wanted; empty is the kind itself.
	table string
	// include is what each row of a Table has beside its cells.
	include metav1.IncludeObjectPolicy
}

// parse reads the query and the headers. What only pages and watches would need
// (limit, resourceVersion) is not looked at.
func (q *request) parse(r *http.Request) *apierrors.StatusError {
	query := r.URL.Query()
	if watch, _ := strconv.ParseBool(query.Get("watch")); watch {
		return apierrors.NewMethodNotSupported(q.kind.groupResource(), "watch")
	}
	var err error
	if q.labels, err = labels.Parse(query.Get("labelSelector")); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	if q.fields, err = q.kind.parseFields(query.Get("fieldSelector")); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	q.include = metav1.IncludeObjectPolicy(query.Get("includeObject"))
	switch q.include {
	case "", metav1.IncludeNone, metav1.IncludeMetadata, metav1.IncludeObject:
	default:
		return apierrors.NewBadRequest(fmt.Sprintf("includeObject %q is none of None, Metadata, Object", q.include))
	}
	var ok bool
	if q.table, ok = negotiate(r.Header.Values("Accept")); !ok {
		return notAcceptable()
	}
	return nil
}

// parseFields reads a field selector. A field that the kind does not have is
// an error, as nothing would be selected.
func (k *kind) parseFields(text string) (fields.Selector, error) {
	selector, err := fields.ParseSelector(text)
	if err != nil {
		return nil, err
	}
	for _, r := range selector.Requirements() {
		if !slices.Contains(k.fields, r.Field) {
			return nil, fmt.Errorf("field label not supported: %s", r.Field)
		}
	}
	return selector, nil
}

// groupResource is the name of the kind in messages: metrics-server's, which
// tells a pod's metrics from the pod.
func (k *kind) groupResource() schema.GroupResource {
	if k.version == coreVersion {
		return schema.GroupResource{Resource: k.name}
	}
	return schema.GroupResource{Group: metricsGroup, Resource: strings.ToLower(k.kind)}
}

// negotiate finds the first kind of answer in Accept headers that there is: JSON,
// plain or as a Table of the version that is returned. Whoever accepts nothing
// in particular gets it plain.
func negotiate(accept []string) (table string, ok bool) {
	ranges := strings.Split(strings.Join(accept, ","), ",")
	if len(ranges) == 1 && strings.TrimSpace(ranges[0]) == "" {
		return "", true
	}
	for _, text := range ranges {
		media, params, err := mime.ParseMediaType(text)
		if err != nil || media != "application/json" && media != "application/*" && media != "*/*" {
			continue
		}
		switch v := params["v"]; params["as"] {
		case "":
			return "", true
		case "Table":
			if params["g"] == metav1.GroupName && (v == "v1" || v == "v1beta1") {
				return v, true
			}
		}
	}
	return "", false
}

func notAcceptable() *apierrors.StatusError {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusNotAcceptable, Reason: metav1.StatusReasonNotAcceptable,
		Message: "only the following media types are accepted: application/json, application/json;as=Table;g=meta.k8s.io",
	}}
}
