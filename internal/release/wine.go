package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// prng is what Wine before version 9 lacks, and Go starts no program without.
const prng = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T length) { return SystemFunction036(to, length); }
`

// windows is a Windows in a folder. Its server runs until stop is called, because without that each program starts one.
// If nobody can stop it, it ends five minutes after the last program.
type windows struct {
	loader, server string
	environment    []string
	fault          error // why nothing runs in it
}

// windows returns the Windows of all checks. The first time, it makes one.
func (c *checker) windows(ctx context.Context) (*windows, error) {
	if c.wine == nil {
		c.wine = c.newWindows(ctx)
	}
	return c.wine, c.wine.fault
}

func (c *checker) newWindows(ctx context.Context) *windows {
	w := &windows{loader: findWine("wine64"), server: cmp.Or(findWine("wineserver64"), findWine("wineserver"))}
	if w.loader == "" || w.server == "" {
		w.fault = cannot("wine64 is not installed")
		return w
	}
	prefix := filepath.Join(c.work, "wine")
	w.environment = []string{
		"WINEPREFIX=" + prefix, "WINEARCH=win64", "WINESERVER=" + w.server, "WINEDEBUG=fixme-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "LANG=C.UTF-8",
	}
	if w.fault = os.Mkdir(prefix, 0o700); w.fault != nil {
		return w
	}
	if w.fault = w.run(ctx, c.work, w.server, "--persistent=300"); w.fault != nil {
		return w
	}
	if w.fault = w.run(ctx, c.work, w.loader, "wineboot", "--init"); w.fault != nil {
		return w
	}
	w.fault = addPRNG(ctx, c, filepath.Join(prefix, "drive_c/windows/system32/bcryptprimitives.dll"))
	return w
}

// findWine returns the path of a part of Wine, or nothing. Debian puts them beside each other, and not on the PATH.
func findWine(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := "/usr/lib/wine/" + name
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// run runs a part of Wine, without a display.
func (w *windows) run(ctx context.Context, home string, line ...string) error {
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	command.Env = slices.Concat(w.environment, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home})
	if err := command.Run(); err != nil { // what it starts keeps its output open, so nobody waits for that
		return fmt.Errorf("prepare a Windows: %v: %w", line, err)
	}
	return nil
}

// stop ends the server, and with it every program that still runs.
func (w *windows) stop(ctx context.Context) {
	if w.environment != nil {
		_ = w.run(ctx, "/", w.server, "--kill")
		_ = w.run(ctx, "/", w.server, "--wait")
	}
}

// addPRNG builds the library that an old Wine lacks.
func addPRNG(ctx context.Context, c *checker, library string) error {
	if _, err := os.Stat(library); err == nil {
		return nil
	}
	compiler, err := exec.LookPath("x86_64-w64-mingw32-gcc")
	if err != nil {
		return cannot("this Wine has no bcryptprimitives.dll, and x86_64-w64-mingw32-gcc is not installed")
	}
	source := filepath.Join(c.work, "prng.c")
	if err := writeFile(source, []byte(prng), 0o644); err != nil {
		return err
	}
	return runIn(ctx, c.work, compiler, "-shared", "-o", library, source, "-ladvapi32")
}
