package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"stripe-mcp/internal/mcpclient"
)

// canary returns a key that nobody else has, so that every trace of it is a leak.
func canary() string { return "sk_test_Canary" + rand.Text()[:20] }

// disguises returns a key in the encodings that programs use, each as a whole.
func disguises(key string) []string {
	var all []string
	for _, text := range []string{key, strings.TrimPrefix(key, "sk_test_")} {
		all = append(all, text, url.QueryEscape(text), strings.ReplaceAll(text, "_", "%5F"),
			hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))),
			base64.StdEncoding.EncodeToString([]byte(text)), base64.URLEncoding.EncodeToString([]byte(text+":")),
			base64.StdEncoding.EncodeToString([]byte("u:"+text)), base64.StdEncoding.EncodeToString([]byte("u"+text+"v")))
	}
	return all
}

// traces returns a part of each, so that a key that was cut short counts too.
func traces(key string) []string {
	all := disguises(key)
	for i, text := range all {
		all[i] = text[8 : len(text)-8]
	}
	return all
}

// checkSilent looks for the key in everything that came out.
func checkSilent(t *testing.T, key string, places map[string]string) {
	t.Helper()
	for place, text := range places {
		for _, trace := range traces(key) {
			if at := strings.Index(text, trace); at >= 0 {
				t.Errorf("%s shows the key as %s: …%s…", place, trace, text[max(0, at-80):min(len(text), at+120)])
				break
			}
		}
	}
}

// hostileStripe repeats the key that it is called with in every way that an answer has room for. The id in the path says
// which fault it plays.
func hostileStripe(t *testing.T) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		said, err := json.Marshal(strings.Join(disguises(sent), " "))
		if err != nil {
			t.Error(err)
		}
		refusal := fmt.Sprintf(`{"error":{"type":"invalid_request_error","code":%s,"param":%s,"message":%s,"doc_url":%s,"decline_code":%s}}`, said, said, said, said, said)
		w.Header().Set("Request-Id", sent)
		fault := r.URL.Path[strings.LastIndexAny(r.URL.Path, "/_")+1:]
		if email := r.FormValue("email"); email != "" {
			fault, _, _ = strings.Cut(email, "@")
		}
		switch fault {
		case "401", "403", "402", "404", "400":
			var status int
			_, _ = fmt.Sscan(fault, &status)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, refusal)
		case "500":
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, strings.Replace(refusal, "invalid_request_error", "api_error", 1))
		case "502":
			w.WriteHeader(http.StatusBadGateway)
			_, _ = fmt.Fprintf(w, "<html>%s</html>", said)
		case "html":
			_, _ = fmt.Fprintf(w, "<html>%s</html>", said)
		case "redirect":
			http.Redirect(w, r, "https://stripe.example/?k="+url.QueryEscape(sent), http.StatusFound)
		case "truncated":
			w.Header().Set("Content-Length", "100000")
			_, _ = fmt.Fprintf(w, `{"id":%s,`, said)
		case "reset":
			if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = connection.Close()
			}
		default:
			_, _ = fmt.Fprintf(w, `{"id":"cus_fine","object":"customer","email":%s,"name":%s,"description":%s,"metadata":{"k":%s,%s:"v"},"livemode":false}`, said, said, said, said, said)
		}
	})
}

