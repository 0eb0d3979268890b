// Package rounds takes rounds one after another and at a fixed phase.
package rounds

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Run takes rounds until ctx ends or one fails, and returns why. The first
// round is now, the second after a random part of every, so that the collectors
// of many nodes do not move in step, and from then on the phase is fixed. A
// round that would begin while another is under way is left out. Round is told
// when it was due.
func Run(ctx context.Context, every time.Duration, round func(due time.Time) error) error {
	if every <= 0 {
		return fmt.Errorf("rounds: an interval of %v is no interval", every)
	}
	due := time.Now()
	next := due.Add(rand.N(every))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		if err := round(due); err != nil {
			return err
		}
		if late := time.Since(next); late > 0 {
			next = next.Add((late/every + 1) * every)
		}
		due = next
		timer.Reset(time.Until(due))
	}
}
