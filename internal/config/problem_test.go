package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
)

// checkText compares an error's whole text, and that it is one that callers can recognise.
func checkText(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	if _, ok := errors.AsType[*config.Error](err); !ok {
		t.Errorf("the error is a %T", err)
	}
	if got := err.Error(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestProblemsInFiles(t *testing.T) {
	t.Parallel()
	const (
		wantBool  = "want true or false, for example "
		wantList  = "want a list of names, for example "
		wantTime  = "want a time with its unit, from 1s to 10m, for example "
		wantPath  = "want an absolute path (~ is not expanded), for example "
		wantLevel = "want debug, info, warn or error, for example "
		wantBase  = "want https://host, or http://host on loopback, for example "
		wantAddr  = `want a loopback host and a port, for example simulator_addr: "127.0.0.1:4343"`
		base      = `api_base: "https://api.stripe.com"`
		list      = `tools: ["stripe_get_customer","stripe_list_subscriptions"]`
		proxy     = `proxy in FILE: want an http, https or socks5 URL, for example proxy: "http://proxy.example:3128"`
		account   = `stripe_account in FILE: want the id of a connected account, for example stripe_account: "acct_1MadeUp"`
	)
	tests := []struct{ file, content, want string }{
		{"a.yaml", "readonly: true", `unknown key "readonly" in FILE; the nearest known key is read_only`},
		{"a.yaml", "Read_Only: true", `unknown key "Read_Only" in FILE; the nearest known key is read_only`},
		{"a.yaml", "stripe_key: sk_test_MadeUp1", `unknown key "stripe_key" in FILE; the nearest known key is stripe_secret_key`},
		{"a.yaml", "secret_key: sk_test_MadeUp1", `unknown key "secret_key" in FILE; the nearest known key is stripe_secret_key`},
		{"a.yaml", "sk_test_MadeUp1: stripe_secret_key", `unknown key "sk_test_[redacted]" in FILE; the nearest known key is state_dir`},
		{"a.toml", "[stripe]\ntimeout = 5", `unknown key "stripe" in FILE; the nearest known key is stripe_account`},
		{"a.yaml", strings.Repeat("a", 100) + ": 1", `unknown key "` + strings.Repeat("a", 60) + `…" in FILE; the nearest known key is api_base`},

		{"a.yaml", "read_only: yes please", "read_only in FILE: " + wantBool + "read_only: true"},
		{"a.toml", "read_only = 1", "read_only in FILE: " + wantBool + "read_only = true"},
		{"a.json", `{"read_only": {"a": true}}`, "read_only in FILE: " + wantBool + `"read_only": true`},
		{"a.yaml", "read_only:", "read_only in FILE: " + wantBool + "read_only: true"},
		{"a.yaml", "simulator: maybe", "simulator in FILE: " + wantBool + "simulator: true"},

		{"a.yaml", "tools:", "tools in FILE: " + wantList + list},
		{"a.yaml", "tools: []", "tools in FILE: " + wantList + list},
		{"a.toml", "tools = 3", "tools in FILE: " + wantList + `tools = ["stripe_get_customer","stripe_list_subscriptions"]`},
		{"a.yaml", "tools: [a, '']", "tools in FILE: one of the names is empty or not a text; " + wantList + list},
		{"a.yaml", "tools: [a, 1]", "tools in FILE: one of the names is empty or not a text; " + wantList + list},

		{"a.yaml", "timeout: 40", "timeout in FILE: " + wantTime + `timeout: "40s"`},
		{"a.toml", `timeout = "40"`, "timeout in FILE: " + wantTime + `timeout = "40s"`},
		{"a.json", `{"timeout": "soon"}`, "timeout in FILE: " + wantTime + `"timeout": "40s"`},
		{"a.yaml", "timeout: 999ms", "timeout in FILE: " + wantTime + `timeout: "40s"`},
		{"a.yaml", "timeout: 10m1s", "timeout in FILE: " + wantTime + `timeout: "40s"`},
		{"a.yaml", "timeout: -5s", "timeout in FILE: " + wantTime + `timeout: "40s"`},

		{"a.yaml", "log_level: loud", "log_level in FILE: " + wantLevel + `log_level: "warn"`},
		{"a.yaml", "state_dir: ~/state", "state_dir in FILE: " + wantPath + `state_dir: "/home/you/stripe-mcp"`},
		{"a.yaml", "state_dir: state", "state_dir in FILE: " + wantPath + `state_dir: "/home/you/stripe-mcp"`},
		{"a.yaml", "ca_file: ca.pem", "ca_file in FILE: " + wantPath + `ca_file: "/etc/ssl/company.pem"`},
		{"a.yaml", "ca_file: /no/such/ca.pem", "ca_file in FILE: /no/such/ca.pem does not exist; " + wantPath + `ca_file: "/etc/ssl/company.pem"`},
		{"a.yaml", "ca_file: /etc", "ca_file in FILE: /etc is a folder, not a file; " + wantPath + `ca_file: "/etc/ssl/company.pem"`},

		{"a.yaml", "stripe_account: 1MadeUp", account}, {"a.yaml", "stripe_account: acct_", account},
		{"a.yaml", `stripe_account: "acct_1\r\nX: y"`, account}, {"a.yaml", "stripe_account: 17", account},

		{"a.yaml", "proxy: proxy.example:3128", proxy}, {"a.yaml", "proxy: ftp://proxy.example", proxy},
		{"a.yaml", "proxy: http://", proxy}, {"a.yaml", "proxy: http://user:p%zz@host", proxy},

		{"a.yaml", "api_base: api.stripe.com", "api_base in FILE: " + wantBase + base},
		{"a.yaml", "api_base: ftp://api.stripe.com", "api_base in FILE: " + wantBase + base},
		{"a.yaml", "api_base: https://:443", "api_base in FILE: " + wantBase + base},
		{"a.yaml", "api_base: 'https://h:port'", "api_base in FILE: " + wantBase + base},
		{"a.yaml", "api_base: https://u:p@h", "api_base in FILE: it must not hold a user name or password; " + wantBase + base},
		{"a.yaml", "api_base: https://h?a=b", "api_base in FILE: it must not hold a ? or #; " + wantBase + base},
		{"a.yaml", "api_base: https://h/?", "api_base in FILE: it must not hold a ? or #; " + wantBase + base},
		{"a.yaml", "api_base: https://h/#", "api_base in FILE: it must not hold a ? or #; " + wantBase + base},
		{"a.yaml", "api_base: https://api.stripe.com/v1", "api_base in FILE: it must not hold a path, not even /v1; " + wantBase + base},
		{"a.yaml", "api_base: http://api.stripe.com", "api_base in FILE: plain http would let others on the network read the key; " + wantBase + base},
		{"a.yaml", "api_base: http://localhost.example", "api_base in FILE: plain http would let others on the network read the key; " + wantBase + base},

		{"a.yaml", "simulator_addr: 4343", "simulator_addr in FILE: " + wantAddr},
		{"a.yaml", "simulator_addr: localhost", "simulator_addr in FILE: " + wantAddr},
		{"a.yaml", "simulator_addr: 127.0.0.1:0", "simulator_addr in FILE: the port must be a number from 1 to 65535; " + wantAddr},
		{"a.yaml", "simulator_addr: '[::1]:http'", "simulator_addr in FILE: the port must be a number from 1 to 65535; " + wantAddr},
		{"a.yaml", "simulator_addr: 0.0.0.0:4343", "simulator_addr in FILE: its pages are for this machine only; " + wantAddr},
		{"a.yaml", "simulator_addr: :4343", "simulator_addr in FILE: its pages are for this machine only; " + wantAddr},
		{"a.yaml", "simulator_addr: pages.example:4343", "simulator_addr in FILE: its pages are for this machine only; " + wantAddr},

		{"a.yaml", "stripe_secret_key:", "stripe_secret_key in FILE: it is empty" + findKey},
		{"a.yaml", "stripe_secret_key: 4242", "stripe_secret_key in FILE: it is not a text; write the key between quotes" + findKey},
		{"a.yaml", "stripe_secret_key: pk_test_MadeUp1", "stripe_secret_key in FILE: it is a publishable key, which is for browsers and cannot do this work" + findKey},
		{"a.yaml", "stripe_secret_key_file: key", "stripe_secret_key_file in FILE: want an absolute path (~ is not expanded) of a file that holds nothing but the key"},
		{"a.yaml", "stripe_secret_key_file: sk_test_MadeUp1", "stripe_secret_key_file in FILE: want an absolute path (~ is not expanded) of a file that holds nothing but the key"},
		{"a.yaml", "stripe_secret_key_file: /no/such/key", "stripe_secret_key_file in FILE: /no/such/key does not exist"},
		{"a.yaml", "stripe_secret_key_file: /etc", "stripe_secret_key_file in FILE: /etc is a folder, not a file"},
		{
			"a.yaml", "stripe_secret_key: sk_test_MadeUp1\nstripe_secret_key_file: /k",
			"stripe_secret_key in FILE: the key is given twice, by stripe_secret_key_file in FILE too; keep one of the two",
		},
		{
			"a.yaml", "stripe_secret_key: sk_live_MadeUp1\napi_base: https://stripe.example",
			"api_base in FILE: a live key is sent to api.stripe.com or loopback only; use a test key, or leave this out",
		},
		{
			"a.yaml", "stripe_secret_key: sk_live_MadeUp1\napi_base: https://api.stripe.com:8443",
			"api_base in FILE: a live key is sent to api.stripe.com or loopback only; use a test key, or leave this out",
		},
	}
	for _, tt := range tests {
		t.Run(tt.content, func(t *testing.T) {
			t.Parallel()
			path := written(t, tt.file, tt.content)
			_, err := config.Load(config.Options{Path: path})
			checkText(t, err, "configuration: "+strings.ReplaceAll(tt.want, "FILE", path))
		})
	}
}

func TestProblemsElsewhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why     string
		options config.Options
		want    string
	}{
		{"unknown variable", config.Options{Env: []string{"STRIPE_MCP_READONLY=true"}}, `unknown environment variable "STRIPE_MCP_READONLY"; the nearest known one is STRIPE_MCP_READ_ONLY`},
		{"mistyped file variable", config.Options{Env: []string{"STRIPE_MCP_CONF=/a.yaml"}}, `unknown environment variable "STRIPE_MCP_CONF"; the nearest known one is STRIPE_MCP_CONFIG`},
		{"bad variable", config.Options{Env: []string{"STRIPE_MCP_TIMEOUT=40"}}, "environment variable STRIPE_MCP_TIMEOUT: want a time with its unit, from 1s to 10m, for example STRIPE_MCP_TIMEOUT=40s"},
		{"bad list", config.Options{Env: []string{"STRIPE_MCP_TOOLS=a,,b"}}, "environment variable STRIPE_MCP_TOOLS: one of the names is empty or not a text; want a list of names, for example STRIPE_MCP_TOOLS=stripe_get_customer,stripe_list_subscriptions"},
		{"bad switch", config.Options{Env: []string{"STRIPE_MCP_READ_ONLY=on"}}, "environment variable STRIPE_MCP_READ_ONLY: want true or false, for example STRIPE_MCP_READ_ONLY=true"},
		{"bad flag", config.Options{LogLevel: "loud"}, "--log-level: want debug, info, warn or error, for example --log-level warn"},
		{"two keys", config.Options{Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + testKey, "STRIPE_MCP_STRIPE_SECRET_KEY_FILE=/k"}},
			"environment variable STRIPE_MCP_STRIPE_SECRET_KEY: the key is given twice, by environment variable STRIPE_MCP_STRIPE_SECRET_KEY_FILE too; keep one of the two"},
		{"bad key of the shell", config.Options{Env: []string{"STRIPE_SECRET_KEY=pk_live_MadeUp1"}}, "environment variable STRIPE_SECRET_KEY: it is a publishable key, which is for browsers and cannot do this work" + findKey},
		{"no such file", config.Options{Path: "/no/such.yaml"}, "--config: /no/such.yaml does not exist"},
		{"no such file by variable", config.Options{Env: []string{"STRIPE_MCP_CONFIG=/no/such.yaml"}}, "environment variable STRIPE_MCP_CONFIG: /no/such.yaml does not exist"},
		{"relative by variable", config.Options{Env: []string{"STRIPE_MCP_CONFIG=config.yaml"}}, "environment variable STRIPE_MCP_CONFIG: want an absolute path, because a relative one means another file in every folder"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(tt.options)
			checkText(t, err, "configuration: "+tt.want)
		})
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	path := written(t, "config.yaml", "tiemout: 1s\nlog_level: loud\nstripe_secret_key: whsec_MadeUp1\n")
	_, err := config.Load(config.Options{Path: path, Env: []string{"STRIPE_MCP_TIMEOUT=40"}})
	checkText(t, err, strings.Join([]string{
		"configuration: 4 problems",
		"- environment variable STRIPE_MCP_TIMEOUT: want a time with its unit, from 1s to 10m, for example STRIPE_MCP_TIMEOUT=40s",
		"- log_level in " + path + `: want debug, info, warn or error, for example log_level: "warn"`,
		"- stripe_secret_key in " + path + ": it is a webhook signing secret, which cannot call the API" + findKey,
		`- unknown key "tiemout" in ` + path + "; the nearest known key is timeout",
	}, "\n"))
	if listed, ok := errors.AsType[*config.Error](err); ok && (len(listed.Problems()) != 4 || !slices.IsSorted(listed.Problems())) {
		t.Errorf("problems: %q", listed.Problems())
	}
}

