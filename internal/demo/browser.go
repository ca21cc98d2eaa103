package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// browser is the person's side of the story: it opens pages, and sends their forms with what the person types.
type browser struct {
	story *story
	at    string // where the person is
	page  string // what it shows
}

// open goes to an address. A server that has just started may need a moment until it listens.
func (b *browser) open(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		err = b.do(r)
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// submit sends the page's form: its hidden fields, and what was typed.
func (b *browser) submit(ctx context.Context, typed map[string]string) error {
	fields := url.Values{}
	for _, hidden := range regexp.MustCompile(`<input type="hidden" name="(\w+)" value="(\w+)">`).FindAllStringSubmatch(b.page, -1) {
		fields.Set(hidden[1], hidden[2])
	}
	if !fields.Has("token") {
		return errors.New("the page has no form: " + b.page)
	}
	for name, value := range typed {
		fields.Set(name, value)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.at, strings.NewReader(fields.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// do follows redirects, as browsers do.
func (b *browser) do(r *http.Request) error {
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	b.at, b.page = response.Request.URL.String(), string(body)
	return err
}

// see checks what the page says, and tells it.
func (b *browser) see(text string) error {
	shown := regexp.MustCompile(`(?s)<style>.*</style>|<[^>]*>`).ReplaceAllString(b.page, " ")
	if shown = html.UnescapeString(strings.Join(strings.Fields(shown), " ")); !strings.Contains(shown, text) {
		return fmt.Errorf("%s does not say %q: %s", b.at, text, shown)
	}
	short, _, _ := strings.Cut(b.at, "#")
	b.story.tell("    page %s\n    says \"%s\"\n", short, text)
	return nil
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
