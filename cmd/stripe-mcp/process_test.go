package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stripe-mcp/internal/mcpclient"
	"stripe-mcp/tools"
)

const testKey = "STRIPE_MCP_STRIPE_SECRET_KEY=sk_test_MadeUpForTests"

// TestPipedSession: what a script pipes in is answered to the last line, even without a final newline.
func TestPipedSession(t *testing.T) {
	t.Parallel()
	lines := []string{
		`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
	}
	for i := range 8 {
		lines = append(lines, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"stripe_create_customer","arguments":{"email":"a%d@example.com"}}}`, i, i))
	}
	for _, ending := range []string{"", "\n", "\r\n"} {
		t.Run(fmt.Sprintf("%q", ending), func(t *testing.T) {
			t.Parallel()
			for range 5 {
				cmd := command(t, nil, "--simulator")
				cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + ending)
				output, err := cmd.Output()
				if err != nil {
					t.Fatal(err)
				}
				answers := map[string]bool{}
				for line := range bytes.Lines(output) {
					var answer struct {
						ID     json.RawMessage
						Result json.RawMessage
					}
					if err := json.Unmarshal(line, &answer); err != nil || answer.Result == nil {
						t.Fatalf("%v in %s", err, line)
					}
					answers[string(answer.ID)] = true
				}
				if len(answers) != 9 {
					t.Fatalf("%d answers", len(answers))
				}
			}
		})
	}
}

// TestCallsRunSideBySide: a Stripe that answers nobody before 200 requests have arrived still answers all of them.
func TestCallsRunSideBySide(t *testing.T) {
	t.Parallel()
	const calls = 200
	var arrived atomic.Int32
	everybody := make(chan struct{})
	stripe := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if arrived.Add(1) == calls {
			close(everybody)
		}
		<-everybody
		_, _ = io.WriteString(w, aCustomer)
	})
	client := start(t, []string{testKey, "STRIPE_MCP_API_BASE=" + stripe})
	var wait sync.WaitGroup
	for range calls {
		wait.Go(func() {
			got, err := client.Call(t.Context(), "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
			if err != nil || got.IsError {
				t.Errorf("%v %s", err, got.Object())
			}
		})
	}
	if _, err := client.Request(t.Context(), "ping", nil); err != nil {
		t.Error(err)
	}
	wait.Wait()
}

// TestLongLists: an answer stays below what clients cut off, and its cursor continues where it stopped.
func TestLongLists(t *testing.T) {
	t.Parallel()
	row := func(i int) string {
		value := strings.Repeat("ü", 500)
		return fmt.Sprintf(`{"id":"sub_%03d","object":"subscription","status":"active","metadata":{"a":%q,"b":%q},"livemode":false}`, i, value, value)
	}
	stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
		first := 0
		if _, err := fmt.Sscanf(r.FormValue("starting_after"), "sub_%d", &first); err == nil {
			first++
		}
		var rows []string
		for i := first; i < min(first+100, 130); i++ {
			rows = append(rows, row(i))
		}
		_, _ = fmt.Fprintf(w, `{"object":"list","url":"/v1/subscriptions","has_more":%v,"data":[%s]}`, first+100 < 130, strings.Join(rows, ","))
	})
	client := start(t, []string{testKey, "STRIPE_MCP_API_BASE=" + stripe})
	for most, arguments := range map[int]map[string]any{8_000: {}, 20_000: {"limit": 100}} {
		var seen []string
		for more := true; more; {
			got, err := client.Call(t.Context(), "stripe_list_subscriptions", arguments)
			if err != nil || got.IsError {
				t.Fatal(err, got.Object())
			}
			if size := len(got.Object()); size > most {
				t.Errorf("an answer of %d bytes to %v", size, arguments)
			}
			var page struct {
				Data []struct{ ID string }
				More bool   `json:"has_more"`
				Next string `json:"next_cursor"`
			}
			decode(t, got.Object(), &page)
			for _, r := range page.Data {
				seen = append(seen, r.ID)
			}
			more = page.More
			arguments["starting_after"] = page.Next
		}
		if len(seen) != 130 || seen[0] != "sub_000" || seen[129] != "sub_129" {
			t.Errorf("%d rows from %s to %s", len(seen), seen[0], seen[len(seen)-1])
		}
	}
}

