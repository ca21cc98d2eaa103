package main

import (
	"strings"
	"testing"
)

// TestSetupTakesOverAReadableKey: the key that was in the configuration in clear is gone from there.
func TestSetupTakesOverAReadableKey(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(settings, "api_base: "+fakeStripe(t)+"\nstripe_secret_key: "+setupKey+"\n# end\n")
	h.run(nil, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "config.yaml: written")
	for path, text := range h.files() {
		if strings.Contains(text, setupKey) {
			t.Errorf("%s holds the key", path)
		}
	}
	h.run(nil, "", "call", "stripe_get_customer", "customer_id=cus_1").check(t, 0)
}

// TestSetupOfALiveKey: without a person's yes, it only reads.
func TestSetupOfALiveKey(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	stripe := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
	h.run(stripe, "rk_live_MadeUpLimited", "setup", "--key-stdin", "--yes").check(t, 0,
		"LIVE mode, a restricted key of an account that it may not name, may not read Customers, so these cannot work: stripe_create_customer, stripe_get_customer",
		"it will only read.\nhint: to let it write, set allow_live_writes: true")
	if strings.Contains(h.read(settings), "allow_live_writes: true") {
		t.Error("it may write")
	}
}

// TestSetupIsForOneMode: what was set up with a test key does not go live because the vault is gone and a shell has a live
// key. A call says so, and so does doctor.
func TestSetupIsForOneMode(t *testing.T) {
	t.Parallel()
	h := healthy(t, fakeStripe(t), setupKey)
	shell := []string{"STRIPE_SECRET_KEY=sk_live_MadeUpOfTheShell"}
	get := []string{"call", "stripe_get_customer", "customer_id=cus_1"}
	h.run(shell, "", get...).check(t, 0)
	h.erase(".config/stripe-mcp/config.vault")
	gone := "key_in_vault in " + h.file(settings) + ": the stored key is gone; there is no " + h.file(".config/stripe-mcp/config.vault")
	h.run(shell, "", get...).check(t, 3, gone, "run stripe-mcp setup")
	h.run(shell, "", "doctor", "--offline").check(t, 3, "fail  config   "+gone+"\nhint: run stripe-mcp setup")

	h.run(nil, "sk_live_MadeUpOnPurpose", "setup", "--key-stdin", "--yes").check(t, 0, "config.yaml: written")
	if got := h.read(settings); !strings.Contains(got, "key_in_vault: live\n") {
		t.Error(got)
	}
	h.run(nil, "", "setup", "--remove", "--yes").check(t, 0, "stays, with your settings")
	h.run(shell, "", get...).check(t, 0)

	h = healthy(t, fakeStripe(t), setupKey) // as an earlier version left it
	h.write(settings, strings.ReplaceAll(h.read(settings), "key_in_vault: test\n", ""))
	h.run(nil, "", get...).check(t, 0)
	h.run(nil, "", "doctor", "--offline").check(t, 0, "warn  key      if the stored key were gone, a key in STRIPE_SECRET_KEY would take its place", "hint: run stripe-mcp setup")
}

// TestKeysFromWindows: Windows PowerShell pipes and writes UTF-16, or UTF-8 with a mark in front.
func TestKeysFromWindows(t *testing.T) {
	t.Parallel()
	wide := "\xff\xfe" + strings.Join(strings.Split(setupKey+"\r\n", ""), "\x00") + "\x00"
	for why, key := range map[string]string{"UTF-8 with a mark": "\ufeff" + setupKey + "\r\n", "UTF-16": wide, "blanks": "  " + setupKey + "\t\n"} {
		h := newHome(t)
		environment := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
		h.run(environment, key, "setup", "--key-stdin", "--yes").check(t, 0)
		if got := h.run(environment, "", "call", "stripe_get_customer", "customer_id=cus_1"); got.code != 0 {
			t.Errorf("%s: %+v", why, got)
		}
	}
}
