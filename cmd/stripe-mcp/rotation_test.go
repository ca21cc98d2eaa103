package main

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// TestRotatedKeyBeforeARefund: reading the payment is the first that a replaced key is needed for.
func TestRotatedKeyBeforeARefund(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer sk_test_MadeUp")
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method+" "+key)
		switch {
		case key != "Current2":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","message":"Expired API Key provided"}}`)
		case r.Method == http.MethodGet:
			_, _ = io.WriteString(w, `{"id":"ch_1","object":"charge","amount":900,"currency":"eur"}`)
		default:
			_, _ = io.WriteString(w, `{"id":"re_1","object":"refund","amount":900,"currency":"eur","status":"succeeded"}`)
		}
	})
	h := newHome(t)
	h.write("key", "sk_test_MadeUpExpired1")
	cmd := command(t, nil)
	cmd.Env = h.environment("STRIPE_MCP_API_BASE="+stripe, "STRIPE_MCP_TOOLSETS=refunds", "STRIPE_MCP_STRIPE_SECRET_KEY_FILE="+h.file("key"))
	client := handshake(t, cmd)
	refund := func() string {
		got, err := client.Call(t.Context(), "stripe_create_refund", map[string]string{"charge": "ch_1"})
		if err != nil {
			t.Fatal(err)
		}
		return got.Object()
	}
	if got := refund(); !strings.Contains(got, `"outcome":"refused"`) || !strings.Contains(got, "What an earlier equal call did stays as it was") {
		t.Error(got)
	}
	h.write("key", "sk_test_MadeUpCurrent2")
	if got := refund(); !strings.Contains(got, `"id":"re_1"`) {
		t.Error(got)
	}
	if want := "GET Expired1, GET Expired1, GET Current2, POST Current2"; strings.Join(seen, ", ") != want {
		t.Errorf("sent %v, want %s", seen, want)
	}
}

// TestRotatedKey: a key that was replaced at its source works without a restart, and costs one request more.
func TestRotatedKey(t *testing.T) {
	t.Parallel()
	const first, second = "sk_test_MadeUpExpired1", "sk_test_MadeUpCurrent2"
	fake := fakeStripe(t)
	inVault := func(h home, key string) {
		h.run([]string{"STRIPE_MCP_API_BASE=" + fake}, strings.Replace(key, "Expired", "Former", 1), "setup", "--key-stdin", "--yes").check(h.t, 0)
	}
	inFile := func(text string) func(home, string) {
		return func(h home, key string) {
			h.write("key", key)
			h.write(settings, strings.NewReplacer("KEY", key, "FILE", h.file("key")).Replace(text))
		}
	}
	for source, put := range map[string]func(h home, key string){
		"configuration": inFile("stripe_secret_key: KEY\n"),
		"file":          inFile("stripe_secret_key_file: FILE\n"),
		"command":       inFile("stripe_secret_key_command: [cat, FILE]\n"),
		"vault":         inVault,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var seen []string
			stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
				key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer sk_test_MadeUp")
				mu.Lock()
				seen = append(seen, key)
				mu.Unlock()
				if key != "Current2" {
					w.WriteHeader(http.StatusUnauthorized)
					_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","message":"Expired API Key provided"}}`)
					return
				}
				_, _ = io.WriteString(w, aCustomer)
			})
			h := newHome(t)
			put(h, first)
			cmd := command(t, nil)
			cmd.Env = h.environment("STRIPE_MCP_API_BASE=" + stripe)
			client := handshake(t, cmd)
			call := func() (failed bool) {
				got, err := client.Call(t.Context(), "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
				if err != nil {
					t.Fatal(err)
				}
				return got.IsError
			}
			if !call() {
				t.Error("the old key works")
			}
			put(h, "sk_live_MadeUpOther3")
			if !call() {
				t.Error("a live key took the place of a test key")
			}
			put(h, second)
			for range 2 {
				if call() {
					t.Error("the new key does not work")
				}
			}
			old := strings.Replace("Expired1", "Expired", map[bool]string{true: "Former", false: "Expired"}[source == "vault"], 1)
			if got, want := fmt.Sprint(seen), fmt.Sprint([]string{old, old, old, "Current2", "Current2"}); got != want {
				t.Errorf("Stripe saw %s, want %s", got, want)
			}
		})
	}
}

// TestRotatedKeyAfterAYes: what a person agreed to for one account does not run in another.
func TestRotatedKeyAfterAYes(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	writes := map[string]int{}
	stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer sk_test_MadeUp")
		mu.Lock()
		writes[key]++
		mu.Unlock()
		if key != "Current2" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","message":"Expired API Key provided"}}`)
			return
		}
		_, _ = io.WriteString(w, `{"id":"cus_1","object":"customer","livemode":false}`)
	})
	h := newHome(t)
	h.write("key", "sk_test_MadeUpExpired1")
	h.write(settings, "stripe_secret_key_file: "+h.file("key")+"\nconfirm: always\n")
	cmd := command(t, nil)
	cmd.Env = h.environment("STRIPE_MCP_API_BASE=" + stripe)
	client := handshake(t, cmd)
	call := func(more string) string {
		return send(t, client, "tools/call", `{"name":"stripe_create_customer","arguments":{"email":"a@b.example"}%s,
			"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}`, more)
	}
	yes := func(asked string) string {
		t.Helper()
		found := regexp.MustCompile(`"requestState":"([^"]+)"`).FindStringSubmatch(asked)
		if found == nil {
			t.Fatalf("the person is not asked: %s", asked)
		}
		return fmt.Sprintf(`,"inputResponses":{"confirm":{"action":"accept"}},"requestState":%q`, found[1])
	}
	asked := call("")
	h.write("key", "sk_test_MadeUpCurrent2")
	if got := call(yes(asked)); !strings.Contains(got, "replaced after the person had agreed") || writes["Current2"] != 0 {
		t.Errorf("got %s and %v", got, writes)
	}
	if got := call(yes(call(""))); !strings.Contains(got, "cus_1") || writes["Current2"] != 1 {
		t.Errorf("asked anew: got %s and %v", got, writes)
	}
}
