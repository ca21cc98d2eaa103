package local

import (
	"path/filepath"
	"runtime"

	"stripe-mcp/internal/hint"
)

// CheckPlaces makes sure that files can be made at all of the places: each has an absolute path, and none is another user's
// while this is root.
func CheckPlaces(places ...string) error {
	for _, place := range places {
		if !filepath.IsAbs(place) {
			name := "HOME is"
			if runtime.GOOS == "windows" {
				name = "APPDATA, LOCALAPPDATA or USERPROFILE is"
			}
			return hint.Errorf("set HOME, or name all places with --config and state_dir", "there is no home folder: %s not set to an absolute path", name)
		}
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
