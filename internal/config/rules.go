package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
)

// rule is what a value must be. set takes it as a file's decoder left it, or as the text of an environment variable or
// flag. It changes nothing when it returns an error: errKind, or what is wrong about the value without showing it.
type rule struct {
	want    string // completes "must be …"; empty where set says all there is
	example string // completes "write, for example, …"
	private bool   // it yields the key
	set     func(c *Config, value any) error
}

// errKind says that a value is not of the kind that its rule wants.
var errKind = errors.New("wrong kind of value")

// problem words an error of set for a person to act on.
func (r rule) problem(err error, label string) Problem {
	if errors.Is(err, errKind) {
		return Problem{label + " must be " + r.want, "write, for example, " + r.example}
	}
	found := problemOf(err)
	found.Message = label + ": " + found.Message
	return found
}

// to is a rule for values that read turns into the value of a field.
func to[T any](want, example string, field func(*Config) *T, read func(any) (T, error)) rule {
	return rule{want: want, example: example, set: func(c *Config, value any) error {
		result, err := read(value)
		if err == nil {
			*field(c) = result
		}
		return err
	}}
}

// parsed is a rule for texts that parse turns into the value of a field.
func parsed[T any](want, example string, field func(*Config) *T, parse func(string) (T, error)) rule {
	return to(want, example, field, func(value any) (result T, err error) {
		text, err := textOf(value)
		if err != nil {
			return result, err
		}
		return parse(text)
	})
}

// textOf returns a value that is a text with something in it.
func textOf(value any) (string, error) {
	text, ok := value.(string)
	if text = strings.TrimSpace(text); !ok || text == "" {
		return "", errKind
	}
	return text, nil
}

func boolean(field func(*Config) *bool) rule {
	return to("true or false", "true", field, func(value any) (bool, error) {
		switch value := value.(type) {
		case bool:
			return value, nil
		case string: // all that an environment variable can be
			if on, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(value))); err == nil {
				return on, nil
			}
		}
		return false, errKind
	})
}

