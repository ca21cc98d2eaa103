// Package prompt is the only place that asks a person at a terminal.
package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"stripe-mcp/internal/secret"
)

// IsTerminal reports whether a person sits at file.
func IsTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// Secret asks for a text at the terminal of this process without showing it. The terminal shows nothing from before the
// question on, because a text can be pasted as soon as that is there.
func Secret(ctx context.Context, out io.Writer, question string) (secret.Secret, error) {
	keyboard := int(os.Stdin.Fd())
	usual, err := term.MakeRaw(keyboard)
	if err != nil {
		return secret.Secret{}, fmt.Errorf("ask at the terminal: %w", err)
	}
	defer func() { _ = term.Restore(keyboard, usual) }()
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{slowly{os.Stdin}, out}, "")
	text, err := patiently(ctx, func() (string, error) {
		text, err := screen.ReadPassword(question + ": ")
		if errors.Is(err, io.EOF) { // Ctrl-C or Ctrl-D, which are no signals now
			err = ErrInterrupted
		}
		return text, err
	})
	if err != nil {
		_, _ = io.WriteString(out, "\r\n")
	}
	return secret.New(strings.TrimSpace(text)), err
}

// slowly reads one byte at a time, and so nothing of what is typed after the answer.
type slowly struct{ io.Reader }

// Read implements io.Reader.
func (s slowly) Read(into []byte) (int, error) { return s.Reader.Read(into[:min(1, len(into))]) }

// ErrInterrupted says that the person stopped at a question. All questions come before what they are about.
var ErrInterrupted = errors.New("interrupted, so nothing was changed")

// Line puts a question and returns the answer. At the end of input, that comes with an io.EOF.
func Line(ctx context.Context, in *bufio.Reader, out io.Writer, question string) (string, error) {
	_, _ = fmt.Fprint(out, question)
	return patiently(ctx, func() (string, error) { return in.ReadString('\n') })
}

// YesNo puts a question. Enter alone means otherwise, but an end of input is no consent.
func YesNo(ctx context.Context, in *bufio.Reader, out io.Writer, question string, otherwise bool) (bool, error) {
	choice := " [y/N] "
	if otherwise {
		choice = " [Y/n] "
	}
	line, err := Line(ctx, in, out, question+choice)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	case "":
		return otherwise && err == nil, nil
	}
	return false, nil
}

// patiently returns what read returns, unless ctx is done before: Ctrl-C does not end a read.
func patiently(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	given := make(chan answer, 1)
	go func() {
		text, err := read()
		given <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ErrInterrupted
	case a := <-given:
		return a.text, a.err
	}
}
