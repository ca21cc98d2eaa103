package shellargs_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	utf "golang.org/x/text/encoding/unicode"

	"stripe-mcp/internal/shellargs"
)

const (
	advice  = "or pipe the JSON from a file: "
	removed = "the shell removed the quotes of the JSON on the command line\nhint: give name=value pairs, such as "
	both    = "give either one JSON object or name=value pairs, and not both"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why   string
		given []string
		want  string // or the beginning of the error
	}{
		{"nothing", nil, `{}`},
		{"pairs", []string{"customer_id=cus_1", "limit=3"}, `{"customer_id":"cus_1","limit":"3"}`},
		{"a pair with = in its value", []string{"success_url=https://h/?a=b"}, `{"success_url":"https://h/?a=b"}`},
		{"a pair with JSON", []string{`items=[{"price":"p"}]`}, `{"items":"[{\"price\":\"p\"}]"}`},
		{"a pair with braces that is no JSON", []string{"success_url=https://h/{CHECKOUT_SESSION_ID}"}, `{"success_url":"https://h/{CHECKOUT_SESSION_ID}"}`},
		{"JSON", []string{` {"limit": 3}`}, ` {"limit": 3}`},
		{"JSON in the quotes that cmd.exe leaves", []string{`'{"limit":3}'`}, `{"limit":3}`},
		{"JSON that is wrong in another way", []string{`{"limit": }`}, `{"limit": }`},
		{"JSON with the quotes of Python", []string{`{'limit': 3}`}, `{'limit': 3}`},
		{"an empty object", []string{`{}`}, `{}`},
		{"no pair", []string{"cus_1"}, "argument 1 is neither name=value nor a JSON object"},
		{"a pair twice", []string{"a=1", "a=2"}, "argument 2 gives a name a second time"},
		{"JSON and pairs", []string{`{"a":1}`, "b=2"}, both},
		{"pairs and JSON", []string{"b=2", `{"a":1}`}, both},
		{"PowerShell removed the quotes", []string{`{customer_id: cus_1}`}, removed + "customer_id=…, " + advice},
		{"PowerShell kept the backslashes", []string{`{\customer_id\: \cus_1\}`}, removed + "customer_id=…, " + advice},
		{"the shell also split it", []string{`{customer_id:`, `cus_1}`}, removed + "customer_id=…, " + advice},
		{"cmd.exe removed the quotes", []string{`'{customer_id:`, `cus_1}'`}, removed + "customer_id=…, " + advice},
		{"a key where a name should be", []string{`{sk_test_MadeUpTail: 1}`}, removed + "name=value, " + advice},
		{"the quotes in a pair are gone", []string{"limit=1", `items=[{price: p}]`},
			"the shell removed the quotes of the JSON in argument 2\nhint: give name=value pairs, such as name=value, " + advice},
		{"a shell kept the backslashes before the quotes", []string{`{\"customer_id\":\"cus_1\"}`},
			"the quotes of the JSON on the command line are escaped once too often\nhint: give name=value pairs, such as customer_id=…, " + advice},
		{"the same with blanks", []string{`{\"limit\":`, `3}`}, "the quotes of the JSON on the command line are escaped once too often\nhint: give name=value pairs, such as limit=…, " + advice},
		{"the sign of another program", []string{"limit:=3"}, "argument 1 has := between name and value\nhint: write limit=…; numbers and lists need no other sign"},
		{"backslashes that belong to a text", []string{`{"name":"the \"Inn\""}`}, `{"name":"the \"Inn\""}`},
		{"another encoding in JSON", []string{"{\"name\":\"J\xf6rg\"}"}, "the text on the command line is not UTF-8 at byte 11, and nothing was sent\nhint: save the file as UTF-8"},
		{"another encoding in a pair", []string{"limit=1", "name=J\xf6rg"}, "the text in argument 2 is not UTF-8 at byte 2, and nothing was sent\nhint: save the file as UTF-8"},
		{"another encoding in a name", []string{"n\xe4me=x"}, "argument 1 is not UTF-8 at byte 2, and nothing was sent"},
		{"a letter that stands for a damaged one", []string{"name=J\ufffdrg"}, `{"name":"J` + "\ufffd" + `rg"}`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			got, err := shellargs.Parse(tt.given)
			if err != nil {
				got = json.RawMessage(err.Error())
			}
			if text := string(got); text != tt.want && (err == nil || !strings.HasPrefix(text, tt.want)) {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}

// TestQuoting: the error shows the forms that work in each shell.
func TestQuoting(t *testing.T) {
	t.Parallel()
	_, err := shellargs.Parse([]string{`{limit: 3}`})
	for _, form := range []string{"limit=…", " arguments.json | stripe-mcp call TOOL -", `cmd takes "{\"limit\": 3}"`, `PowerShell 5 takes '{\"limit\": 3}'`, `take '{"limit": 3}'`} {
		if err == nil || !strings.Contains(err.Error(), form) {
			t.Errorf("no %s in %v", form, err)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const (
		text    = `{"name":"Jürgen 🙂"}`
		noMark  = "the text on stdin is UTF-16 without a byte-order mark, and nothing was sent\nhint: save the file as UTF-8"
		damaged = "the UTF-16 on stdin breaks off or is damaged, and nothing was sent\nhint: save the file as UTF-8"
	)
	wide := func(order utf.Endianness, mark utf.BOMPolicy) string {
		encoded, err := utf.UTF16(order, mark).NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	tests := map[string]struct{ in, want string }{
		"UTF-8":                         {text, text},
		"UTF-8 with a mark":             {"\ufeff" + text, text},
		"UTF-16 of Windows":             {wide(utf.LittleEndian, utf.UseBOM), text},
		"UTF-16, big end first":         {wide(utf.BigEndian, utf.UseBOM), text},
		"UTF-16 without a mark":         {wide(utf.LittleEndian, utf.IgnoreBOM), noMark},
		"the same, big end first":       {wide(utf.BigEndian, utf.IgnoreBOM), noMark},
		"a zero byte at the end":        {text + "\x00", "the text on stdin has a zero byte in it, and nothing was sent\nhint: save the file as UTF-8"},
		"UTF-16 that breaks off":        {"\xff\xfe{\x00}\x00\x00", damaged},
		"half a character in UTF-16":    {"\xff\xfe{\x00\x3d\xd8}\x00", damaged},
		"only a mark":                   {"\ufeff", ""},
		"nothing":                       {"", ""},
		"bytes of no encoding":          {"{\"a\":\"\xe4\"}", "the text on stdin is not UTF-8 at byte 7, and nothing was sent\nhint: save the file as UTF-8"},
		"the shell removed the quotes":  {"{name:x}\r\n", "the shell removed the quotes of the JSON on stdin\nhint: give name=value pairs, such as name=…, " + advice},
		"the same in UTF-16":            {"\xff\xfe{\x00a\x00:\x001\x00}\x00", "the shell removed the quotes of the JSON on stdin\nhint: give name=value pairs, such as a=…, " + advice},
		"other malformed JSON is later": {`{"a":`, `{"a":`},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			got, err := shellargs.Decode([]byte(tt.in))
			if err != nil {
				got = json.RawMessage(err.Error())
			}
			if string(got) != tt.want && (err == nil || !strings.HasPrefix(string(got), tt.want)) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// FuzzDecode: JSON stays what it is in each encoding, and nothing ends in a panic.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"a":"ü"}`))
	f.Add([]byte("\xff\xfe{\x00"))
	f.Add([]byte("\ufeff{a:1}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = shellargs.Parse([]string{string(text)})
		if _, err := shellargs.Decode(text); err != nil || !json.Valid(text) || strings.ContainsRune(string(text), utf8.RuneError) {
			return
		}
		encoded, err := utf.UTF16(utf.LittleEndian, utf.UseBOM).NewEncoder().Bytes(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := shellargs.Decode(encoded); err != nil || string(got) != string(text) {
			t.Errorf("got %q (%v), want %q", got, err, text)
		}
	})
}
