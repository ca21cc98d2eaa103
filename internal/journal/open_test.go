package journal_test

import (
	"path/filepath"
	"testing"
	"time"

	"stripe-mcp/internal/journal"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "journal")
	for _, j := range []*journal.Journal{journal.New(folder, 0), journal.InMemory()} {
		begin := func(path string) *journal.Intent {
			receipt := journal.NewReceipt(t.Context(), journal.Caller{Tool: "t"}, time.Time{})
			intent, err := j.Begin(t.Context(), receipt, journal.Request{Method: "POST", Path: path})
			if err != nil {
				t.Fatal(err)
			}
			return intent
		}
		lost, answered, _ := begin("/v1/lost"), begin("/v1/answered"), begin("/v1/flying")
		if err := lost.Settle(t.Context(), journal.Result{Outcome: "unknown"}); err != nil {
			t.Fatal(err)
		}
		if err := answered.Settle(t.Context(), journal.Result{Outcome: "failed", Settled: true, Final: true}); err != nil {
			t.Fatal(err)
		}
		open, err := j.Open(t.Context())
		if err != nil || len(open) != 1 || open[0].Path != "/v1/lost" || open[0].Tool != "t" || open[0].Expires.Sub(open[0].Since) != journal.KeyLifetime {
			t.Errorf("got %+v, %v", open, err)
		}
	}
	if _, err := journal.New(filepath.Join("/dev/null", "journal"), 0).Open(t.Context()); err == nil {
		t.Error("a journal in /dev/null opens")
	}
}
