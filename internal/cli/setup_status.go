package cli

import (
	"context"
	"os"
	"slices"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/doctor"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// showStatus starts what the clients would start, and says what came of it.
func (s *setup) showStatus(ctx context.Context) error {
	if err := local.CheckOwn(os.Getenv("HOME")); err != nil {
		return configError(err)
	}
	program, err := clients.Program()
	if err != nil {
		return err
	}
	chosen := s.clients()
	if len(s.named) > 0 {
		if chosen, err = s.choose(); err != nil {
			return err
		}
	} else if len(chosen) == 0 {
		return configError(local.CheckPlaces(""))
	}
	found := doctor.Installations(ctx, chosen, program, s.environment)
	if name := s.flags.Name; name != "" {
		found = slices.DeleteFunc(found, func(i doctor.Installed) bool { return i.Name != "" && i.Name != name })
	}
	s.result.Installed = &found
	works := 0
	for _, i := range found {
		s.printf("%s\n", i.Text())
		if i.State == doctor.Works {
			works++
		}
	}
	isBroken := func(i doctor.Installed) bool { return i.State == doctor.Broken }
	switch {
	case slices.ContainsFunc(found, isBroken):
		return configError(hint.Errorf("follow the hint of each entry that fails", "not every entry works"))
	case works == 0 && len(found) > 0:
		return configError(hint.Errorf("switch it on in the client", "no entry for this program is switched on"))
	case works == 0:
		next := "run stripe-mcp setup"
		if name := s.flags.Name; name != "" {
			next += " --name " + name
		}
		return configError(hint.Errorf(next, "no AI client has an entry for this program"))
	}
	return nil
}
