package simulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"stripe-mcp/internal/simulator"
)

// kept is a simulator that shares its state with every other one in that folder.
func kept(folder string) (*simulator.Simulator, client) {
	s := simulator.New(nil)
	s.Folder = folder
	return s, client{&http.Client{Transport: s.Transport()}, "http://stripe.invalid"}
}

func TestOneStateInAFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state", "simulator")
	_, a := kept(folder)
	_, b := kept(folder)
	made := a.must(t, http.MethodPost, customers, "name=Ada", "Idempotency-Key", "k")
	if got := b.must(t, http.MethodGet, customers+"/"+made.text("id"), ""); got.raw != made.raw {
		t.Errorf("the other one reads %s", got.raw)
	}
	if again := b.must(t, http.MethodPost, customers, "name=Ada", "Idempotency-Key", "k"); again.raw != made.raw {
		t.Errorf("the other one does not know the idempotency key: %s", again.raw)
	}
	b.must(t, http.MethodPost, customers+"/"+made.text("id"), "name=Grace")
	a.must(t, http.MethodGet, customers+"/"+made.text("id"), "").same(t, map[string]any{"name": "Grace"})
	info, err := os.Stat(filepath.Join(folder, "state.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
}

// Simulators side by side, as in several processes, lose nothing of each other's.
func TestEverybodyWritesAtOnce(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var wait sync.WaitGroup
	for range 3 {
		_, c := kept(folder)
		for range 20 {
			wait.Go(func() { c.must(t, http.MethodPost, customers, "name=Ada") })
		}
	}
	wait.Wait()
	_, c := kept(folder)
	if n := len(c.must(t, http.MethodGet, customers, "limit=100").ids()); n != 60 {
		t.Errorf("%d customers, want 60", n)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"what was made": func(string) error { return nil },
		"what is damaged": func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<16), 0o600)
		},
		"nothing": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := kept(t.TempDir())
			_, other := kept(s.Folder)
			id := c.must(t, http.MethodPost, customers, "name=Ada").text("id")
			other.must(t, http.MethodGet, customers+"/"+id, "")
			if _, err := s.Advance("1year"); err != nil {
				t.Fatal(err)
			}
			if err := spoil(s.Path()); err != nil {
				t.Fatal(err)
			}
			if err := s.Reset(); err != nil {
				t.Fatal(err)
			}
			for _, c := range []client{c, other} {
				if got := c.do(t, http.MethodGet, customers+"/"+id, ""); got.status != http.StatusNotFound {
					t.Errorf("the customer is still there: %s", got.raw)
				}
			}
		})
	}
}

// A state that cannot be used changes nothing, and the answer says what to do. It is no 5xx, which would leave open whether something happened.
func TestUnusableState(t *testing.T) {
	t.Parallel()
	holding := func(name string, text []byte) string {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	s, c := kept(t.TempDir())
	for i := range 50 {
		c.must(t, http.MethodPost, customers, "metadata[n]="+strconv.Itoa(i)+"&description="+strings.Repeat("x", 500))
	}
	whole, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	const again = "is damaged; start afresh with: stripe-mcp simulator reset"
	for name, tt := range map[string]struct{ folder, says string }{
		"damaged":              {holding("state.db", []byte("garbage")), again},
		"damaged throughout":   {holding("state.db", bytes.Repeat([]byte{7}, 1<<16)), again},
		"damaged inside":       {holding("state.db", slices.Concat(whole[:2*4096], make([]byte, len(whole)-2*4096))), again},
		"cut off":              {holding("state.db", whole[:3*4096]), again},
		"earlier, and damaged": {holding("state.json", []byte(`{"version":"x"}`)), "state.json " + again},
		"earlier, and empty":   {holding("state.json", nil), "state.json " + again},
		"no such folder":       {filepath.Join(holding("state.db", nil), "state.db", "x"), "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := kept(tt.folder)
			got := c.do(t, http.MethodPost, customers, "")
			message, _ := got.at("error", "message").(string)
			if got.status != http.StatusBadRequest || got.at("error", "type") != "api_error" || !strings.Contains(message, "nothing was changed") || !strings.Contains(message, tt.says) {
				t.Errorf("got %d %s", got.status, got.raw)
			}
		})
	}
}

