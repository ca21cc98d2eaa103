package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/viper"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/secret"
)

// Options is where configuration comes from.
type Options struct {
	Path      string   // the flag --config; empty when not given
	Simulator bool     // the flag --simulator
	LogLevel  string   // the flag --log-level; empty when not given
	Name      string   // the flag --name; empty when not given
	Toolsets  []string // the flag --toolset; empty when not given
	Env       []string // the environment, as os.Environ returns it
	// Setup prepares for setting up. The file may be missing. No key counts but one in the file, which
	// would win over the vault for clients, too: they get no variables. A fault of that key is no problem. Nor does a
	// variable name the account.
	Setup bool
}

// Load reads the configuration: flags win over STRIPE_MCP_ variables, those over the file, and the
// file over the defaults. The file is the one of --config, else of $STRIPE_MCP_CONFIG, else
// config.yaml, .yml, .toml or .json in the user's configuration folder, where it may be missing.
//
// The error is nil or an *Error with all problems. The Config is usable even then, so that a server
// can start and list its tools: a wrong value gives way to its default, and a doubtful key is left out.
// With an error no call may be sent, and each call is to be answered with the error.
func Load(o Options) (Config, error) {
	return load(o, runtime.GOOS)
}

func load(o Options, goos string) (Config, error) {
	env := newEnvironment(o.Env, goos)
	usual := placesOf(env, goos)
	folder, state := usual.config, usual.stateFolder()
	o.Name = strings.TrimSpace(o.Name)
	base := baseOf(o.Name)
	if base != defaultBase {
		delete(env, fileVariable) // the file of another account
	}
	l := loader{
		env:     env,
		values:  viper.NewWithOptions(viper.KeyDelimiter("\x00")), // names have no parts
		sources: map[string]source{},
		below:   map[string]any{},
		setup:   o.Setup,
		cfg: Config{
			APIBase: DefaultAPIBase, Timeout: limits.Call, SimulatorAddr: defaultSimulatorAddr, LogLevel: slog.LevelWarn, Journal: true,
			JournalKeep: defaultJournalKeep,
			Confirm:     "auto", StateDir: state, usualState: state, path: under(folder, base+".yaml"), bus: env[busVariable],
		},
	}
	if o.Setup {
		for _, name := range append(keyNames(), accountName) {
			delete(env, variable(name))
		}
	}
	l.readFile(o, usual, base)
	l.readEnvironment()
	l.readFlags(o)
	l.apply()
	l.checkPlaces(usual)
	return l.cfg, l.err()
}

// loader gathers values in viper, one layer over the other, and remembers where each came from.
type loader struct {
	env      environment
	values   *viper.Viper
	sources  map[string]source // of the values that count, by key
	below    map[string]any    // what the file has where a variable counts, by key
	cfg      Config
	problems []Problem
	setup    bool
	foreign  bool // the file could be another user's
}

// problem notes one, which is at the place that label names.
func (l *loader) problem(label string, err error) {
	found := problemOf(err)
	if label != "" {
		found.Message = label + ": " + found.Message
	}
	l.problems = append(l.problems, found)
}

func (l *loader) err() error {
	if len(l.problems) == 0 {
		return nil
	}
	slices.SortFunc(l.problems, func(a, b Problem) int { return strings.Compare(a.Message, b.Message) })
	return &Error{slices.Compact(l.problems)}
}

func (l *loader) readFile(o Options, usual places, base string) {
	flag := o.Path
	if value := l.env[fileVariable]; leftOut(value) {
		delete(l.env, fileVariable)
		l.ignore("", fromVariable(fileVariable).label, notFilledIn)
	}
	if leftOut(flag) {
		flag = ""
		l.ignore("", "--config", notFilledIn)
	}
	path, err := locate(flag, l.env, usual, base)
	var f file
	if err == nil && path != "" {
		l.cfg.path = path
		f, err = read(path)
	}
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && l.setup: // which will make it
	case missing:
		l.problem("", hint.Errorf("correct the path in --config or "+fileVariable, "%w", err))
	case err != nil:
		l.problem("", err)
	}
	l.cfg.File = f.path
	from := func(name string) source { return fromFile(f, name) }
	l.dropUnfilled(f.values, from)
	l.checkPrivate(&f)
	l.checkNames(f)
	l.checkOwner(f, o.Name)
	l.take(f.values, from)
}

