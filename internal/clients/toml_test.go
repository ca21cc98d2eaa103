package clients_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

const table = "[mcp_servers.stripe]\ncommand = \"/opt/stripe-mcp\"\nargs = [\"--config\", \"/c.yaml\"]\n"

// TestNewTable: our table is added at the end, and removing it gives back what was there.
func TestNewTable(t *testing.T) {
	t.Parallel()
	windows := strings.NewReplacer("\n", "\r\n")
	for why, tt := range map[string]struct{ before, after string }{
		"an empty file":           {"", table},
		"a setting":               {"model = 1\n", "model = 1\n\n" + table},
		"no last line break":      {"model = 1", "model = 1\n\n" + strings.TrimSuffix(table, "\n")},
		"an empty line":           {"model = 1\n\n", "model = 1\n\n\n" + table},
		"a comment":               {"# model", "# model\n\n" + strings.TrimSuffix(table, "\n")},
		"lines of Windows":        {windows.Replace("a = 1\nb = \"\"\"x\ny\"\"\"\n"), windows.Replace("a = 1\nb = \"\"\"x\ny\"\"\"\n\n" + table)},
		"and no last line break":  {"a = 1\r\nb = 2", windows.Replace("a = 1\nb = 2\n\n" + strings.TrimSuffix(table, "\n"))},
		"a byte-order mark":       {"\ufeffa = 1\n", "\ufeffa = 1\n\n" + table},
		"an empty section":        {"[mcp_servers]\n", "[mcp_servers]\n\n" + table},
		"a quoted section":        {"[ \"mcp_servers\" . 'a' ]\ncommand = 'a'\n", "[ \"mcp_servers\" . 'a' ]\ncommand = 'a'\n\n" + table},
		"another list at the end": {"[[a]]\nb = 1\n", "[[a]]\nb = 1\n\n" + table},
		"our header in strings": {"a = \"\"\"\n[mcp_servers.stripe]\n\\\"\"\"\"\"\"\nb = '''\n[mcp_servers.stripe]'''''\nc = [ '[', # ]\n'''\n[mcp_servers.stripe]\n''' ]\n",
			"a = \"\"\"\n[mcp_servers.stripe]\n\\\"\"\"\"\"\"\nb = '''\n[mcp_servers.stripe]'''''\nc = [ '[', # ]\n'''\n[mcp_servers.stripe]\n''' ]\n\n" + table},
		"our header in a comment": {"#[mcp_servers.stripe]\n", "#[mcp_servers.stripe]\n\n" + table},
		"a longer name":           {"[mcp_servers.stripe-eu]\ncommand = 'a'\n", "[mcp_servers.stripe-eu]\ncommand = 'a'\n\n" + table},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			checkRoundTrip(t, with(t, "codex", tt.before), tt.before, tt.after)
		})
	}
}

