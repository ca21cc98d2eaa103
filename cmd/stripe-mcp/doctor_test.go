package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// healthy returns a home in which everything is right.
func healthy(t *testing.T, stripe, key string) home {
	t.Helper()
	h := newHome(t)
	h.write(settings, "api_base: "+stripe+"\ntimeout: 5s\n")
	h.write(cursor, "{}")
	h.run(nil, key, "setup", "--key-stdin", "--yes").check(t, 0)
	return h
}

func TestDoctorOnAHealthySetup(t *testing.T) {
	t.Parallel()
	h := healthy(t, fakeStripe(t), setupKey)
	got := h.run(nil, "", "doctor")
	got.check(t, 0,
		"config.yaml, private to you",
		"TEST mode, a secret key, from the vault "+h.file(".config/stripe-mcp/config.vault")+", whose key-encryption key is in "+h.file(".local/state/stripe-mcp/vault-"),
		"backups, syncs, commits and other users do not get the key; nothing at rest protects it from programs that run as you",
		"of acct_1MadeUp Ann's shop", "as Stripe's", "no proxy", "nothing unresolved", "Cursor: "+h.file(cursor),
		"answers as desktop clients start it, after ")
	for line := range strings.Lines(got.stdout) {
		if !strings.HasPrefix(line, "ok ") {
			t.Errorf("not well: %s", line)
		}
	}
}

func TestDoctorInJSON(t *testing.T) {
	t.Parallel()
	got := newHome(t).run(nil, "", "doctor", "--json")
	got.check(t, 3)
	var report struct {
		OK     bool
		Checks []struct{ Check, Status, Detail, Fix string }
	}
	decode(t, got.stdout, &report)
	for _, check := range report.Checks {
		if check.Check == "" || check.Detail == "" || check.Status != "ok" && check.Fix == "" {
			t.Errorf("%+v", check)
		}
	}
	if report.OK || len(report.Checks) < 5 {
		t.Errorf("%+v", report)
	}
}

