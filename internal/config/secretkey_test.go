package config_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
)

const findKey = "\nhint: copy the whole key from the Stripe Dashboard, Developers > API keys"

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
		purpose     = "it is a key for another purpose, with which this API cannot be called"
		webhook     = "it is a webhook signing secret, which is no API key"
		publishable = "it is a publishable key, which is for browsers"
		variable    = "it is a variable that was not filled in"
		foreign     = "it does not start as secret keys do, with sk_test_, sk_live_, rk_test_, rk_live_, rkcs_test_ or sk_org_"
		damaged     = "it is damaged or cut short"
	)
	tests := []struct{ key, want string }{
		{"sk_test_123", ""}, {"rk_live_Made_Up_1", ""}, {"rkcs_test_MadeUp1", ""}, {"rkcs_live_MadeUp1", foreign}, {"sk_test_51XxxMadeUp", ""}, {"sk_live_" + strings.Repeat("a", 250), ""},
		{"pk_test_MadeUp1", publishable}, {"pk_live_MadeUp1", publishable},
		{"sk_test_${KEY}", variable}, {"$STRIPE KEY", variable},
		{"mk_MadeUpMadeUpMadeUp1", purpose}, {"oak_MadeUpMadeUpMadeUp1", purpose}, {"ek_test_MadeUp1", purpose}, {"whsec_MadeUp1", webhook},
		{"sk_org_", damaged}, {"sk_org_test_", damaged}, {"sk_org_live_a b", damaged},
		{"hunter2", foreign}, {"acct_1MadeUp", foreign}, {"sk_MadeUp1", foreign}, {"SK_TEST_MadeUp1", foreign}, {"Bearer:sk_test_MadeUp1", foreign},
		{"your_key_here", foreign}, {"...", foreign},
		{`"sk_test_MadeUp1"`, foreign}, {"'sk_test_MadeUp1'", foreign}, {"x\nsk_test_MadeUp1", foreign},
		{"sk_test_MadeUp1`", damaged}, {"sk_test_Made Up1", damaged}, {"sk_test_Made\nUp1", damaged}, {"\u200bsk_test_MadeUp1", foreign},
		{" sk_test_MadeUp1", ""}, {"sk_test_MadeUp1 ", ""}, {"sk_test_MadeUp1\n", ""}, {"\ufeffsk_test_MadeUp1", ""}, {"\ufeff\u00a0sk_test_MadeUp1\t\r\n", ""},
		{"sk_test_Made\u00a0Up1", damaged}, {"sk_test_Made\x1bUp1", damaged},
		{"sk_test_...", damaged}, {"sk_live_…", damaged}, {"sk_test_51M...eUp1", damaged}, {"sk_live_••••eUp1", damaged}, {"rk_live_****eUp1", damaged}, {"sk_live_<key>", damaged},
		{"sk_test_", damaged}, {"sk_test_Ab", damaged}, {"sk_test_Made-Up1", damaged}, {"sk_test_MadeUpé", damaged}, {"sk_live_" + strings.Repeat("a", 251), damaged},
	}
	for _, tt := range tests {
		t.Run(tt.key[:min(len(tt.key), 24)], func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(config.Options{Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + tt.key, "STRIPE_SECRET_KEY=" + otherKey}})
			if tt.want == "" {
				if err != nil || c.SecretKey.Reveal() != strings.Trim(tt.key, "\ufeff\u00a0 \t\r\n") {
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
	wide := func(text string) string { return strings.Join(strings.Split(text, ""), "\x00") + "\x00" }
	tests := []struct {
		why, content string
		mode         os.FileMode
		want         string // of the error; empty when the key is good
	}{
		{"private", testKey, 0o600, ""},
		{"private and read-only", testKey, 0o400, ""},
		{"its line break does not count", testKey + "\r\n", 0o600, ""},
		{"blanks around it do not count", " \t" + testKey + " \n", 0o600, ""},
		{"a byte-order mark does not count", "\ufeff" + testKey + "\r\n", 0o600, ""},
		{"UTF-16 of Windows", "\xff\xfe" + wide(testKey+"\r\n"), 0o600, ""},
		{"UTF-16 without a mark", wide(testKey), 0o600, "it has a zero byte in it, as UTF-16 without a byte-order mark has: save it as UTF-8" + findKey},
		{"group may read", testKey, 0o640, "other users can open KEYFILE (mode 0640)\nhint: run chmod 600 'KEYFILE'"},
		{"others may read", testKey, 0o604, "other users can open KEYFILE (mode 0604)\nhint: run chmod 600 'KEYFILE'"},
		{"group may write", testKey, 0o620, "other users can open KEYFILE (mode 0620)\nhint: run chmod 600 'KEYFILE'"},
		{"empty", "\n", 0o600, "it is empty" + findKey},
		{"two lines", testKey + "\n" + otherKey + "\n", 0o600, "it is damaged or cut short" + findKey},
		{"as large as may be", testKey + strings.Repeat("\n", 4096-len(testKey)), 0o600, ""},
		{"too large", strings.Repeat("a", 4097), 0o600, "KEYFILE is larger than 4 KiB\nhint: correct the path or the file"},
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
			fmt.Sprintf(" (mode %04o)\nhint: run chmod 600 '%s'", mode, path))
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
	checkText(t, loaded(t, config.Options{}).RequireKey(), "configuration: no Stripe secret key\nhint: run stripe-mcp setup, which stores one encrypted")
	for _, o := range []config.Options{{Simulator: true}, {Env: []string{"STRIPE_SECRET_KEY=" + testKey}}} {
		if err := loaded(t, o).RequireKey(); err != nil {
			t.Errorf("with %v: %v", o, err)
		}
	}
}