// TestOwnTable: our table is brought up to date where it stands, and what its owner added stays. Removing takes all of it.
func TestOwnTable(t *testing.T) {
	t.Parallel()
	const current = "command = \"/opt/stripe-mcp\"\nargs = [\"--config\", \"/c.yaml\"]\n"
	for why, tt := range map[string]struct{ before, after, removed string }{
		"as it should be": {"a = 1\n\n" + table + "\n[z]\n", "a = 1\n\n" + table + "\n[z]\n", "a = 1\n\n[z]\n"},
		"another copy of the program": {"[mcp_servers.stripe]\ncommand = '/old/stripe-mcp' # mine\nargs = [\n  \"--config\", # here\n  \"/c.yaml\",\n]\n",
			"[mcp_servers.stripe]\ncommand = \"/opt/stripe-mcp\" # mine\nargs = [\n  \"--config\", # here\n  \"/c.yaml\",\n]\n", ""},
		"no arguments": {"[mcp_servers.stripe]\n# mine\ncommand='/opt/stripe-mcp'\nstartup_timeout_sec = 9\n[z]\n",
			"[mcp_servers.stripe]\n# mine\ncommand='/opt/stripe-mcp'\nargs = [\"--config\", \"/c.yaml\"]\nstartup_timeout_sec = 9\n[z]\n", "[z]\n"},
		"no arguments and no last line break": {"[mcp_servers.stripe]\ncommand = \"/opt/stripe-mcp\"",
			"[mcp_servers.stripe]\ncommand = \"/opt/stripe-mcp\"\nargs = [\"--config\", \"/c.yaml\"]", ""},
		"switched off, with settings of its owner": {"[mcp_servers.stripe]\nenabled = false\n\"command\" = \"/opt/stripe-mcp\"\nargs = [\"--simulator\"] # was\ntool_timeout_sec = 50\n",
			"[mcp_servers.stripe]\nenabled = false\n\"command\" = \"/opt/stripe-mcp\"\nargs = [\"--config\", \"/c.yaml\"] # was\ntool_timeout_sec = 50\n", ""},
		"a quoted header": {"['mcp_servers'.\"stripe\"] # mine\n" + current, "['mcp_servers'.\"stripe\"] # mine\n" + current, ""},
		"a key in a table of variables": {"[mcp_servers.stripe]\n" + current + "\n[mcp_servers.stripe.env]\n# mine\nSTRIPE_SECRET_KEY = 'sk_test_MadeUp1'\nSTRIPE_MCP_READ_ONLY = 'true' # safe\n\n[z]\n",
			"[mcp_servers.stripe]\n" + current + "\n[mcp_servers.stripe.env]\n# mine\nSTRIPE_MCP_READ_ONLY = 'true' # safe\n\n[z]\n", "\n[z]\n"},
		"only a key in a table of variables, away from ours": {"[mcp_servers.stripe]\n" + current + "\n[z]\na = 1\n\n[mcp_servers.stripe.env]\nSTRIPE_SECRET_KEY = 'sk_test_MadeUp1'\n\n# y\n[y]\n",
			"[mcp_servers.stripe]\n" + current + "\n[z]\na = 1\n\n# y\n[y]\n", "\n[z]\na = 1\n\n# y\n[y]\n"},
		"a key in variables in line": {"[mcp_servers.stripe]\n" + current + "env = { STRIPE_SECRET_KEY = 'sk_test_MadeUp1', \"A B\" = 'c' } # mine\n",
			"[mcp_servers.stripe]\n" + current + "env = { \"A B\" = \"c\" } # mine\n", ""},
		"only a key in variables in line": {"[mcp_servers.stripe]\nenv = { STRIPE_SECRET_KEY = 'sk_test_MadeUp1' }\n" + current, "[mcp_servers.stripe]\n" + current, ""},
		"strings that end in quotes":      {"a = [\"\"\"b\"\"\"\", \"[c\"]\nd = ['C:\\', 'D']\ne = \"\\\"[\"\n\n" + table, "a = [\"\"\"b\"\"\"\", \"[c\"]\nd = ['C:\\', 'D']\ne = \"\\\"[\"\n\n" + table, "a = [\"\"\"b\"\"\"\", \"[c\"]\nd = ['C:\\', 'D']\ne = \"\\\"[\"\n"},
		"tables of tools": {table + "\n[mcp_servers.stripe.tools.a]\nb = 1\n\n[[mcp_servers.stripe.list]]\nc = 1\n\n[[mcp_servers.stripe.list]]\nc = 2\n\n[mcp_servers.b]\ncommand = 'b'\n",
			table + "\n[mcp_servers.stripe.tools.a]\nb = 1\n\n[[mcp_servers.stripe.list]]\nc = 1\n\n[[mcp_servers.stripe.list]]\nc = 2\n\n[mcp_servers.b]\ncommand = 'b'\n", "\n[mcp_servers.b]\ncommand = 'b'\n"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			for _, crlf := range []bool{false, true} {
				lines := strings.NewReplacer()
				if crlf {
					lines = strings.NewReplacer("\n", "\r\n")
				}
				c := with(t, "codex", lines.Replace(tt.before))
				add(t, c)
				if diff := cmp.Diff(lines.Replace(tt.after), read(t, c.Path)); diff != "" {
					t.Errorf("added:\n%s", diff)
				}
				remove(t, c)
				if diff := cmp.Diff(lines.Replace(tt.removed), read(t, c.Path)); diff != "" {
					t.Errorf("removed:\n%s", diff)
				}
			}
		})
	}
}

