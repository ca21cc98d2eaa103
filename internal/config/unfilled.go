package config

import (
	"regexp"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
)

// Some clients pass a setting that its user left out, or that they do not know how to fill in, as the text that stands for
// it. So such a text counts as none, and a warning says so.

const (
	notFilledIn = "it is a placeholder that was not filled in"
	fillIn      = "fill it in, or remove it"
)

// unfilled reports whether a text is nothing but a placeholder, such as ${STRIPE_KEY}, $STRIPE_KEY, %STRIPE_KEY% or <key>.
func unfilled(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || !strings.ContainsRune("$%<{", rune(text[0])) { // nearly all texts
		return false
	}
	return regexp.MustCompile(`^(?:\$\{[^}]*\}|\$[A-Za-z_][\w:]*|%\w+%|<[^<>]*>|\{\{.*\}\}|\{[\w.:]*\})$`).MatchString(text)
}

// leftOut reports whether a text says that the user left an optional setting out.
func leftOut(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "${user_config.") && unfilled(text)
}

// binding names the settings without which a call could do more, or act for another account. Of those only what the user left
// out counts as none. Any other placeholder was meant to be a rule, and stays an error.
func binding() []string {
	return []string{keyInVault, simulator, readOnly, tools, "confirm", "max_amount", "allowed_redirect_hosts", stripeAccount, stripeContext, apiBase}
}

// dropUnfilled takes the values out that are placeholders, or that are empty in a file, where nothing else can be meant.
func (l *loader) dropUnfilled(values map[string]any, from func(name string) source) {
	for name, value := range values {
		text, isText := value.(string)
		binds := slices.Contains(binding(), name)
		switch {
		case value == nil, isText && strings.TrimSpace(text) == "":
			if binds {
				continue // the setting's own rule says what it must be
			}
			l.ignore(name, from(name).label, "it is empty")
		case !isText || !unfilled(text):
			continue
		case binds && !leftOut(text):
			l.problem(from(name).label, hint.Errorf(fillIn, notFilledIn))
		default:
			l.ignore(name, from(name).label, notFilledIn)
		}
		delete(values, name)
	}
}

// ignore notes that a value does not count, and why.
func (l *loader) ignore(name, label, why string) {
	l.cfg.Warnings = append(l.cfg.Warnings, Problem{label + " does not count: " + why, fillIn})
	if slices.Contains(keyNames(), name) {
		l.cfg.missed = append(l.cfg.missed, label+" does not count: "+why)
	}
}

// noticeKeys notes the variables that hold a key and are not read, for people who wonder why there is none.
func (l *loader) noticeKeys() {
	known := Names()
	for name, value := range l.env {
		own, ours := strings.CutPrefix(name, prefix)
		if name == shellKey || ours && slices.Contains(known, strings.ToLower(own)) {
			continue
		}
		_, err := checkKey(value)
		if name == "STRIPE_API_KEY" || name == "STRIPE_KEY" || strings.HasPrefix(name, "STRIPE") && err == nil {
			l.cfg.missed = append(l.cfg.missed, "the environment variable "+nameShown(name)+" is set, but it is not read; the name that is read is "+shellKey)
		}
	}
	slices.Sort(l.cfg.missed)
}