func TestWrongFileGivenByMistake(t *testing.T) {
	t.Parallel()
	var content strings.Builder
	for i := range 30 {
		content.WriteString(strings.Repeat("x", i+1) + ": 1\n")
	}
	_, err := config.Load(config.Options{Path: written(t, "other.yaml", content.String())})
	if err == nil {
		t.Fatal("no error")
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 22 || lines[0] != "configuration: 30 problems" || lines[21] != "- and 10 more" {
		t.Errorf("got %d lines: %s", len(lines), err)
	}
}

// What is right still counts when something else is wrong.
func TestBestConfigurationDespiteProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why, content string
		readOnly     bool
		tools        string
		keySource    bool
	}{
		{"only the key is bad", "stripe_secret_key: pk_test_MadeUp1\nread_only: false\ntools: [a, b]", false, "a b", false},
		{"only the timeout is bad", "stripe_secret_key: sk_test_MadeUp1\ntimeout: 1\ntools: [a]", false, "a", true},
		{"read_only is bad", "stripe_secret_key: sk_test_MadeUp1\nread_only: ja\ntools: [a]", false, "a", true},
		{"tools are bad", "read_only: false\ntools: 3", false, "", false},
		{"a live key would go astray", "stripe_secret_key: sk_live_MadeUp1\napi_base: https://stripe.example", false, "", false},
		{"an unknown key beside read_only", "timeouts: 1s\nread_only: true\ntools: [a]", true, "a", false},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(config.Options{Path: written(t, "config.yaml", tt.content)})
			if err == nil {
				t.Error("no error")
			}
			if c.ReadOnly != tt.readOnly || strings.Join(c.Tools, " ") != tt.tools || (c.KeySource != "") != tt.keySource || c.SecretKey.IsZero() == tt.keySource || c.Timeout != config.DefaultTimeout {
				t.Errorf("read_only %v, tools %q, key from %q, timeout %v", c.ReadOnly, c.Tools, c.KeySource, c.Timeout)
			}
		})
	}
}

func TestHostsThatAreFine(t *testing.T) {
	t.Parallel()
	tests := []struct{ base, key, want string }{
		{"https://api.stripe.com", liveKey, "https://api.stripe.com"},
		{"https://API.stripe.com:443/", liveKey, "https://api.stripe.com"},
		{"http://localhost:4242", liveKey, "http://localhost:4242"},
		{"http://127.0.0.1:4242", liveKey, "http://127.0.0.1:4242"},
		{"http://127.8.9.10", liveKey, "http://127.8.9.10"},
		{"http://[::ffff:127.0.0.1]:4242", liveKey, "http://[::ffff:127.0.0.1]:4242"},
		{"http://[::1]:4242", liveKey, "http://[::1]:4242"},
		{"https://stripe.example:8443", testKey, "https://stripe.example:8443"},
	}
	for _, tt := range tests {
		c := loaded(t, config.Options{Env: []string{"STRIPE_MCP_API_BASE=" + tt.base, "STRIPE_SECRET_KEY=" + tt.key}})
		if c.APIBase != tt.want {
			t.Errorf("%s becomes %s, want %s", tt.base, c.APIBase, tt.want)
		}
	}
}
