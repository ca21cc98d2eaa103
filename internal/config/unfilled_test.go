package config_test

import (
	"strings"
	"testing"

	"stripe-mcp/internal/config"
)

// TestUnfilled: a placeholder counts as none, and a warning says so. Where a rule or an account was meant, it is an error.
func TestUnfilled(t *testing.T) {
	t.Parallel()
	const (
		ignored = "does not count: it is a placeholder that was not filled in"
		refused = ": it is a placeholder that was not filled in\nhint: fill it in, or remove it"
		left    = "${user_config.anything}"
	)
	type given struct{ name, value string }
	tests := map[given]bool{} // whether it counts as none
	placeholders := []string{left, "${STRIPE_KEY}", "$STRIPE_KEY", "${env:STRIPE_KEY}", "${input:stripe-key}", "$env:STRIPE_KEY", "%STRIPE_KEY%", "<your key>", " <key> ", "{{ key }}", "{env:STRIPE_KEY}"}
	for _, placeholder := range placeholders {
		for _, name := range []string{"STRIPE_SECRET_KEY", "STRIPE_MCP_STRIPE_SECRET_KEY", "STRIPE_MCP_STRIPE_SECRET_KEY_FILE", "STRIPE_MCP_TIMEOUT", "STRIPE_MCP_PROXY", "STRIPE_MCP_STATE_DIR", "STRIPE_MCP_ALLOW_LIVE_WRITES"} {
			tests[given{name, placeholder}] = true
		}
		for _, name := range []string{"STRIPE_MCP_READ_ONLY", "STRIPE_MCP_MAX_AMOUNT", "STRIPE_MCP_STRIPE_ACCOUNT", "STRIPE_MCP_CONFIRM"} {
			tests[given{name, placeholder}] = placeholder == left
		}
	}
	for tt, none := range tests {
		t.Run(tt.name+" "+tt.value, func(t *testing.T) {
			t.Parallel()
			_, env := vaulted(t, testKey, "test")
			inFile := strings.TrimPrefix(strings.ToLower(tt.name), "stripe_mcp_")
			path := written(t, "config.yaml", inFile+": \""+tt.value+"\"\n")
			places := map[string]config.Options{"environment variable " + tt.name: {Env: append(env, tt.name+"="+tt.value)}}
			if tt.name != "STRIPE_SECRET_KEY" {
				places[inFile+" in "+path] = config.Options{Path: path}
			}
			for label, options := range places {
				c, err := config.Load(options)
				if !none {
					checkText(t, err, "configuration: "+label+refused)
					continue
				}
				if err != nil || len(c.Warnings) != 1 || c.Warnings[0].Message != label+" "+ignored {
					t.Errorf("%s: %v, warnings %q", label, err, c.Warnings)
				}
				if c, err = c.WithKey(t.Context()); options.Path == "" && (err != nil || c.SecretKey.Reveal() != testKey) {
					t.Errorf("the stored key does not count: %v", err)
				}
			}
		})
	}
}

// TestFilled: what only looks like a placeholder counts.
func TestFilled(t *testing.T) {
	t.Parallel()
	c := loaded(t, config.Options{Env: []string{`STRIPE_MCP_STRIPE_SECRET_KEY_COMMAND=["printf", "%s", "$KEY"]`, "STRIPE_MCP_PROXY=http://$user:%70@proxy.example"}})
	if c.KeyKind != config.KeyByCommand || c.Proxy() == nil || len(c.Warnings) > 0 {
		t.Errorf("%+v", c)
	}
}

// TestUnfilledPlace: a file that the user did not choose is the usual one. Another placeholder was meant to be a file.
func TestUnfilledPlace(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	writeAt(t, home+"/.config/stripe-mcp/config.yaml", "read_only: true\n")
	const left = "${user_config.file}"
	for label, options := range map[string]config.Options{
		"--config": {Path: left, Env: []string{"HOME=" + home}}, "environment variable STRIPE_MCP_CONFIG": {Env: []string{"HOME=" + home, "STRIPE_MCP_CONFIG=" + left}},
	} {
		if c := loaded(t, options); !c.ReadOnly || len(c.Warnings) != 1 || c.Warnings[0].Message != label+" does not count: it is a placeholder that was not filled in" {
			t.Errorf("%s: %q", label, c.Warnings)
		}
	}
	_, err := config.Load(config.Options{Env: []string{"HOME=" + home, "STRIPE_MCP_CONFIG=${CONFIG}"}})
	checkText(t, err, "configuration: environment variable STRIPE_MCP_CONFIG must be an absolute path\nhint: write the whole path, such as /home/you/config.yaml")
}

// TestEmpty: an empty setting is none.
func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", `""`, `"  "`, "null"} {
		path := written(t, "config.yaml", "stripe_secret_key: "+value+"\ntimeout: "+value+"\n")
		c := loaded(t, config.Options{Path: path, Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY= \t", "STRIPE_SECRET_KEY=" + testKey, "STRIPE_MCP_READ_ONLY= "}})
		if len(c.Warnings) != 2 || c.SecretKey.Reveal() != testKey {
			t.Errorf("%q: %q", value, c.Warnings)
		}
	}
}

