package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"stripe-mcp/internal/mcpclient"
)

func TestJudgeJournal(t *testing.T) {
	t.Parallel()
	const first, second = `{"outcome": "succeeded", "object": "cus_1"}`, `{"outcome": "succeeded", "object": "cus_2"}`
	for name, c := range map[string]struct{ list, fault string }{
		"each once":           {`{"orders": [` + first + `, ` + second + `]}`, ""},
		"one more":            {`{"orders": [` + first + `, ` + second + `, {"outcome": "succeeded", "object": "cus_3"}]}`, ""},
		"one is missing":      {`{"orders": [` + first + `]}`, "0 calls that made cus_2"},
		"one was made by two": {`{"orders": [` + first + `, ` + second + `, ` + second + `]}`, "2 calls that made cus_2"},
		"one is unknown":      {`{"orders": [` + first + `, ` + second + `, {"outcome": "unknown"}]}`, `outcome "unknown"`},
		"one is open":         {`{"orders": [` + first + `, ` + second + `, {}]}`, `outcome ""`},
		"empty":               {`{"orders": []}`, "0 calls that made cus_1"},
		"damaged":             {`{"orders": [`, "read the journal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFault(t, judgeJournal(c.list, []string{"cus_1", "cus_2"}), c.fault)
		})
	}
}

func TestJudgeDoctor(t *testing.T) {
	t.Parallel()
	const key = `{"check": "key", "status": "ok", "detail": "TEST mode, from the vault /home/jenny/config.vault"}`
	for name, c := range map[string]struct {
		checks   string
		emulated bool
		fault    string
	}{
		"all is well":              {key, false, ""},
		"a warning":                {key + `, {"check": "network", "status": "warn"}`, false, ""},
		"a failure":                {key + `, {"check": "journal", "status": "fail", "detail": "not writable"}`, false, "journal: not writable"},
		"no server":                {key + `, {"check": "server", "status": "fail", "detail": "no answer"}`, false, "server: no answer"},
		"no server in an emulator": {key + `, {"check": "server", "status": "fail"}`, true, ""},
		"a failure in an emulator": {key + `, {"check": "journal", "status": "fail"}`, true, "journal"},
		"the key of a variable":    {`{"check": "key", "status": "ok", "detail": "TEST mode, from STRIPE_SECRET_KEY"}`, false, "did not open the vault"},
		"no key":                   {"", false, "did not open the vault"},
		"damaged":                  {"{", false, "read what doctor found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFault(t, judgeDoctor(`{"checks": [`+c.checks+`]}`, c.emulated), c.fault)
		})
	}
}

func TestCustomerIDs(t *testing.T) {
	t.Parallel()
	made := mcpclient.Response{Result: json.RawMessage(`{"structuredContent": {"id": "cus_1"}}`)}
	all := slices.Repeat([]mcpclient.Response{made}, burst)
	with := func(last mcpclient.Response) []mcpclient.Response { return append(slices.Clone(all[1:]), last) }
	for name, c := range map[string]struct {
		answers []mcpclient.Response
		fault   string
	}{
		"all":                {all, ""},
		"one is missing":     {all[1:], "20 calls got 19 answers"},
		"one was sent twice": {append(slices.Clone(all), made), "20 calls got 21 answers"},
		"one is refused":     {with(mcpclient.Response{Result: json.RawMessage(`{"isError": true, "content": [{"type": "text", "text": "refused"}]}`)}), "no customer was created: refused"},
		"no tool was called": {with(mcpclient.Response{Error: &mcpclient.ProtocolError{Code: -32603, Message: "internal error"}}), "internal error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ids, err := customerIDs(c.answers)
			wantFault(t, err, c.fault)
			if err == nil && len(ids) != burst {
				t.Errorf("got %d ids", len(ids))
			}
		})
	}
}

// wantFault wants an error that holds text, or none if text is empty.
func wantFault(t *testing.T, err error, text string) {
	t.Helper()
	switch {
	case (err == nil) != (text == ""):
		t.Errorf("got the error %v and want %q", err, text)
	case err != nil && !strings.Contains(err.Error(), text):
		t.Errorf("got the error %q and want %q", err, text)
	}
}
