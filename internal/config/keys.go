package config

import (
	"time"

	"stripe-mcp/internal/limits"
)

// Key is something that can be configured, as documentation lists it.
type Key struct {
	Name    string // in a file; STRIPE_MCP_ and the name in capitals is its environment variable
	Default string // what holds without it, empty for nothing
	Meaning string

	rule rule
}

// The keys that the program treats specially.
const (
	secretKey     = "stripe_secret_key"
	secretKeyFile = "stripe_secret_key_file"
	secretKeyArgv = "stripe_secret_key_command"
	keyInVault    = "key_in_vault"
	accountName   = "account_name"
	simulator     = "simulator"
	simulatorAddr = "simulator_addr"
	readOnly      = "read_only"
	allowLive     = "allow_live_writes"
	toolsets      = "toolsets"
	dailyLimit    = "daily_limit"
	tools         = "tools"
	stripeAccount = "stripe_account"
	stripeContext = "stripe_context"
	apiBase       = "api_base"
	journal       = "journal"
	logLevel      = "log_level"
	stateDir      = "state_dir"
)

// Keys returns all that can be configured, in the order of the documentation. To add a key, add a line and a field of Config.
func Keys() []Key {
	return []Key{
		{secretKey, "", "sk_, rk_ or rkcs_ key; except on Windows, the file must then be 0600", keyItself()},
		{secretKeyFile, "", "absolute path of a file that holds the key, 0600 except on Windows", keyInFile()},
		{secretKeyArgv, "", `list of a program and its arguments that print the key, such as ["op", "read", "op://…"]. It runs without a shell, for at most 10 s, at the first call`, keyByCommand()},
		{keyInVault, "", "test or live; setup writes it: the key is the stored one, of this mode, and STRIPE_SECRET_KEY never takes its place",
			choice(func(c *Config) *string { return &c.OnlyVault }, "test", "live")},
		{accountName, DefaultAccount, "what tells this account from your others; setup --name writes it. State and simulator are then its own, and questions name it", accountLabel()},
		{simulator, "false", "answer from the embedded simulator, which needs no key", boolean(func(c *Config) *bool { return &c.Simulator })},
		{simulatorAddr, defaultSimulatorAddr, "where the simulator shows its checkout and portal pages; loopback only. With account_name, the default is a port of its own", loopbackAddress()},
		{readOnly, "false", "offer only the tools that read; a call to another one is refused", boolean(func(c *Config) *bool { return &c.ReadOnly })},
		{toolsets, "", "sets of tools to offer besides the default ones: lookup, billing, refunds, catalog, disputes, or all",
			names("lookup, refunds", func(c *Config) *[]string { return &c.Toolsets })},
		{tools, "all", "names of the tools to offer, of those that are on; another tool is not listed, and a call to it is refused",
			names("stripe_get_customer, stripe_list_subscriptions", func(c *Config) *[]string { return &c.Tools })},
		{allowLive, "false", "with a live key, tools that write are refused until this is true; setup asks", boolean(func(c *Config) *bool { return &c.AllowLiveWrites })},
		{"confirm", "auto", "ask the person through the client before a live write: auto (when the client can), always (in every mode, and refuse when it cannot), never",
			choice(func(c *Config) *string { return &c.Confirm }, "auto", "always", "never")},
		{"max_amount", "", "most that one call may cost, in minor units, such as {eur: 50000}; a call that costs more, or that cannot be counted, is refused",
			amounts(func(c *Config) *map[string]int64 { return &c.MaxAmount })},
		{dailyLimit, "", "most that all calls of a day (UTC) that make something or pay may cost, such as {eur: 500000}. All programs with one journal count, as for max_amount",
			amounts(func(c *Config) *map[string]int64 { return &c.DailyLimit })},
		{"allowed_redirect_hosts", "", "hosts (shop.example or *.shop.example) that success_url, cancel_url, return_url and after_completion_url must be on",
			names("shop.example, *.shop.example", func(c *Config) *[]string { return &c.AllowedRedirectHosts })},
		{stripeAccount, "", "connected account, sent as Stripe-Account", account()},
		{stripeContext, "", "account to act for, sent as Stripe-Context; an organisation key (sk_org_) needs it", contextPath()},
		{apiBase, DefaultAPIBase, "https, or http on loopback", baseURL()},
		{"timeout", limits.Call.String(), "time for a whole call, retries included", timeout()},
		{"rate_limit", "Stripe's own", "calls per second; a call waits its turn within its time. Default: 25 with a test key, 100 with a live one, none where api_base is not Stripe",
			rate(func(c *Config) *float64 { return &c.RateLimit })},
		{"proxy", "", "URL of the proxy to use; clients do not pass HTTPS_PROXY on", proxyURL()},
		{"ca_file", "", "absolute path of more certificate authorities (PEM); clients do not pass SSL_CERT_FILE on", existingFile(func(c *Config) *string { return &c.CAFile })},
		{journal, "true", "record creations on disk before they are sent; false where there is no writable disk; postgres://user@host/database for one journal of many machines", journalPlace()},
		{"journal_password_file", "", "absolute path of a file that holds the database's password, 0600 except on Windows; without it, PGPASSWORD or .pgpass", journalPassword()},
		{"journal_keep", "400d", "how many days the journal keeps a record", days(func(c *Config) *time.Duration { return &c.JournalKeep })},
		{logLevel, "warn", "debug, info, warn, error", level()},
		{stateDir, "the user's state folder", "folder for what outlives the process; setup writes it, because clients can start the server without HOME", absolutePath(func(c *Config) *string { return &c.StateDir })},
	}
}

// Names returns the names of all keys.
func Names() []string {
	all := Keys()
	known := make([]string, len(all))
	for i, k := range all {
		known[i] = k.Name
	}
	return known
}
