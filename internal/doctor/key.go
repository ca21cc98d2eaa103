package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/local"
)

// runSetup is the fix for most that is wrong with a key or a client.
const runSetup = "run stripe-mcp setup"

// checkConfig looks at the file itself.
func (e *examination) checkConfig() {
	file := e.Account.Config.File
	for _, ignored := range e.Account.Config.Warnings {
		e.warn("config", ignored.Message, ignored.Hint)
	}
	if faults, ok := errors.AsType[*config.Error](e.Account.LoadFault); ok {
		for _, problem := range faults.Problems() {
			e.fail("config", problem.Message, cmp.Or(problem.Hint, "correct that, then restart the client"))
		}
		return
	}
	if err := e.Account.Policy.Validate(); err != nil {
		e.faulty(Failure, "config", err, "correct the list, then restart the client")
	}
	if err := local.CheckPlaces(e.Account.Config.Path()); err != nil {
		e.faulty(Warning, "config", err, "")
		return
	}
	if file == "" {
		e.ok("config", "there is no file; everything is at its default. It would be %s", e.Account.Config.Path())
		return
	}
	info, err := os.Stat(file)
	if err == nil {
		err = local.CheckPrivate(file, info, local.OthersUse)
	}
	if err != nil {
		e.faulty(Warning, "config", err, "look at that file")
		return
	}
	if local.KnowsOwner(info) {
		file += ", private to you"
	}
	e.ok("config", "%s", file)
}

// checkKey looks at the key, at what protects it and, unless offline, at what Stripe says to it.
func (e *examination) checkKey(ctx context.Context) {
	cfg := e.Account.Config
	if cfg.Simulator {
		e.ok("key", "none is needed: the embedded simulator answers")
		return
	}
	if err := cfg.RequireKey(); err != nil {
		if e.Account.LoadFault == nil { // else that says why
			e.faulty(Failure, "key", err, runSetup)
		}
		return
	}
	cfg, err := cfg.WithKey(ctx)
	if err != nil {
		e.faulty(Failure, "key", err, runSetup)
		return
	}
	e.Account.Scrubber.Learn(cfg.SecretKey)
	e.ok("key", "%s mode, %s%s, from %s", cfg.Mode, config.KindOf(cfg.SecretKey), cfg.ActsFor(), cfg.KeySource)
	if cfg.Mode == config.ModeLive && cfg.AllowLiveWrites && cfg.Confirm == "auto" {
		e.ok("confirm", "a person is asked before a live write; for unattended use, the owner can set confirm: never")
	}
	if cfg.KeyKind == config.KeyInVault && cfg.OnlyVault == "" {
		e.warn("key", "if the stored key were gone, a key in STRIPE_SECRET_KEY would take its place in silence", runSetup+", which says in the configuration that the key is the stored one")
	}
	if protection, weak := cfg.KeyKind.AtRest(); weak {
		e.warn("at rest", protection, runSetup+", which stores it encrypted")
	} else {
		e.ok("at rest", "%s", protection)
	}
	if e.Offline {
		e.ok("stripe", "not asked, because of --offline")
		return
	}
	access, answer, _ := AskStripe(ctx, cfg)
	answer.Fix = cfg.Address(answer.Fix)
	e.findings = append(e.findings, answer)
	e.checkClock(access.Clock)
}

// checkClock compares this machine's clock with Stripe's.
func (e *examination) checkClock(stripes time.Time) {
	const tolerable = 5 * time.Minute // certificates and the life of idempotency keys are judged by it
	if stripes.IsZero() {
		return
	}
	off := time.Since(stripes).Round(time.Second)
	if off.Abs() > tolerable {
		e.fail("clock", fmt.Sprintf("this machine's clock is %s off Stripe's", off.Abs()), "let the system set it (on Linux: timedatectl set-ntp true)")
		return
	}
	e.ok("clock", "as Stripe's")
}
