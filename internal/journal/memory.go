package journal

import (
	"context"
	"crypto/rand"
)

// memory is a log for one process. It ends with the process.
type memory struct{ key []byte }

func (m *memory) lock(context.Context, func(record), func()) error {
	if m.key == nil {
		m.key = newSecret()
	}
	return nil
}

func (*memory) unlock()               {}
func (*memory) append(record) error   { return nil }
func (*memory) full() bool            { return false }
func (*memory) rotate([]record) error { return nil }
func (*memory) sync() error           { return nil }
func (*memory) process() string       { return "" }
func (m *memory) secret() []byte      { return m.key }
func (*memory) dead(string) bool      { return false }

// newSecret returns a new secret for an installation's digests.
func newSecret() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return key
}
