package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"stripe-mcp/internal/simulator"
)

// BenchmarkCreate is what creating a customer costs besides so many others, with the state on disk.
func BenchmarkCreate(b *testing.B) {
	for _, others := range []int{0, 100, 1000} {
		b.Run(strconv.Itoa(others), func(b *testing.B) {
			s := simulator.New(nil)
			s.Folder = b.TempDir()
			create := func(key string) {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, customers, strings.NewReader("email=ada@example.com&name=Ada"))
				r.Header.Set("Authorization", "Bearer "+testKey)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Idempotency-Key", key)
				w := httptest.NewRecorder()
				if s.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
			for i := range others {
				create(strconv.Itoa(i))
			}
			n := others
			for b.Loop() {
				create(strconv.Itoa(n))
				n++
			}
		})
	}
}
