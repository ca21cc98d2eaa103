package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
)

const findKey = "; the Stripe Dashboard shows secret keys (sk_…) and restricted keys (rk_…) under Developers → API keys"

func TestKeySources(t *testing.T) {
	t.Parallel()
	keyFile := written(t, "key", testKey+"\n")
	tests := []struct {
		why, file string
		env       []string
		want      string
		source    string
		mode      config.Mode
	}{
		{"in the file", "stripe_secret_key: " + testKey, nil, testKey, "stripe_secret_key in FILE", config.ModeTest},
		{"restricted", "stripe_secret_key: " + otherKey, nil, otherKey, "stripe_secret_key in FILE", config.ModeTest},
		{"live", "stripe_secret_key: " + liveKey, nil, liveKey, "stripe_secret_key in FILE", config.ModeLive},
		{"restricted live", "stripe_secret_key: rk_live_MadeUp4", nil, "rk_live_MadeUp4", "stripe_secret_key in FILE", config.ModeLive},
		{"in a file of its own", "stripe_secret_key_file: " + keyFile, nil, testKey, "stripe_secret_key_file in FILE", config.ModeTest},
		{
			"a variable wins over the file", "stripe_secret_key: " + testKey, []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + otherKey},
			otherKey, "environment variable STRIPE_MCP_STRIPE_SECRET_KEY", config.ModeTest,
		},
		{
			"also over the file's other way", "stripe_secret_key: " + otherKey, []string{"STRIPE_MCP_STRIPE_SECRET_KEY_FILE=" + keyFile},
			testKey, "environment variable STRIPE_MCP_STRIPE_SECRET_KEY_FILE", config.ModeTest,
		},
		{
			"a variable of the shell comes last", "stripe_secret_key: " + testKey, []string{"STRIPE_SECRET_KEY=" + liveKey},
			testKey, "stripe_secret_key in FILE", config.ModeTest,
		},
		{
			"and counts when there is no other", "", []string{"STRIPE_SECRET_KEY=" + liveKey},
			liveKey, "environment variable STRIPE_SECRET_KEY", config.ModeLive,
		},
		{"simulating needs none", "simulator: true", []string{"STRIPE_SECRET_KEY=" + liveKey}, "", "", config.ModeSimulator},
		{"and takes none", "simulator: true\nstripe_secret_key: " + liveKey, nil, "", "", config.ModeSimulator},
		{"none", "", nil, "", "", config.ModeUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			path := written(t, "config.yaml", tt.file)
			c := loaded(t, config.Options{Path: path, Env: tt.env})
			if source := strings.ReplaceAll(tt.source, "in FILE", "in "+path); c.SecretKey.Reveal() != tt.want || c.KeySource != source || c.Mode != tt.mode {
				t.Errorf("got %q from %q, mode %v; want %q from %q, mode %v", c.SecretKey.Reveal(), c.KeySource, c.Mode, tt.want, source, tt.mode)
			}
		})
	}
}

