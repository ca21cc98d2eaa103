package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// Edit is what setup changes in a configuration file. Everything else in it stays as it is, comments included.
type Edit struct {
	AllowLiveWrites bool     // set allow_live_writes to true
	DropKey         bool     // remove stripe_secret_key
	OnlyVault       string   // set key_in_vault to it, unless empty
	StateDir        string   // set state_dir to it, unless empty
	AccountName     string   // set account_name to it, unless empty
	Toolsets        []string // set toolsets to it, unless empty
	Forget          bool     // remove key_in_vault, account_name and a state_dir that says what holds without them

	dropState bool
}

// step is a change of one key.
type step struct {
	name  string
	value any // nil to remove it
}

func (e Edit) steps() []step {
	var all []step
	if e.DropKey {
		all = append(all, step{secretKey, nil})
	}
	if e.Forget {
		all = append(all, step{keyInVault, nil}, step{accountName, nil})
	}
	if e.dropState {
		all = append(all, step{stateDir, nil})
	}
	if e.AccountName != "" {
		all = append(all, step{accountName, e.AccountName})
	}
	if e.OnlyVault != "" {
		all = append(all, step{keyInVault, e.OnlyVault})
	}
	if e.StateDir != "" {
		all = append(all, step{stateDir, e.StateDir})
	}
	if e.AllowLiveWrites {
		all = append(all, step{allowLive, true})
	}
	if len(e.Toolsets) > 0 {
		list := make([]any, len(e.Toolsets)) // as decoders return one
		for i, set := range e.Toolsets {
			list[i] = set
		}
		all = append(all, step{toolsets, list})
	}
	return all
}

// Edit returns what setup writes whatever the key.
func (c Config) Edit() Edit {
	return Edit{StateDir: c.StateDir, AccountName: c.AccountName, Toolsets: c.Toolsets}
}

// EditFor returns what setup changes for the key of cfg: a readable one that the configuration holds is taken out, because it
// would win over the stored one. Another key there is an error.
func (c Config) EditFor(cfg Config) (Edit, error) {
	edit := c.Edit()
	edit.OnlyVault = VaultMode(cfg.Mode)
	switch {
	case c.KeySource == "":
	case c.SecretKey.Reveal() == cfg.SecretKey.Reveal(): // it is where it should not be, and nothing is lost
		edit.DropKey = true
	default:
		return Edit{}, hint.Errorf("remove that line, then run setup again",
			"nothing was changed: %s gives another key, which would win over the stored one", c.KeySource)
	}
	return edit, nil
}

// newFile is the beginning of a new configuration file.
const newFile = "# The README of stripe-mcp lists the keys that can stand here. The Stripe key is not here but encrypted beside it.\n"

// Write makes the edit in the configuration file, which it creates where there is none, and reports whether that changed
// anything. A file that then says nothing is removed. With dry it only finds out. A new file is 0600 in a folder of 0700. An
// error says that nothing was changed.
func (c Config) Write(edit Edit, dry bool) (changed bool, err error) {
	if c.path == "" {
		return false, hint.Errorf("name one with --config", "there is no folder for a configuration file")
	}
	if edit.StateDir != "" && c.misplaced != nil {
		return false, fmt.Errorf("nothing was changed: %w, then run setup again", c.misplaced)
	}
	text, _, err := local.ReadFile(c.path, maxFile)
	isNew := errors.Is(err, fs.ErrNotExist)
	switch {
	case isNew && edit.Forget:
		return false, nil
	case isNew && formatOf(c.path) != "json":
		text = []byte(newFile)
	case err != nil && !isNew:
		return false, err
	}
	edit.dropState = edit.Forget && c.StateDir == c.usualState
	bare, marked := bytes.CutPrefix(text, []byte(byteOrderMark))
	made, todo, err := edit.apply(formatOf(c.path), bare)
	if err != nil {
		return false, fmt.Errorf("%s %w", c.path, err)
	}
	if marked {
		made = append([]byte(byteOrderMark), made...)
	}
	changed = isNew || !bytes.Equal(made, text)
	switch {
	case dry || !changed:
		return changed, nil
	case edit.Forget && empty(made) && !isLink(c.path):
		return true, local.Remove(c.path)
	}
	if err := local.WriteFile(c.path, made); err != nil {
		return false, hint.Errorf(todo, "%s cannot be written: %w", c.path, err)
	}
	return true, nil
}