// What an earlier version left is taken over once, and goes on from where it was.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	var old struct {
		Ahead   int64
		Objects map[string][]map[string]any
		Answers map[string]struct{ Body json.RawMessage }
	}
	if err := json.Unmarshal(text, &old); err != nil {
		t.Fatal(err)
	}
	clock := &clock{time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)} // when it was made
	s := simulator.New(clock.now)
	s.Folder = t.TempDir()
	path := filepath.Join(s.Folder, "state.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c := client{&http.Client{Transport: s.Transport()}, "http://stripe.invalid"}
	for kind, address := range map[string]string{"customer": customers, "subscription": subscriptions, "checkout.session": sessions, "price": "/v1/prices", "product": "/v1/products"} {
		got := c.must(t, http.MethodGet, address, "limit=100")
		rows, _ := got.body["data"].([]any)
		want := map[string]any{}
		for _, row := range old.Objects[kind] {
			want[row["id"].(string)] = row
		}
		for _, row := range rows {
			if fields := row.(map[string]any); !reflect.DeepEqual(fields, want[fields["id"].(string)]) {
				t.Errorf("%v, want %v", fields, want[fields["id"].(string)])
			}
		}
		if len(rows) != len(want) {
			t.Errorf("%d of %s, want %d", len(rows), kind, len(want))
		}
	}
	paid := old.Objects["checkout.session"][0]["id"].(string)
	if got := c.must(t, http.MethodGet, sessions+"/"+paid, "expand[]=line_items"); got.at("line_items", "data", 0, "description") != "T-shirt" {
		t.Errorf("line items are %v", got.at("line_items"))
	}
	made := c.must(t, http.MethodPost, customers, "name=New")
	made.same(t, map[string]any{"created": float64(clock.at.Unix() + old.Ahead)})
	if ids := c.must(t, http.MethodGet, customers, "").ids(); ids[0] != made.text("id") {
		t.Errorf("the newest of %v is not the newest", ids)
	}
	if len(old.Answers) == 0 {
		t.Fatal("it remembers no answer")
	}
	for key, given := range old.Answers {
		if again := c.must(t, http.MethodPost, customers, "email=old@example.com", "Idempotency-Key", key); again.raw != string(given.Body) {
			t.Errorf("got %s, want %s", again.raw, given.Body)
		}
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the old file is still there: %v", err)
	}
	if kept, err := os.ReadFile(path + ".taken-over"); err != nil || !bytes.Equal(kept, text) {
		t.Errorf("the old file is not kept: %v", err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil { // a second one is none of its business
		t.Fatal(err)
	}
	if ids := c.must(t, http.MethodGet, customers, "").ids(); ids[0] != made.text("id") {
		t.Errorf("customers are %v", ids)
	}
}

// Another program that holds the state is waited for, and then named.
func TestStateThatIsHeld(t *testing.T) {
	t.Parallel()
	s, c := kept(t.TempDir())
	c.must(t, http.MethodPost, customers, "")
	held := flock.New(filepath.Join(s.Folder, "lock"))
	if err := held.Lock(); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			got := c.do(t, http.MethodPost, customers, "")
			if got.status != http.StatusBadRequest || !strings.Contains(got.raw, "nothing was changed: another stripe-mcp process holds "+s.Path()) {
				t.Errorf("got %d %s", got.status, got.raw)
			}
		})
	}
	wait.Wait()
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	if n := len(c.must(t, http.MethodGet, customers, "").ids()); n != 1 {
		t.Errorf("%d customers, want 1", n)
	}
}
