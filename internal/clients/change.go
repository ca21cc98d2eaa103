package clients

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
)

// Change is a planned change of one client's file. Nothing is written before Apply.
type Change struct {
	Client  Client
	Path    string // the file that changes: where a link leads
	Name    string // of the entry
	Entry   Entry  // as it will be; zero after removal
	Off     bool   // the client's owner switched it off there
	ByHand  bool   // the person has to write the lines into the file
	lines   string // which ones, where the file needs others than its format has
	program string // what our entries start
	locked  bool   // the file is read-only
	before  []byte // nil when there is no file yet
	after   []byte
	was     document // what before says
}

// Linked reports whether the client's own path is a link to the file that changes.
func (c Change) Linked() bool { return c.Path != c.Client.Path }

// Unchanged reports whether the file says already what it should.
func (c Change) Unchanged() bool { return bytes.Equal(c.before, c.after) && !c.ByHand }

// Lines returns what the client's file needs, for people who write it themselves.
func (c Change) Lines() string { return cmp.Or(c.lines, c.Client.format.lines(c.Name, c.Entry)) }

// Lines returns what most clients read, in their file of servers.
func Lines(name string, entry Entry) string {
	return jsonFormat{section: "mcpServers", env: "env"}.lines(name, entry)
}

// Add plans to make the client start entry under that name. It fails when the file cannot be understood or has an entry of
// that name for another program. ByHand is set where the change is left to the person. For a client whose file is never edited
// there is no error then; for the others it says why.
func (c Client) Add(name string, entry Entry) (Change, error) {
	change, doc, err := c.open(name)
	change.Entry, change.program = entry, entry.Command
	if err == nil {
		err = change.put(doc)
	}
	if uncertain, ok := errors.AsType[uncertainError](err); ok {
		change.ByHand, change.lines = true, uncertain.lines
	}
	if c.printOnly && err != nil && c.fault == nil {
		change.ByHand, err = true, nil
	}
	return change, err
}

// put makes the entry a part of doc, and that the file's new contents.
func (c *Change) put(doc document) error {
	old, found, err := doc.entry(c.Name)
	if err == nil && found && !old.starts(c.Entry.Command) {
		err = hint.Errorf("rename or remove that entry, or choose another name with --name", "its entry %q is another server's", c.Name)
	}
	if err != nil {
		return c.Client.leftAlone(err)
	}
	c.Entry, c.Off = c.Entry.merged(old.Entry), old.Disabled
	if c.Client.printOnly {
		c.ByHand = !old.same(c.Entry)
		return nil
	}
	edited := doc.copy()
	err = edited.put(c.Name, c.Entry)
	if err == nil {
		edited, err = c.become(edited.text(), !found)
	}
	if err == nil {
		if now, _, wrong := edited.entry(c.Name); wrong != nil || !now.same(c.Entry) {
			c.after, err = c.before, errUnclear()
		}
	}
	if err != nil {
		return c.Client.leftAlone(err)
	}
	return nil
}

// Remove plans to take the entry of that name out, which starts program or another copy of it. An entry of that name for
// anything else stays. Where nothing else changed since the first entry was added, the file becomes what it was.
func (c Client) Remove(name, program string) (Change, error) {
	change, doc, err := c.open(name)
	change.program = program
	if err != nil {
		return change, certain(err, "repair that file")
	}
	old, found, err := doc.entry(name)
	if err == nil && (!found || !old.starts(program)) {
		return change, nil
	}
	if err == nil && c.printOnly {
		err = uncertain("its entry %q is left to people", name)
	}
	edited := doc.copy()
	if err == nil {
		err = edited.drop(name)
	}
	if err == nil {
		text := edited.text()
		edited.tidy()
		if original, same := change.original(edited); same {
			text = original
		}
		_, err = change.become(text, true)
	}
	if err != nil {
		return change, change.Client.leftAlone(certain(err, "take the entry out of it yourself"))
	}
	return change, nil
}

// original returns what the file was before its first change, and whether that says the same as doc, which is tidy.
func (c Change) original(doc document) ([]byte, bool) {
	text, _, err := local.ReadFile(c.backup(), largest)
	if err != nil {
		return nil, false
	}
	was, err := c.Client.format.parse(withoutMark(text))
	if err != nil {
		return nil, false
	}
	if _, found, _ := was.entry(c.Name); !found && slices.Contains(was.names(), c.Name) {
		_ = was.drop(c.Name) // it says nothing
	}
	same := was.alike(doc, c.Name, true)
	was.tidy()
	return text, same && bytes.Equal(squeezed(was.text()), squeezed(doc.text()))
}

// squeezed returns text without its white space.
func squeezed(text []byte) []byte {
	return slices.DeleteFunc(bytes.Clone(text), func(c byte) bool { return strings.IndexByte(blank, c) >= 0 })
}

// Ours returns the sound entries of the client that start program or another copy of it, under whatever name.
func (c Client) Ours(program string) ([]Named, error) {
	all, err := c.Entries(program)
	return slices.DeleteFunc(all, func(entry Named) bool { return entry.Fault != nil }), err
}

// Entries returns the same, and those that start program but that the client cannot read.
func (c Client) Entries(program string) ([]Named, error) {
	var ours []Named
	for _, file := range c.files() {
		_, doc, err := file.read()
		if err != nil {
			return nil, certain(err, "repair that file")
		}
		for _, name := range doc.names() {
			if entry, found, err := doc.entry(name); (found || err != nil) && entry.starts(program) {
				entry.Name, entry.Path, entry.Fault = name, file.Path, err
				ours = append(ours, entry)
			}
		}
	}
	return ours, nil
}

