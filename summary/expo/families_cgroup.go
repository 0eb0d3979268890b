package expo

import (
	"time"

	"github.com/nodegauge/nodegauge/summary"
)

// cgroupFamilies are of the cgroup itself.
var cgroupFamilies = [...]family{
	{Family{"container_scrape_error", "1 if the numbers could not be had, else 0.", Gauge}, 0, 0, "", nil, putScrapeError},
	{Family{"container_last_seen", "When it was last read, in seconds since 1970.", Gauge}, 0, 1, "", putLastSeen, nil},
	{Family{"container_creation_time_seconds", "When its cgroup was made, in seconds since 1970.", Gauge}, 0, 3, "", putCreationTime, nil},
	{Family{"container_start_time_seconds", "When it started, in seconds since 1970.", Gauge}, 0, 1, "", putStartTime, nil},
}

func putScrapeError(s *scrape) { s.out.put(&s.out.nobody, truth(s.failed), time.Time{}) }

// putLastSeen tells of the reading. A kubelet tells of the scrape.
func putLastSeen(s *scrape, c *cgroup) {
	switch {
	case s.has(summary.CompatLastSeen):
		if now := s.n.Now; !now.IsZero() {
			s.out.put(&c.subject, seconds(now), now)
		}
	case !c.at.IsZero():
		s.out.put(&c.subject, millis(clampMillis(c.at.UnixMilli())), c.at)
	}
}

func putCreationTime(s *scrape, c *cgroup) {
	if c.CreatedAt.Unix() > 0 {
		s.out.put(&c.subject, seconds(c.CreatedAt), time.Time{})
	}
}

// putStartTime tells when the runtime made the container, and of the others,
// or if nobody knows, when the cgroup was made.
func putStartTime(s *scrape, c *cgroup) {
	switch {
	case s.has(summary.CompatCgroupStart):
		putCreationTime(s, c)
	case c.start().Unix() > 0:
		s.out.put(&c.subject, millis(clampMillis(c.start().UnixMilli())), time.Time{})
	}
}

func (c *cgroup) start() time.Time { return orElse(c.created, c.CreatedAt) }

// seconds is a time in whole seconds.
func seconds(t time.Time) number { return integer(uint64(max(t.Unix(), 0))) }
