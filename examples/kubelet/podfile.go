package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/nodegauge/nodegauge/summary"
)

// podFile is a file with a list of pods, v1.PodList as JSON. It is read anew
// each time it is asked for.
type podFile string

// podList is what is needed of a v1.PodList. The status must be there: without
// it a container has no ID, and nothing leads from its name to its cgroup. The
// list does not say which persistent volume a claim has got, whose name the
// volume's folder has: the volumes of claims are shown with that name.
type podList struct {
	Items []struct {
		Metadata struct {
			Name, Namespace, UID string
			Annotations          map[string]string
		}
		Status struct {
			ContainerStatuses, InitContainerStatuses, EphemeralContainerStatuses []containerStatus
		}
	}
}

type containerStatus struct {
	Name        string
	Image       string
	ContainerID string // containerd://0508ffc40f…
}

// Pods returns the pods of the file.
func (f podFile) Pods(context.Context) ([]summary.Pod, error) {
	data, err := os.ReadFile(string(f))
	if err != nil {
		return nil, err
	}
	var list podList
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", f, err)
	}
	pods := make([]summary.Pod, len(list.Items))
	for i, item := range list.Items {
		m := &item.Metadata
		pod := summary.Pod{UID: m.UID, Namespace: m.Namespace, Name: m.Name}
		if m.Annotations["kubernetes.io/config.mirror"] != "" { // a static pod's cgroup is named by its hash
			pod.UID = m.Annotations["kubernetes.io/config.hash"]
		}
		s := &item.Status
		for _, statuses := range [][]containerStatus{s.ContainerStatuses, s.InitContainerStatuses, s.EphemeralContainerStatuses} {
			for _, c := range statuses {
				pod.Containers = append(pod.Containers, containerOf(&c))
			}
		}
		pods[i] = pod
	}
	return pods, nil
}

// containerOf leaves out when the container was created: the list has only when
// it was started, and the library knows that itself.
func containerOf(c *containerStatus) summary.Container {
	_, id, _ := strings.Cut(c.ContainerID, "://")
	return summary.Container{ID: id, Name: c.Name, Image: c.Image, Kind: summary.KindContainer}
}
