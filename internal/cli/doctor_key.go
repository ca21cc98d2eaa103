package cli

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
func (d *doctor) checkConfig() {
	file := d.app.Config.File
	for _, ignored := range d.app.Config.Warnings {
		d.warn("config", ignored.Message, ignored.Hint)
	}
	if faults, ok := errors.AsType[*config.Error](d.app.LoadFault); ok {
		for _, problem := range faults.Problems() {
			d.fail("config", problem.Message, cmp.Or(problem.Hint, "correct that, then restart the client"))
		}
		return
	}
	if err := d.app.Policy.Validate(); err != nil {
		d.faulty(failure, "config", err, "correct the list, then restart the client")
	}
	if err := local.CheckPlaces(d.app.Config.Path()); err != nil {
		d.faulty(warning, "config", err, "")
		return
	}
	if file == "" {
		d.ok("config", "there is no file; everything is at its default. It would be %s", d.app.Config.Path())
		return
	}
	info, err := os.Stat(file)
	if err == nil {
		err = local.CheckPrivate(file, info, local.OthersUse)
	}
	if err != nil {
		d.faulty(warning, "config", err, "look at that file")
		return
	}
	d.ok("config", "%s, private to you", file)
}

// checkKey looks at the key, at what protects it and, unless offline, at what Stripe says to it.
func (d *doctor) checkKey(ctx context.Context) {
	cfg := d.app.Config
	if cfg.Simulator {
		d.ok("key", "none is needed: the embedded simulator answers")
		return
	}
	if err := cfg.RequireKey(); err != nil {
		if d.app.LoadFault == nil { // else that says why
			d.faulty(failure, "key", err, runSetup)
		}
		return
	}
	cfg, err := cfg.WithKey(ctx)
	if err != nil {
		d.faulty(failure, "key", err, runSetup)
		return
	}
	d.scrubber.Learn(cfg.SecretKey)
	d.ok("key", "%s mode, %s%s, from %s", cfg.Mode, config.KindOf(cfg.SecretKey), cfg.ActsFor(), cfg.KeySource)
	if cfg.Mode == config.ModeLive && cfg.AllowLiveWrites && cfg.Confirm == "auto" {
		d.ok("confirm", "a person is asked before a live write; for unattended use, the owner can set confirm: never")
	}
	if cfg.KeyKind == config.KeyInVault && cfg.OnlyVault == "" {
		d.warn("key", "if the stored key were gone, a key in STRIPE_SECRET_KEY would take its place in silence", runSetup+", which says in the configuration that the key is the stored one")
	}
	if protection, weak := cfg.KeyKind.AtRest(); weak {
		d.warn("at rest", protection, runSetup+", which stores it encrypted")
	} else {
		d.ok("at rest", "%s", protection)
	}
	if d.offline {
		d.ok("stripe", "not asked, because of --offline")
		return
	}
	access, answer, _ := d.askStripe(ctx, cfg)
	d.findings = append(d.findings, answer)
	d.checkClock(access.Clock)
}

// checkClock compares this machine's clock with Stripe's.
func (d *doctor) checkClock(stripes time.Time) {
	const tolerable = 5 * time.Minute // certificates and the life of idempotency keys are judged by it
	if stripes.IsZero() {
		return
	}
	off := time.Since(stripes).Round(time.Second)
	if off.Abs() > tolerable {
		d.fail("clock", fmt.Sprintf("this machine's clock is %s off Stripe's", off.Abs()), "let the system set it (on Linux: timedatectl set-ntp true)")
		return
	}
	d.ok("clock", "as Stripe's")
}
