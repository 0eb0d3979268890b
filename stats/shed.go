package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

const (
	// comeback is the part of a budget that has to suffice for a metric that was
	// shed to be read again, so that what is about as dear as its budget does not
	// come and go.
	comeback = 0.8
	// maxFails bounds the wait for the next trial to 64 reads.
	maxFails = 6
)

// A shedder decides what is read with budgets. It knows what was spent and
// when, and no files and no clock: begin and spend are told.
//
// What a metric takes is measured over windows: from one round to the first
// that begins at least a period later, which is the minimum window for what
// every round reads and the slow interval for what is slow. So rounds that come
// together, on demand, do not make it dearer than it is, and a window of a slow
// metric has one read of each cgroup.
type shedder struct {
	budgets      []Budget
	totals       []float64 // of each budget: memory for fit
	period, slow time.Duration
	loads        [len(wanted)]load // in the order of wanted
	last         time.Duration     // when the last round began
	shed         cgroupfs.MetricSet
	trial        cgroupfs.MetricSet // the one of shed that is being tried
	tried        bool               // it was read of every cgroup
	trialAt      time.Duration
	over         bool   // what is never shed is over a budget
	sheds        uint64 // how often a metric was shed
}

// A load is what one metric takes.
type load struct {
	began time.Duration // of the window
	open  bool          // there is a window
	spent time.Duration // in it
	costs three         // what was spent in the last windows that it was read
	times three         // how long the last windows were, read or not
	fails uint8         // how often it was shed, or not taken back, of late
	left  uint8         // windows until it is tried again
	stay  uint8         // windows that it was read since it came back
}

// A three is the last three of something.
type three struct {
	d       [3]time.Duration // in a circle
	n, next uint8
}

func (t *three) add(d time.Duration) {
	t.d[t.next] = d
	t.next = (t.next + 1) % 3
	t.n = min(t.n+1, 3)
}

func (t *three) median() time.Duration {
	a, b, c := t.d[0], t.d[1], t.d[2]
	return max(min(a, b), min(max(a, b), c))
}

// share is the median of what was spent in three windows, by the mean of how
// long they were: one that was dear by accident sheds nothing, and rounds at odd
// times are no dearer than others. It is 0 until there are three.
func (l *load) share() float64 {
	if l.costs.n < 3 {
		return 0
	}
	return 3 * l.costs.median().Seconds() / (l.times.d[0] + l.times.d[1] + l.times.d[2]).Seconds()
}

// newShedder returns nil if there are no budgets.
func newShedder(budgets []Budget, period, slow time.Duration) *shedder {
	s := &shedder{period: max(period, 1), slow: max(slow, period, 1)}
	for _, b := range budgets {
		if b.Share > 0 {
			if b.Metrics == 0 {
				b.Metrics = cgroupfs.AllMetrics
			}
			s.budgets = append(s.budgets, b)
		}
	}
	if s.budgets == nil {
		return nil
	}
	s.totals = make([]float64, len(s.budgets))
	return s
}

// begin says that a round begins, and returns which of metrics it does not
// read.
func (s *shedder) begin(now time.Duration, metrics cgroupfs.MetricSet) cgroupfs.MetricSet {
	if now < s.last { // the clock went back: nothing is known of the time between
		s.restart()
	}
	s.last = now
	closed := false
	for i, m := range wanted {
		l := &s.loads[i]
		if metrics&m == 0 {
			*l, s.shed, s.trial = load{}, s.shed&^m, s.trial&^m // it may begin anew
			continue
		}
		closed = l.close(now, s.periodOf(m), s.shed&m != 0) || closed
	}
	done := s.trial != 0 && s.tried && now-s.trialAt >= s.period
	if closed || done {
		s.decide(now, metrics, done)
	}
	if s.trial != 0 && !s.tried { // it begins, or it was broken off
		s.trialAt, s.loads[rank(s.trial)].spent = now, 0
	}
	return s.shed &^ s.trial
}

func (s *shedder) periodOf(m cgroupfs.MetricSet) time.Duration {
	if m.Slow() != 0 {
		return s.slow
	}
	return s.period
}

func rank(m cgroupfs.MetricSet) int {
	for i, w := range wanted {
		if w == m {
			return i
		}
	}
	return 0
}

