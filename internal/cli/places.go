package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// errNoHome says that files would end up in the working directory.
func errNoHome() error {
	name := "HOME is"
	if runtime.GOOS == "windows" {
		name = "APPDATA, LOCALAPPDATA or USERPROFILE is"
	}
	return hint.Errorf("set HOME, or name all places with --config and state_dir", "there is no home folder: %s not set to an absolute path", name)
}

// checkOwner returns an error where root would make files in a place of another user's, who then could not use them. Sudo
// often leaves HOME as it was.
func checkOwner(places ...string) error {
	for _, place := range places {
		if folder := local.Foreign(place); folder != "" {
			return hint.Errorf("run it as that user, without sudo", "this is root, and %s belongs to another user, whose files would become root's", folder)
		}
	}
	return nil
}

// checkPlaces makes sure that what setup would write has a place, which is this user's.
func (s *setup) checkPlaces(chosen []clients.Client) error {
	places := make([]string, 0, len(chosen)+2)
	places = append(places, s.config.Path(), s.config.StateDir)
	for _, c := range chosen {
		places = append(places, c.Path)
	}
	if slices.ContainsFunc(places, func(place string) bool { return !filepath.IsAbs(place) }) {
		return errNoHome()
	}
	return checkOwner(places...)
}

// clients returns the AI clients that this program knows. Without a home folder some have no place.
func (p *process) clients() []clients.Client {
	return slices.DeleteFunc(clients.All(os.Getenv, runtime.GOOS), func(c clients.Client) bool { return !filepath.IsAbs(c.Path) })
}
