package simulator

import (
	"slices"
)

// store is what a state stands on: values under keys, in the order of the keys. What get returns is only read, and only
// until the store is let go.
type store interface {
	get(key string) []byte // nil if there is none
	put(key string, value []byte)
	remove(key string)
	// after and before find the nearest key on either side of one, which need not be there; "" if there is none.
	after(key string) (next string, value []byte)
	before(key string) (next string, value []byte)
}

// memory is a store that ends with its process.
type memory struct {
	values map[string][]byte
	keys   []string // of values, in order
}

func newMemory() *memory { return &memory{values: map[string][]byte{}} }

func (m *memory) get(key string) []byte { return m.values[key] }

func (m *memory) put(key string, value []byte) {
	if at, found := slices.BinarySearch(m.keys, key); !found {
		m.keys = slices.Insert(m.keys, at, key)
	}
	m.values[key] = value
}

func (m *memory) remove(key string) {
	if at, found := slices.BinarySearch(m.keys, key); found {
		m.keys = slices.Delete(m.keys, at, at+1)
	}
	delete(m.values, key)
}

func (m *memory) after(key string) (next string, value []byte) {
	at, found := slices.BinarySearch(m.keys, key)
	if found {
		at++
	}
	return m.at(at)
}

func (m *memory) before(key string) (next string, value []byte) {
	at, _ := slices.BinarySearch(m.keys, key)
	return m.at(at - 1)
}

func (m *memory) at(i int) (key string, value []byte) {
	if i < 0 || i >= len(m.keys) {
		return "", nil
	}
	return m.keys[i], m.values[m.keys[i]]
}

func (m *memory) clear() { clear(m.values); m.keys = nil }