// TestDoctor names the fault and the fix in set-ups that are broken.
func TestDoctor(t *testing.T) {
	t.Parallel()
	stripe := fakeStripe(t)
	const broken = `{"version":1,"profile":"config","mode":"test","key_id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","kept_in":"keyring","nonce":"","sealed":""}`
	tests := []struct {
		why       string
		breakIt   func(home)
		arguments []string
		code      int
		fault     string
		fix       string
	}{
		{"no configuration", func(h home) { h.erase(".config/stripe-mcp") }, nil, 3, "fail  key      configuration: no Stripe secret key", "run stripe-mcp setup"},
		{"a typo", func(h home) { h.write(settings, "read_olny: true\n") }, nil, 3, `fail  config   unknown key "read_olny" in `, "correct the name, perhaps to read_only"},
		{"a readable key that others can read", func(h home) {
			h.write(settings, "stripe_secret_key: "+setupKey+"\napi_base: "+stripe+"\n")
			h.chmod(settings, 0o644)
		}, nil, 3, "other users can open", "chmod 600 "},
		{"an expired key", func(h home) { h.write("key", "sk_test_MadeUpExpired"); h.useKeyFile(stripe) }, nil, 4, "fail  stripe   Expired API Key provided: sk_test_[redacted]", "copy a current key from the Stripe Dashboard"},
		{"a missing permission", func(h home) { h.write("key", "rk_test_MadeUpLimited"); h.useKeyFile(stripe) }, nil, 3, "may not read Customers, so these cannot work: stripe_create_customer", "add these permissions to the key"},
		{"no network", func(h home) { h.write(settings, "api_base: http://127.0.0.1:1\n") }, nil, 5, "fail  stripe   Stripe could not be reached: the connection was refused", "Nothing was sent. Check the network, and proxy"},
		{"a wrong clock", func(h home) { h.write("key", "sk_test_MadeUpLate"); h.useKeyFile(stripe) }, nil, 3, "fail  clock    this machine's clock is 1h0m", "let the system set it"},
		{"the keyring is gone", func(h home) { h.write(".config/stripe-mcp/config.vault", broken) }, nil, 3, "is in the system's keyring, and there is none here", "run stripe-mcp setup"},
		{"the key-encryption key is gone", func(h home) { h.erase(".local/state/stripe-mcp") }, nil, 3, "does not exist: the vault was made on another computer", "run stripe-mcp setup again"},
		{"an entry for another program", func(h home) { h.write(cursor, `{"mcpServers":{"stripe":{"command":"/old/stripe-mcp"}}}`) }, nil, 3, "starts /old/stripe-mcp, which is not this program", "run stripe-mcp setup --client cursor"},
		{"an entry with a key", func(h home) {
			h.write(cursor, `{"mcpServers":{"stripe":{"command":"/old/stripe-mcp","env":{"STRIPE_SECRET_KEY":"sk_live_MadeUp1"}}}}`)
		}, nil, 3, "holds a Stripe key", "roll that key"},
		{"a broken entry of another account", func(h home) {
			h.write("eu.yaml", "account_name: stripe-eu\n")
			h.write(cursor, `{"mcpServers":{"stripe-eu":{"command":"/old/stripe-mcp","args":["--config","`+h.file("eu.yaml")+`"]}}}`)
		}, []string{"--offline"}, 3, "starts /old/stripe-mcp, which is not this program", "run stripe-mcp setup --client cursor --name stripe-eu --config "},
		{"a broken entry that setup did not make", func(h home) {
			h.write(cursor, `{"mcpServers":{"My Stripe":{"command":"/old/stripe-mcp"}}}`)
		}, []string{"--offline"}, 3, "starts /old/stripe-mcp, which is not this program", "correct or remove the entry My Stripe in "},
		{"another configuration, by a variable", func(h home) {
			h.write(cursor, `{"mcpServers":{"stripe":{"command":"`+program(t)+`","env":{"STRIPE_MCP_CONFIG":"/x.yaml"}}}}`)
		}, []string{"--offline"}, 0, "mcp.json uses another configuration, /x.yaml", "run stripe-mcp doctor --config with that one"},
		{"no client of a second account", func(h home) {
			h.write(".config/stripe-mcp/stripe-eu.yaml", "account_name: stripe-eu\nsimulator: true\n")
		}, []string{"--offline", "--config", "HOME/.config/stripe-mcp/stripe-eu.yaml"}, 0, "warn  clients  no AI client has an entry for this program", "stripe-eu.yaml setup"},
		{"an unwritable state folder", func(h home) {
			h.write(settings, "api_base: "+stripe+"\nstate_dir: "+h.file("key")+"/state\nstripe_secret_key_file: "+h.file("key")+"\n")
			h.write("key", setupKey)
		}, nil, 3, "fail  journal  the journal cannot be used: ", "make state_dir writable"},
		{"no such tool", func(h home) { h.write(settings, "tools: [stripe_get_costumer]\n") }, []string{"--offline"}, 3, "fail  config   tools in the configuration names tools that do not exist", "correct the list"},
		{"a broken client file", func(h home) { h.write(cursor, "{") }, []string{"--offline"}, 0, "stays as it is: it is not valid JSON, not even with comments", "repair that file"},
		{"no client", func(h home) { h.erase(cursor) }, []string{"--offline"}, 0, "warn  clients  no AI client has an entry", "run stripe-mcp setup"},
		{"a readable key", func(h home) { h.write("key", setupKey); h.useKeyFile(stripe) }, nil, 0, "warn  at rest  readable in a file", "run stripe-mcp setup"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			h := healthy(t, stripe, setupKey)
			tt.breakIt(h)
			arguments := []string{"doctor"}
			for _, argument := range tt.arguments {
				arguments = append(arguments, strings.ReplaceAll(argument, "HOME", h.path))
			}
			got := h.run(nil, "", arguments...)
			got.check(t, tt.code)
			lines := strings.Split(got.stdout, "\n")
			for i, line := range lines {
				if strings.Contains(line, tt.fault) && strings.HasPrefix(lines[i+1], "hint: ") && strings.Contains(lines[i+1], tt.fix) {
					return
				}
			}
			t.Errorf("no finding says %q with the hint %q in %v", tt.fault, tt.fix, got)
		})
	}
}

// TestDoctorOnVariables: a key that only a variable gives is not there when a desktop client starts the server.
func TestDoctorOnVariables(t *testing.T) {
	t.Parallel()
	newHome(t).run([]string{"STRIPE_SECRET_KEY=" + setupKey, "HTTPS_PROXY=http://user:pass@127.0.0.1:1"}, "", "doctor", "--offline").check(t, 3,
		"fail  server   started as a desktop client does, with few variables, it says: Stripe in UNKNOWN mode",
		"warn  at rest  readable in the environment", "warn  network  HTTPS_PROXY is set here")
}

