package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestWrongArguments: a client shows nothing of a server that ends at once. So it serves, and each call says which argument is
// wrong. No value shows anywhere, because it may be a key.
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	const key = "sk_test_MadeUpOnTheCommandLine"
	const keys = "keys do not go on the command line"
	for _, tt := range []struct {
		arguments string // apart
		want      []string
	}{
		{"--tools=all --api-key=" + key, []string{keys, "(--api-key)", "--tools is not a known argument", "run stripe-mcp setup, which stores it encrypted", "remove --tools"}},
		{"--tools all --api-key " + key, []string{keys, "(--api-key)", "--tools is not a known argument"}},
		{"--api-key " + key + " serve", []string{keys, "(--api-key)"}},
		{"--api-key=MadeUpWithoutItsShape", []string{keys, "(--api-key)"}},
		{"-k " + key, []string{keys, "(-k)"}},
		{"-k" + key, []string{keys, "(-k)"}},
		{"-x" + key, []string{keys, "(-x)"}},
		{key, []string{keys, "(argument 1)"}},
		{"--" + key, []string{keys, "(argument 1)"}},
		{"serve --simulator " + key, []string{keys, "(argument 3)"}},
		{"--stripe-account acct_1MadeUp", []string{"--stripe-account is not a known argument", "the configuration file knows stripe_account"}},
		{"--tools=all", []string{"--tools is not a known argument", "the configuration file knows tools"}},
		{"--tools=checkout.create,customers.read --simulatr", []string{"--tools, --simulatr are not known arguments", "correct --simulatr, perhaps to --simulator"}},
		{"stdio", []string{"stdio is not a known argument"}},
		{"MadeUp1/of/somebody", []string{"argument 1 is not a known argument"}},
		{"--simulator=MadeUp", []string{"--config, --log-level or --simulator has no value or a wrong one"}},
		{"--config", []string{"--config, --log-level or --simulator has no value or a wrong one"}},
	} {
		t.Run(tt.arguments, func(t *testing.T) {
			t.Parallel()
			cmd := command(t, []string{testKey}, strings.Fields(tt.arguments)...)
			var log bytes.Buffer
			cmd.Stderr = &log
			t.Cleanup(func() { // once it has ended
				if strings.Contains(log.String(), "MadeUp") {
					t.Errorf("a value shows in %s", log.String())
				}
			})
			client := handshake(t, cmd)
			list, err := client.Request(t.Context(), "tools/list", nil)
			if err != nil || !strings.Contains(string(list), `"stripe_get_customer"`) {
				t.Errorf("tools/list: %v %s", err, list)
			}
			got, err := client.Call(t.Context(), "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
			if err != nil || !got.IsError || !strings.Contains(got.Object(), `"outcome":"refused"`) {
				t.Fatalf("%v %s", err, got.Text())
			}
			for _, part := range append(tt.want, "the client's entry for this server has wrong arguments: ", "Nothing was sent", "Then restart this server") {
				if !strings.Contains(got.Text(), part) {
					t.Errorf("%q is missing in %s", part, got.Text())
				}
			}
			if strings.Contains(got.Text(), "MadeUp") {
				t.Errorf("a value shows in %s", got.Text())
			}
			// A script that starts it without a client gets an exit code.
			h := newHome(t)
			ended := h.run(nil, "", strings.Fields(tt.arguments)...)
			ended.check(t, 2, append(tt.want, " --help' for usage.")...)
			if strings.Contains(ended.String(), "MadeUp") {
				t.Errorf("a value shows in %v", ended)
			}
		})
	}
}

// TestWrongArgumentsOfCommands: what is no server ends with exit code 2, and shows no key.
func TestWrongArgumentsOfCommands(t *testing.T) {
	t.Parallel()
	for _, arguments := range []string{"doctor --api-key=sk_test_MadeUp1", "doctor -ksk_test_MadeUp1", "doctor -kMadeUp1", "doctor sk_test_MadeUp1", "--api-key sk_test_MadeUp1 doctor", "setup sk_test_MadeUp1", "tools --key MadeUp1"} {
		got := newHome(t).run(nil, "", strings.Fields(arguments)...)
		got.check(t, 2)
		if strings.Contains(got.String(), "MadeUp1") {
			t.Errorf("%s: a value shows in %v", arguments, got)
		}
	}
}

// TestEntriesWithWrongArguments: doctor says what is wrong with a client's entry, and setup corrects it.
func TestEntriesWithWrongArguments(t *testing.T) {
	t.Parallel()
	for why, tt := range map[string]struct{ arguments, want string }{
		"a key":                   {`"--tools=all", "--api-key=sk_test_MadeUpInAnEntry"`, "holds a Stripe key, and may have been synced or copied"},
		"a key of no known shape": {`"--tools=all", "--api-key", "MadeUpWithoutItsShape"`, "has wrong arguments: keys do not go on the command line"},
		"no key":                  {`"--tools=all"`, "has wrong arguments: --tools is not a known argument"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h := healthy(t, fakeStripe(t), setupKey)
			h.write(cursor, strings.Replace(h.read(cursor), `"--config"`, tt.arguments+`, "--config"`, 1))
			got := h.run(nil, "", "doctor", "--offline")
			got.check(t, 3, "fail  clients  Cursor: ", tt.want, "hint: run stripe-mcp setup --client cursor")
			if strings.Contains(got.String(), "MadeUp") {
				t.Errorf("a key shows in %v", got)
			}
			h.run(nil, "", "setup", "--yes").check(t, 0, "entry written")
			if entry := h.read(cursor); strings.Contains(entry, "=all") || strings.Contains(entry, "MadeUp") {
				t.Error(entry)
			}
			checkStarts(t, h, h.read(cursor))
			h.run(nil, "", "doctor", "--offline").check(t, 0)
		})
	}
}
