package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
)

// Database says where the journal of several machines is. The zero Database is none.
type Database struct {
	url    secret.Secret // it may hold a password
	inFile secret.Secret // the password from a file
}

// IsZero reports whether there is none.
func (d Database) IsZero() bool { return d.url.IsZero() }

// URL returns the address, with the password that is in it.
func (d Database) URL() string { return d.url.Reveal() }

// Password returns the one from journal_password_file, empty where there is none.
func (d Database) Password() string { return d.inFile.Reveal() }

// User returns the name of the user in the address, as SQL writes it.
func (d Database) User() string {
	name := "stripe_mcp"
	if address, err := url.Parse(d.URL()); err == nil && address.User.Username() != "" {
		name = address.User.Username()
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Secrets returns what must be in no text that leaves. A short password is not among them: it could be part of any word, and
// taking it out would damage answers. No text of ours holds it.
func (d Database) Secrets() []secret.Secret {
	const long = 8
	var secrets []secret.Secret
	for _, text := range append(passwordsIn(d.URL()), d.Password()) {
		if len(text) >= long {
			secrets = append(secrets, secret.New(text))
		}
	}
	return secrets
}

// passwordsIn returns the password in a URL, as it is meant and as it is written.
func passwordsIn(text string) []string {
	address, err := url.Parse(text)
	if err != nil {
		return nil
	}
	meant, _ := address.User.Password()
	_, written, _ := strings.Cut(address.User.String(), ":")
	return slices.DeleteFunc([]string{meant, written, address.Query().Get("password")}, func(s string) bool { return s == "" })
}

// isDatabase reports whether a value of journal is the address of a database.
func isDatabase(text string) bool {
	address, err := url.Parse(text)
	return err == nil && slices.Contains([]string{"postgres", "postgresql"}, address.Scheme)
}

// journalPlace is a rule for whether there is a journal on disk, or for the address of one in a database.
func journalPlace() rule {
	const want = "true, false or postgres://user@host/database"
	onDisk := boolean(func(c *Config) *bool { return &c.Journal })
	return rule{want: want, example: "postgres://agents@db.example/payments?sslmode=verify-full", set: func(c *Config, value any) error {
		if text, err := textOf(value); err == nil && isDatabase(text) {
			c.Journal, c.JournalDatabase.url = true, secret.New(text)
			return nil
		}
		return onDisk.set(c, value)
	}}
}

func journalPassword() rule {
	return parsed(absolute()+" of a file that holds nothing but the password", wholePath("journal-password"), func(c *Config) *secret.Secret { return &c.JournalDatabase.inFile },
		func(text string) (secret.Secret, error) {
			path, err := cleanPath(text)
			if err != nil {
				return secret.Secret{}, err
			}
			data, err := readNamed(path, maxKeyFile, local.OthersUse)
			if err != nil {
				return secret.Secret{}, err
			}
			password := strings.TrimRight(decoded(string(data)), "\r\n")
			if strings.Contains(password, "\x00") {
				return secret.Secret{}, hint.Errorf("save it as UTF-8", "it has a zero byte in it, as UTF-16 without a byte-order mark has")
			}
			return secret.New(password), nil
		})
}

// days is a rule for a long time.
func days(field func(*Config) *time.Duration) rule {
	return parsed("a number of days, such as 400d, from 1d to 36500d", "400d", field, func(text string) (time.Duration, error) {
		if d, err := Span(text); err == nil && strings.HasSuffix(text, "d") && d > 0 {
			return d, nil
		}
		return 0, errKind
	})
}

// Span reads a length of time in days, such as 30d, or as Go writes it, such as 12h.
func Span(text string) (time.Duration, error) {
	const most = 36500
	if number, isDays := strings.CutSuffix(text, "d"); isDays {
		if n, err := strconv.Atoi(number); err == nil && n >= 0 && n <= most {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, hint.Errorf("write, for example, 12h or 30d", "%s is no length of time", strconv.Quote(text))
	}
	return d, nil
}
