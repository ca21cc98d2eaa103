package doctor

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/mcpclient"
	"stripe-mcp/internal/owner"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// checkNetwork looks at the way to Stripe, and at variables that are set here and that desktop clients do not pass on.
func (e *examination) checkNetwork() {
	cfg := e.Account.Config
	if cfg.Simulator {
		return
	}
	if _, err := stripeapi.NewNetwork(cfg.Proxy(), cfg.CAFile); err != nil {
		e.faulty(Failure, "network", err, "correct ca_file in the configuration")
		return
	}
	way := cfg.APIBase + ", no proxy"
	if proxy := cfg.Proxy(); proxy != nil {
		way = cfg.APIBase + ", proxy " + proxy.Host // without what else the URL may hold
	} else if cmp.Or(os.Getenv("HTTPS_PROXY"), os.Getenv("https_proxy")) != "" {
		e.warn("network", "HTTPS_PROXY is set here, and desktop clients do not pass it on", "set proxy in the configuration")
	}
	if cfg.CAFile != "" {
		way += ", more authorities from " + cfg.CAFile
	} else if os.Getenv("SSL_CERT_FILE") != "" {
		e.warn("network", "SSL_CERT_FILE is set here, and desktop clients do not pass it on", "set ca_file in the configuration")
	}
	e.ok("network", "%s", way)
}

// checkJournal reads the journal, lists what has an unknown outcome, and looks whether more could be written.
func (e *examination) checkJournal(ctx context.Context) {
	const patience = 5 * time.Second
	cfg := e.Account.Config
	if e.Memory != nil {
		e.faulty(Warning, "journal", fmt.Errorf("in memory only, as is all that the simulator makes: %w", e.Memory), "set state_dir")
		return
	}
	if !cfg.Journal {
		e.ok("journal", "in memory only (journal: false), so a crash forgets what was sent")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	open, err := e.Account.Journal().Peek(ctx)
	onDisk := cfg.JournalDatabase.IsZero()
	if err == nil && onDisk {
		err = local.LookForRoom(cfg.StateDir, "journal")
	}
	if err != nil {
		detail, fix := hint.Split(err)
		e.fail("journal", detail+", so nothing can be created", cmp.Or(journal.Hint(err), fix, "make state_dir writable"))
		return
	}
	for _, intent := range open {
		e.warn("journal", fmt.Sprintf("the outcome of %s %s is unknown (%s, %s)", intent.Method, intent.Path, intent.Tool, intent.Since.UTC().Format(time.RFC3339)),
			intent.Advice())
	}
	if place := e.Account.Journal().Place(); len(open) > 0 {
		return
	} else if onDisk {
		e.ok("journal", "nothing unresolved in %s, where this user may write (looked up, not tried)", place)
	} else {
		e.ok("journal", "nothing unresolved in %s (read only)", place)
	}
}

// checkClients looks at the entries of the AI clients.
func (e *examination) checkClients() {
	itself, err := clients.Program()
	if err != nil {
		e.faulty(Failure, "clients", err, "start the program by its absolute path")
		return
	}
	entries := 0
	for _, c := range e.Clients {
		ours, err := c.Entries(itself)
		if err != nil {
			e.faulty(Warning, "clients", err, "repair that file")
		}
		for _, entry := range ours {
			if name := e.Account.Config.AccountName; name == "" || entry.Name == name {
				entries++
			}
			e.checkEntry(c, entry, itself)
		}
	}
	if entries == 0 {
		e.warn("clients", "no AI client has an entry for this program", e.Account.Config.Address(runSetup))
	} else if found, some := e.Account.Config.NotPassedOn(); some {
		e.warn("clients", found.Message, found.Hint)
	}
}

func (e *examination) checkEntry(c clients.Client, entry clients.Named, itself string) {
	other := cmp.Or(entry.ConfigFile(), entry.Env["STRIPE_MCP_CONFIG"])
	if entry.Name != e.Account.Config.Name() {
		other = "" // it is another account's
	}
	if err := c.Check(entry, itself, config.Names(), owner.Repair(c, entry, os.Environ())); err != nil {
		e.faulty(Failure, "clients", err, "")
	} else if other != "" && !local.SameFile(other, e.Account.Config.Path()) {
		e.warn("clients", fmt.Sprintf("%s: its entry in %s uses another configuration, %s", c.Title, entry.Path, secret.Redact(other)), "run stripe-mcp doctor --config with that one, or correct the entry")
	} else {
		e.ok("clients", "%s: %s%s", c.Title, entry.Path, named(entry.Name))
	}
}

// named says which entry is meant, where its name is not the usual one.
func named(name string) string {
	if name == config.DefaultAccount {
		return ""
	}
	return ", " + name
}

// checkServer starts this program as a desktop client would, and shakes hands with it.
func (e *examination) checkServer(ctx context.Context) {
	const enough = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, enough)
	defer cancel()
	started := time.Now()
	mode, err := e.handshake(ctx)
	took := time.Since(started)
	want := firstLine(e.Account.Instructions())
	switch {
	case err != nil:
		e.fail("server", "started as a desktop client does, with few variables, it does not answer: "+err.Error(), "run stripe-mcp serve in a terminal to see why")
	case mode != want:
		e.fail("server", "started as a desktop client does, with few variables, it says: "+mode+". Here it is: "+want,
			"put what variables set here into the configuration file")
	default:
		e.ok("server", "answers as desktop clients start it, after %d ms", took.Milliseconds())
	}
}

// handshake returns the first line of the server's instructions.
func (e *examination) handshake(ctx context.Context) (mode string, err error) {
	program, err := clients.Program()
	if err != nil {
		return "", err
	}
	var arguments []string
	if e.Account.Config.File != "" {
		arguments = append(arguments, "--config", e.Account.Config.File)
	}
	if e.Simulator {
		arguments = append(arguments, "--simulator")
	}
	info, err := mcpclient.Greet(ctx, clients.Entry{Command: program, Args: arguments}.Process(ctx, os.Getenv))
	return firstLine(info.Instructions), err
}

// firstLine returns what instructions say of the mode, without the full stop.
func firstLine(instructions string) string {
	line, _, _ := strings.Cut(instructions, "\n")
	return strings.TrimSuffix(line, ".")
}
