package local

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestInsist: what another program holds open is tried again for two seconds. What fails for another reason fails at once.
func TestInsist(t *testing.T) {
	t.Parallel()
	held := &fs.PathError{Op: "rename", Path: "/other", Err: errors.New("sharing violation")}
	for why, tt := range map[string]struct {
		fails     error
		heldFor   time.Duration
		atMost    time.Duration // how long it takes
		attempts  bool          // whether there is more than one
		wantError string
	}{
		"free":               {nil, 0, 0, false, ""},
		"held for a second":  {held, time.Second, 1100 * time.Millisecond, true, ""},
		"held for good":      {held, time.Hour, 2100 * time.Millisecond, true, "another program holds /file open"},
		"another error":      {fs.ErrNotExist, time.Hour, 0, false, fs.ErrNotExist.Error()},
		"another after that": {held, -1, 100 * time.Millisecond, true, fs.ErrExist.Error()},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, attempts := time.Now(), 0
				err := insist("/file", func(_ string, err error) bool { return errors.Is(err, held) }, func() error {
					attempts++
					switch {
					case tt.heldFor < 0 && attempts > 1:
						return fs.ErrExist
					case tt.heldFor >= 0 && time.Since(began) >= tt.heldFor:
						return nil
					}
					return tt.fails
				})
				if (err == nil) != (tt.wantError == "") || err != nil && !strings.Contains(err.Error(), tt.wantError) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(began); took > tt.atMost || took < min(tt.heldFor, tt.atMost-200*time.Millisecond) && tt.attempts {
					t.Errorf("it took %v", took)
				}
				if (attempts > 1) != tt.attempts {
					t.Errorf("%d attempts", attempts)
				}
				if err != nil && strings.Contains(err.Error(), "/other") {
					t.Errorf("it names a file twice: %v", err)
				}
			})
		})
	}
}
