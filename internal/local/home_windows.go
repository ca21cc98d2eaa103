package local

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

func homes() []home {
	return []home{
		{"USERPROFILE", known(windows.FOLDERID_Profile)},
		{"APPDATA", known(windows.FOLDERID_RoamingAppData, "AppData", "Roaming")},
		{"LOCALAPPDATA", known(windows.FOLDERID_LocalAppData, "AppData", "Local")},
	}
}

// known returns how to find a folder that Windows knows by an id. Where it does not say, the folder is at its usual place in
// the user's profile.
func known(id *windows.KNOWNFOLDERID, usual ...string) func() string {
	return func() string {
		if folder, err := windows.KnownFolderPath(id, windows.KF_FLAG_DONT_VERIFY); err == nil {
			return folder
		}
		profile, err := windows.GetCurrentProcessToken().GetUserProfileDirectory()
		if err != nil {
			return ""
		}
		return filepath.Join(append([]string{profile}, usual...)...)
	}
}
