package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sudo runs the program as root in another user's home.
func (h home) sudo(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	err := filepath.WalkDir(h.path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, 12345, 12345)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// places returns the paths of all that is in the home, folders included.
func (h home) places(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(h.path, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestUnderSudo: root makes nothing of its own in another user's home, and doctor says what is wrong.
func TestUnderSudo(t *testing.T) {
	t.Parallel()
	stripe := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
	for why, tt := range map[string]struct {
		arguments []string
		text      string
	}{
		"setup":                   {[]string{"setup", "--key-stdin", "--yes"}, "nothing was changed: this is root, and HOME belongs to another user, whose files would become root's\nhint: run it as that user, without sudo"},
		"setup --remove":          {[]string{"setup", "--remove", "--yes"}, "hint: run it as that user, without sudo"},
		"another's place":         {[]string{"setup", "--key-stdin", "--yes", "--config", "HOME/new/config.yaml"}, "hint: run it as that user, without sudo"},
		"doctor":                  {[]string{"doctor"}, "fail  user     this is root, and HOME belongs to another user, whose files would become root's\nhint: run it as that user, without sudo"},
		"doctor on the simulator": {[]string{"doctor", "--simulator"}, "fail  user     this is root, and "},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h, roots := newHome(t), newHome(t)
			h.write(cursor, "{}")
			h.sudo(t)
			before, whole := h.files(), h.places(t)
			for i := range tt.arguments {
				tt.arguments[i] = strings.ReplaceAll(tt.arguments[i], "HOME", h.path)
			}
			run := h
			if why == "another's place" {
				run = roots
			}
			run.run(stripe, setupKey, tt.arguments...).check(t, 3, strings.ReplaceAll(tt.text, "HOME", h.path))
			if diff := cmp.Diff(before, h.files()) + cmp.Diff(whole, h.places(t)); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
			if len(roots.files()) > 0 {
				t.Error("root's own home is not empty")
			}
		})
	}
}

// TestWithoutAHome: nothing lands in the working directory, and nothing is read there.
func TestWithoutAHome(t *testing.T) {
	t.Parallel()
	const noHome = "there is no home folder: HOME is not set to an absolute path\nhint: set HOME"
	stripe := "STRIPE_MCP_API_BASE=" + fakeStripe(t)
	for why, tt := range map[string]struct {
		environment, arguments []string
		code                   int
		text                   string
	}{
		"unset":              {nil, []string{"setup", "--key-stdin", "--yes"}, 3, "nothing was changed: " + noHome},
		"relative":           {[]string{"HOME=home"}, []string{"setup", "--key-stdin", "--yes"}, 3, noHome},
		"removal":            {nil, []string{"setup", "--remove", "--yes"}, 3, noHome},
		"no state folder":    {nil, []string{"setup", "--key-stdin", "--yes", "--config", "ELSEWHERE/c.yaml"}, 3, noHome},
		"a client's file":    {[]string{"STRIPE_MCP_STATE_DIR=ELSEWHERE/state"}, []string{"setup", "--key-stdin", "--yes", "--config", "ELSEWHERE/c.yaml", "--client", "cursor"}, 3, noHome},
		"not needed":         {[]string{"STRIPE_MCP_STATE_DIR=ELSEWHERE/state"}, []string{"setup", "--key-stdin", "--yes", "--config", "ELSEWHERE/c.yaml"}, 0, "No AI client was found"},
		"only to be shown":   {[]string{"STRIPE_MCP_STATE_DIR=ELSEWHERE/state"}, []string{"setup", "--print", "--config", "ELSEWHERE/c.yaml"}, 0, "would be written"},
		"doctor":             {nil, []string{"doctor"}, 3, "warn  config   " + noHome},
		"doctor, simulating": {nil, []string{"doctor", "--simulator"}, 3, "no AI client has an entry"},
		"doctor, relative":   {[]string{"HOME=."}, []string{"doctor"}, 3, "no AI client has an entry"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h, elsewhere := newHome(t), t.TempDir()
			h.write(cursor, "{}")
			before := h.files()
			fill := func(texts []string) (filled []string) {
				for _, text := range texts {
					filled = append(filled, strings.ReplaceAll(text, "ELSEWHERE", elsewhere))
				}
				return filled
			}
			cmd := command(t, nil, fill(tt.arguments)...)
			cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=disabled:", stripe}, fill(tt.environment)...)
			cmd.Dir = h.path
			cmd.Stdin = strings.NewReader(setupKey)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			_ = cmd.Run() // its exit code is checked
			ended{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}.check(t, tt.code, tt.text)
			if diff := cmp.Diff(before, h.files()); diff != "" {
				t.Errorf("something was written into the working directory:\n%s", diff)
			}
		})
	}
}
