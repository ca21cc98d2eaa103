package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/outcome"
)

// runSetup is the fix for most that is wrong with a key or a client.
const runSetup = "run stripe-mcp setup"

// checkConfig looks at the file itself.
func (d *doctor) checkConfig() {
	cfg := d.app.Config
	problems, ok := errors.AsType[*config.Error](d.app.LoadFault)
	if ok {
		for _, problem := range problems.Problems() {
			d.fail(ExitConfig, "config", problem, "correct that, then restart the client")
		}
	} else if err := d.app.Policy.Validate(d.app.Tools()); err != nil {
		d.fail(ExitConfig, "config", err.Error(), "correct the list, then restart the client")
	}
	if cfg.File == "" {
		if !ok {
			d.ok("config", "there is no file; everything is at its default. It would be %s", cfg.Path())
		}
		return
	}
	info, err := os.Stat(cfg.File)
	switch {
	case err != nil:
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		d.warn("config", fmt.Sprintf("other users can open %s (mode %04o)", cfg.File, info.Mode().Perm()), "chmod 600 '"+cfg.File+"'")
	case !ok:
		d.ok("config", "%s, yours alone", cfg.File)
	}
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
			d.fail(ExitConfig, "key", err.Error(), runSetup)
		}
		return
	}
	cfg, err := cfg.WithKey(ctx)
	if err != nil {
		d.fail(ExitConfig, "key", err.Error(), runSetup+", or correct its source")
		return
	}
	d.scrubber.Learn(cfg.SecretKey)
	kind := "a secret key"
	if restricted(cfg.SecretKey) {
		kind = "a restricted key"
	}
	d.ok("key", "%s mode, %s, from %s", cfg.Mode, kind, cfg.KeySource)
	d.checkProtection(cfg)
	if d.offline {
		d.ok("stripe", "not asked, because of --offline")
		return
	}
	d.checkAccess(ctx, cfg)
}

// checkProtection says what the key's place protects it from, and what not.
func (d *doctor) checkProtection(cfg config.Config) {
	const not = "nothing at rest protects it from programs that run as you"
	switch cfg.KeyKind {
	case config.KeyInVault:
		d.ok("at rest", "encrypted, so backups, syncs, commits and other users do not get the key; %s", not)
	case config.KeyByCommand:
		d.ok("at rest", "where the command has it from; %s", not)
	case config.KeyInVariable:
		d.warn("at rest", "readable wherever the variable is set, and in every program started there", runSetup+", which stores it encrypted")
	case config.KeyInFile, config.KeyNowhere:
		d.warn("at rest", "readable in a file that only its mode protects: every backup, sync or commit of it holds the key", runSetup+", which stores it encrypted")
	}
}

// checkAccess asks Stripe, by reading.
func (d *doctor) checkAccess(ctx context.Context, cfg config.Config) {
	access, err := d.access(ctx, cfg, cfg.SecretKey)
	if err != nil {
		failure, ok := errors.AsType[*outcome.Error](err)
		if !ok {
			d.fail(ExitConfig, "stripe", err.Error(), "correct the configuration")
			return
		}
		fix := failure.Hint
		if failure.Unauthorized() {
			fix = "copy a current key (Dashboard > Developers > API keys) and " + runSetup
		}
		d.fail(exitCodeOf(failure), "stripe", failure.Message, fix)
		d.checkClock(access.Clock)
		return
	}
	switch blocked := blockedTools(access, d.app.Offers); {
	case len(blocked) > 0:
		d.fail(ExitConfig, "stripe", fmt.Sprintf("the restricted key may not read %s, so these cannot work: %s", permissions(access), strings.Join(blocked, ", ")),
			"edit the key (Dashboard > Developers > API keys) and add these permissions, or leave the tools out with tools in the configuration")
	case len(access.Denied) > 0:
		d.warn("stripe", "the restricted key may not read "+permissions(access), "add these permissions (Dashboard > Developers > API keys) if you miss something")
	default:
		d.ok("stripe", "%s", describe(cfg.SecretKey, cfg.Mode, access))
	}
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
		d.fail(ExitConfig, "clock", fmt.Sprintf("this machine's clock is %s off Stripe's", off.Abs()), "set it, best automatically (on Linux: timedatectl set-ntp true)")
		return
	}
	d.ok("clock", "as Stripe's")
}
