package clients

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/google/renameio/v2/maybe"
	"github.com/tailscale/hujson"

	"stripe-mcp/internal/secret"
)

// largest is more than any client's file has; Claude Code keeps its history in its own.
const largest = 64 << 20

// Change is what is to be done to one client's file. Nothing is written before Apply.
type Change struct {
	Client Client
	Path   string // the file that changes: where a link leads
	Entry  Entry  // as it will be; zero after removal
	before []byte // nil when there is no file yet
	after  []byte
	mode   fs.FileMode
}

// Linked reports whether the client's own path is a link to the file that changes.
func (c Change) Linked() bool { return c.Path != c.Client.Path }

// Unchanged reports whether the file says already what it should.
func (c Change) Unchanged() bool { return bytes.Equal(c.before, c.after) }

// Add plans to make the client start entry. It fails, and says why, when the file cannot be understood or has an entry of
// our name for another program.
func (c Client) Add(entry Entry) (Change, error) {
	if c.typed {
		entry.Type = "stdio"
	}
	change, text, err := c.read()
	if err != nil {
		return change, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	doc, err := parse(text)
	if err != nil {
		return change, c.leftAlone(err)
	}
	old, found, err := doc.entry(c.section)
	if err != nil {
		return change, c.leftAlone(err)
	}
	if found && !old.starts(entry.Command) {
		return change, c.leftAlone(fmt.Errorf("its entry %q starts another program; rename or remove that entry", name))
	}
	change.Entry = entry.merged(old)
	after, err := doc.with(c.section, change.Entry)
	if err != nil {
		return change, c.leftAlone(err)
	}
	return change.planned(after, func(members map[string]any) { setMember(members, c.section, name) })
}

// Remove plans to take our entry out, which starts program or another copy of it. An entry of our name for anything else
// stays.
func (c Client) Remove(program string) (Change, error) {
	change, text, err := c.read()
	if err != nil || change.before == nil || len(bytes.TrimSpace(text)) == 0 {
		change.after = change.before
		return change, err
	}
	doc, err := parse(text)
	if err != nil {
		return change, c.leftAlone(err)
	}
	old, found, err := doc.entry(c.section)
	if err != nil {
		return change, c.leftAlone(err)
	}
	if !found || !old.starts(program) {
		change.after = change.before
		return change, nil
	}
	return change.planned(doc.without(c.section), func(members map[string]any) { setMember(members, c.section, name) })
}

// Current returns the entry that the client has under our name, and false when it has none that starts program or another
// copy of it.
func (c Client) Current(program string) (Entry, bool, error) {
	change, text, err := c.read()
	if err != nil || change.before == nil || len(bytes.TrimSpace(text)) == 0 {
		return Entry{}, false, err
	}
	doc, err := parse(text)
	if err != nil {
		return Entry{}, false, fmt.Errorf("%s: %w", c.Path, err)
	}
	entry, found, err := doc.entry(c.section)
	if err != nil {
		return Entry{}, false, fmt.Errorf("%s: %w", c.Path, err)
	}
	return entry, found && entry.starts(program), nil
}

func (c Client) leftAlone(err error) error {
	return fmt.Errorf("%s was left as it is: %w", c.Path, err)
}

const byteOrderMark = "\ufeff"

// read follows links and returns the file, without its byte-order mark in text.
func (c Client) read() (change Change, text []byte, err error) {
	change = Change{Client: c, Path: c.Path, mode: 0o600}
	if _, err := os.Lstat(c.Path); errors.Is(err, fs.ErrNotExist) {
		return change, nil, nil
	}
	if change.Path, err = filepath.EvalSymlinks(c.Path); err != nil {
		return change, nil, c.leftAlone(errors.New("it is a link that leads nowhere"))
	}
	info, err := os.Stat(change.Path)
	switch {
	case err != nil:
		return change, nil, c.leftAlone(err)
	case !info.Mode().IsRegular():
		return change, nil, c.leftAlone(errors.New("it is not a regular file"))
	case info.Size() > largest:
		return change, nil, c.leftAlone(errors.New("it is too large"))
	}
	change.mode = info.Mode().Perm()
	change.before, err = os.ReadFile(change.Path)
	if err != nil {
		return change, nil, c.leftAlone(err)
	}
	if change.before == nil {
		change.before = []byte{}
	}
	return change, bytes.TrimPrefix(change.before, []byte(byteOrderMark)), nil
}

// planned takes text as the file's new contents, once it is sure that apart from what ignore removes nothing changes.
func (c Change) planned(text []byte, ignore func(map[string]any)) (Change, error) {
	old := bytes.TrimPrefix(c.before, []byte(byteOrderMark))
	if len(bytes.TrimSpace(old)) == 0 {
		old = []byte("{}")
	}
	was, is := meaning(old), meaning(text)
	ignore(was)
	ignore(is)
	if was == nil || !reflect.DeepEqual(was, is) {
		return c, c.Client.leftAlone(errors.New("it cannot be changed without touching the rest of it; add the entry yourself, see --print"))
	}
	if bytes.HasPrefix(c.before, []byte(byteOrderMark)) {
		text = append([]byte(byteOrderMark), text...)
	}
	c.after = text
	return c, nil
}

// meaning decodes text, or returns nil.
func meaning(text []byte) map[string]any {
	standard, err := hujson.Standardize(bytes.Clone(text))
	if err != nil {
		return nil
	}
	return decoded(standard)
}

// setMember takes our entry out of members, and the section with it when nothing else is in it.
func setMember(members map[string]any, section, entry string) {
	servers, _ := members[section].(map[string]any)
	delete(servers, entry)
	if len(servers) == 0 {
		delete(members, section)
	}
}

// Apply writes the file in one step, keeping its mode, and returns where the old contents were saved; empty when there
// were none. In that copy keys are cut short: it must not keep what the change removed. When it fails the file is as it was.
func (c Change) Apply() (backup string, err error) {
	if c.Unchanged() {
		return "", nil
	}
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
		return "", err
	}
	now, err := os.ReadFile(c.Path)
	if c.before == nil && errors.Is(err, fs.ErrNotExist) {
		return "", maybe.WriteFile(c.Path, c.after, c.mode)
	}
	if err != nil || !bytes.Equal(now, c.before) {
		return "", c.Client.leftAlone(errors.New("another program has changed it just now; run this again"))
	}
	backup = c.Path + ".before-stripe-mcp"
	if err := maybe.WriteFile(backup, []byte(secret.Redact(string(c.before))), 0o600); err != nil {
		return "", c.Client.leftAlone(fmt.Errorf("no backup could be made: %w", err))
	}
	if err := maybe.WriteFile(c.Path, c.after, c.mode); err != nil {
		return "", c.Client.leftAlone(err)
	}
	return backup, os.Chmod(c.Path, c.mode) // whatever the umask says
}

// Snippet returns what the client's file needs, for people who would rather write it themselves.
func (c Change) Snippet() string {
	return encode(map[string]map[string]Entry{c.Client.section: {name: c.Entry}}, "", "  ")
}
