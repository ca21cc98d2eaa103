package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

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
		base      = "https://api.stripe.com"
		write     = "\nhint: write, for example, "
		wantBool  = " must be true or false" + write
		wantList  = " must be a list of names" + write
		wantTime  = " must be a time with its unit, from 1s to 10m" + write
		wantPath  = " must be an absolute path (without ~)" + write
		wantLevel = " must be debug, info, warn or error" + write
		wantBase  = " must be https://host, or http://host on loopback, and nothing after the host" + write + base
		wantAddr  = " must be a loopback host and a port" + write + "127.0.0.1:4343"
		escaped   = ": there is a control character in the path\nhint: " + `write the path with / or with \\ in place of each \, or in YAML and TOML between single quotes`
		keyFile   = "stripe_secret_key_file in FILE must be an absolute path (without ~) of a file that holds nothing but the key" + write + "/home/you/stripe-key"
		badPath   = "\nhint: correct the path or the file"
		astray    = "api_base in FILE: a live key is sent to api.stripe.com or loopback only\nhint: leave api_base out, or use a test key"
		list      = "stripe_get_customer, stripe_list_subscriptions"
		proxy     = "proxy in FILE must be an http, https or socks5 URL" + write + "http://proxy.example:3128"
		context   = "stripe_context in FILE must be an account's id, or ids with slashes between them" + write + "acct_1MadeUp/acct_2MadeUp"
		account   = "stripe_account in FILE must be the id of a connected account" + write + "acct_1MadeUp"
	)
	const (
		once    = "\nhint: keep one of the two"
		amounts = "max_amount in FILE must be whole numbers in minor units by currency\nhint: write, for example, eur:50000"
	)
	tests := []struct{ file, content, want string }{
		{"a.yaml", "readonly: true", `unknown key "readonly" in FILE` + "\nhint: correct the name, perhaps to read_only"},
		{"a.yaml", "Read_Only: true", `unknown key "Read_Only" in FILE` + "\nhint: correct the name, perhaps to read_only"},
		{"a.yaml", "stripe_key: sk_test_MadeUp1", `unknown key "stripe_key" in FILE` + "\nhint: correct the name, perhaps to stripe_secret_key"},
		{"a.yaml", "secret_key: sk_test_MadeUp1", `unknown key "secret_key" in FILE` + "\nhint: correct the name, perhaps to stripe_secret_key"},
		{"a.yaml", "sk_test_MadeUp1: stripe_secret_key", `unknown key "sk_test_[redacted]" in FILE` + "\nhint: remove it; the README lists the keys"},
		{"a.toml", "[stripe]\ntimeout = 5", `unknown key "stripe" in FILE` + "\nhint: correct the name, perhaps to stripe_account"},
		{"a.yaml", strings.Repeat("a", 100) + ": 1", `unknown key "` + strings.Repeat("a", 60) + `…" in FILE` + "\nhint: remove it; the README lists the keys"},

		{"a.yaml", "read_only: yes please", "read_only in FILE" + wantBool + "true"},
		{"a.toml", "read_only = 1", "read_only in FILE" + wantBool + "true"},
		{"a.json", `{"read_only": {"a": true}}`, "read_only in FILE" + wantBool + "true"},
		{"a.yaml", "read_only:", "read_only in FILE" + wantBool + "true"},
		{"a.yaml", "simulator: maybe", "simulator in FILE" + wantBool + "true"},

		{"a.yaml", "tools:", "tools in FILE" + wantList + list},
		{"a.yaml", "tools: []", "tools in FILE" + wantList + list},
		{"a.toml", "tools = 3", "tools in FILE" + wantList + list},
		{"a.yaml", "tools: [a, '']", "tools in FILE" + wantList + list},
		{"a.yaml", "tools: [a, 1]", "tools in FILE" + wantList + list},

		{"a.yaml", "timeout: 40", "timeout in FILE" + wantTime + "40s"},
		{"a.toml", `timeout = "40"`, "timeout in FILE" + wantTime + "40s"},
		{"a.json", `{"timeout": "soon"}`, "timeout in FILE" + wantTime + "40s"},
		{"a.yaml", "timeout: 999ms", "timeout in FILE" + wantTime + "40s"},
		{"a.yaml", "timeout: 10m1s", "timeout in FILE" + wantTime + "40s"},
		{"a.yaml", "timeout: -5s", "timeout in FILE" + wantTime + "40s"},

		{"a.yaml", "max_amount: {eur: 1, EUR: 1}", `max_amount in FILE: "eur" is given twice` + once},
		{"a.toml", "max_amount = {eur = 1, EUR = 1}", `max_amount in FILE: "eur" is given twice` + once},
		{"a.json", `{"max_amount": {"eur": 1, "EUR": 1}}`, `max_amount in FILE: "eur" is given twice` + once},
		{"a.yaml", "max_amount: {eur: 1, ' eur': 1}", `max_amount in FILE: "eur" is given twice` + once},
		{"a.yaml", "max_amount: {}", amounts}, {"a.yaml", "max_amount: {euro: 1}", amounts}, {"a.yaml", "max_amount: {eur: -1}", amounts},
		{"a.json", `{"max_amount": {"eur": 0.5}}`, amounts}, {"a.yaml", "max_amount: [eur]", amounts},

		{"a.yaml", "log_level: loud", "log_level in FILE" + wantLevel + "warn"},
		{"a.yaml", "state_dir: ~/state", "state_dir in FILE" + wantPath + "/home/you/stripe-mcp"},
		{"a.yaml", `state_dir: "C:\temp"`, "state_dir in FILE" + escaped}, {"a.json", `{"ca_file": "C:\new\test.pem"}`, "ca_file in FILE" + escaped},
		{"a.toml", `stripe_secret_key_file = "C:\begin"`, "stripe_secret_key_file in FILE" + escaped}, {"a.yaml", `stripe_secret_key_command: ["C:\tools\\op.exe"]`, "stripe_secret_key_command in FILE" + escaped},
		{"a.yaml", "state_dir: state", "state_dir in FILE" + wantPath + "/home/you/stripe-mcp"},
		{"a.yaml", "ca_file: ca.pem", "ca_file in FILE" + wantPath + "/home/you/company.pem"},
		{"a.yaml", "ca_file: /no/such/ca.pem", "ca_file in FILE: /no/such/ca.pem cannot be read: no such file or directory" + badPath},
		{"a.yaml", "ca_file: /etc", "ca_file in FILE: /etc is a folder, not a file" + badPath},

		{"a.yaml", "stripe_account: 1MadeUp", account}, {"a.yaml", "stripe_account: acct_", account},
		{"a.yaml", `stripe_account: "acct_1\r\nX: y"`, account}, {"a.yaml", "stripe_account: 17", account},

		{"a.yaml", "stripe_context: 1MadeUp", context}, {"a.yaml", "stripe_context: acct_1/", context}, {"a.yaml", "stripe_context: acct_1 /acct_2", context},
		{"a.yaml", "stripe_context: sk_test_MadeUp1", context}, {"a.yaml", `stripe_context: "acct_1\nX: y"`, context}, {"a.yaml", "stripe_context: acct_1/../acct_2", context},
		{"a.yaml", "stripe_account: acct_1\nstripe_context: acct_2", "stripe_account in FILE: stripe_context in FILE names an account, too" + once},

		{"a.yaml", "proxy: proxy.example:3128", proxy}, {"a.yaml", "proxy: ftp://proxy.example", proxy},
		{"a.yaml", "proxy: http://", proxy}, {"a.yaml", "proxy: http://user:p%zz@host", proxy},

		{"a.yaml", "api_base: api.stripe.com", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: ftp://api.stripe.com", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: https://:443", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: 'https://h:port'", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: https://u:p@h", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: https://h?a=b", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: https://h/?", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: https://h/#", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: https://api.stripe.com/v1", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: http://api.stripe.com", "api_base in FILE" + wantBase},
		{"a.yaml", "api_base: http://localhost.example", "api_base in FILE" + wantBase},

		{"a.yaml", "simulator_addr: 4343", "simulator_addr in FILE" + wantAddr},
		{"a.yaml", "simulator_addr: localhost", "simulator_addr in FILE" + wantAddr},
		{"a.yaml", "simulator_addr: 127.0.0.1:0", "simulator_addr in FILE" + wantAddr},
		{"a.yaml", "simulator_addr: '[::1]:http'", "simulator_addr in FILE" + wantAddr},
		{"a.yaml", "simulator_addr: 0.0.0.0:4343", "simulator_addr in FILE" + wantAddr},
		{"a.yaml", "simulator_addr: :4343", "simulator_addr in FILE" + wantAddr},
		{"a.yaml", "simulator_addr: pages.example:4343", "simulator_addr in FILE" + wantAddr},

		{"a.yaml", "stripe_secret_key: 4242", "stripe_secret_key in FILE: it is not a text\nhint: write the key between quotes"},
		{"a.yaml", "stripe_secret_key: pk_test_MadeUp1", "stripe_secret_key in FILE: it is a publishable key, which is for browsers" + findKey},
		{"a.yaml", "stripe_secret_key_file: key", keyFile},
		{"a.yaml", "stripe_secret_key_file: sk_test_MadeUp1", keyFile},
		{"a.yaml", "stripe_secret_key_file: /no/such/key", "stripe_secret_key_file in FILE: /no/such/key cannot be read: no such file or directory" + badPath},
		{"a.yaml", "stripe_secret_key_file: /etc", "stripe_secret_key_file in FILE: /etc is a folder, not a file" + badPath},
		{
			"a.yaml", "stripe_secret_key: sk_test_MadeUp1\nstripe_secret_key_file: /k",
			"stripe_secret_key in FILE: the key is given twice, by stripe_secret_key_file in FILE too\nhint: keep one of the two",
		},
		{
			"a.yaml", "stripe_secret_key: sk_live_MadeUp1\napi_base: https://stripe.example",
			astray,
		},
		{
			"a.yaml", "stripe_secret_key: sk_live_MadeUp1\napi_base: https://api.stripe.com:8443",
			astray,
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
		{"unknown variable", config.Options{Env: []string{"STRIPE_MCP_READONLY=true"}}, `unknown environment variable "STRIPE_MCP_READONLY"` + "\nhint: correct the name, perhaps to STRIPE_MCP_READ_ONLY"},
		{"mistyped file variable", config.Options{Env: []string{"STRIPE_MCP_CONF=/a.yaml"}}, `unknown environment variable "STRIPE_MCP_CONF"` + "\nhint: correct the name, perhaps to STRIPE_MCP_CONFIG"},
		{"bad variable", config.Options{Env: []string{"STRIPE_MCP_TIMEOUT=40"}}, "environment variable STRIPE_MCP_TIMEOUT must be a time with its unit, from 1s to 10m\nhint: write, for example, 40s"},
		{"bad list", config.Options{Env: []string{"STRIPE_MCP_TOOLS=a,,b"}}, "environment variable STRIPE_MCP_TOOLS must be a list of names\nhint: write, for example, stripe_get_customer, stripe_list_subscriptions"},
		{"a cap twice", config.Options{Env: []string{"STRIPE_MCP_MAX_AMOUNT=eur:1,eur:2"}}, `environment variable STRIPE_MCP_MAX_AMOUNT: "eur" is given twice` + "\nhint: keep one of the two"},
		{"a cap twice, in capitals too", config.Options{Env: []string{"STRIPE_MCP_MAX_AMOUNT=eur:1, EUR:1"}}, `environment variable STRIPE_MCP_MAX_AMOUNT: "eur" is given twice` + "\nhint: keep one of the two"},
		{"a cap of nothing", config.Options{Env: []string{"STRIPE_MCP_MAX_AMOUNT=eur:1,"}}, "environment variable STRIPE_MCP_MAX_AMOUNT must be whole numbers in minor units by currency\nhint: write, for example, eur:50000"},
		{"bad switch", config.Options{Env: []string{"STRIPE_MCP_READ_ONLY=on"}}, "environment variable STRIPE_MCP_READ_ONLY must be true or false\nhint: write, for example, true"},
		{"bad flag", config.Options{LogLevel: "loud"}, "--log-level must be debug, info, warn or error\nhint: write, for example, warn"},
		{"two keys", config.Options{Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + testKey, "STRIPE_MCP_STRIPE_SECRET_KEY_FILE=/k"}},
			"environment variable STRIPE_MCP_STRIPE_SECRET_KEY: the key is given twice, by environment variable STRIPE_MCP_STRIPE_SECRET_KEY_FILE too\nhint: keep one of the two"},
		{"bad key of the shell", config.Options{Env: []string{"STRIPE_SECRET_KEY=pk_live_MadeUp1"}}, "environment variable STRIPE_SECRET_KEY: it is a publishable key, which is for browsers" + findKey},
		{"no such file", config.Options{Path: "/no/such.yaml"}, "/no/such.yaml cannot be read: no such file or directory\nhint: correct the path in --config or STRIPE_MCP_CONFIG"},
		{"no such file by variable", config.Options{Env: []string{"STRIPE_MCP_CONFIG=/no/such.yaml"}}, "/no/such.yaml cannot be read: no such file or directory\nhint: correct the path in --config or STRIPE_MCP_CONFIG"},
		{"relative by variable", config.Options{Env: []string{"STRIPE_MCP_CONFIG=config.yaml"}}, "environment variable STRIPE_MCP_CONFIG must be an absolute path\nhint: write the whole path, such as /home/you/config.yaml"},
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
	path := written(t, "config.yaml", "tiemout: 1s\nlog_level: loud\nstripe_secret_key: hunter2\n")
	_, err := config.Load(config.Options{Path: path, Env: []string{"STRIPE_MCP_TIMEOUT=40"}})
	want := []config.Problem{
		{Message: "environment variable STRIPE_MCP_TIMEOUT must be a time with its unit, from 1s to 10m", Hint: "write, for example, 40s"},
		{Message: "log_level in " + path + " must be debug, info, warn or error", Hint: "write, for example, warn"},
		{Message: "stripe_secret_key in " + path + ": it does not start as secret keys do, with sk_test_, sk_live_, rk_test_, rk_live_, rkcs_test_ or sk_org_", Hint: strings.TrimPrefix(findKey, "\nhint: ")},
		{Message: `unknown key "tiemout" in ` + path, Hint: "correct the name, perhaps to timeout"},
	}
	messages := make([]string, len(want))
	for i, problem := range want {
		messages[i] = problem.Message
	}
	const next = "run stripe-mcp doctor, which says what to do about each"
	checkText(t, err, "configuration: 4 problems\n- "+strings.Join(messages, "\n- ")+"\nhint: "+next)
	line := "configuration: 4 problems: " + strings.Join(messages, "; ")
	listed, _ := errors.AsType[*config.Error](err)
	if !slices.Equal(listed.Problems(), want) || listed.Message() != line || listed.Hint() != next {
		t.Errorf("problems: %q, in a line: %s, hint: %s", listed.Problems(), listed.Message(), listed.Hint())
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
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 23 || lines[0] != "configuration: 30 problems" || lines[21] != "- and 10 more" {
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
			if c.ReadOnly != tt.readOnly || strings.Join(c.Tools, " ") != tt.tools || (c.KeySource != "") != tt.keySource || c.SecretKey.IsZero() == tt.keySource || c.Timeout != 40*time.Second {
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
