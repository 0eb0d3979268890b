// Package metricsapi serves the metrics API of Kubernetes, metrics.k8s.io/v1beta1,
// for one node, and what kubectl asks for on the way to it. No API server, no
// metrics-server and no cluster is needed.
//
//	go c.Run(ctx, 10*time.Second)
//	h := metricsapi.Handler(c, pods, &metricsapi.Options{NodeName: name})
//	http.ListenAndServe("127.0.0.1:9117", h)
//
// # With kubectl
//
// These work as they do on a cluster, with -o, --sort-by, -l, -A and -n where
// kubectl has them:
//
//	kubectl --server=http://127.0.0.1:9117 top node
//	kubectl --server=http://127.0.0.1:9117 top node NAME --show-capacity --show-swap
//	kubectl --server=http://127.0.0.1:9117 top pod -A --sort-by=cpu
//	kubectl --server=http://127.0.0.1:9117 top pod -A --sort-by=memory --sum
//	kubectl --server=http://127.0.0.1:9117 top pod -n NAMESPACE --containers
//	kubectl --server=http://127.0.0.1:9117 top pod NAME
//	kubectl --server=http://127.0.0.1:9117 top pod -l app=web
//	kubectl --server=http://127.0.0.1:9117 top pod -A --field-selector=metadata.namespace=NAMESPACE
//	kubectl --server=http://127.0.0.1:9117 get podmetrics NAME -o yaml
//	kubectl --server=http://127.0.0.1:9117 get nodemetrics
//	kubectl --server=http://127.0.0.1:9117 get nodes
//	kubectl --server=http://127.0.0.1:9117 get pods -A
//	kubectl --server=http://127.0.0.1:9117 get namespaces
//	kubectl --server=http://127.0.0.1:9117 get --raw /apis/metrics.k8s.io/v1beta1/pods
//	kubectl --server=http://127.0.0.1:9117 api-resources
//	kubectl --server=http://127.0.0.1:9117 version
//
// They are tried with kubectl 1.20, 1.32 and 1.37. kubectl keeps for some hours
// which resources a server has, below ~/.kube/cache, one folder for each address.
//
// # What is answered
//
// GET and HEAD, in JSON:
//
//	/version
//	/api  /apis  /api/v1  /apis/metrics.k8s.io  /apis/metrics.k8s.io/v1beta1
//	/apis/metrics.k8s.io/v1beta1/nodes[/NAME]
//	/apis/metrics.k8s.io/v1beta1[/namespaces/NAMESPACE]/pods[/NAME]
//	/api/v1/nodes[/NAME]
//	/api/v1/namespaces[/NAME]
//	/api/v1[/namespaces/NAMESPACE]/pods[/NAME]
//
// Lists take labelSelector and fieldSelector (metadata.name, metadata.namespace,
// and of pods spec.nodeName and status.phase). They are whole: limit is not
// heeded, there is no resourceVersion, and nothing can be watched. Whoever accepts
// a Table first, as kubectl get does, gets one. The paths are those that API
// servers have; a prefix is taken away by http.StripPrefix, and then is part of
// kubectl's --server. On a mux with other handlers the patterns are /version, /api,
// /api/, /apis and /apis/.
//
// # What the numbers are
//
// CPU is a rate in cores, the mean over window: between two points of one
// container's life ([summary.CPUStats].UsageNanoCores). Memory is the working set.
// Swap is there where it is known. They print as metrics-server prints them, CPU
// in nanocores where it is no round number (12345678n), memory in Ki where it is
// (65540Ki, 64Mi).
//
// A container is in the list if both its rate and its working set are known:
// one that has just started is not there until the next round, and is never 0. A
// pod is in the list with the containers that are; without any it is not there, and
// asking for it is NotFound. In this metrics-server is coarser: it lists a pod only
// if all its containers have two points, and takes the mean since the start for one
// that is new. Sandboxes are not listed; a pod that is ending is not beside a
// new one of its name. The time of a pod, with its window, is the one of the
// container that was read first; creationTimestamp is the time of the round.
//
// The node is all of it and not the sum of its pods. After a first round there are
// no rates yet and both lists are empty: kubectl says "metrics not available yet".
//
// # What is known of nodes and pods
//
// Of a node that Options.Node does not tell: capacity is the CPUs that are online,
// the memory and 110 pods; allocatable is the capacity; its label is
// kubernetes.io/hostname; it is as old as its start. It has no condition, so
// its STATUS is Unknown.
//
// A pod has its name, UID, labels, creation time, the names and images of its
// containers, and as phase Running if one of them runs, or else Unknown. Whether a
// container is ready and how often it was restarted is not known here. Labels are
// those of the PodSource. Package cri knows them; of a source that does not
// know them, a selector finds nothing. Namespaces are those of the pods.
//
// What is missing because something went wrong is told in a Warning header, which
// kubectl prints: errors of the PodSource and of the round.
//
// # Errors
//
// They are Status objects, as API servers have them.
//
//	400  a selector that cannot be parsed, or of a field that there is not
//	404  another path, or nothing of this name
//	405  another method, or a watch
//	406  JSON is not accepted
//	429  too many wait already (with Retry-After)
//	503  there is no round to be had
//	504  the deadline is over
//
// # Waiting, concurrency, access
//
// They are as in package httpapi: requests share rounds ([stats.Collector.Fresh])
// with each other and with other handlers of the Collector, the PodSource is asked
// once a round and has half of Options.Timeout, Options.MaxConcurrent bounds how
// many wait. A Handler is safe for concurrent use and starts no goroutine. There is
// no authentication here: serve it on loopback or behind what the rest of the
// server has. kubectl sends no token over plain HTTP.
//
// # Cost
//
// The API's objects are made once a round, if somebody asks; a list is selected and
// printed for each request. For 500 pods with 1,000 containers the objects take 5 ms
// and 2.4 MB of garbage, the whole list (158 KB) 12 ms and 0.7 MB, and one pod 50 µs,
// beside what net/http does:
//
//	go test -run '^$' -bench . ./metricsapi   (Xeon at 2.8 GHz)
package metricsapi
