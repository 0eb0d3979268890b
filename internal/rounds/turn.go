package rounds

import "context"

// A Turn is a lock that a context can leave: rounds come one after another, and
// who waits for his may go away.
type Turn chan struct{}

// NewTurn returns a Turn that is free.
func NewTurn() Turn {
	t := make(Turn, 1)
	t.Give()
	return t
}

// Take waits for the turn until ctx ends, whose error it returns then.
func (t Turn) Take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait waits for the turn, however long it takes.
func (t Turn) Wait() { <-t }

// Give gives the turn to the next.
func (t Turn) Give() { t <- struct{}{} }