// empty reports whether a file says nothing but what setup puts into a new one.
func empty(text []byte) bool {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte(newFile)))
	return len(text) == 0 || string(text) == "{}"
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().Type() == fs.ModeSymlink
}

// apply returns text with the edit made, and what a person can do in its place. It decodes the result, which must differ from
// text in nothing else.
func (e Edit) apply(format string, text []byte) (made []byte, todo string, err error) {
	if format == "json" && len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	before, err := decode(format, text)
	if err != nil {
		return nil, "", err
	}
	want := map[string]any{}
	maps.Copy(want, before)
	var words []string
	for _, step := range e.steps() {
		old, there := want[step.name]
		switch {
		case step.value == nil && there:
			delete(want, step.name)
			text = without(format, text, step.name)
			words = append(words, "remove "+step.name)
		case step.value != nil && !reflect.DeepEqual(step.value, old):
			want[step.name] = step.value
			text = with(format, text, step, there)
			words = append(words, fmt.Sprintf("set %s to %v", step.name, step.value))
		}
	}
	got, err := decode(format, text)
	todo = strings.Join(words, " and ") + " yourself, then run setup again"
	if err != nil || len(words) > 0 && !maps.EqualFunc(got, want, reflect.DeepEqual) {
		return nil, "", hint.Errorf(todo, "cannot be changed without touching the rest of it")
	}
	return text, todo, nil
}

// without returns text without a key, if that stands on a line of its own.
func without(format string, text []byte, name string) []byte {
	if format == "json" {
		return patched(text, `[{"op": "remove", "path": "/`+name+`"}]`)
	}
	return regexp.MustCompile(`(?m)^`+name+`[ \t]*[:=].*(?:\n|\z)`).ReplaceAll(text, nil)
}

// with returns text with a key, which may be there already, set to a value.
func with(format string, text []byte, set step, there bool) []byte {
	value := literal(format, set.value)
	switch {
	case format == "json":
		return patched(text, `[{"op": "add", "path": "/`+set.name+`", "value": `+value+`}]`)
	case there:
		old := regexp.MustCompile(`(?m)^(` + set.name + `[ \t]*[:=][ \t]*)(?:\[[^\]\n]*\]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^\s#"']\S*)`)
		return old.ReplaceAll(text, []byte("${1}"+strings.ReplaceAll(value, "$", "$$")))
	case format == "toml": // a line at its end could belong to a table
		return append([]byte(set.name+" = "+value+"\n"), text...)
	case len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")):
		text = append(bytes.Clone(text), '\n')
	}
	return append(bytes.Clone(text), set.name+": "+value+"\n"...)
}

// literal returns a value as a file of that format spells it.
func literal(format string, value any) string {
	text, isText := value.(string)
	list, isList := value.([]any)
	switch {
	case isList:
		items := make([]string, len(list))
		for i, item := range list {
			items[i] = literal(format, item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case !isText:
		return fmt.Sprint(value)
	case format != "yaml":
		return strconv.Quote(text)
	case regexp.MustCompile(`^[\w/.][\w/.\\:+@-]*$`).MatchString(text):
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// patched returns JSON with a patch (RFC 6902) applied, or as it was where that is impossible.
func patched(text []byte, patch string) []byte {
	tree, err := hujson.Parse(text)
	if err == nil {
		err = tree.Patch([]byte(patch))
	}
	if err != nil {
		return text
	}
	return tree.Pack()
}
