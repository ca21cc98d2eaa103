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
	_, _ = fmt.Fprint(out, question+": ")
	text, err := patiently(ctx, func() (string, error) { return typed(os.Stdin) })
	_, _ = fmt.Fprint(out, "\r\n")
	return secret.New(strings.TrimSpace(text)), err
}

// typed reads what a person types up to Enter from a terminal that passes on each key. It reads nothing of what comes after.
func typed(keyboard io.Reader) (string, error) {
	const ctrlC, ctrlD, backspace, ctrlU, rubout = 3, 4, 8, 21, 127
	var text []byte
	for key := make([]byte, 1); ; {
		if _, err := io.ReadFull(keyboard, key); err != nil {
			return "", err
		}
		switch key[0] {
		case '\r', '\n':
			return string(text), nil
		case ctrlC, ctrlD: // they are no signals now
			return "", ErrInterrupted
		case ctrlU:
			text = nil
		case backspace, rubout:
			text = text[:max(0, len(text)-1)]
		default:
			text = append(text, key[0])
		}
	}
}

// ErrInterrupted says that the person stopped at a question. All questions come before what they are about.
var ErrInterrupted = errors.New("interrupted, so nothing was changed")

// Line puts a question and returns the answer. At the end of input, that comes with an io.EOF.
func Line(ctx context.Context, in *bufio.Reader, out io.Writer, question string) (string, error) {
	_, _ = fmt.Fprint(out, question)
	return patiently(ctx, func() (string, error) { return in.ReadString('\n') })
}

// Words asks for words until accept takes them. Enter alone, like an end of input, is none.
func Words(ctx context.Context, in *bufio.Reader, out io.Writer, question string, accept func(words []string) error) error {
	for {
		line, ended := Line(ctx, in, out, question)
		if errors.Is(ended, ErrInterrupted) {
			return ended
		}
		fault := accept(strings.Fields(strings.ReplaceAll(line, ",", " ")))
		if fault == nil || ended != nil {
			return fault
		}
		_, _ = fmt.Fprintln(out, secret.Redact(fault.Error()))
	}
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
