package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/secret"
)

// noBus keeps tests away from the keyring of the user who runs them.
const noBus = "DBUS_SESSION_BUS_ADDRESS=disabled:"

func withKey(t *testing.T, o config.Options) (config.Config, error) {
	t.Helper()
	c := loaded(t, o)
	if !c.SecretKey.IsZero() {
		t.Error("the key was read before it was asked for")
	}
	return c.WithKey(t.Context())
}

func TestKeyByCommand(t *testing.T) {
	t.Parallel()
	const notFound = "the command was not found\nhint: write its absolute path, because clients start programs with a short PATH"
	tests := []struct{ why, list, want string }{
		{"prints the key", `["printf", "%s\n", "` + testKey + `"]`, ""},
		{"without a shell", `["printf", "$STRIPE_KEY"]`, "it is a variable that was not filled in" + findKey},
		{"fails", `["sh", "-c", "echo ` + liveKey + ` | tee /dev/stderr; exit 3"]`, "the command ended with exit code 3\nhint: run it yourself to see why"},
		{"prints something else", `["echo", "hello"]`, "it does not start as secret keys do, with sk_test_, sk_live_, rk_test_, rk_live_, rkcs_test_ or sk_org_" + findKey},
		{"prints nothing", `["true"]`, "it is empty" + findKey},
		{"prints too much", `["head", "-c", "5000", "/dev/zero"]`, "the command could not be run\nhint: run it yourself to see why"},
		{"does not exist", `["no-such-program"]`, notFound},
		{"does not exist there", `["/no/such/program"]`, notFound},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			path := written(t, "config.yaml", "stripe_secret_key_command: "+tt.list)
			c, err := withKey(t, config.Options{Path: path, Env: []string{"STRIPE_SECRET_KEY=" + liveKey}})
			if tt.want != "" {
				checkText(t, err, "configuration: stripe_secret_key_command in "+path+": "+tt.want)
				return
			}
			if err != nil || c.SecretKey.Reveal() != testKey || c.Mode != config.ModeTest || c.KeyKind != config.KeyByCommand {
				t.Errorf("got %+v, %v", c, err)
			}
		})
	}
	t.Run("in a variable", func(t *testing.T) {
		t.Parallel()
		c, err := withKey(t, config.Options{Env: []string{`STRIPE_MCP_STRIPE_SECRET_KEY_COMMAND=["echo", "` + liveKey + `"]`}})
		if err != nil || c.Mode != config.ModeLive || c.RequireKey() != nil {
			t.Errorf("got %+v, %v", c, err)
		}
	})
	t.Run("a live key for another host", func(t *testing.T) {
		t.Parallel()
		_, err := withKey(t, config.Options{Env: []string{"STRIPE_MCP_API_BASE=https://stripe.example", `STRIPE_MCP_STRIPE_SECRET_KEY_COMMAND=["echo", "` + liveKey + `"]`}})
		checkText(t, err, "configuration: environment variable STRIPE_MCP_STRIPE_SECRET_KEY_COMMAND: api_base: a live key is sent to api.stripe.com or loopback only\nhint: leave api_base out, or use a test key")
	})
}

