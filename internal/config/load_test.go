package config_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/config"
)

const (
	testKey  = "sk_test_MadeUpForTests1"
	otherKey = "rk_test_MadeUpForTests2"
	liveKey  = "sk_live_MadeUpForTests3"
)

// written puts a private file called name into a new folder and returns its path.
func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	writeAt(t, path, content)
	return path
}

func writeAt(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// loaded is Load where nothing may be wrong.
func loaded(t *testing.T, o config.Options) config.Config {
	t.Helper()
	c, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryKeyInEveryFormat(t *testing.T) {
	t.Parallel()
	ca := written(t, "ca.pem", "certificates")
	formats := map[string]string{
		"a.yaml": `
stripe_secret_key: KEY
read_only: true
simulator_addr: localhost:4000
tools: [stripe_get_customer, stripe_list_subscriptions]
stripe_account: acct_1MadeUp
api_base: http://LocalHost:4242/
timeout: 1m30s
proxy: http://user:pass@proxy.example:3128
ca_file: CA
log_level: debug
state_dir: /var/lib/stripe-mcp/
`,
		"a.toml": `
stripe_secret_key = "KEY"
read_only = true
simulator_addr = "localhost:4000"
tools = ["stripe_get_customer", "stripe_list_subscriptions"]
stripe_account = "acct_1MadeUp"
api_base = "http://LocalHost:4242/"
timeout = "1m30s"
proxy = "http://user:pass@proxy.example:3128"
ca_file = "CA"
log_level = "debug"
state_dir = "/var/lib/stripe-mcp/"
`,
		"a.json": `{
"stripe_secret_key": "KEY",
"read_only": true,
"simulator_addr": "localhost:4000",
"tools": ["stripe_get_customer", "stripe_list_subscriptions"],
"stripe_account": "acct_1MadeUp",
"api_base": "http://LocalHost:4242/",
"timeout": "1m30s",
"proxy": "http://user:pass@proxy.example:3128",
"ca_file": "CA",
"log_level": "debug",
"state_dir": "/var/lib/stripe-mcp/"
}`,
	}
	formats["a.yml"] = formats["a.yaml"]
	formats["A.YAML"] = "\ufeff---\r\n" + strings.ReplaceAll(formats["a.yaml"], "\n", "\r\n")
	fill := strings.NewReplacer("KEY", testKey, "CA", ca)
	for name, content := range formats {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := written(t, name, fill.Replace(content))
			checkEveryKey(t, loaded(t, config.Options{Path: path}), ca)
		})
	}
	t.Run("environment", func(t *testing.T) {
		t.Parallel()
		checkEveryKey(t, loaded(t, config.Options{Env: []string{
			"STRIPE_MCP_STRIPE_SECRET_KEY=" + testKey, "STRIPE_MCP_READ_ONLY=TRUE", "STRIPE_MCP_SIMULATOR_ADDR=localhost:4000",
			"STRIPE_MCP_TOOLS=stripe_get_customer, stripe_list_subscriptions", "STRIPE_MCP_STRIPE_ACCOUNT=acct_1MadeUp",
			"STRIPE_MCP_API_BASE=http://LocalHost:4242/", "STRIPE_MCP_TIMEOUT=1m30s", "STRIPE_MCP_PROXY=http://user:pass@proxy.example:3128",
			"STRIPE_MCP_CA_FILE=" + ca, "STRIPE_MCP_LOG_LEVEL=debug", "STRIPE_MCP_STATE_DIR=/var/lib/stripe-mcp/",
		}}), ca)
	})
}

