package config

import (
	"cmp"
	"hash/fnv"
	"net"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// DefaultAccount is the name of the account that needs none.
const DefaultAccount = "stripe"

// Name is what AI clients call the server of this account.
func (c Config) Name() string { return cmp.Or(c.AccountName, DefaultAccount) }

// Address makes the commands in a text those for this account: they name its configuration, where it is not the default one.
func (c Config) Address(text string) string {
	if c.AccountName == "" || !strings.Contains(text, program+" ") {
		return text
	}
	file := local.Argument(c.path)
	var pairs []string
	for _, command := range []string{"setup", "doctor", "journal", "simulator", "tools", "call", "serve"} {
		pairs = append(pairs, program+" "+command, program+" --config "+file+" "+command)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// OwnStateDir reports whether the state folder is the usual one of this account, and so of nobody else.
func (c Config) OwnStateDir() bool { return c.StateDir == c.usualState }

// UsualPath returns where the configuration of the account of that name is, or would be, unless --config names another place.
// It is empty where that cannot be told.
func UsualPath(name string, environ []string) string {
	env := newEnvironment(environ, runtime.GOOS)
	p := placesOf(env, runtime.GOOS)
	base := baseOf(name)
	if base != defaultBase {
		delete(env, fileVariable)
	}
	path, err := locate("", env, p, base)
	if err != nil {
		return ""
	}
	return cmp.Or(path, under(p.config, base+".yaml"))
}

// defaultBase is the name of the default account's configuration file, without its ending.
const defaultBase = "config"

// baseOf returns the name of an account's configuration file, without its ending.
func baseOf(name string) string {
	if name == "" || name == DefaultAccount || !IsAccountName(name) {
		return defaultBase
	}
	return name
}

// accountLabel is a rule for the name of an account. It becomes part of paths, of other programs' files and, in many clients,
// of each tool's name, which must not grow too long.
func accountLabel() rule {
	return parsed("up to 20 lower-case letters, digits, - and _, beginning with a letter or digit, and none of config, journal and simulator", "stripe-eu",
		func(c *Config) *string { return &c.AccountName },
		func(text string) (string, error) {
			switch {
			case !IsAccountName(text):
				return "", errKind
			case text == DefaultAccount:
				return "", nil
			}
			return text, nil
		})
}

// IsAccountName reports whether text can name an account. The reserved names would be files or folders of the default
// account, or devices on Windows.
func IsAccountName(text string) bool {
	reserved := regexp.MustCompile(`^(?:config|journal|simulator|con|prn|aux|nul|com\d|lpt\d)$`)
	return regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,19}$`).MatchString(text) && !reserved.MatchString(text)
}

// keepApart gives an account with a name what it must share with no other one, where its file does not say it. Its state gets a
// folder below that of the default account, and the simulator's pages get an address.
func (l *loader) keepApart() {
	name := l.cfg.AccountName
	if name == "" {
		return
	}
	l.cfg.usualState = under(l.cfg.usualState, name)
	switch from, given := l.sources[stateDir]; {
	case !given:
		l.cfg.StateDir = l.cfg.usualState
	case from.variable: // which all accounts get
		l.cfg.StateDir = filepath.Join(l.cfg.StateDir, name)
	}
	if _, given := l.sources[simulatorAddr]; !given {
		l.cfg.SimulatorAddr = addressOf(name)
	}
}

// addressOf returns the address of the pages of an account with a name: the same one each time, and hardly ever another's.
func addressOf(name string) string {
	const first, span = 4344, 1000
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name)) // never fails (hash.Hash)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(first+int(sum.Sum32()%span)))
}

// checkOwner refuses to set up an account in the configuration of another one.
func (l *loader) checkOwner(f file, name string) {
	if !IsAccountName(name) || f.path == "" { // another name has its own problem
		return
	}
	owner, named := f.values[accountName].(string)
	if !named && f.values[keyInVault] != nil {
		owner = DefaultAccount
	}
	if owner != "" && owner != name {
		l.problem("", hint.Errorf("name another file with --config, or that account with --name", "%s is the configuration of the account %s", f.path, nameShown(owner)))
	}
}