func (c Client) leftAlone(err error) error {
	return fmt.Errorf("%s stays as it is: %w", c.Path, err)
}

// files returns the client once for each of its files.
func (c Client) files() []Client {
	if len(c.reads) == 0 {
		return []Client{c}
	}
	var all []Client
	for _, path := range c.reads {
		if path == c.Path || exists(path) {
			file := c
			file.Path = path
			all = append(all, file)
		}
	}
	return all
}

// open reads the file that has an entry of that name, or else the one for new entries.
func (c Client) open(name string) (Change, document, error) {
	var holders []Client
	files := c.files()
	for _, file := range files {
		if len(files) == 1 {
			break
		}
		change, doc, err := file.read()
		change.Name = name
		if err != nil {
			return change, nil, err
		}
		if _, found, err := doc.entry(name); found || err != nil {
			holders = append(holders, file)
		}
	}
	switch len(holders) {
	case 0:
	case 1:
		c = holders[0]
	default:
		first, second := holders[0].Path, holders[1].Path
		return Change{Client: c, Path: c.Path, Name: name}, nil, hint.Errorf("keep one of them", "%s and %s stay as they are: both have an entry %q", first, second, name)
	}
	change, doc, err := c.read()
	change.Name = name
	return change, doc, err
}

// largest is more than any client's file has; Claude Code keeps its history in its own.
const largest = 64 << 20

// read follows links and parses the file. The change that it returns changes nothing yet.
func (c Client) read() (Change, document, error) {
	change := Change{Client: c, Path: c.Path}
	if c.fault != nil {
		return change, nil, c.fault
	}
	if !filepath.IsAbs(c.Path) { // it would lead into the working directory, where a repository could plant one
		return change, nil, local.CheckPlaces(c.Path)
	}
	_, err := os.Lstat(c.Path)
	if !errors.Is(err, fs.ErrNotExist) {
		if change.Path, err = local.Target(c.Path); err != nil {
			return change, nil, c.leftAlone(errors.New("it is a link that leads nowhere"))
		}
		var info fs.FileInfo
		if change.before, info, err = local.ReadFile(change.Path, largest); err != nil {
			return change, nil, err
		}
		change.locked = info.Mode().Perm()&0o200 == 0
	}
	change.after = change.before
	change.was, err = c.latest.parse(c.format, withoutMark(change.before))
	if err != nil {
		return change, nil, c.leftAlone(err)
	}
	return change, change.was, nil
}

const byteOrderMark = "\ufeff"

// withoutMark returns text without what marks its encoding. White space alone says nothing.
func withoutMark(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	return text
}

// become makes text the file's new contents, once it is sure that apart from our entry nothing changes. Of that only how it
// starts a program may change, or all of it where whole is true.
func (c *Change) become(text []byte, whole bool) (is document, err error) {
	is, err = c.Client.latest.parse(c.Client.format, withoutMark(text))
	if err != nil || !c.was.alike(is, c.Name, whole) {
		return nil, uncertain("it cannot be changed without touching the rest of it")
	}
	if mark := []byte(byteOrderMark); bytes.HasPrefix(c.before, mark) && !bytes.HasPrefix(text, mark) {
		text = append(mark, text...)
	}
	if c.locked && !bytes.Equal(text, c.before) {
		return nil, hint.Errorf("make it writable, and run this again", "it is read-only")
	}
	c.after = text
	return is, nil
}

func (c Change) backup() string { return c.Path + ".before-stripe-mcp" }

// Apply writes the file in one step, and returns where its original is; empty when there was none. That is what the file was
// before its first change, in which keys are cut short, because the change may have removed one. When Apply fails the file is
// as it was.
func (c Change) Apply() (original string, err error) {
	if bytes.Equal(c.before, c.after) {
		return "", nil
	}
	now, err := os.ReadFile(c.Path)
	if c.before == nil && errors.Is(err, fs.ErrNotExist) {
		return "", local.WriteFile(c.Path, c.after)
	}
	if err != nil || !bytes.Equal(now, c.before) {
		return "", c.Client.leftAlone(hint.Errorf("run this again", "another program has changed it just now"))
	}
	if !exists(c.backup()) && !c.madeByUs() {
		if err := local.WritePrivate(c.backup(), []byte(secret.Redact(string(c.before)))); err != nil {
			return "", c.Client.leftAlone(fmt.Errorf("no backup could be made: %w", err))
		}
	}
	if err := local.WriteFile(c.Path, c.after); err != nil {
		return "", c.Client.leftAlone(err)
	}
	if !exists(c.backup()) {
		return "", nil
	}
	return c.backup(), nil
}

// madeByUs reports whether the file says nothing but what setup has put there, so that there is no original of it.
func (c Change) madeByUs() bool {
	if len(c.was.names()) == 0 {
		return false
	}
	doc := c.was.copy()
	for _, name := range c.was.names() {
		if entry, found, err := doc.entry(name); err != nil || !found || !entry.starts(c.program) || doc.drop(name) != nil {
			return false
		}
	}
	doc.tidy()
	left := string(squeezed(doc.text()))
	return left == "" || left == "{}"
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
