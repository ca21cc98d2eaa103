package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// wine returns how to start a program for Windows. The first time, it makes a Windows to start it in.
func wine(ctx context.Context, c *checker) (before, environment []string, err error) {
	path, err := exec.LookPath("wine64")
	if err != nil {
		path = "/usr/lib/wine/wine64" // where Debian puts it
	}
	if _, err := os.Stat(path); err != nil {
		return nil, nil, cannot("wine64 is not installed")
	}
	prefix := filepath.Join(c.work, "wine")
	environment = []string{"WINEPREFIX=" + prefix, "WINEARCH=win64", "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml="}
	system := filepath.Join(prefix, "drive_c/windows/system32")
	if _, err := os.Stat(system); errors.Is(err, fs.ErrNotExist) {
		boot := exec.CommandContext(ctx, path, "wineboot", "--init")
		boot.Env = slices.Concat(environment, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.work})
		if said, err := boot.CombinedOutput(); err != nil {
			return nil, nil, fmt.Errorf("make a Windows: %w\n%s", err, said)
		}
	}
	return []string{path}, environment, addPRNG(ctx, c, filepath.Join(system, "bcryptprimitives.dll"))
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
