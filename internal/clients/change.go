package clients

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

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
	Name   string // of the entry
	Entry  Entry  // as it will be; zero after removal
	before []byte // nil when there is no file yet
	after  []byte
}

// Linked reports whether the client's own path is a link to the file that changes.
func (c Change) Linked() bool { return c.Path != c.Client.Path }

// Unchanged reports whether the file says already what it should.
func (c Change) Unchanged() bool { return bytes.Equal(c.before, c.after) }

// Add plans to make the client start entry under that name. It fails when the file cannot be understood or has an entry of
// that name for another program.
func (c Client) Add(name string, entry Entry) (Change, error) {
	change, doc, err := c.open()
	change.Name, change.Entry = name, entry
	if err != nil {
		return change, err
	}
	old, found, err := doc.entry(name)
	if err == nil && found && !old.starts(entry.Command) {
		err = hint.Errorf("rename or remove that entry", "its entry %q starts another program", name)
	}
	if err == nil {
		change.Entry = entry.merged(old.Entry)
		err = doc.put(name, change.Entry)
	}
	if err != nil {
		return change, c.leftAlone(err)
	}
	return change.planned(doc)
}

// Remove plans to take the entry of that name out, which starts program or another copy of it. An entry of that name for
// anything else stays.
func (c Client) Remove(name, program string) (Change, error) {
	change, doc, err := c.open()
	change.Name = name
	if err != nil {
		return change, err
	}
	old, found, err := doc.entry(name)
	if err != nil {
		return change, c.leftAlone(err)
	}
	if !found || !old.starts(program) {
		return change, nil
	}
	if err := doc.drop(name, false); err != nil {
		return change, c.leftAlone(err)
	}
	return change.planned(doc)
}

// Ours returns the entries in the client's file that start program or another copy of it, under whatever name.
func (c Client) Ours(program string) ([]Named, error) {
	_, doc, err := c.open()
	if err != nil {
		return nil, err
	}
	var ours []Named
	for _, name := range doc.names() {
		if entry, found, err := doc.entry(name); err == nil && found && entry.starts(program) {
			ours = append(ours, entry)
		}
	}
	return ours, nil
}

func (c Client) leftAlone(err error) error {
	return fmt.Errorf("%s stays as it is: %w", c.Path, err)
}

const byteOrderMark = "\ufeff"

// open follows links and parses the file. The change that it returns changes nothing yet.
func (c Client) open() (Change, document, error) {
	change := Change{Client: c, Path: c.Path}
	if c.fault != nil {
		return change, nil, c.fault
	}
	_, err := os.Lstat(c.Path)
	if !errors.Is(err, fs.ErrNotExist) {
		if change.Path, err = filepath.EvalSymlinks(c.Path); err != nil {
			return change, nil, c.leftAlone(errors.New("it is a link that leads nowhere"))
		}
		if change.before, _, err = local.ReadFile(change.Path, largest); err != nil {
			return change, nil, err
		}
	}
	change.after = change.before
	doc, err := c.format.parse(withoutMark(change.before))
	if err != nil {
		return change, nil, c.leftAlone(err)
	}
	return change, doc, nil
}

// withoutMark returns text without what marks its encoding. White space alone says nothing.
func withoutMark(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	return text
}

// planned makes doc the file's new contents, once it is sure that apart from our entry nothing changes.
func (c Change) planned(doc document) (Change, error) {
	text := doc.text()
	was, err := c.Client.format.parse(withoutMark(c.before))
	if err == nil {
		doc, err = c.Client.format.parse(text)
	}
	if err != nil || !reflect.DeepEqual(was.others(c.Name), doc.others(c.Name)) {
		return c, c.Client.leftAlone(hint.Errorf("add the entry yourself; setup --print shows it", "it cannot be changed without touching the rest of it"))
	}
	if bytes.HasPrefix(c.before, []byte(byteOrderMark)) {
		text = append([]byte(byteOrderMark), text...)
	}
	c.after = text
	return c, nil
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

// Lines returns what the client's file needs, for people who would rather write it themselves.
func (c Change) Lines() string { return c.Client.format.lines(c.Name, c.Entry) }

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