// checkPrivate drops what stands in a file that other users could have written, or in one with a key that they can read. It
// could send the key of another place where they want it, so then there is none at all.
func (l *loader) checkPrivate(f *file) {
	if f.info == nil {
		return
	}
	label, forbidden := "", local.OthersWrite
	if f.values[secretKey] != nil && !l.setup { // which takes the key out
		label, forbidden = fromFile(*f, secretKey).label, local.OthersUse
	}
	if text, isText := f.values[journal].(string); isText && isDatabase(text) && len(passwordsIn(text)) > 0 {
		label, forbidden = fromFile(*f, journal).label, local.OthersUse
	}
	if err := local.CheckPrivate(f.path, f.info, forbidden); err != nil {
		l.problem(label, err)
		l.foreign, f.values = true, nil
	}
}

// checkNames drops the values of a file whose names mean nothing.
func (l *loader) checkNames(f file) {
	known := Names()
	for name := range f.values {
		if slices.Contains(known, name) {
			continue
		}
		l.problem("", hint.Errorf(correct(name, known), "unknown key %s in %s", nameShown(name), f.path))
		delete(f.values, name)
	}
}

// correct returns what to do about a name that means nothing.
func correct(name string, known []string) string {
	if near := nearest.Nearest(name, known); near != "" {
		return "correct the name, perhaps to " + near
	}
	return "remove it; the README lists the keys"
}

func (l *loader) readEnvironment() {
	values := map[string]any{}
	names := Names()
	known := make([]string, 0, len(names)+1) // without what all of them begin with
	known = append(known, strings.TrimPrefix(fileVariable, prefix))
	for _, name := range names {
		own := variable(name)
		known = append(known, strings.TrimPrefix(own, prefix))
		if value, given := l.env[own]; given {
			values[name] = value
		}
	}
	for name := range l.env {
		own, ours := strings.CutPrefix(name, prefix)
		switch {
		case !ours || slices.Contains(known, own):
		case nearest.Nearest(own, known) == "": // another program's, which is no reason to refuse every call
			l.cfg.Warnings = append(l.cfg.Warnings, Problem{"the environment variable " + nameShown(name) + " is not known and is ignored", "the README lists the keys"})
		default:
			l.problem("", hint.Errorf("correct the name, perhaps to "+prefix+nearest.Nearest(own, known), "unknown environment variable %s", nameShown(name)))
		}
	}
	from := func(name string) source { return fromVariable(variable(name)) }
	l.dropUnfilled(values, from)
	if value := l.env[shellKey]; unfilled(value) {
		delete(l.env, shellKey)
		l.ignore(secretKey, fromVariable(shellKey).label, notFilledIn)
	}
	slices.SortFunc(l.cfg.Warnings, func(a, b Problem) int { return strings.Compare(a.Message, b.Message) })
	for name := range values {
		l.below[name] = l.values.Get(name)
	}
	l.take(values, from)
}

// compare notes a variable that makes a difference to the file, of which before is what came before it.
func (l *loader) compare(k Key, before Config) {
	if value := l.below[k.Name]; value != nil {
		_ = k.rule.set(&before, value) // else it stays at its default, as in a server
	}
	written := k.Name == accountName || l.setup && (k.Name == stateDir || k.Name == toolsets)
	if !written && k.Name != logLevel && fmt.Sprint(before) != fmt.Sprint(l.cfg) { // a Config shows no secret
		l.cfg.HereOnly = append(l.cfg.HereOnly, k.Name)
	}
}

// NotPassedOn says which variables count here and in no AI client, if there are some.
func (c Config) NotPassedOn() (found Problem, some bool) {
	if len(c.HereOnly) == 0 {
		return Problem{}, false
	}
	variables := make([]string, len(c.HereOnly))
	for i, name := range c.HereOnly {
		variables[i] = variable(name)
	}
	return Problem{
		"set here, and not passed on by desktop clients: " + strings.Join(variables, ", "),
		"write " + strings.Join(c.HereOnly, ", ") + " into " + c.path,
	}, true
}

func (l *loader) readFlags(o Options) {
	values := map[string]any{}
	if o.Simulator {
		values[simulator] = true
	}
	if o.LogLevel != "" {
		values[logLevel] = o.LogLevel
	}
	if len(o.Toolsets) > 0 {
		values[toolsets] = strings.Join(o.Toolsets, ",")
	}
	if o.Name != "" {
		values[accountName] = o.Name
	}
	l.take(values, func(name string) source {
		if name == accountName {
			return source{label: "--name"}
		}
		return source{label: "--" + strings.ReplaceAll(name, "_", "-")}
	})
}