// TestWhereTheKeyIsNot: when there is no key, the error says where one seems to be.
func TestWhereTheKeyIsNot(t *testing.T) {
	t.Parallel()
	const (
		unread = "the environment variable %q is set, but it is not read; the name that is read is STRIPE_SECRET_KEY"
		blank  = " does not count: it is a placeholder that was not filled in"
	)
	tests := map[string]struct {
		env  []string
		want string // after "no Stripe secret key"
	}{
		"nothing":                    {nil, ""},
		"STRIPE_API_KEY":             {[]string{"STRIPE_API_KEY=" + testKey}, "; " + strings.ReplaceAll(unread, "%q", `"STRIPE_API_KEY"`)},
		"STRIPE_KEY, whatever it is": {[]string{"STRIPE_KEY=hunter2"}, "; " + strings.ReplaceAll(unread, "%q", `"STRIPE_KEY"`)},
		"a name of the owner's":      {[]string{"STRIPE_SANDBOX_SECRET=" + testKey}, "; " + strings.ReplaceAll(unread, "%q", `"STRIPE_SANDBOX_SECRET"`)},
		"another kind of key":        {[]string{"STRIPE_WEBHOOK_SECRET=whsec_MadeUpForTests", "STRIPE_PUBLISHABLE_KEY=pk_test_MadeUp1", "OTHER=" + testKey}, ""},
		"not filled in":              {[]string{"STRIPE_SECRET_KEY=${KEY}"}, "; environment variable STRIPE_SECRET_KEY" + blank},
		"a live key beside a placeholder": {[]string{"STRIPE_MCP_STRIPE_SECRET_KEY=${KEY}", "STRIPE_SECRET_KEY=" + liveKey},
			"; a live key in STRIPE_SECRET_KEY does not take its place; environment variable STRIPE_MCP_STRIPE_SECRET_KEY" + blank},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			checkText(t, loaded(t, config.Options{Env: tt.env}).RequireKey(), "configuration: no Stripe secret key"+tt.want+"\nhint: run stripe-mcp setup, which stores one encrypted")
		})
	}
}

// TestVariablesOfOthers: only a name that is near one of ours is an error.
func TestVariablesOfOthers(t *testing.T) {
	t.Parallel()
	for name, near := range map[string]string{
		"STRIPE_MCP_TIMEOUTS": "STRIPE_MCP_TIMEOUT", "STRIPE_MCP_READONLY": "STRIPE_MCP_READ_ONLY", "STRIPE_MCP_SECRET_KEY": "STRIPE_MCP_STRIPE_SECRET_KEY", "STRIPE_MCP_TOOL": "STRIPE_MCP_TOOLS",
		"STRIPE_MCP_SERVER_URL": "", "STRIPE_MCP_PORT": "", "STRIPE_MCP_HOME": "", "STRIPE_MCP_OAUTH_CLIENT": "",
	} {
		c, err := config.Load(config.Options{Env: []string{name + "=1"}})
		if near != "" {
			checkText(t, err, `configuration: unknown environment variable "`+name+`"`+"\nhint: correct the name, perhaps to "+near)
		} else if err != nil || len(c.Warnings) != 1 || c.Warnings[0].Message != `the environment variable "`+name+`" is not known and is ignored` {
			t.Errorf("%s: %v, %q", name, err, c.Warnings)
		}
	}
}

// TestOrganisationKeys act for the account that stripe_context names, and count as live unless they say test.
func TestOrganisationKeys(t *testing.T) {
	t.Parallel()
	const lacks = ": an organisation key (sk_org_…) needs stripe_context, because it stands for no account by itself\nhint: set stripe_context in the configuration to the id of the account to act for, such as acct_1MadeUp"
	for key, mode := range map[string]config.Mode{
		"sk_org_test_MadeUpForTests": config.ModeTest, "sk_org_live_MadeUpForTests": config.ModeLive, "sk_org_MadeUpForTests": config.ModeLive, "sk_org_testing_MadeUp": config.ModeLive,
	} {
		label := map[config.Mode]string{config.ModeTest: "test", config.ModeLive: "live"}[mode]
		_, stored := vaulted(t, key, label)
		for source, env := range map[string][]string{
			"environment variable STRIPE_SECRET_KEY": {"STRIPE_SECRET_KEY=" + key}, "environment variable STRIPE_MCP_STRIPE_SECRET_KEY": {"STRIPE_MCP_STRIPE_SECRET_KEY=" + key}, "": stored,
		} {
			c, err := config.Load(config.Options{Env: env})
			if source == "" {
				c, err = c.WithKey(t.Context())
				source = c.KeySource
			}
			checkText(t, err, "configuration: "+source+lacks)
			if !c.SecretKey.IsZero() {
				t.Errorf("%s is used all the same", key)
			}
			c, err = loaded(t, config.Options{Env: append(env, "STRIPE_MCP_STRIPE_CONTEXT=acct_1MadeUp")}).WithKey(t.Context())
			if err != nil || c.SecretKey.Reveal() != key || c.Mode != mode || c.StripeContext != "acct_1MadeUp" || config.KindOf(c.SecretKey) != "an organisation key" {
				t.Errorf("%s: %v, %+v", key, err, c)
			}
		}
	}
}