// TestDoctorListsWhatIsUnresolved: a creation whose answer got lost is on the doctor's list.
func TestDoctorListsWhatIsUnresolved(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	environment := []string{testKey, "STRIPE_MCP_API_BASE=" + mute(t)}
	h.run(environment, "", "call", "stripe_create_customer", "email=ann@example.com").check(t, 7, `"outcome":"unknown"`)
	h.run(environment, "", "doctor", "--offline").check(t, 3, "warn  journal  the outcome of POST /v1/customers is unknown (stripe_create_customer, 20", "hint: repeat the same call before 20")
}

func (h home) erase(name string) {
	h.t.Helper()
	if err := os.RemoveAll(h.file(name)); err != nil {
		h.t.Fatal(err)
	}
}

func (h home) chmod(name string, mode os.FileMode) {
	h.t.Helper()
	if err := os.Chmod(h.file(name), mode); err != nil {
		h.t.Fatal(err)
	}
}

func (h home) useKeyFile(stripe string) {
	h.write(settings, "api_base: "+stripe+"\nstripe_secret_key_file: "+h.file("key")+"\n")
}

// TestVariablesThatClientsDoNotGet: what variables decide here and the file does not say, it does not decide in AI clients. So
// setup and doctor say so.
func TestVariablesThatClientsDoNotGet(t *testing.T) {
	t.Parallel()
	const begins = "set here, and not passed on by desktop clients: "
	stripe := fakeStripe(t)
	for _, tt := range []struct{ why, inFile, variables, found string }{
		{"none", "", "", ""},
		{"a rule and an account", "", "READ_ONLY=true MAX_AMOUNT=eur:100 STRIPE_ACCOUNT=acct_1MadeUp", "STRIPE_MCP_READ_ONLY, STRIPE_MCP_MAX_AMOUNT, STRIPE_MCP_STRIPE_ACCOUNT"},
		{"what the file says, too", "read_only: true\n", "READ_ONLY=true", ""},
		{"what the file says otherwise", "read_only: false\n", "READ_ONLY=true", "STRIPE_MCP_READ_ONLY"},
		{"a list that the file has, too", "tools:\n- stripe_get_customer\n", "TOOLS=[\"stripe_get_customer\"]", ""},
		{"a default", "", "CONFIRM=auto", ""},
		{"a state folder, which setup writes", "", "STATE_DIR=STATE", ""},
		{"what decides nothing", "", "LOG_LEVEL=debug", ""},
		{"what setup writes", "", "TOOLSETS=lookup", ""},
		{"one that is not filled in", "", "TIMEOUT=${TIMEOUT}", ""},
	} {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.write(settings, "api_base: "+stripe+"\ntimeout: 5s\n"+tt.inFile)
			h.write(cursor, "{}")
			var variables []string
			for variable := range strings.FieldsSeq(tt.variables) {
				variables = append(variables, "STRIPE_MCP_"+strings.ReplaceAll(variable, "=STATE", "="+h.file("state")))
			}
			for _, got := range []ended{h.run(variables, setupKey, "setup", "--key-stdin", "--yes"), h.run(variables, "", "doctor", "--offline")} {
				if tt.found == "" {
					got.check(t, 0)
					if strings.Contains(got.String(), begins) {
						t.Errorf("nothing is to be found in %v", got)
					}
					continue
				}
				got.check(t, 0, begins+tt.found+"\nhint: write ", " into "+h.file(settings))
			}
		})
	}
}

// TestSetupWithTheSimulator: the command that setup names for checking works as it stands.
func TestSetupWithTheSimulator(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stripe", "stripe-eu"} {
		h := newHome(t)
		h.write(cursor, "{}")
		got := h.run(nil, "", "setup", "--simulator", "--yes", "--name", name)
		got.check(t, 0)
		named := regexp.MustCompile(`Restart the clients to use it\. stripe-mcp (.*) checks everything\.`).FindStringSubmatch(got.stdout)
		if named == nil {
			t.Fatalf("no command is named in %v", got)
		}
		h.run(nil, "", strings.Fields(named[1])...).check(t, 0, "the embedded simulator answers", "ok    server")
	}
}
