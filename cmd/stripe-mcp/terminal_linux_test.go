package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// turn is what a person at a terminal waits for, and then types.
type turn struct{ shown, typed string }

const ctrlC = "\x03"

// sit runs the program in the home at a terminal of its own. It returns the exit code and all that was shown, and whether the
// terminal shows again what is typed.
func (h home) sit(turns []turn, environment []string, arguments ...string) (code int, shown string, echoes bool) {
	h.t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		h.t.Skipf("no terminal can be made here: %v", err)
	}
	defer func() { _ = person.Close() }()
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	cmd := command(h.t, nil, arguments...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = h.environment(environment...), terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		_, _ = terminal.WriteString("<ended>")
		close(ended)
	}()
	for from, buffer := 0, make([]byte, 4<<10); !strings.HasSuffix(shown, "<ended>"); {
		n, err := person.Read(buffer)
		if err != nil {
			h.t.Fatal(err)
		}
		shown += string(buffer[:n])
		if len(turns) > 0 && strings.Contains(shown[from:], turns[0].shown) {
			from = len(shown)
			if _, err := person.WriteString(turns[0].typed); err != nil {
				h.t.Fatal(err)
			}
			turns = turns[1:]
		}
	}
	<-ended
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		h.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), strings.TrimSuffix(shown, "<ended>"), state.Lflag&unix.ECHO != 0
}

// TestSetupAtATerminal: a person can stop at each question, and then nothing was changed and the terminal is as it was.
func TestSetupAtATerminal(t *testing.T) {
	t.Parallel()
	stripe := fakeStripe(t)
	key, sets, live, ready := turn{"(not shown", setupKey + "\n"}, turn{"(Enter: none) ", "lookup\n"}, turn{"real money?", "y\n"}, turn{"Go ahead?", "y\n"}
	stop := func(at turn) turn { return turn{at.shown, ctrlC} }
	const changed = "interrupted, so nothing was changed"
	for why, tt := range map[string]struct {
		turns []turn
		code  int
		says  string
	}{
		"Ctrl-C at the key":             {[]turn{stop(key)}, 2, changed},
		"Ctrl-C at the sets":            {[]turn{key, stop(sets)}, 2, changed},
		"Ctrl-C at the live question":   {[]turn{{key.shown, "sk_live_MadeUpForSetup\n"}, sets, stop(live)}, 2, changed},
		"Ctrl-C at the end":             {[]turn{key, sets, stop(ready)}, 2, changed},
		"Ctrl-D at the key":             {[]turn{{key.shown, "\x04"}}, 2, changed},
		"no key":                        {[]turn{{key.shown, "\n"}}, 3, "nothing was changed: the key cannot be used: it is empty"},
		"no":                            {[]turn{key, sets, {ready.shown, "n\n"}}, 0, "nothing was changed"},
		"an end of input for an answer": {[]turn{key, sets, {ready.shown, "\x04"}}, 0, "nothing was changed"},
		"a set that does not exist":     {[]turn{key, {sets.shown, "lokup\n"}, stop(sets)}, 2, "(nearest: lookup)"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.write(cursor, "{}")
			before := h.snapshot()
			code, shown, echoes := h.sit(tt.turns, []string{"STRIPE_MCP_API_BASE=" + stripe}, "setup")
			if code != tt.code || !strings.Contains(shown, tt.says) || !echoes || strings.Contains(shown, "MadeUpForSetup") || strings.Contains(shown, "--help") {
				t.Errorf("exit code %d, the terminal shows what is typed: %v\n%s", code, echoes, shown)
			}
			if diff := cmp.Diff(before, h.snapshot()); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
		})
	}
	h := newHome(t)
	h.write(cursor, "{}")
	environment := []string{"STRIPE_MCP_API_BASE=" + stripe}
	corrected := turn{key.shown, "wrong\x15sk_testt\x7f" + strings.TrimPrefix(key.typed, "sk_test")}
	if code, shown, _ := h.sit([]turn{corrected, sets, ready}, environment, "setup"); code != 0 || !strings.Contains(h.read(cursor), "stripe-mcp") {
		t.Errorf("exit code %d\n%s", code, shown)
	}
	before := h.snapshot()
	if code, shown, _ := h.sit([]turn{stop(ready)}, environment, "setup", "--remove"); code != 2 || !strings.Contains(shown, changed) {
		t.Errorf("exit code %d\n%s", code, shown)
	}
	if diff := cmp.Diff(before, h.snapshot()); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}