// take puts values over earlier ones and notes where they come from. The key counts as one thing, however it is given: it
// replaces the key of an earlier place, and must not be given twice in one.
func (l *loader) take(values map[string]any, from func(name string) source) {
	given := slices.DeleteFunc(keyNames(), func(name string) bool { _, there := values[name]; return !there })
	if len(given) > 0 {
		for _, name := range keyNames() {
			delete(l.sources, name)
		}
	}
	if len(given) > 1 {
		l.problem(from(given[0]).label, hint.Errorf("keep one of the two", "the key is given twice, by %s too", from(given[1]).label))
		for _, name := range given {
			delete(values, name)
		}
	}
	for name, value := range values {
		if err := checkFolded(value); err != nil {
			l.problem(from(name).label, err)
			continue
		}
		l.values.Set(name, value)
		l.sources[name] = from(name)
	}
}

// checkFolded refuses names that differ in their case only, because viper would keep either.
func checkFolded(value any) error {
	names, _ := value.(map[string]any)
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		name = strings.ToLower(name)
		if seen[name] {
			return givenTwice(name)
		}
		seen[name] = true
	}
	return nil
}

// apply turns the gathered values into the Config.
func (l *loader) apply() {
	for _, k := range Keys() {
		if !k.rule.private {
			l.set(k)
		}
	}
	l.keepApart()
	if l.cfg.StripeAccount != "" && l.cfg.StripeContext != "" {
		l.problem(l.sources[stripeAccount].label, hint.Errorf("keep one of the two", "%s names an account, too", l.sources[stripeContext].label))
	}
	if len(l.cfg.DailyLimit) > 0 && !l.cfg.Journal {
		l.problem(l.sources[dailyLimit].label, hint.Errorf("set journal to true, or take daily_limit out",
			"the journal counts what a day costs, and it is switched off"))
	}
	if l.cfg.Simulator {
		l.cfg.Mode = ModeSimulator
		return // with no use for a key, it is not even read; and without a folder of its own it works in memory
	}
	if err := local.CheckFolder(l.cfg.StateDir); err != nil {
		l.problem(l.sources[stateDir].label, err)
	}
	if l.foreign {
		return
	}
	if l.setup {
		l.ownKey()
		return
	}
	for _, k := range Keys() {
		if k.rule.private {
			l.set(k)
		}
	}
	l.vaultKey()
	l.shellKey()
	l.noticeKeys()
	if !l.cfg.liveHost() {
		l.cfg.SecretKey, l.cfg.KeySource, l.cfg.Mode, l.cfg.fetch = secret.Secret{}, "", ModeUnknown, nil
		l.problem(l.sources[apiBase].label, errLiveHost())
	}
}

func (l *loader) set(k Key) {
	from, given := l.sources[k.Name]
	if !given {
		return
	}
	before := l.cfg
	if err := k.rule.set(&l.cfg, l.values.Get(k.Name)); err != nil {
		l.problems = append(l.problems, k.rule.problem(err, from.label))
		return
	}
	if from.variable && !k.rule.private {
		l.compare(k, before)
	}
	if k.rule.private {
		l.cfg.KeySource, l.cfg.KeyKind = from.label, kindOf(k.Name, from)
	}
}

// shellKey takes the key of Stripe's own variable when no other place gives one. It does not count when
// anything else is wrong: many shells carry it for other programs, and it could be a live one.
func (l *loader) shellKey() {
	value, given := l.env[shellKey]
	if !given || len(l.problems) > 0 || l.cfg.KeySource != "" {
		return
	}
	label := fromVariable(shellKey).label
	accepted, err := l.cfg.Accept(secret.New(value))
	if err == nil && accepted.Mode == ModeLive && len(l.cfg.missed) > 0 { // another key was meant
		l.cfg.missed = append(l.cfg.missed, "a live key in "+shellKey+" does not take its place")
		return
	}
	if err != nil {
		l.problem(label, err)
		return
	}
	l.cfg = accepted
	l.cfg.KeySource, l.cfg.KeyKind = label, KeyInVariable
}
