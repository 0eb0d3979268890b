package cri

import (
	"context"
	"sync/atomic"
	"time"
)

// shared is what the runtime said last. Of many who ask at once one asks the
// runtime, and the others take its answer.
type shared[T any] struct {
	turn chan struct{} // a lock that a context can leave; who holds it asks
	last atomic.Pointer[answer[T]]
}

// An answer is not changed once it is known.
type answer[T any] struct {
	value T
	err   error
	// current says that the runtime answered, be it with nonsense: there is no
	// point in asking it again at once.
	current bool
	asked   time.Time
}

func newShared[T any]() *shared[T] {
	s := &shared[T]{turn: make(chan struct{}, 1)}
	s.last.Store(&answer[T]{})
	return s
}

// get returns the last answer if it is current and at most maxAge old, and else
// what ask says. Who waited while somebody else asked takes that answer, also
// if it is an error: a runtime that hangs costs one deadline and not one per
// asker. If the one who asks gives up, the next one asks. An error comes with
// the last value that is known.
func (s *shared[T]) get(ctx context.Context, o *Options, ask func(context.Context) answer[T]) (T, error) {
	before := s.last.Load()
	if age := o.Now().Sub(before.asked); before.current && 0 <= age && age <= o.MaxAge && ctx.Err() == nil {
		return before.value, before.err
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return s.last.Load().value, problem(ctx.Err())
	}
	if now := s.last.Load(); now != before {
		return now.value, now.err
	}
	asked := o.Now()
	a := ask(ctx)
	if ctx.Err() != nil && !a.current {
		return a.value, a.err
	}
	a.asked = asked
	s.last.Store(&a)
	return a.value, a.err
}
