package config

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// places are a user's folders on one system. One that the environment does not give away is "".
type places struct {
	goos          string
	config, state string
	// former is where the state was before, and fault what is wrong there. Both are empty where it was at the same place.
	former, fault string
	relative      []string // variables that should name one of the folders and hold no absolute path
}

// placesOf returns the folders on goos.
func placesOf(env environment, goos string) places {
	home := env["HOME"]
	switch goos {
	case "windows":
		data := env["LOCALAPPDATA"]
		p := places{goos: goos, config: under(env["APPDATA"], program), state: under(data, program)}
		if exists(under(data, "Packages", local.ClaudePackage)) {
			p.former, p.state = p.state, under(env["USERPROFILE"], "."+program)
			p.fault = "lies in AppData, of which Claude Desktop from the Microsoft Store gives its servers a copy, so the journal would be another one there"
		}
		return p
	case "darwin":
		p := places{goos: goos, config: under(home, "Library", "Application Support", program), state: under(home, ".local", "state", program)}
		p.former = under(p.config, "state")
		p.fault = "lies in the folder of the configuration, so one copy of that can hold both the stored key and what opens it"
		return p
	}
	// https://specifications.freedesktop.org/basedir-spec/latest/
	p := places{
		goos:   goos,
		config: cmp.Or(under(env["XDG_CONFIG_HOME"], program), under(home, ".config", program)),
		state:  cmp.Or(under(env["XDG_STATE_HOME"], program), under(home, ".local", "state", program)),
	}
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
		if value := env[name]; value != "" && !filepath.IsAbs(value) {
			p.relative = append(p.relative, name)
		}
	}
	return p
}

// under returns the path below base, or "" unless base is absolute. A relative one would lead into the working directory, where a
// repository could plant one.
func under(base string, path ...string) string {
	if !filepath.IsAbs(base) {
		return ""
	}
	return filepath.Join(base, filepath.Join(path...))
}

func exists(path string) bool {
	if path == "" {
		return false
	}
	_, err := os.Stat(path)
	return err == nil
}

// stateFolder returns the user's state folder: the former one as long as that is the only one there.
func (p places) stateFolder() string {
	if exists(p.former) && !exists(p.state) {
		return p.former
	}
	return p.state
}

// checkPlaces looks at where the state is, which is the journal, what opens the stored key, and the simulator's account.
func (l *loader) checkPlaces(p places) {
	_, chosen := l.sources[stateDir]
	if !chosen && slices.Contains(p.relative, "XDG_STATE_HOME") {
		l.problem("", errRelative("XDG_STATE_HOME"))
	}
	if !exists(p.former) || p.state == "" {
		return
	}
	wrong := hint.Errorf(p.howToMove(), "the state folder %s %s", p.former, p.fault)
	message, move := hint.Split(wrong)
	switch inUse := isIn(l.cfg.StateDir, p.former); {
	case inUse && chosen:
		l.warn(message, move+", and change state_dir to the new place in "+cmp.Or(l.cfg.File, "the environment"))
	case inUse:
		l.warn(message, move)
		if p.goos == "windows" { // where it does not work for that client
			l.cfg.misplaced = wrong
		}
	case !chosen:
		l.warn("the earlier state folder "+p.former+" does not count beside "+p.state, "look whether its journal or its vault keys are still needed, then delete it")
	}
}

// isIn reports whether path is folder, or below it.
func isIn(path, folder string) bool {
	for {
		if path == folder || local.SameFile(path, folder) {
			return true
		}
		above := filepath.Dir(path)
		if above == path {
			return false
		}
		path = above
	}
}

// howToMove says what to do for the former state to become the state.
func (p places) howToMove() string {
	if p.goos == "windows" {
		return fmt.Sprintf(`end the clients, then run move "%s" "%s"`, p.former, p.state)
	}
	return fmt.Sprintf("end the clients, then run mkdir -p %s && mv %s %s", local.Quoted(filepath.Dir(p.state)), local.Quoted(p.former), local.Quoted(p.state))
}

func errRelative(name string) error {
	return hint.Errorf("write a whole path there, such as "+wholePath("folder")+", or leave it out", "%s must be an absolute path", fromVariable(name).label)
}

// wholePath returns an absolute path for an example, as this system writes them.
func wholePath(name string) string {
	switch runtime.GOOS {
	case "windows":
		return `C:\Users\you\` + name
	case "darwin":
		return "/Users/you/" + name
	}
	return "/home/you/" + name
}

func (l *loader) warn(message, next string) {
	l.cfg.Warnings = append(l.cfg.Warnings, Problem{message, next})
}
