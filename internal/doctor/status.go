package doctor

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/mcpclient"
	"stripe-mcp/internal/owner"
	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/secret"
)

// Installed is what came of starting one entry of ours as its client starts it.
type Installed struct {
	Client   string `json:"client"`
	Path     string `json:"path"`              // of the client's file
	Name     string `json:"name,omitempty"`    // of the entry, which is the account's; empty where the file cannot be read
	State    State  `json:"state"`             //
	Mode     string `json:"mode,omitempty"`    // TEST, LIVE, SIMULATOR or UNKNOWN, as the server says
	Says     string `json:"says,omitempty"`    // the first line of its instructions
	Tools    int    `json:"tools"`             // how many it lists
	Version  string `json:"version,omitempty"` // of the server
	Problem  string `json:"problem,omitempty"` // why it does not work
	WhatToDo string `json:"hint,omitempty"`
}

// State says whether an entry works.
type State string

// The states.
const (
	Works  State = "ok"
	Off    State = "off"  // its owner switched it off in the client
	Broken State = "fail" // it does not start, or does not list its tools
)

// Installations starts every entry for program in the clients' files, each as its client would from environ, and has it list its
// tools. It changes nothing.
func Installations(ctx context.Context, all []clients.Client, program string, environ []string) []Installed {
	const atOnce = 4
	slots := make(chan struct{}, atOnce)
	var found []*Installed
	var running sync.WaitGroup
	for _, c := range all {
		entries, err := c.Entries(program)
		if err != nil {
			detail, fix := hint.Split(err)
			found = append(found, &Installed{Client: c.Name, Path: c.Path, State: Broken, Problem: detail, WhatToDo: fix})
		}
		for _, entry := range entries {
			i := &Installed{Client: c.Name, Path: entry.Path, Name: entry.Name, State: Off}
			found = append(found, i)
			if entry.Disabled {
				continue
			}
			if entry.Fault != nil {
				i.fail(entry.Fault, "")
				continue
			}
			if err := clients.CheckArguments(entry.Args, config.Names()); err != nil { // it could be a command that changes something
				message, _ := hint.Split(err)
				i.fail(errors.New("it was not started: "+message), owner.Repair(c, entry, environ))
				continue
			}
			running.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				i.try(ctx, c, entry, environ)
			})
		}
	}
	running.Wait()
	list := make([]Installed, len(found))
	for at, i := range found {
		list[at] = *i
	}
	return list
}

// try starts an entry and has it list its tools.
func (i *Installed) try(ctx context.Context, c clients.Client, entry clients.Named, environ []string) {
	const enough = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, enough)
	defer cancel()
	err := i.converse(ctx, c.Process(ctx, entry.Entry, environ))
	if err == nil {
		i.State = Works
		return
	}
	i.fail(err, owner.Repair(c, entry, environ))
}

// fail says why an entry does not work. An error without a next step gets that of the entry.
func (i *Installed) fail(err error, repair string) {
	problem, next := hint.Split(err)
	i.State, i.Problem, i.WhatToDo = Broken, secret.Redact(problem), cmp.Or(next, repair)
}

// Text returns what a person sees, in one line and maybe another one with what to do. Names come from files, and words from
// programs, that others wrote.
func (i Installed) Text() string {
	const longest = 1000
	text := i.Client + ": " + plain.Clean(i.Name, longest) + ": "
	switch {
	case i.State == Works:
		text += fmt.Sprintf("%s; %d tools, version %s; ", i.Says, i.Tools, i.Version) + i.Path
	case i.State == Off:
		text += "switched off there; " + i.Path
	case i.Name == "":
		text = i.Client + ": " + i.Problem
	default:
		text += i.Problem + "; " + i.Path
	}
	return hint.Join(fmt.Sprintf("%-4s  ", i.State)+plain.Clean(text, longest), plain.Clean(i.WhatToDo, longest))
}

func (i *Installed) converse(ctx context.Context, command *exec.Cmd) error {
	const lingering = time.Second
	said := &lastWords{}
	command.Stderr, command.WaitDelay = said, lingering
	local.EndWhole(command)
	server, err := mcpclient.Start(command)
	if err != nil {
		return err
	}
	// What the server has started may hold its output open after its death.
	defer context.AfterFunc(ctx, func() { _ = server.CloseOutput() })()
	info, err := server.Initialize(ctx)
	if err == nil {
		i.Version = info.ServerInfo.Version
		i.Says = firstLine(info.Instructions)
		if found := regexp.MustCompile(` in ([A-Z]+) mode`).FindStringSubmatch(i.Says); found != nil {
			i.Mode = found[1]
		}
		i.Tools, err = countTools(ctx, server)
	}
	if ended := server.Close(); err == nil {
		err = ended
	}
	if err != nil {
		return said.after(err)
	}
	return nil
}

func countTools(ctx context.Context, server *mcpclient.Client) (int, error) {
	answer, err := server.Request(ctx, "tools/list", struct{}{})
	if err != nil {
		return 0, err
	}
	var list struct {
		Tools []json.RawMessage `json:"tools"`
	}
	err = json.Unmarshal(answer, &list)
	return len(list.Tools), err
}

// lastWords keeps the end of what a server writes to stderr.
type lastWords struct{ text []byte }

// Write never fails.
func (l *lastWords) Write(text []byte) (int, error) {
	const most = 2 << 10
	l.text = append(l.text, text...)
	l.text = bytes.Clone(l.text[max(0, len(l.text)-most):])
	return len(text), nil
}

// after adds the last line to an error.
func (l *lastWords) after(err error) error {
	lines := strings.Split(strings.TrimSpace(string(l.text)), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}
