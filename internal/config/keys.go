package config

// Key is something that can be configured, as documentation lists it.
type Key struct {
	Name    string // in a file; STRIPE_MCP_ and the name in capitals is its environment variable
	Default string // what holds without it, empty for nothing
	Meaning string
}

// Keys returns every key in the order of the documentation.
func Keys() []Key {
	list := keys()
	all := make([]Key, len(list))
	for i, k := range list {
		all[i] = k.Key
	}
	return all
}

type key struct {
	Key
	rule rule
}

// The keys that the program treats specially.
const (
	secretKey     = "stripe_secret_key"
	secretKeyFile = "stripe_secret_key_file"
	secretKeyArgv = "stripe_secret_key_command"
	simulator     = "simulator"
	readOnly      = "read_only"
	allowLive     = "allow_live_writes"
	tools         = "tools"
	apiBase       = "api_base"
	logLevel      = "log_level"
)

// keys is the one list of what can be configured. To add a key, add a line and a field of Config.
func keys() []key {
	return []key{
		{Key{secretKey, "", "sk_ or rk_ key; the file must then be 0600"}, keyItself()},
		{Key{secretKeyFile, "", "absolute path of a 0600 file holding it"}, keyInFile()},
		{Key{secretKeyArgv, "", `list of a program and its arguments that print it, such as ["op", "read", "op://…"]; run without a shell, for at most 10 s, at the first call`}, keyByCommand()},
		{Key{simulator, "false", "answer from the embedded simulator; no key needed"}, boolean(func(c *Config) *bool { return &c.Simulator })},
		{Key{"simulator_addr", DefaultSimulatorAddr, "where the simulator shows its checkout and portal pages; loopback only"}, loopbackAddress()},
		{Key{readOnly, "false", "offer only the five reading tools, and refuse the others by name"}, boolean(func(c *Config) *bool { return &c.ReadOnly })},
		{Key{tools, "all ten", "allow-list of tool names"}, names([]string{"stripe_get_customer", "stripe_list_subscriptions"}, func(c *Config) *[]string { return &c.Tools })},
		{Key{allowLive, "false", "with a live key, writing tools are refused until this is true; setup asks"}, boolean(func(c *Config) *bool { return &c.AllowLiveWrites })},
		{Key{"confirm", "auto", "ask the person through the client before a live write: auto (when the client can), always (in every mode, and refuse when it cannot), never"},
			choice(func(c *Config) *string { return &c.Confirm }, "auto", "always", "never")},
		{Key{"max_amount", "", "cap per call in minor units, such as {eur: 50000}; a larger or uncountable amount is refused"}, amounts(func(c *Config) *map[string]int64 { return &c.MaxAmount })},
		{Key{"allowed_redirect_hosts", "", "hosts (shop.example or *.shop.example) that success_url, cancel_url and return_url must be on"},
			names([]string{"shop.example", "*.shop.example"}, func(c *Config) *[]string { return &c.AllowedRedirectHosts })},
		{Key{"stripe_account", "", "connected account, sent as Stripe-Account"}, account()},
		{Key{apiBase, DefaultAPIBase, "https, or http on loopback"}, baseURL()},
		{Key{"timeout", "40s", "whole call, retries included"}, timeout()},
		{Key{"rate_limit", "Stripe's own", "calls per second; a call waits its turn within its time. Default: 25 with a test key, 100 with a live one, none where api_base is not Stripe"},
			rate(func(c *Config) *float64 { return &c.RateLimit })},
		{Key{"proxy", "", "URL of the proxy to use; clients do not pass HTTPS_PROXY on"}, proxyURL()},
		{Key{"ca_file", "", "absolute path of more certificate authorities (PEM); clients do not pass SSL_CERT_FILE on"}, existingFile(func(c *Config) *string { return &c.CAFile })},
		{Key{"journal", "true", "record creations on disk before they are sent; false where there is no writable disk"}, boolean(func(c *Config) *bool { return &c.Journal })},
		{Key{logLevel, "warn", "debug, info, warn, error"}, level()},
		{Key{"state_dir", "the user's state folder", "folder for what outlives the process"}, absolutePath(func(c *Config) *string { return &c.StateDir })},
	}
}