func TestCommandsThatAreNone(t *testing.T) {
	t.Parallel()
	const (
		example = "\nhint: write, for example, " + `["op", "read", "op://vault/stripe/key"]`
		list    = " must be a list of a program and its arguments" + example
	)
	for content, want := range map[string]string{
		"stripe_secret_key_command: op read x": list,
		"stripe_secret_key_command: []":        list,
		"stripe_secret_key_command: ['']":      list,
		"stripe_secret_key_command: [op, 1]":   list,
		"stripe_secret_key_command: {op: 1}":   list,
	} {
		path := written(t, "config.yaml", content)
		_, err := config.Load(config.Options{Path: path})
		checkText(t, err, "configuration: stripe_secret_key_command in "+path+want)
	}
	path := written(t, "config.yaml", "stripe_secret_key_command: [op]\nstripe_secret_key_file: /k")
	_, err := config.Load(config.Options{Path: path})
	checkText(t, err, "configuration: stripe_secret_key_file in "+path+": the key is given twice, by stripe_secret_key_command in "+path+" too\nhint: keep one of the two")

	// Another user who can write the file could have a program of theirs run.
	path = written(t, "config.yaml", "stripe_secret_key_command: [op]")
	for mode, refused := range map[os.FileMode]bool{0o644: false, 0o664: true, 0o602: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(config.Options{Path: path}); (err != nil) != refused {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

// vaulted returns a home whose vault holds key, and the environment that leads there.
func vaulted(t *testing.T, key, mode string) (home string, env []string) {
	t.Helper()
	home = t.TempDir()
	env = []string{"HOME=" + home, noBus}
	if _, err := loaded(t, config.Options{Env: env, Setup: true}).Vault().Store(t.Context(), secret.New(key), mode, "acct_1MadeUp"); err != nil {
		t.Fatal(err)
	}
	return home, env
}

func TestKeyInVault(t *testing.T) {
	t.Parallel()
	_, env := vaulted(t, liveKey, "live")
	c, err := withKey(t, config.Options{Env: append(env, "STRIPE_SECRET_KEY="+otherKey)})
	if err != nil || c.SecretKey.Reveal() != liveKey || c.Mode != config.ModeLive || c.KeyKind != config.KeyInVault || !strings.Contains(c.KeySource, "config.vault, whose key-encryption key is in ") {
		t.Errorf("got %+v, %v", c, err)
	}
	if before := loaded(t, config.Options{Env: env}); before.Mode != config.ModeLive || before.RequireKey() != nil {
		t.Errorf("before it is opened, the mode is %v", before.Mode)
	}
}

func TestVaultComesAfterTheConfiguration(t *testing.T) {
	t.Parallel()
	home, env := vaulted(t, liveKey, "live")
	c := loaded(t, config.Options{Env: append(env, "STRIPE_MCP_STRIPE_SECRET_KEY="+testKey)})
	if c.SecretKey.Reveal() != testKey || c.Mode != config.ModeTest {
		t.Errorf("a variable: %+v", c)
	}
	writeAt(t, filepath.Join(home, ".config", "stripe-mcp", "config.yaml"), "stripe_secret_key: "+otherKey)
	if c := loaded(t, config.Options{Env: env}); c.SecretKey.Reveal() != otherKey {
		t.Errorf("the file: %+v", c)
	}
	if c := loaded(t, config.Options{Env: append(env, "STRIPE_MCP_SIMULATOR=true")}); c.Mode != config.ModeSimulator || c.KeySource != "" {
		t.Errorf("the simulator: %+v", c)
	}
	_, err := config.Load(config.Options{Env: append(env, "STRIPE_MCP_STRIPE_SECRET_KEY=pk_test_MadeUp1")})
	checkText(t, err, "configuration: environment variable STRIPE_MCP_STRIPE_SECRET_KEY: it is a publishable key, which is for browsers"+findKey)
}

// TestVaultFailsClosed: a vault that cannot be trusted gives no key, and no other source takes its place.
func TestVaultFailsClosed(t *testing.T) {
	t.Parallel()
	home, env := vaulted(t, liveKey, "live")
	env = append(env, "STRIPE_SECRET_KEY="+testKey)
	path := filepath.Join(home, ".config", "stripe-mcp", "config.vault")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	writeAt(t, path, strings.Replace(string(text), `"live"`, `"test"`, 1))
	if _, err := withKey(t, config.Options{Env: env}); err == nil || !strings.Contains(err.Error(), "was changed after setup wrote it") {
		t.Errorf("a live key said to be a test key: %v", err)
	}
	writeAt(t, path, "{}")
	c, err := config.Load(config.Options{Env: env})
	checkText(t, err, "configuration: the vault: "+path+" is damaged\nhint: run stripe-mcp setup again")
	if !c.SecretKey.IsZero() || c.Mode != config.ModeUnknown {
		t.Errorf("got %+v", c)
	}
	if _, err := config.Load(config.Options{Env: append(env, "STRIPE_MCP_API_BASE=https://stripe.example"), Setup: true}); err != nil {
		t.Errorf("setup cannot repair it: %v", err)
	}

	_, env = vaulted(t, liveKey, "test") // setup would not write that
	_, err = withKey(t, config.Options{Env: env})
	if err == nil || !strings.Contains(err.Error(), "the vault says another mode") {
		t.Errorf("got %v", err)
	}
	_, env = vaulted(t, liveKey, "live")
	_, err = config.Load(config.Options{Env: append(env, "STRIPE_MCP_API_BASE=https://stripe.example")})
	checkText(t, err, "configuration: environment variable STRIPE_MCP_API_BASE: a live key is sent to api.stripe.com or loopback only\nhint: leave api_base out, or use a test key")
}

// TestOnlyTheVault: where setup said that the key is the stored one, a key of the shell never takes its place.
func TestOnlyTheVault(t *testing.T) {
	t.Parallel()
	home, env := vaulted(t, testKey, "test")
	env = append(env, "STRIPE_SECRET_KEY="+liveKey)
	path := filepath.Join(home, ".config", "stripe-mcp", "config.yaml")
	writeAt(t, path, "key_in_vault: live\n")
	_, err := config.Load(config.Options{Env: env})
	checkText(t, err, "configuration: key_in_vault in "+path+": "+filepath.Join(filepath.Dir(path), "config.vault")+" holds a key of another mode than live\nhint: run stripe-mcp setup")

	writeAt(t, path, "key_in_vault: test\n")
	if c, err := withKey(t, config.Options{Env: env}); err != nil || c.SecretKey.Reveal() != testKey {
		t.Errorf("got %+v, %v", c, err)
	}
	if err := os.Remove(filepath.Join(filepath.Dir(path), "config.vault")); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Options{Env: env})
	checkText(t, err, "configuration: key_in_vault in "+path+": the stored key is gone; there is no "+filepath.Join(filepath.Dir(path), "config.vault")+"\nhint: run stripe-mcp setup")
	if !c.SecretKey.IsZero() || c.Mode != config.ModeUnknown {
		t.Errorf("got %+v", c)
	}
	for _, explicit := range []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + otherKey, "STRIPE_MCP_SIMULATOR=true"} {
		loaded(t, config.Options{Env: append(env, explicit)})
	}
	loaded(t, config.Options{Env: env, Setup: true})

	_, err = config.Load(config.Options{Env: []string{"STRIPE_MCP_KEY_IN_VAULT=test", "STRIPE_SECRET_KEY=" + liveKey}})
	if err == nil || !strings.Contains(err.Error(), "the stored key is gone") {
		t.Errorf("without a folder for it: %v", err)
	}
	writeAt(t, path, "key_in_vault: maybe\n")
	if c, err := config.Load(config.Options{Env: env}); err == nil || !c.SecretKey.IsZero() {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestLoadForSetup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "shop.toml")
	c := loaded(t, config.Options{Path: missing, Setup: true, Env: []string{"STRIPE_SECRET_KEY=" + liveKey}})
	if c.Path() != missing || c.File != "" || c.KeySource != "" || c.Vault().Path() != filepath.Join(dir, "shop.vault") {
		t.Errorf("got %+v", c)
	}
	if _, err := config.Load(config.Options{Path: filepath.Join(dir, "shop.ini"), Setup: true}); err == nil {
		t.Error("it would write a file that it could not read")
	}
	path := written(t, "config.yaml", "stripe_secret_key: "+testKey)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	c = loaded(t, config.Options{Path: path, Setup: true})
	if c.SecretKey.Reveal() != testKey || c.KeySource != "stripe_secret_key in "+path || c.KeyKind != config.KeyInFile {
		t.Errorf("got %+v", c)
	}
}
