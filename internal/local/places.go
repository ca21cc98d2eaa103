package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"stripe-mcp/internal/hint"
)

// ClaudePackage is the package of Claude Desktop from the Microsoft Store, as its folder in LOCALAPPDATA\Packages is named.
// The servers that it starts write to another AppData than other programs do.
const ClaudePackage = "Claude_pzs8sxrjxfjjc"

// CheckPlaces makes sure that files can be made at all of the places. Each must have an absolute path. None may be another
// user's while this is root.
func CheckPlaces(places ...string) error {
	for _, place := range places {
		if filepath.IsAbs(place) {
			continue
		}
		if runtime.GOOS == "windows" {
			return hint.Errorf("set APPDATA, LOCALAPPDATA and USERPROFILE, or name all places with --config and state_dir",
				"there is no home folder: neither variables nor Windows name one")
		}
		return hint.Errorf("set HOME, or name all places with --config and state_dir", "there is no home folder: HOME is not set to an absolute path")
	}
	return CheckOwn(places...)
}

// CheckOwn returns an error where root would make files in a place of another user's, who then could not use them. Sudo
// often leaves HOME as it was.
func CheckOwn(places ...string) error {
	for _, place := range places {
		if folder := foreign(place); folder != "" {
			return hint.Errorf("run it as that user, without sudo", "this is root, and %s belongs to another user, whose files would become root's", folder)
		}
	}
	return nil
}

// CheckRoom returns an error where this user cannot keep files of their own in a folder and in those below it. There may be no
// home, a folder may be read-only or somebody else's, or the disk may be full. It makes none of them, and leaves nothing behind.
func CheckRoom(folder string, below ...string) error {
	return checkRoom(tryWrite, folder, below)
}

// LookForRoom finds out the same by looking only: it tries nothing, so that a full disk escapes it.
func LookForRoom(folder string, below ...string) error {
	return checkRoom(mayWrite, folder, below)
}

func checkRoom(fits func(folder string) error, folder string, below []string) error {
	if err := CheckPlaces(folder); err != nil {
		return err
	}
	for _, name := range append(below, "") {
		place := filepath.Join(folder, name)
		if err := CheckFolder(place); err != nil {
			return err
		}
		if err := fits(standing(place)); err != nil {
			return fmt.Errorf("nothing can be kept in %s: %w", place, bare(err))
		}
	}
	return nil
}

// standing returns a folder, or the one above that is there and that it would be made in.
func standing(folder string) string {
	for above := filepath.Dir(folder); above != folder; folder, above = above, filepath.Dir(above) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return folder
}

// tryWrite writes a file of some size into a folder. A full disk can still take an empty file.
func tryWrite(folder string) error {
	const enough = 64 << 10
	file, err := os.CreateTemp(folder, ".stripe-mcp-*")
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, enough))
	return errors.Join(err, file.Close(), Remove(file.Name()))
}
