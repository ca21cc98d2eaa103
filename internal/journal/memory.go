package journal

import (
	"context"
	"time"

	"stripe-mcp/internal/limits"
)

// memory is a store that no other process reads and that ends with this one.
type memory struct{ key []byte }

func (*memory) scope(context.Context, func([]byte) string) (string, error) { return "", nil }
func (m *memory) begin(context.Context, *book) (tx, error)                 { return m, nil }
func (*memory) now() time.Time                                             { return wallClock() }
func (*memory) patience() time.Duration                                    { return limits.Lock }
func (*memory) process() string                                            { return "" }
func (*memory) fate(record, time.Time) fate                                { return lives }
func (*memory) scopeOf(*entry) string                                      { return "" }
func (*memory) look(ctx context.Context, j *Journal, show func(*book)) error {
	return j.lookInStep(ctx, show)
}
func (*memory) records(context.Context, time.Time, func(record)) error { return nil }
func (*memory) place() string                                          { return "" }
func (*memory) close()                                                 {}

func (*memory) append(...record) error                    { return nil }
func (m *memory) secret() ([]byte, error)                 { return m.key, nil }
func (m *memory) keep(key []byte) error                   { m.key = key; return nil }
func (*memory) tidy(time.Time, bool, func() []record)     {}
func (*memory) ledger(b *book, _ string) (*ledger, error) { return b.ledger, nil }
func (*memory) safe() func() error                        { return func() error { return nil } }
func (*memory) commit() error                             { return nil }
func (*memory) rollback()                                 {}