// TestUncertainTOML: where the place of our entry is not certain, the file stays as it is, and the person gets the lines.
func TestUncertainTOML(t *testing.T) {
	t.Parallel()
	const braces = "stripe = { command = \"/opt/stripe-mcp\", args = [\"--config\", \"/c.yaml\"] }\n"
	const certain = "its entry is not written in a way that can be changed for certain"
	for text, tt := range map[string]struct {
		says   string
		byHand bool
	}{
		"mcp_servers = { a = { command = 'a' } }\n":                                                      {"its mcp_servers is written in braces", true},
		"mcp_servers = {}\n":                                                                             {"its mcp_servers is written in braces", true},
		"mcp_servers.a.command = 'a'\n":                                                                  {"its mcp_servers is not written as tables", true},
		"mcp_servers.stripe.command = '/old/stripe-mcp'\n":                                               {`its entry "stripe" has no table of its own`, true},
		"[mcp_servers]\nstripe.command = '/old/stripe-mcp'\n":                                            {`its entry "stripe" has no table of its own`, true},
		"[mcp_servers]\nstripe = { command = '/old/stripe-mcp' }\n":                                      {`its entry "stripe" has no table of its own`, true},
		"[mcp_servers]\na = 1\n[mcp_servers.stripe.env]\nA = 'b'\n":                                      {`its entry "stripe" is another server's`, false},
		"[mcp_servers.stripe]\ncommand = '/old/stripe-mcp'\nenv.STRIPE_SECRET_KEY = 'sk_test_MadeUp1'\n": {certain, true},
		"[mcp_servers.stripe]\n\"c\\u006fmmand\" = '/old/stripe-mcp'\n":                                  {certain, true},
		"[[mcp_servers.stripe]]\ncommand = '/old/stripe-mcp'\n":                                          {`its entry "stripe" is not written as one that starts a program`, false},
		"[[mcp_servers]]\nname = 'stripe'\n":                                                             {"its mcp_servers is not a table", false},
		"[mcp_servers.stripe]\nurl = 'https://mcp.example/'\n":                                           {`its entry "stripe" is another server's`, false},
		"[mcp_servers.stripe]\ncommand = 7\n":                                                            {`its entry "stripe" is not written as one that starts a program`, false},
		table + "[z]\n" + table:                                                                          {"[mcp_servers.stripe] stands twice in it, in line 1 and in line 5", false},
		table + "\n[mcp_servers.'stripe']\nenabled = true\n":                                             {"[mcp_servers.stripe] stands twice in it, in line 1 and in line 5", false},
		"[mcp_servers]\n[mcp_servers]\n":                                                                 {"[mcp_servers] stands twice in it, in line 1 and in line 2", false},
		"a = 1\nb = sk_test_MadeUp1\n":                                                                   {"line 2 of it is not valid TOML", true},
		"[[mcp_servers.a.b]]\n[[mcp_servers.a.b]]\nc = x\n":                                              {"line 3 of it is not valid TOML", true},
		"a = \"\"\"\n[mcp_servers.stripe]\n":                                                             {"of it is not valid TOML", true},
	} {
		c := with(t, "codex", text)
		change, err := c.Add(stripe, entry())
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.HasPrefix(err.Error(), c.Path+" stays as it is: ") || strings.Contains(err.Error(), "MadeUp") {
			t.Errorf("%q: %v", text, err)
		}
		want := table
		if strings.HasSuffix(tt.says, "in braces") {
			want = braces
		}
		if change.ByHand != tt.byHand || change.Lines()+"\n" != want {
			t.Errorf("%q: by hand is %v, with %s", text, change.ByHand, change.Lines())
		}
		if change, err := c.Remove(stripe, "/opt/stripe-mcp"); tt.says != certain && err == nil && !change.Unchanged() {
			t.Errorf("%q: it would be removed", text)
		}
	}
}

// FuzzTOML: the file says what it said but for our entry, or the file is refused. Removing makes it what it was.
func FuzzTOML(f *testing.F) {
	for _, seed := range []string{
		"", "a = 1", table, "\r\n" + table, "[mcp_servers]\nstripe = {command='/old/stripe-mcp'}", "[mcp_servers.stripe]\ncommand='stripe-mcp'\n[mcp_servers.stripe.env]\nA='b'\nSTRIPE_SECRET_KEY=''",
		"a=\"\"\"\\\"\"\"\"", "a='''x'''''", "[a.\"b]\".'c#']\n", "[[a]]\n[a.b]\n[[a]]", "[mcp_servers.stripe]\nenv={A='b'}\ncommand='stripe-mcp' # x\nargs=[\n'a', # ]\n]", "a={b={c=[1,\n2]}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := with(t, "codex", text)
		change, err := c.Add(stripe, entry())
		if err != nil {
			return
		}
		had, _ := c.Ours("/opt/stripe-mcp")
		if _, err := change.Apply(); err != nil {
			t.Fatal(err)
		}
		if after := read(t, c.Path); !reflect.DeepEqual(rest(t, text), rest(t, after)) {
			t.Errorf("%q became %q", text, after)
		}
		thereAndBack(t, c, text, len(had) == 0)
	})
}

// rest returns what a file says but for our entry.
func rest(t *testing.T, text string) map[string]any {
	t.Helper()
	says := map[string]any{}
	if text = strings.TrimPrefix(text, "\ufeff"); strings.TrimSpace(text) == "" {
		return says
	}
	if err := toml.Unmarshal([]byte(text), &says); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	servers, _ := says["mcp_servers"].(map[string]any)
	delete(servers, stripe)
	if len(servers) == 0 {
		delete(says, "mcp_servers")
	}
	return says
}

// TestNothingToWrite: who only looks at a file, or takes an entry out, is not told to write lines into it.
func TestNothingToWrite(t *testing.T) {
	t.Parallel()
	c := with(t, "codex", "a = \"caf\xe9\"\n")
	_, looking := c.Ours("/opt/stripe-mcp")
	_, removing := c.Remove(stripe, "/opt/stripe-mcp")
	for _, err := range []error{looking, removing} {
		if err == nil || !strings.HasSuffix(err.Error(), "line 1 of it is not valid TOML\nhint: repair that file") {
			t.Error(err)
		}
	}
}