// starts returns the metric whose trial begins with this round.
func (s *shedder) starts() cgroupfs.MetricSet {
	if s.tried {
		return 0
	}
	return s.trial
}

// spend says what a metric took of the round that began last.
func (s *shedder) spend(m cgroupfs.MetricSet, took time.Duration) {
	s.loads[rank(m)].spent += max(took, 0)
}

// end says that the round is complete.
func (s *shedder) end() { s.tried = s.trial != 0 }

// restart begins all windows anew.
func (s *shedder) restart() {
	s.tried = false
	for i := range s.loads {
		s.loads[i].open = false
	}
}

// close ends the window if it is long enough, and begins one if there is none.
// It reports whether a window ended.
func (l *load) close(now, period time.Duration, shed bool) bool {
	over := now - l.began
	if l.open && over < period {
		return false
	}
	ended := l.open
	if ended {
		l.times.add(over)
	}
	switch {
	case !ended:
	case shed:
		l.left = max(l.left, 1) - 1
	default:
		l.costs.add(l.spent)
		if l.stay++; l.stay >= 1<<maxFails {
			l.stay, l.fails = 0, 0
		}
	}
	l.began, l.open = now, true
	if !shed { // else it is what a trial spent
		l.spent = 0
	}
	return ended
}

// fail has the metric wait for its next trial: 1, 2, 4 … windows.
func (l *load) fail(now time.Duration) {
	l.left, l.fails, l.stay = 1<<l.fails, min(l.fails+1, maxFails), 0
	l.began, l.spent, l.open = now, 0, true
}

// decide sheds and takes back, by what the last windows took. Done says that
// the trial is.
func (s *shedder) decide(now time.Duration, metrics cgroupfs.MetricSet, done bool) {
	var back, next cgroupfs.MetricSet
	if done {
		back = s.trial
		l := &s.loads[rank(back)]
		l.costs.d = [...]time.Duration{l.spent, l.spent, l.spent}
		s.trial, s.tried = 0, false
	}
	var shares [len(wanted)]float64
	for i := range s.loads {
		shares[i] = s.loads[i].share()
	}
	unfit, over := fit(s.budgets, s.totals, metrics&^s.shed|back, back, &shares)
	s.over = over
	for i, m := range wanted {
		l := &s.loads[i]
		switch {
		case unfit&m != 0:
			if back&m == 0 {
				s.sheds++
			}
			s.shed |= m
			l.fail(now)
		case back&m != 0:
			s.shed &^= m
			l.began, l.spent, l.open, l.stay = now, 0, true, 0
		case s.shed&m != 0 && next == 0 && l.left == 0 && s.room(m, metrics, shares):
			next = m // one at a time, so that trials are no dearer than they have to be
		}
	}
	if s.trial == 0 {
		s.trial, s.tried = next, false
	}
}

// room reports whether a metric that was shed would come back if it took next to
// nothing: else there is nothing to try.
func (s *shedder) room(m, metrics cgroupfs.MetricSet, shares [len(wanted)]float64) bool {
	shares[rank(m)] = 1e-9
	unfit, _ := fit(s.budgets, s.totals, metrics&^s.shed|m, m, &shares)
	return unfit&m == 0
}

// fit returns which of the metrics in set do not fit into the budgets: those
// for which one of their budgets does not suffice after what is wanted more.
// For those in back only a part of it has to do. What is never shed is not
// among them: over says that it does not fit. Totals is memory for a number of
// each budget.
func fit(budgets []Budget, totals []float64, set, back cgroupfs.MetricSet, shares *[len(wanted)]float64) (unfit cgroupfs.MetricSet, over bool) {
	clear(totals)
	for i, m := range wanted {
		share := shares[i]
		if set&m == 0 || share <= 0 {
			continue
		}
		part := 1.0
		if back&m != 0 {
			part = comeback
		}
		fits := true
		for j, b := range budgets {
			fits = fits && (b.Metrics&m == 0 || totals[j]+share <= part*b.Share)
		}
		if !fits && unsheddable&m == 0 {
			unfit |= m
			continue
		}
		over = over || !fits
		for j, b := range budgets {
			if b.Metrics&m != 0 {
				totals[j] += share
			}
		}
	}
	return unfit, over
}