func checkEveryKey(t *testing.T, c config.Config, ca string) {
	t.Helper()
	for what, pair := range map[string][2]any{
		"key": {c.SecretKey.Reveal(), testKey}, "mode": {c.Mode, config.ModeTest}, "simulator": {c.Simulator, false}, "address": {c.SimulatorAddr, "localhost:4000"},
		"read_only": {c.ReadOnly, true}, "tools": {strings.Join(c.Tools, "|"), "stripe_get_customer|stripe_list_subscriptions"},
		"account": {c.StripeAccount, "acct_1MadeUp"}, "base": {c.APIBase, "http://localhost:4242"}, "timeout": {c.Timeout, 90 * time.Second},
		"proxy": {c.Proxy().String(), "http://user:pass@proxy.example:3128"}, "ca": {c.CAFile, ca},
		"level": {c.LogLevel, slog.LevelDebug}, "state": {c.StateDir, "/var/lib/stripe-mcp"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", what, pair[0], pair[1])
		}
	}
	if shown := fmt.Sprintf("%+v", c); strings.Contains(shown, "MadeUpFor") || strings.Contains(shown, "pass") {
		t.Errorf("printing the configuration shows a secret: %s", shown)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c := loaded(t, config.Options{Env: []string{"HOME=/home/you"}})
	want := config.Config{
		APIBase: "https://api.stripe.com", Timeout: 40 * time.Second, SimulatorAddr: "127.0.0.1:4343", Journal: true, JournalKeep: 400 * 24 * time.Hour, Confirm: "auto",
		LogLevel: slog.LevelWarn,
		StateDir: "/home/you/.local/state/stripe-mcp", Mode: config.ModeUnknown,
	}
	// Printed, they differ only in paths that are not exported.
	got, _, _ := strings.Cut(fmt.Sprintf("%+v", c), " path:")
	if wanted, _, _ := strings.Cut(fmt.Sprintf("%+v", want), " path:"); got != wanted || c.Proxy() != nil {
		t.Errorf("\n got %s\nwant %s", got, wanted)
	}
}

// A default that is spelt out changes nothing, so the documentation tells the truth.
func TestDocumentedDefaults(t *testing.T) {
	t.Parallel()
	want := fmt.Sprintf("%+v", loaded(t, config.Options{}))
	for _, k := range config.Keys() {
		if k.Meaning == "" {
			t.Errorf("%s is not explained", k.Name)
		}
		if k.Default == "" || k.Name == "tools" || k.Name == "state_dir" || k.Name == "rate_limit" { // described rather than given
			continue
		}
		spelt := loaded(t, config.Options{Env: []string{"STRIPE_MCP_" + strings.ToUpper(k.Name) + "=" + k.Default}})
		if got := fmt.Sprintf("%+v", spelt); got != want {
			t.Errorf("%s: %q is not its default\n got %s\nwant %s", k.Name, k.Default, got, want)
		}
	}
}

func TestModeNames(t *testing.T) {
	t.Parallel()
	got := fmt.Sprint(config.ModeUnknown, config.ModeTest, config.ModeLive, config.ModeSimulator)
	if want := "UNKNOWN TEST LIVE SIMULATOR"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	path := written(t, "config.yaml", "log_level: info\ntimeout: 20s\nread_only: true\n")
	c := loaded(t, config.Options{
		Path: path, Simulator: true, LogLevel: "error",
		Env: []string{"STRIPE_MCP_LOG_LEVEL=debug", "STRIPE_MCP_TIMEOUT=30s", "STRIPE_MCP_TIMEOUT=50s", "STRIPE_MCP_READ_ONLY=", "STRIPE_MCP_SIMULATOR=false"},
	})
	if c.LogLevel != slog.LevelError {
		t.Errorf("log level %v: a flag must win over everything", c.LogLevel)
	}
	if !c.Simulator || c.Mode != config.ModeSimulator {
		t.Error("--simulator must win over the environment")
	}
	if c.Timeout != 30*time.Second {
		t.Errorf("timeout %v: a variable must win over the file, the first one over its doubles", c.Timeout)
	}
	if !c.ReadOnly {
		t.Error("an empty variable must count as none")
	}
	if c.File != path {
		t.Errorf("file %q, want %q", c.File, path)
	}
}

func TestEmptyFilesConfigureNothing(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"a.yaml": "", "b.yaml": "\n# nothing yet\n", "c.toml": "\ufeff \n", "d.json": "\n", "e.json": "{}", "f.json": "null", "g.yaml": "--- # nothing\n",
	} {
		path := written(t, name, content)
		got, want := loaded(t, config.Options{Path: path}), loaded(t, config.Options{})
		if got.File != path {
			t.Errorf("%s: file %q", name, got.File)
		}
		if got.APIBase != want.APIBase || got.ReadOnly || !reflect.DeepEqual(got.Tools, want.Tools) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// Caps are read alike from everywhere, in any case of their currencies.
func TestCaps(t *testing.T) {
	t.Parallel()
	want := map[string]int64{"eur": 50000, "jpy": 0}
	for why, options := range map[string]config.Options{
		"YAML":                {Path: written(t, "a.yaml", "max_amount: {EUR: 50000, jpy: '0'}")},
		"TOML":                {Path: written(t, "a.toml", "[max_amount]\nEur = 50000\njpy = 0")},
		"JSON":                {Path: written(t, "a.json", `{"max_amount": {"eur": 50000, "JPY": 0}}`)},
		"variable":            {Env: []string{"STRIPE_MCP_MAX_AMOUNT= eur : 50000,JPY:0"}},
		"variable as in YAML": {Env: []string{"STRIPE_MCP_MAX_AMOUNT={eur: 50000, 'JPY': 0}"}},
		"variable as in JSON": {Env: []string{`STRIPE_MCP_MAX_AMOUNT= {"eur": 50000, "JPY": 0} `}},
	} {
		if got := loaded(t, options).MaxAmount; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", why, got)
		}
	}
}

// A variable takes a list as a file has it, too.
func TestListsInVariables(t *testing.T) {
	t.Parallel()
	want := []string{"stripe_get_customer", "stripe_list_subscriptions"}
	for _, text := range []string{
		"stripe_get_customer,stripe_list_subscriptions", " stripe_get_customer , stripe_list_subscriptions ", "[stripe_get_customer, stripe_list_subscriptions]",
		`["stripe_get_customer","stripe_list_subscriptions"]`, ` [ 'stripe_get_customer', "stripe_list_subscriptions" ] `, `"stripe_get_customer", stripe_list_subscriptions`,
	} {
		if got := loaded(t, config.Options{Env: []string{"STRIPE_MCP_TOOLS=" + text}}).Tools; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
	for _, text := range []string{ // are no lists, or stay names that no tool has
		"[]", "[a", `[a, ""]`, "a,,b", "a]", `"`,
	} {
		if c, err := config.Load(config.Options{Env: []string{"STRIPE_MCP_TOOLS=" + text}}); err == nil && !strings.ContainsAny(c.Tools[0], "[]\"") {
			t.Errorf("%s: %q", text, c.Tools)
		}
	}
}

// What a hint tells people to write is right, in a file and in a variable.
func TestExamplesAreRight(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]string{
		"read_only": "perhaps", "key_in_vault": "maybe", "simulator_addr": "x", "tools": "[]", "confirm": "x", "max_amount": "x", "allowed_redirect_hosts": "[]",
		"stripe_account": "x", "stripe_context": "x", "api_base": "x", "timeout": "x", "rate_limit": "x", "proxy": "x", "log_level": "x", "state_dir": "x",
	} {
		_, err := config.Load(config.Options{Path: written(t, "config.yaml", name+": "+wrong)})
		fault, ok := errors.AsType[*config.Error](err)
		if !ok {
			t.Errorf("%s: %s is taken: %v", name, wrong, err)
			continue
		}
		example, ok := strings.CutPrefix(fault.Hint(), "write, for example, ")
		if !ok {
			t.Errorf("%s: %s", name, fault.Hint())
		}
		other := "STRIPE_MCP_STRIPE_SECRET_KEY=" + testKey // than the stored one, which is not there
		loaded(t, config.Options{Path: written(t, "config.yaml", name+": "+example), Env: []string{other}})
		loaded(t, config.Options{Env: []string{"STRIPE_MCP_" + strings.ToUpper(name) + "=" + example, other}})
	}
}
