package bench

import (
	"flag"
	"sync/atomic"
	"time"

	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/container"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/storage"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"k8s.io/klog/v2"
)

// kubeletKinds are the metrics that a kubelet has cAdvisor's manager collect.
var kubeletKinds = container.MetricSet{
	container.CpuUsageMetrics: {}, container.MemoryUsageMetrics: {}, container.CpuLoadMetrics: {}, container.DiskIOMetrics: {},
	container.NetworkUsageMetrics: {}, container.AppMetrics: {}, container.ProcessMetrics: {}, container.OOMMetrics: {},
}

// manager runs cAdvisor's manager. It has warmed up an interval after it has
// read each cgroup.
func (j *job) manager(kinds container.MetricSet) (*used, error) {
	if err := silence(); err != nil {
		return nil, err
	}
	*manager.HousekeepingInterval = j.Every
	dynamic := false
	var taken counter
	m, err := manager.New(memory.New(2*time.Minute, []storage.StorageDriver{&taken}), sysfs.NewRealSysFs(),
		manager.HousekeepingConfig{Interval: &j.Every, AllowDynamic: &dynamic}, kinds, []string{j.Kubepods}, nil, "", 0)
	if err != nil {
		return nil, err
	}
	if err := m.Start(); err != nil {
		return nil, err
	}
	for taken.Load() < int64(j.Cgroups) {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(j.Every)
	before, began := usedNow(), taken.Load()
	time.Sleep(j.Running)
	after := usedNow()
	after.Samples = int(taken.Load() - began)
	after = after.since(before)
	all, err := m.GetRequestedContainersInfo("/", model.RequestOptions{IdType: model.TypeName, Count: 1, Recursive: true})
	if err == nil && len(all) < j.Cgroups {
		err = errNotFollowed
	}
	after.Cgroups = len(all)
	return after, err // the manager ends with its process
}

// A counter counts the samples that cAdvisor stores.
type counter struct{ atomic.Int64 }

func (c *counter) AddStats(*model.ContainerInfo, *model.ContainerStats) error {
	c.Add(1)
	return nil
}

func (c *counter) Close() error { return nil }

// silence keeps cAdvisor from writing to the terminal.
func silence() error {
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	return flags.Parse([]string{"-logtostderr=false", "-stderrthreshold=FATAL"})
}
