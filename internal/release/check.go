package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// checker installs and uses what a release consists of.
type checker struct {
	dist    string // absolute
	work    string // an empty folder, for everything that is installed
	version string
	wine    *windows // nil before the first program for it
}

// cannot says why this machine cannot try something.
type cannot string

// Error returns the reason.
func (c cannot) Error() string { return string(c) }

// step tries one thing and returns what it saw.
type step struct {
	what string
	try  func(context.Context, *checker) (string, error)
}

// check tries everything in dist that this machine can run, and says what it cannot.
func check(ctx context.Context, dist string, out io.Writer) error {
	c, err := newChecker(dist)
	if err != nil {
		return err
	}
	defer c.close(ctx)
	say := func(how, what string, saw any) { _, _ = fmt.Fprintf(out, "%-9s  %s: %v\n", how, what, saw) }
	failed := 0
	for _, s := range steps() {
		saw, err := s.try(ctx, c)
		var unable cannot
		switch {
		case errors.As(err, &unable):
			say("not tried", s.what, unable)
		case err != nil:
			say("FAILED", s.what, err)
			failed++
		default:
			say("used", s.what, saw)
		}
	}
	say("not tried", "Homebrew cask", "it needs Homebrew")
	if failed > 0 {
		return fmt.Errorf("%d parts of the release do not work", failed)
	}
	return nil
}

func steps() []step {
	list := []step{{"sums", trySums}, {"server.json", tryServerJSON}}
	for _, m := range machines() {
		list = append(list, step{"archive for " + m.key(), func(ctx context.Context, c *checker) (string, error) { return tryArchive(ctx, c, m) }})
		if m.system == "linux" {
			list = append(list,
				step{"deb for " + m.processor, func(ctx context.Context, c *checker) (string, error) { return tryDeb(ctx, c, m) }},
				step{"rpm for " + m.processor, func(ctx context.Context, c *checker) (string, error) { return tryRPM(ctx, c, m) }})
		}
	}
	for _, m := range []machine{{"linux", "amd64"}, {"windows", "amd64"}} {
		list = append(list, step{"bundle for " + m.system, func(ctx context.Context, c *checker) (string, error) { return tryBundle(ctx, c, m) }})
	}
	for _, m := range []machine{{"linux", "amd64"}, {"linux", "arm64"}} {
		list = append(list, step{"image for " + m.processor, func(ctx context.Context, c *checker) (string, error) { return tryImage(ctx, c, m) }})
	}
	list = append(list, step{"npm packages", tryNPM})
	for _, m := range machines() {
		list = append(list, step{"story on " + m.key(), func(ctx context.Context, c *checker) (string, error) { return tryStory(ctx, c, m) }})
	}
	return list
}

func newChecker(dist string) (*checker, error) {
	dist, err := filepath.Abs(dist)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", dist, err)
	}
	var server struct {
		Version string `json:"version"`
	}
	if err := readJSON(filepath.Join(dist, "server.json"), &server); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "stripe-mcp-release")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	return &checker{dist: dist, work: work, version: server.Version}, nil
}

// close takes away what the checks needed, also after a failure or a signal.
func (c *checker) close(ctx context.Context) {
	if c.wine != nil {
		c.wine.stop(context.WithoutCancel(ctx))
	}
	_ = os.RemoveAll(c.work)
}

// file returns the path of the one file of the release with this end.
func (c *checker) file(end string) (string, error) {
	found, err := filepath.Glob(filepath.Join(c.dist, "*"+end))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("there are %d files *%s in the release, and there has to be one", len(found), end)
	}
	return found[0], nil
}

// folder makes an empty folder below the working folder.
func (c *checker) folder(name string) (string, error) {
	path := filepath.Join(c.work, strings.NewReplacer("/", "-", " ", "-").Replace(name))
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	return path, nil
}

// trySums holds every file against its sum.
func trySums(_ context.Context, c *checker) (string, error) {
	text, err := os.ReadFile(filepath.Join(c.dist, sumsName))
	if err != nil {
		return "", fmt.Errorf("read the sums: %w", err)
	}
	wanted := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		wanted[file] = sum
	}
	entries, err := os.ReadDir(c.dist)
	if err != nil {
		return "", fmt.Errorf("list the release: %w", err)
	}
	for _, entry := range entries {
		if entry.Name() == sumsName {
			continue
		}
		sum, err := sumOf(filepath.Join(c.dist, entry.Name()))
		if err != nil {
			return "", err
		}
		if wanted[entry.Name()] != sum {
			return "", fmt.Errorf("the sum of %s is %s and not %q", entry.Name(), sum, wanted[entry.Name()])
		}
	}
	if len(wanted) != len(entries)-1 {
		return "", fmt.Errorf("%d sums stand beside %d files", len(wanted), len(entries)-1)
	}
	return fmt.Sprintf("%d files have theirs", len(wanted)), nil
}
