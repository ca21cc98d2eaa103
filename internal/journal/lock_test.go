package journal

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// stuck is a log on a disk that stands still: it writes nothing more until it is let go.
type stuck struct {
	memory
	fails   bool // it writes nothing and says so
	waiting chan struct{}
	letGo   chan struct{}
}

func (s *stuck) begin(context.Context, *book) (tx, error) { return s, nil }

func (s *stuck) append(...record) error {
	if s.fails {
		return errBusy
	}
	if s.waiting != nil {
		close(s.waiting)
		s.waiting = nil
		<-s.letGo
	}
	return nil
}

// TestADeliveryDoesNotWait: an answer's delivery holds the connection's writer, so it waits for no disk, even while a step
// writes what it could not write before.
func TestADeliveryDoesNotWait(t *testing.T) {
	t.Parallel()
	log := &stuck{letGo: make(chan struct{})}
	j := newJournal(log)
	read := time.Now()
	receipt := NewReceipt(t.Context(), Caller{}, read)
	first, err := j.Begin(t.Context(), receipt, equal())
	must(t, err)
	second, err := j.Begin(t.Context(), NewReceipt(t.Context(), Caller{}, read.Add(5*time.Second)), equal())
	must(t, err)
	if second.Key() != first.Key() {
		t.Fatal("the key was not handed over")
	}
	log.fails = true
	if err := first.Settle(t.Context(), Result{Outcome: "unknown"}); err == nil {
		t.Fatal("it could be recorded")
	}
	log.fails, log.waiting = false, make(chan struct{})
	waiting := log.waiting
	ended := make(chan error)
	go func() {
		request := equal()
		request.Body = "email=other"
		_, err := j.Begin(context.WithoutCancel(t.Context()), nil, request)
		ended <- err
	}()
	<-waiting
	delivered := make(chan struct{})
	go func() {
		receipt.Close(true)
		close(delivered)
	}()
	select {
	case <-delivered:
	case <-time.After(5 * time.Second):
		t.Error("the delivery waits for the disk")
	}
	close(log.letGo)
	select {
	case err := <-ended:
		must(t, err)
	case <-time.After(5 * time.Second):
		t.Error("the delivery and the step wait for each other")
	}
}

// leaving is a caller who leaves the moment that the lock is had.
type leaving struct {
	context.Context
	looks int
}

func (l *leaving) Err() error {
	if l.looks++; l.looks > 1 {
		return context.Canceled
	}
	return nil
}

// TestALockIsGivenBack: a caller who leaves while the lock is taken does not keep it from other processes.
func TestALockIsGivenBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := &file{folder: folder, limit: rotateAt}
	if err := first.lock(&leaving{Context: t.Context()}, func(record) {}, func(bool) {}); err == nil {
		_ = first.all.Unlock()
	}
	_, err := New(folder, 0).Begin(t.Context(), nil, equal())
	must(t, err)
	runtime.KeepAlive(first) // its lock would end with it
}

// TestForgetting: a delivery that was taken back does not keep those that end after it from being forgotten, and is not
// forgotten itself.
func TestForgetting(t *testing.T) {
	t.Parallel()
	now := time.Now()
	j := InMemory()
	order := func(body string, retract bool) {
		request := equal()
		request.Body = body
		receipt := NewReceipt(t.Context(), Caller{}, now)
		intent, err := j.Begin(t.Context(), receipt, request)
		must(t, err)
		must(t, intent.Settle(t.Context(), Result{Outcome: "succeeded", Settled: true}))
		receipt.Close(true)
		if retract {
			must(t, j.Flush(t.Context()))
			receipt.Close(false)
		}
		receipt.written = now.Add(-time.Hour)
		must(t, j.Flush(t.Context()))
	}
	order("email=first", true)
	for _, body := range []string{"email=a", "email=b", "email=c"} {
		order(body, false)
	}
	last, err := j.Begin(t.Context(), nil, func() Request { r := equal(); r.Body = "email=first"; return r }())
	must(t, err)
	if !last.Inherited() {
		t.Error("the one that was taken back is forgotten")
	}
	if len(j.book("").all) != 1 || len(j.book("").receipts) != 1 || len(j.book("").ended) != 0 {
		t.Errorf("%d intents, %d receipts and %d ended ones are kept", len(j.book("").all), len(j.book("").receipts), len(j.book("").ended))
	}
}