// TestAHugeRow: one object's metadata can outgrow a list; the list says that it left it out.
func TestAHugeRow(t *testing.T) {
	t.Parallel()
	var metadata []string
	for i := range 50 {
		metadata = append(metadata, fmt.Sprintf(`"k%d":%q`, i, strings.Repeat("𝄞", 500)))
	}
	stripe := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"object":"list","has_more":false,"data":[{"id":"cs_1","object":"checkout.session","metadata":{%s},"livemode":false}]}`, strings.Join(metadata, ","))
	})
	got, err := start(t, []string{testKey, "STRIPE_MCP_API_BASE=" + stripe}).Call(t.Context(), "stripe_list_checkout_sessions", struct{}{})
	if want := `{"has_more":false,"data":[{"id":"cs_1","livemode":false,"note":"metadata left out: too long for a list"}]}`; err != nil || got.Object() != want {
		t.Errorf("got %v %s", err, got.Object())
	}
}

// TestWithheldTools: what the owner switched off is not listed, and refused by name without a request.
func TestWithheldTools(t *testing.T) {
	t.Parallel()
	stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent", r.Method, r.URL)
		w.WriteHeader(http.StatusTeapot)
	})
	tests := []struct {
		setting string
		listed  func(tools.Tool) bool
		text    string
	}{
		{"STRIPE_MCP_READ_ONLY=true", func(tool tools.Tool) bool { return tool.Effect == tools.Reads && tool.Set == "" }, "read_only: false"},
		{"STRIPE_MCP_TOOLS=stripe_get_customer", func(tool tools.Tool) bool { return tool.Name == "stripe_get_customer" }, "adding it to tools"},
	}
	for _, tt := range tests {
		t.Run(tt.setting, func(t *testing.T) {
			t.Parallel()
			client := start(t, []string{testKey, "STRIPE_MCP_API_BASE=" + stripe, tt.setting})
			want := 0
			for _, tool := range tools.All() {
				if tt.listed(tool) {
					want++
				}
			}
			if got := listed(t, client); got != want {
				t.Errorf("%d tools are listed, want %d", got, want)
			}
			got, err := client.Call(t.Context(), "stripe_create_customer", map[string]string{"email": "ann@example.com"})
			if err != nil || !got.IsError || !strings.Contains(got.Object(), `"outcome":"refused"`) || !strings.Contains(got.Object(), tt.text) {
				t.Errorf("%v %s", err, got.Object())
			}
		})
	}
}

func listed(t *testing.T, client *mcpclient.Client) int {
	t.Helper()
	raw, err := client.Request(t.Context(), "tools/list", nil)
	if err != nil {
		t.Fatal(err)
	}
	const budget = 20_500
	if len(raw) > budget {
		t.Errorf("tools/list has %d bytes, more than %d", len(raw), budget)
	}
	var list struct{ Tools []json.RawMessage }
	decode(t, string(raw), &list)
	return len(list.Tools)
}

// TestModes: a model is told what it plays with.
func TestModes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why         string
		environment []string
		arguments   []string
		want        string
	}{
		{"a test key", []string{testKey}, nil, "Stripe in TEST mode"},
		{"a live key", []string{"STRIPE_MCP_STRIPE_SECRET_KEY=rk_live_MadeUpForTests"}, nil, "Stripe in LIVE mode"},
		{"the simulator", nil, []string{"--simulator"}, "Stripe in SIMULATOR mode"},
		{"nothing", nil, nil, "no usable key is configured"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			client, err := mcpclient.Start(command(t, tt.environment, tt.arguments...))
			if err != nil {
				t.Fatal(err)
			}
			info, err := client.Initialize(t.Context())
			if err != nil || !strings.Contains(info.Instructions, tt.want) {
				t.Errorf("%v %s", err, info.Instructions)
			}
			if info.ServerInfo.Name != "stripe-mcp" || info.ServerInfo.Title != "Stripe" || info.ServerInfo.Version == "" {
				t.Errorf("%+v", info.ServerInfo)
			}
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSignals: a signal ends the process with exit code 0, and so does the end of stdin.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			cmd := command(t, nil, "--simulator")
			client, err := mcpclient.Start(cmd)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Initialize(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := client.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestConfigFiles: the key comes from a file, in each format, found where users keep it.
func TestConfigFiles(t *testing.T) {
	t.Parallel()
	const key = "sk_test_MadeUpInAFile"
	var authorization sync.Map
	stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
		authorization.Store(r.Header.Get("Stripe-Account"), r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, aCustomer)
	})
	for name, text := range map[string]string{
		"config.yaml": "stripe_secret_key: %s\napi_base: %s\nstripe_account: %s\n",
		"config.toml": "stripe_secret_key = %q\napi_base = %q\nstripe_account = %q\n",
		"config.json": `{"stripe_secret_key": %q, "api_base": %q, "stripe_account": %q}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := "acct_" + strings.TrimPrefix(name, "config.")
			folder := t.TempDir()
			path := filepath.Join(folder, "stripe-mcp", name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, fmt.Appendf(nil, text, key, stripe, account), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			got, err := start(t, []string{"XDG_CONFIG_HOME=" + folder}).Call(ctx, "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
			if err != nil || got.IsError {
				t.Fatal(err, got.Object())
			}
			if sent, _ := authorization.Load(account); sent != "Bearer "+key {
				t.Errorf("authorization is %v", sent)
			}
		})
	}
}
