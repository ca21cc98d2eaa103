// Package prompt is the only place that asks a person at a terminal.
package prompt

import (
	"bufio"
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

// Secret asks for a text at the terminal of this process without showing it.
func Secret(out io.Writer, question string) (secret.Secret, error) {
	_, _ = fmt.Fprint(out, question+": ")
	text, err := term.ReadPassword(int(os.Stdin.Fd()))
	_, _ = fmt.Fprintln(out)
	return secret.New(strings.TrimSpace(string(text))), err
}

// YesNo puts a question. Enter alone means otherwise, but an end of input is no consent.
func YesNo(in *bufio.Reader, out io.Writer, question string, otherwise bool) (bool, error) {
	choice := " [y/N] "
	if otherwise {
		choice = " [Y/n] "
	}
	_, _ = fmt.Fprint(out, question+choice)
	line, err := in.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read your answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	case "":
		return otherwise && err == nil, nil
	}
	return false, nil
}