func names(example string, field func(*Config) *[]string) rule {
	return to("a list of names", example, field, func(value any) ([]string, error) {
		if text, isText := value.(string); isText { // all that an environment variable can be
			var items []any
			for item := range strings.SplitSeq(inside(text, "[", "]"), ",") {
				items = append(items, unquoted(item))
			}
			value = items
		}
		items, ok := value.([]any)
		if !ok || len(items) == 0 {
			return nil, errKind
		}
		list := make([]string, len(items))
		for i, item := range items {
			var err error
			if list[i], err = textOf(item); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
}

// inside returns what is between two brackets, with which a file has a list or a map, and else the text.
func inside(text, open, end string) string {
	text = strings.TrimSpace(text)
	if inner, opened := strings.CutPrefix(text, open); opened {
		if inner, ended := strings.CutSuffix(inner, end); ended {
			return inner
		}
	}
	return text
}

// unquoted returns a word without the quotes that a file may have around it.
func unquoted(text string) string {
	text = strings.TrimSpace(text)
	for _, quote := range []string{`"`, "'"} {
		if inner := inside(text, quote, quote); inner != text {
			return inner
		}
	}
	return text
}

// choice is a rule for one of a few words.
func choice(field func(*Config) *string, words ...string) rule {
	return parsed("one of "+strings.Join(words, ", "), words[0], field, func(text string) (string, error) {
		if text = strings.ToLower(text); !slices.Contains(words, text) {
			return "", errKind
		}
		return text, nil
	})
}

// amounts is a rule for sums of money by currency, in minor units.
func amounts(field func(*Config) *map[string]int64) rule {
	return to("whole numbers in minor units by currency", "eur:50000", field, func(value any) (map[string]int64, error) {
		given, _ := value.(map[string]any)
		if text, isText := value.(string); isText { // all that an environment variable can be
			given = map[string]any{}
			for pair := range strings.SplitSeq(inside(text, "{", "}"), ",") {
				currency, amount, _ := strings.Cut(pair, ":")
				currency = unquoted(currency)
				if _, twice := given[currency]; twice {
					return nil, givenTwice(currency)
				}
				given[currency] = amount
			}
		}
		if len(given) == 0 {
			return nil, errKind
		}
		currencyCode := regexp.MustCompile(`^[a-z]{3}$`)
		result := make(map[string]int64, len(given))
		for currency, amount := range given {
			code := strings.ToLower(strings.TrimSpace(currency))
			number, err := strconv.ParseInt(strings.TrimSpace(fmt.Sprint(amount)), 10, 64)
			if f, isFloat := amount.(float64); isFloat && f == math.Trunc(f) && math.Abs(f) < 1<<53 { // as JSON decodes it
				number, err = int64(f), nil
			}
			if err != nil || number < 0 || !currencyCode.MatchString(code) {
				return nil, errKind
			}
			if _, twice := result[code]; twice {
				return nil, givenTwice(code)
			}
			result[code] = number
		}
		return result, nil
	})
}

func givenTwice(name string) error {
	return hint.Errorf("keep one of the two", "%s is given twice", nameShown(name))
}

// rate is a rule for calls per second.
func rate(field func(*Config) *float64) rule {
	return to("a number of calls per second, more than 0 and at most 1000", "25", field, func(value any) (float64, error) {
		number, err := strconv.ParseFloat(strings.TrimSpace(fmt.Sprint(value)), 64)
		if err != nil || !(number > 0 && number <= 1000) {
			return 0, errKind
		}
		return number, nil
	})
}

func timeout() rule {
	return parsed("a time with its unit, from 1s to 10m", "40s", func(c *Config) *time.Duration { return &c.Timeout },
		func(text string) (time.Duration, error) {
			d, err := time.ParseDuration(text)
			if err != nil || d < time.Second || d > 10*time.Minute {
				return 0, errKind
			}
			return d, nil
		})
}

func level() rule {
	field := func(c *Config) *slog.Level { return &c.LogLevel }
	return parsed("debug, info, warn or error", "warn", field, func(text string) (level slog.Level, err error) {
		if level.UnmarshalText([]byte(text)) != nil {
			return 0, errKind
		}
		return level, nil
	})
}

// absolute says what an absolute path is on this system.
func absolute() string {
	if runtime.GOOS == "windows" {
		return "an absolute path with its drive"
	}
	return "an absolute path (without ~)"
}

func absolutePath(field func(*Config) *string) rule {
	return parsed(absolute(), wholePath("stripe-mcp"), field, cleanPath)
}

func cleanPath(text string) (string, error) {
	if err := checkEscapes(text); err != nil {
		return "", err
	}
	if !filepath.IsAbs(text) {
		return "", errKind
	}
	return filepath.Clean(text), nil
}

// checkEscapes refuses a path of which a decoder has made something else: "C:\temp" has a tab in it.
func checkEscapes(path string) error {
	if strings.ContainsFunc(path, unicode.IsControl) {
		return hint.Errorf(escapes, "there is a control character in the path")
	}
	return nil
}

func existingFile(field func(*Config) *string) rule {
	return parsed(absolute(), wholePath("company.pem"), field, func(text string) (string, error) {
		path, err := cleanPath(text)
		if err != nil {
			return "", err
		}
		_, err = readNamed(path, maxFile, local.OthersWrite)
		return path, err
	})
}

// readNamed reads a file that the configuration names, and that gives other users none of the forbidden permissions.
func readNamed(path string, limit int, forbidden fs.FileMode) ([]byte, error) {
	data, info, err := local.ReadFile(path, limit)
	if err != nil {
		return nil, hint.Errorf("correct the path or the file", "%w", err)
	}
	return data, local.CheckPrivate(path, info, forbidden)
}

// account is a rule for the id of a connected account; anything of another shape could not be a header's value.
func account() rule {
	return parsed("the id of a connected account", "acct_1MadeUp", func(c *Config) *string { return &c.StripeAccount },
		func(text string) (string, error) {
			const longest = 255
			if len(text) > longest || !regexp.MustCompile(`^acct_[A-Za-z0-9]+$`).MatchString(text) {
				return "", errKind
			}
			return text, nil
		})
}

const contextExample = "acct_1MadeUp/acct_2MadeUp"

// contextPath is a rule for the account to act for, as seen from the key's owner (https://docs.stripe.com/context).
func contextPath() rule {
	return parsed("an account's id, or ids with slashes between them", contextExample, func(c *Config) *string { return &c.StripeContext },
		func(text string) (string, error) {
			const longest = 255
			if len(text) > longest || !regexp.MustCompile(`^(?:acct|ctx|org)_[A-Za-z0-9]+(?:/(?:acct|ctx|org)_[A-Za-z0-9]+)*$`).MatchString(text) {
				return "", errKind
			}
			return text, nil
		})
}

func baseURL() rule {
	return parsed("https://host, or http://host on loopback, and nothing after the host", DefaultAPIBase, func(c *Config) *string { return &c.APIBase },
		func(text string) (string, error) {
			u, err := url.Parse(text)
			if err != nil || u.Hostname() == "" || u.User != nil || u.ForceQuery || u.RawQuery != "" || strings.Contains(text, "#") || strings.Trim(u.Path, "/") != "" {
				return "", errKind
			}
			switch host := strings.ToLower(u.Host); {
			case u.Scheme == "https":
				return "https://" + strings.TrimSuffix(host, ":443"), nil
			case u.Scheme == "http" && local.IsLoopback(u.Hostname()):
				return "http://" + host, nil
			}
			return "", errKind
		})
}

func loopbackAddress() rule {
	return parsed("a loopback host and a port", defaultSimulatorAddr, func(c *Config) *string { return &c.SimulatorAddr },
		func(text string) (string, error) {
			host, port, err := net.SplitHostPort(text)
			number, bad := strconv.ParseUint(port, 10, 16)
			if err != nil || bad != nil || number == 0 || !local.IsLoopback(host) {
				return "", errKind
			}
			return text, nil
		})
}

func proxyURL() rule {
	return parsed("an http, https or socks5 URL", "http://proxy.example:3128", func(c *Config) *secret.Secret { return &c.proxy },
		func(text string) (secret.Secret, error) {
			u, err := url.Parse(text)
			if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
				return secret.Secret{}, errKind
			}
			return secret.New(text), nil
		})
}