func TestKeyShape(t *testing.T) {
	t.Parallel()
	const (
		empty       = "it is empty"
		quotes      = "it has quotes around it that are not part of the key; remove them"
		blank       = "it has a blank or line break in it; copy the key again, in one piece"
		publishable = "it is a publishable key, which is for browsers and cannot do this work"
		webhook     = "it is a webhook signing secret, which cannot call the API"
		variable    = "it is a variable that nothing filled in; write the key itself"
		placeholder = "it is the placeholder of an example; put your own key in its place"
		shortened   = "it is shortened, as the Dashboard shows keys; reveal the whole key there and copy that"
		foreign     = "it is not a secret key, which starts with sk_test_, sk_live_, rk_test_ or rk_live_"
		damaged     = "it starts like a key but is damaged after that; copy the key again, in one piece"
	)
	tests := []struct{ key, want string }{
		{"sk_test_123", ""}, {"rk_live_Made_Up_1", ""}, {"sk_test_51XxxMadeUp", ""},
		{" ", empty}, {"\n", empty},
		{`"sk_test_MadeUp1"`, quotes}, {"'sk_test_MadeUp1'", quotes}, {"sk_test_MadeUp1`", quotes},
		{"sk_test_Made Up1", blank}, {"sk_test_MadeUp1 ", blank}, {" sk_test_MadeUp1", blank}, {"sk_test_Made\nUp1", blank}, {"sk_test_Made\u00a0Up1", blank}, {"sk_test_Made\x1bUp1", blank},
		{"pk_test_MadeUp1", publishable}, {"pk_live_MadeUp1", publishable},
		{"whsec_MadeUp1", webhook},
		{"${STRIPE_KEY}", variable}, {"$STRIPE_KEY", variable}, {"%STRIPE_KEY%", variable}, {"{{ key }}", blank}, {"{{key}}", variable},
		{"sk_test_...", placeholder}, {"sk_live_…", placeholder}, {"sk_test_xxx", placeholder}, {"rk_test_XXXXXXXX", placeholder}, {"sk_test_***", placeholder},
		{"your_key_here", placeholder}, {"sk_test_your_key", placeholder}, {"YOUR_STRIPE_KEY", placeholder}, {"<key>", placeholder}, {"sk_live_<key>", placeholder},
		{"changeme", placeholder}, {"sk_test_replace_me", placeholder}, {"...", placeholder},
		{"sk_test_51M...eUp1", shortened}, {"sk_test_51M…eUp1", shortened}, {"sk_live_••••eUp1", shortened}, {"rk_live_****eUp1", shortened},
		{"hunter2", foreign}, {"acct_1MadeUp", foreign}, {"sk_MadeUp1", foreign}, {"SK_TEST_MadeUp1", foreign}, {"Bearer:sk_test_MadeUp1", foreign},
		{"sk_test_", damaged}, {"sk_test_Ab", damaged}, {"sk_test_Made-Up1", damaged}, {"sk_test_MadeUpé", damaged}, {"sk_live_" + strings.Repeat("a", 300), damaged},
	}
	for _, tt := range tests {
		t.Run(tt.key[:min(len(tt.key), 24)], func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(config.Options{Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + tt.key, "STRIPE_SECRET_KEY=" + otherKey}})
			if tt.want == "" {
				if err != nil || c.SecretKey.Reveal() != tt.key {
					t.Errorf("it is a good key, and was refused: %v", err)
				}
				return
			}
			checkText(t, err, "configuration: environment variable STRIPE_MCP_STRIPE_SECRET_KEY: "+tt.want+findKey)
			if !c.SecretKey.IsZero() || c.KeySource != "" || c.Mode != config.ModeUnknown {
				t.Errorf("a bad key still gives a key, from %q, mode %v", c.KeySource, c.Mode)
			}
		})
	}
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why, content string
		mode         os.FileMode
		want         string // of the error; empty when the key is good
	}{
		{"private", testKey, 0o600, ""},
		{"private and read-only", testKey, 0o400, ""},
		{"its line break does not count", testKey + "\r\n", 0o600, ""},
		{"group may read", testKey, 0o640, "other users can open KEYFILE (mode 0640); run: chmod 600 'KEYFILE'"},
		{"others may read", testKey, 0o604, "other users can open KEYFILE (mode 0604); run: chmod 600 'KEYFILE'"},
		{"group may write", testKey, 0o620, "other users can open KEYFILE (mode 0620); run: chmod 600 'KEYFILE'"},
		{"empty", "\n", 0o600, "it is empty" + findKey},
		{"two lines", testKey + "\n" + otherKey + "\n", 0o600, "it has a blank or line break in it; copy the key again, in one piece" + findKey},
		{"as large as may be", testKey + strings.Repeat("\n", 4096-len(testKey)), 0o600, ""},
		{"too large", strings.Repeat("a", 4097), 0o600, "KEYFILE is larger than 4 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			keyFile := written(t, "it's the key", tt.content)
			if err := os.Chmod(keyFile, tt.mode); err != nil {
				t.Fatal(err)
			}
			c, err := config.Load(config.Options{Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY_FILE=" + keyFile, "STRIPE_SECRET_KEY=" + otherKey}})
			if tt.want == "" {
				if err != nil || c.SecretKey.Reveal() != testKey {
					t.Errorf("got error %v", err)
				}
				return
			}
			quoted := strings.ReplaceAll(keyFile, "'", `'\''`)
			want := strings.NewReplacer("'KEYFILE'", "'"+quoted+"'", "KEYFILE", keyFile).Replace(tt.want)
			checkText(t, err, "configuration: environment variable STRIPE_MCP_STRIPE_SECRET_KEY_FILE: "+want)
			if !c.SecretKey.IsZero() {
				t.Error("there is a key all the same")
			}
		})
	}
}

func TestConfigurationFileWithKeyMustBePrivate(t *testing.T) {
	t.Parallel()
	path := written(t, "config.yaml", "stripe_secret_key: "+testKey+"\n")
	for _, mode := range []os.FileMode{0o600, 0o400, 0o644, 0o660, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(config.Options{Path: path, Env: []string{"STRIPE_SECRET_KEY=" + otherKey}})
		if mode&0o077 == 0 {
			if err != nil || c.SecretKey.Reveal() != testKey {
				t.Errorf("mode %o: %v", mode, err)
			}
			continue
		}
		checkText(t, err, "configuration: stripe_secret_key in "+path+": other users can open "+path+
			fmt.Sprintf(" (mode %04o); run: chmod 600 ", mode)+path)
		if !c.SecretKey.IsZero() || c.ReadOnly {
			t.Errorf("mode %o: key from %q, read_only %v", mode, c.KeySource, c.ReadOnly)
		}
	}
	for _, content := range []string{"read_only: true\n", "stripe_secret_key_file: " + written(t, "key", testKey) + "\n"} {
		open := written(t, "config.yaml", content)
		if err := os.Chmod(open, 0o644); err != nil {
			t.Fatal(err)
		}
		loaded(t, config.Options{Path: open})
	}
}

func TestRequireKey(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	usual := filepath.Join(home, ".config", "stripe-mcp", "config.yaml")
	toml := written(t, "my.toml", "read_only = true\n")
	const first = "run stripe-mcp setup, which keeps it encrypted; or "
	const rest = "set the environment variable STRIPE_MCP_STRIPE_SECRET_KEY, or start with --simulator, which needs none" + findKey
	tests := []struct {
		why     string
		options config.Options
		want    string
	}{
		{"names the usual file", config.Options{Env: []string{"HOME=" + home}}, `put stripe_secret_key: "sk_test_…" into ` + usual + " and run: chmod 600 " + usual + "; or " + rest},
		{"or the one in use", config.Options{Path: toml}, `put stripe_secret_key = "sk_test_…" into ` + toml + " and run: chmod 600 " + toml + "; or " + rest},
		{"or none without a home", config.Options{}, rest},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			checkText(t, loaded(t, tt.options).RequireKey(), "configuration: no Stripe secret key: "+first+tt.want)
		})
	}
	for _, o := range []config.Options{{Simulator: true}, {Env: []string{"STRIPE_SECRET_KEY=" + testKey}}} {
		if err := loaded(t, o).RequireKey(); err != nil {
			t.Errorf("with %v: %v", o, err)
		}
	}
}
