package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
)

// keysPage is where the owner finds and edits keys.
const keysPage = "the Stripe Dashboard, Developers > API keys"

// AskStripe finds out what the key is good for, and says so in words. A restricted key is tried on each kind of object
// that the offered tools need.
func AskStripe(ctx context.Context, cfg config.Config) (_ stripeapi.Access, answer Finding, answered bool) {
	access, err := account.Examine(ctx, cfg)
	if err == nil {
		return access, judge(cfg, access), true
	}
	answer = Finding{Check: "stripe", Status: Failure, Detail: err.Error(), Fix: "correct the configuration"}
	if refused, ok := errors.AsType[*outcome.Error](err); ok {
		answer.Detail, answer.Fix, answer.Refusal = refused.Message, refused.Hint, refused
		if refused.Hint == stripeapi.ReplaceKey {
			answer.Fix = "copy a current key from " + keysPage + ", and run stripe-mcp setup"
		}
	}
	return access, answer, false
}

// judge says in words what a key is and what it can do.
func judge(cfg config.Config, access stripeapi.Access) Finding {
	owner := "an account that it may not name"
	if access.Account != "" {
		owner = strings.TrimSpace(access.Account + " " + access.Name)
	}
	f := Finding{Check: "stripe", Status: Fine, Detail: fmt.Sprintf("%s mode, %s of %s", cfg.Mode, config.KindOf(cfg.SecretKey), owner)}
	blocked, lacks := account.Blocked(cfg, access)
	if len(lacks) > 0 {
		f.Status, f.Fix = Warning, "add these permissions to the key in "+keysPage
		f.Detail += ", may not read " + strings.Join(lacks, ", ")
	}
	if len(blocked) > 0 {
		f.Status = Failure
		f.Detail += ", so these cannot work: " + strings.Join(blocked, ", ")
	}
	return f
}