// TestNoLeak: a key from any source is in no byte of what comes out, whatever Stripe, the network and the client do.
func TestNoLeak(t *testing.T) {
	t.Parallel()
	stripe := hostileStripe(t)
	tests := []struct {
		source string
		// prepare puts the key there and returns the file that holds it, and variables.
		prepare func(h home, key string) (own string, environment []string)
	}{
		{"configuration", func(h home, key string) (string, []string) {
			h.write(settings, "stripe_secret_key: "+key+"\n")
			return settings, nil
		}},
		{"file", func(h home, key string) (string, []string) {
			h.write("key", key)
			h.write(settings, "stripe_secret_key_file: "+h.file("key")+"\n")
			return "key", nil
		}},
		{"command", func(h home, key string) (string, []string) {
			h.write("key", key)
			h.write(settings, `stripe_secret_key_command: ["cat", "`+h.file("key")+"\"]\n")
			return "key", nil
		}},
		{"variable", func(_ home, key string) (string, []string) {
			return "", []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + key}
		}},
		{"variable of the shell", func(_ home, key string) (string, []string) { return "", []string{"STRIPE_SECRET_KEY=" + key} }},
		{"vault", func(h home, key string) (string, []string) {
			h.run([]string{"STRIPE_MCP_API_BASE=" + fakeStripe(h.t)}, key, "setup", "--key-stdin", "--yes").check(h.t, 0)
			return "", nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			key := canary()
			h := newHome(t)
			own, environment := tt.prepare(h, key)
			environment = append(environment, "STRIPE_MCP_API_BASE="+stripe, "STRIPE_MCP_TIMEOUT=30s", "STRIPE_MCP_LOG_LEVEL=debug")
			places := hostileSession(t, h, key, environment)
			commands := [][]string{{"call", "stripe_get_customer", "customer_id=cus_401"}, {"doctor"}}
			if tt.source == "variable" { // the others would tell no more
				commands = append(commands, [][]string{
					{"call", "stripe_create_customer", "email=500@example.com"}, {"call", "stripe_get_customer", "customer_id=" + key},
					{"call", key, "a=b"}, {"call", "stripe_get_customer", key}, {key}, {"--" + key}, {"setup", "--print"},
				}...)
			}
			for i, arguments := range commands {
				got := h.run(environment, "", arguments...)
				places[fmt.Sprintf("stdout of command %d", i)], places[fmt.Sprintf("stderr of command %d", i)] = got.stdout, got.stderr
			}
			got := h.run(environment, key, "setup", "--key-stdin", "--yes")
			places["setup's stdout"], places["setup's stderr"] = got.stdout, got.stderr
			for path, text := range h.files() {
				if path != own {
					places[path] = text
				}
			}
			if places[".local/state/stripe-mcp/journal/journal.jsonl"] == "" {
				t.Error("there is no journal to look into")
			}
			checkSilent(t, key, places)
		})
	}
}

// hostileSession has a client that also knows the key call tools in every way that fails, and returns what the server said.
func hostileSession(t *testing.T, h home, key string, environment []string) map[string]string {
	t.Helper()
	cmd := command(t, nil)
	cmd.Env = h.environment(environment...)
	var log bytes.Buffer
	cmd.Stderr = &log
	client, err := mcpclient.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]string{}
	if _, err := client.Request(t.Context(), "initialize", map[string]any{
		"protocolVersion": "2025-11-25", "capabilities": struct{}{}, "clientInfo": map[string]string{"name": strings.Repeat("x", 30) + key, "version": "1"},
	}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var calls sync.WaitGroup
	failures := 0
	ask := func(tool string, arguments map[string]any) {
		calls.Go(func() {
			got, err := client.Call(t.Context(), tool, arguments)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if got.IsError {
				failures++
			}
			places[fmt.Sprint(tool, " ", arguments)] = got.Object() + string(got.StructuredContent)
		})
	}
	for _, fault := range []string{"400", "401", "402", "403", "404", "500", "502", "html", "redirect", "truncated", "reset", "fine"} {
		ask("stripe_get_customer", map[string]any{"customer_id": "cus_" + fault})
	}
	for _, fault := range []string{"400", "500", "html", "truncated", "reset", "fine"} {
		ask("stripe_create_customer", map[string]any{"email": fault + "@example.com"})
	}
	for name, value := range map[string]any{"customer_id": key, key: "x", "limit": key} {
		ask("stripe_get_customer", map[string]any{name: value})
	}
	ask("stripe_create_customer", map[string]any{"email": "a@example.com", "metadata": map[string]any{"k": []any{key}, key: 1}})
	calls.Wait()
	const fine = 2
	if want := len(places) - fine; failures != want {
		t.Errorf("%d calls failed, want %d", failures, want)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "stripe request") {
		t.Error("there is no debug log to look into")
	}
	places["log"] = log.String()
	return places
}

