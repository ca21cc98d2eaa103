package clients

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/tailscale/hujson"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
)

// largest is more than any client's file has; Claude Code keeps its history in its own.
const largest = 64 << 20

// Change is a planned change of one client's file. Nothing is written before Apply.
type Change struct {
	Client Client
	Path   string // the file that changes: where a link leads
	Entry  Entry  // as it will be; zero after removal
	before []byte // nil when there is no file yet
	after  []byte
}

// Linked reports whether the client's own path is a link to the file that changes.
func (c Change) Linked() bool { return c.Path != c.Client.Path }

// Unchanged reports whether the file says already what it should.
func (c Change) Unchanged() bool { return bytes.Equal(c.before, c.after) }

// Add plans to make the client start entry. It fails when the file cannot be understood or has an entry of our name for
// another program.
func (c Client) Add(entry Entry) (Change, error) {
	if c.typed {
		entry.Type = "stdio"
	}
	change, doc, err := c.open()
	change.Entry = entry
	if err != nil {
		return change, err
	}
	old, found, err := doc.entry(c.section)
	if err == nil && found && !old.starts(entry.Command) {
		err = hint.Errorf("rename or remove that entry", "its entry %q starts another program", name)
	}
	if err == nil {
		change.Entry = entry.merged(old)
		err = doc.put(c.section, change.Entry)
	}
	if err != nil {
		return change, c.leftAlone(err)
	}
	return change.planned(doc)
}

// Remove plans to take our entry out, which starts program or another copy of it. An entry of our name for anything else
// stays.
func (c Client) Remove(program string) (Change, error) {
	change, doc, err := c.open()
	if err != nil {
		return change, err
	}
	old, found, err := doc.entry(c.section)
	if err != nil {
		return change, c.leftAlone(err)
	}
	if !found || !old.starts(program) {
		return change, nil
	}
	servers, _, _ := objectIn(doc.root, c.section)
	remove(servers, memberOf(servers, name))
	return change.planned(doc)
}

// Current returns the entry that the client has under our name, and false when it has none that starts program or another
// copy of it.
func (c Client) Current(program string) (Entry, bool, error) {
	_, doc, err := c.open()
	if err != nil {
		return Entry{}, false, err
	}
	entry, found, err := doc.entry(c.section)
	if err != nil {
		return Entry{}, false, c.leftAlone(err)
	}
	return entry, found && entry.starts(program), nil
}

func (c Client) leftAlone(err error) error {
	return fmt.Errorf("%s stays as it is: %w", c.Path, err)
}

const byteOrderMark = "\ufeff"

// open follows links and parses the file. The change that it returns changes nothing yet.
func (c Client) open() (Change, document, error) {
	change := Change{Client: c, Path: c.Path}
	if c.fault != nil {
		return change, document{}, c.fault
	}
	_, err := os.Lstat(c.Path)
	if !errors.Is(err, fs.ErrNotExist) {
		if change.Path, err = filepath.EvalSymlinks(c.Path); err != nil {
			return change, document{}, c.leftAlone(errors.New("it is a link that leads nowhere"))
		}
		if change.before, _, err = local.ReadFile(change.Path, largest); err != nil {
			return change, document{}, err
		}
	}
	change.after = change.before
	text := bytes.TrimPrefix(change.before, []byte(byteOrderMark))
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	doc, err := parse(text)
	if err != nil {
		return change, doc, c.leftAlone(err)
	}
	return change, doc, nil
}

// planned makes doc the file's new contents, once it is sure that apart from our entry nothing changes.
func (c Change) planned(doc document) (Change, error) {
	text := doc.tree.Pack()
	old := bytes.TrimPrefix(c.before, []byte(byteOrderMark))
	if len(bytes.TrimSpace(old)) == 0 {
		old = []byte("{}")
	}
	was, is := othersIn(old, c.Client.section), othersIn(text, c.Client.section)
	if was == nil || !reflect.DeepEqual(was, is) {
		return c, c.Client.leftAlone(hint.Errorf("add the entry yourself; setup --print shows it", "it cannot be changed without touching the rest of it"))
	}
	if bytes.HasPrefix(c.before, []byte(byteOrderMark)) {
		text = append([]byte(byteOrderMark), text...)
	}
	c.after = text
	return c, nil
}

// othersIn returns what text says but for our entry, and for the section when nothing else is in it. It is nil when text
// is no JSON.
func othersIn(text []byte, section string) map[string]any {
	tree, err := hujson.Parse(text)
	if err != nil {
		return nil
	}
	var members map[string]any
	if decode(tree, &members) != nil {
		return nil
	}
	servers, _ := members[section].(map[string]any)
	delete(servers, name)
	if len(servers) == 0 {
		delete(members, section)
	}
	return members
}

// Apply writes the file in one step, and returns where the old contents were saved; empty when there
// were none. In that copy keys are cut short, because the change may have removed one. When it fails the file is as it was.
func (c Change) Apply() (backup string, err error) {
	if c.Unchanged() {
		return "", nil
	}
	now, err := os.ReadFile(c.Path)
	if c.before == nil && errors.Is(err, fs.ErrNotExist) {
		return "", local.WriteFile(c.Path, c.after)
	}
	if err != nil || !bytes.Equal(now, c.before) {
		return "", c.Client.leftAlone(hint.Errorf("run this again", "another program has changed it just now"))
	}
	backup = c.Path + ".before-stripe-mcp"
	if err := local.WritePrivate(backup, []byte(secret.Redact(string(c.before)))); err != nil {
		return "", c.Client.leftAlone(fmt.Errorf("no backup could be made: %w", err))
	}
	if err := local.WriteFile(c.Path, c.after); err != nil {
		return "", c.Client.leftAlone(err)
	}
	return backup, nil
}

// Snippet returns what the client's file needs, for people who would rather write it themselves.
func (c Change) Snippet() string {
	return encode(map[string]map[string]Entry{c.Client.section: {name: c.Entry}}, "", "  ")
}

// Plan is what will be done to one client's file, or why it cannot be.
type Plan struct {
	Change
	Fault error
}

// Plans works out what to do to the file of each client.
func Plans(all []Client, change func(Client) (Change, error)) []Plan {
	plans := make([]Plan, len(all))
	for i, c := range all {
		plans[i].Change, plans[i].Fault = change(c)
	}
	return plans
}
