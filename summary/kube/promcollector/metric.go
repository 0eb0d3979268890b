package promcollector

import (
	"slices"

	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/prometheus/client_golang/prometheus"
)

// A sender makes metrics of samples. Those of one family come one after the
// other, so that it keeps only the last Desc.
type sender struct {
	to     chan<- prometheus.Metric
	family *expo.Family
	names  []string
	desc   *prometheus.Desc
	values []string
}

// send sends a sample. What a registry rejects is sent as what is wrong with it.
func (s *sender) send(x *expo.Sample) bool {
	if s.family != x.Family || !slices.EqualFunc(s.names, x.Labels, func(name string, l expo.Label) bool { return name == l.Name }) {
		s.describe(x)
	}
	s.values = s.values[:0]
	for _, l := range x.Labels {
		s.values = append(s.values, l.Value)
	}
	m, err := prometheus.NewConstMetric(s.desc, typeOf(x.Family.Type), x.Value, s.values...)
	switch {
	case err != nil:
		m = prometheus.NewInvalidMetric(s.desc, err)
	case !x.Time.IsZero():
		m = prometheus.NewMetricWithTimestamp(x.Time, m)
	}
	s.to <- m
	return true
}

func (s *sender) describe(x *expo.Sample) {
	names := make([]string, len(x.Labels)) // the Desc keeps it
	for i, l := range x.Labels {
		names[i] = l.Name
	}
	s.family, s.names = x.Family, names
	s.desc = prometheus.NewDesc(x.Family.Name, x.Family.Help, names, nil)
}

func typeOf(t expo.Type) prometheus.ValueType {
	switch t {
	case expo.Gauge:
		return prometheus.GaugeValue
	case expo.Counter:
		return prometheus.CounterValue
	}
	return prometheus.UntypedValue
}