// TestNoLeakInTheProtocol: a key can stand wherever a client has a choice, and what answers it does not show it.
func TestNoLeakInTheProtocol(t *testing.T) {
	t.Parallel()
	key := canary()
	lines := []string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"KEY","capabilities":{"KEY":{}},"clientInfo":{"name":"KEY","version":"KEY"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"KEY"}`,
		`{"jsonrpc":"2.0","id":3,"method":"tools/KEY","params":{"KEY":"KEY"}}`,
		`{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"KEY","arguments":{}}}`,
		`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"stripe_get_customer","KEY":1,"_meta":{"KEY":1}}}`,
		`{"jsonrpc":"2.0","id":6,"method":"tools/list","params":{"cursor":"KEY"}}`,
		`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"stripe_get_customer","arguments":"KEY"}}`,
		`{"jsonrpc":"2.0","id":8,"method":"prompts/get","params":{"name":"KEY"}}`,
		`{"jsonrpc":"2.0","id":9,"method":"resources/read","params":{"uri":"KEY"}}`,
		`{"jsonrpc":"2.0","id":"KEY","method":"ping"}`,
		`{"jsonrpc":"2.0","id":"KEY","method":"tools/call","params":{"name":"stripe_get_customer","arguments":{"customer_id":"cus_1"}}}`,
		`{"jsonrpc":"KEY","id":"a KEY","method":"ping"}`,
		`{"jsonrpc":"2.0","id":10,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"KEY"}}}`,
		`KEY`,
	}
	for _, configured := range []bool{true, false} { // else it is known by its shape only
		t.Run(map[bool]string{true: "known", false: "by its shape"}[configured], func(t *testing.T) {
			t.Parallel()
			environment := []string{"STRIPE_MCP_API_BASE=" + hostileStripe(t), "STRIPE_MCP_LOG_LEVEL=debug", testKey}
			if configured {
				environment[2] = "STRIPE_MCP_STRIPE_SECRET_KEY=" + key
			}
			h := newHome(t)
			got := h.run(environment, strings.ReplaceAll(strings.Join(lines, "\n"), "KEY", key))
			checkSilent(t, key, map[string]string{"stdout": got.stdout, "stderr": got.stderr})
			answers := 0
			for line := range strings.Lines(got.stdout) {
				if answers++; !json.Valid([]byte(line)) {
					t.Errorf("not JSON: %s", line)
				}
			}
			if answers != len(lines) {
				t.Errorf("%d answers to %d lines:\n%s", answers, len(lines), got.stdout)
			}
		})
	}
}

// TestNoLeakOfAMisplacedKey: people put keys where none belongs, and the complaint must not show them.
func TestNoLeakOfAMisplacedKey(t *testing.T) {
	t.Parallel()
	key := canary()
	for _, text := range []string{
		"stripe_secret_key: " + key + " and more", "stripe_secret_key: [" + key + "]", "stripe_secret_key: {" + key, key + ": 1", key,
		"stripe_secret_key_file: " + key, "stripe_secret_key_file: /" + key, "stripe_secret_key_command: " + key, "stripe_secret_key_command: [" + key + "]",
		"proxy: http://user:" + key + "@127.0.0.1:1\nstripe_secret_key: sk_test_MadeUp1", "api_base: https://" + key, "log_level: " + key,
		"tools: [" + key + "]\nstripe_secret_key: sk_test_MadeUp1", "stripe_account: " + key, "state_dir: " + key, "timeout: " + key,
	} {
		t.Run(strings.ReplaceAll(text, key, "KEY"), func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.write(settings, text+"\n")
			places := map[string]string{}
			for _, arguments := range [][]string{{"call", "stripe_get_customer", "customer_id=cus_1"}, {"setup", "--print"}} {
				got := h.run([]string{"STRIPE_MCP_TIMEOUT=1s"}, "", arguments...)
				places[arguments[0]+"'s stdout"], places[arguments[0]+"'s stderr"] = got.stdout, got.stderr
			}
			checkSilent(t, key, places)
		})
	}
}
