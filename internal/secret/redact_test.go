package secret_test

import (
	"strings"
	"testing"

	"stripe-mcp/internal/secret"
)

func TestRedactAndLooks(t *testing.T) {
	t.Parallel()
	const old = "sk_" + "MadeUpKeyFromLongAgo" // joined here, so that scanners of this source stay calm
	tests := []struct {
		why, text, redacted string
		looks               bool
	}{
		{"test key", "key sk_test_MadeUp1 here", "key sk_test_[redacted] here", true},
		{"live key", "sk_live_MadeUp1", "sk_live_[redacted]", true},
		{"restricted keys", "rk_test_MadeUp1,rk_live_MadeUp2", "rk_test_[redacted],rk_live_[redacted]", true},
		{"organisation key", "sk_org_live_MadeUp1", "sk_org_live_[redacted]", true},
		{"ephemeral key", "ek_test_MadeUp1", "ek_test_[redacted]", true},
		{"key without a mode", old, "sk_[redacted]", true},
		{"organisation key without a mode", "sk_org_" + "MadeUpKeyOfManyAccounts", "sk_org_[redacted]", true},
		{"sandbox key", "rkcs_test_MadeUp1", "rkcs_test_[redacted]", true},
		{"webhook secret", "'whsec_" + "MadeUpSecretOfAHook'", "'whsec_[redacted]'", true},
		{"keys that are never for us", "mk_" + "MadeUpKeyFromElsewhere oak_" + "MadeUpKeyFromElsewhere", "mk_[redacted] oak_[redacted]", true},
		{"words that begin like them", "mk_short oak_tree_1 whsec_x", "mk_short oak_tree_1 whsec_x", false},
		{"underscores in the tail", "sk_test_Made_Up_1.", "sk_test_[redacted].", true},
		{"masked as in Stripe's 401", "Provided: sk_test_*******dUp1", "Provided: sk_test_[redacted]", true},
		{"glued to a name", "STRIPE_KEY_sk_live_MadeUp1", "STRIPE_KEY_sk_live_[redacted]", true},
		{"after a URL escape", "?k%3Dsk_live_MadeUp1&x=1", "?k%3Dsk_live_[redacted]&x=1", true},
		{"after a JSON escape", `"\u003dsk_live_MadeUp1"`, `"\u003dsk_live_[redacted]"`, true},
		{"after an escaped line break", `"key:\nsk_live_MadeUp1"`, `"key:\nsk_live_[redacted]"`, true},
		{"after a real line break", "key:\nsk_live_MadeUp1\n", "key:\nsk_live_[redacted]\n", true},
		{"after letters beyond ASCII", "clé sk_live_MadeUp1é", "clé sk_live_[redacted]é", true},
		{"payment intent's client secret", "pi_123_secret_MadeUp1", "pi_123_secret_[redacted]", false},
		{"session's client secret", "cs_test_a1_secret_MadeUp1", "cs_test_a1_secret_[redacted]", false},
		{"a prefix alone", "keys start with sk_test_ or sk_live_…", "keys start with sk_test_ or sk_live_…", false},
		{"the name of a setting", "stripe_secret_key_file", "stripe_secret_key_file", false},
		{"a word that ends alike", "task_test_1, desk_live_2", "task_test_1, desk_live_2", false},
		{"an id", "cs_test_a1B2c3D4e5F6g7H8i9J0, sub_1MadeUp", "cs_test_a1B2c3D4e5F6g7H8i9J0, sub_1MadeUp", false},
		{"a publishable key", "pk_live_MadeUp1", "pk_live_MadeUp1", false},
		{"short after sk_", "sk_line", "sk_line", false},
		{"several in one JSON text", `{"a":"sk_test_MadeUp1","task_id":"b","c":"x sk_live_MadeUp2"}`, `{"a":"sk_test_[redacted]","task_id":"b","c":"x sk_live_[redacted]"}`, true},
		{"after an escaped quote", `"say \"sk_live_MadeUp1\""`, `"say \"sk_live_[redacted]\""`, true},
		{"nothing", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			got := secret.Redact(tt.text)
			if got != tt.redacted {
				t.Errorf("Redact(%q)\n got %q\nwant %q", tt.text, got, tt.redacted)
			}
			if again := secret.Redact(got); again != got {
				t.Errorf("a second pass changes %q to %q", got, again)
			}
			if looks := secret.Looks(tt.text); looks != tt.looks {
				t.Errorf("Looks(%q) is %v", tt.text, looks)
			}
		})
	}
}

// Arguments and answers can be megabytes long. The time must not depend on their content.
func TestRedactLongText(t *testing.T) {
	t.Parallel()
	const times = 1_000
	text := strings.Repeat("sk_test_ pi_1_secret_ sk_test_MadeUp1 ", times)
	got := secret.Redact(text)
	if n := strings.Count(got, "sk_test_[redacted]"); n != times || strings.Contains(got, "MadeUp1") {
		t.Errorf("%d of %d keys were redacted", n, times)
	}
}

func BenchmarkRedact(b *testing.B) {
	for name, text := range map[string]string{
		"clean":    strings.Repeat("a customer's description, 60 KB of it. ", 1600),
		"suspects": strings.Repeat("task_test_1 and other callback_urls ok. ", 1600),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				secret.Redact(text)
			}
		})
	}
}
