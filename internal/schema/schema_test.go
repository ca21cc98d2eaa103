package schema_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"stripe-mcp/internal/schema"
)

// order has one field of each kind that the tools use.
type order struct {
	ID       identifier        `json:"id" jsonschema:"Id"`
	Kind     kind              `json:"kind,omitempty" jsonschema:"Kind"`
	Limit    limit             `json:"limit,omitempty" jsonschema:"Limit"`
	Urgent   bool              `json:"urgent,omitempty" jsonschema:"Urgent"`
	Items    []item            `json:"items,omitempty" jsonschema:"Items"`
	Parcel   *parcel           `json:"parcel,omitempty" jsonschema:"Parcel"`
	Metadata map[string]string `json:"metadata,omitempty" jsonschema:"Metadata"`
	Note     note              `json:"note,omitempty" jsonschema:"Note"`
	Label    string            `json:"label,omitempty" jsonschema:"Label"`
	Later    *later            `json:"later,omitempty" jsonschema:"Later"`
	Part     part              `json:"part,omitempty" jsonschema:"Part"`
}

type item struct {
	Price string `json:"price" jsonschema:"Price"`
	Count amount `json:"count,omitempty" jsonschema:"Count"`
}

type parcel struct {
	Weight amount `json:"weight" jsonschema:"Weight"`
	Stamp  *stamp `json:"stamp,omitempty" jsonschema:"Stamp"`
}

type stamp struct {
	Kind kind `json:"kind,omitempty" jsonschema:"Kind"`
}

type (
	identifier string
	kind       string
	limit      int64
	amount     int64
	note       string
	later      bool
	part       int64
)

func (identifier) Schema() *schema.Node {
	return &schema.Node{Type: "string", Pattern: "^id_[a-z]+$", Comment: "must start with id_", Examples: []any{"id_x"}}
}

func (kind) Schema() *schema.Node { return &schema.Node{Type: "string", Enum: []any{"a", "b"}} }

func (limit) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(1.0), Maximum: new(100.0), Default: json.RawMessage("10")}
}

func (amount) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(0.0), Maximum: new(999999999999.0)}
}

func (later) Schema() *schema.Node {
	return schema.Decisive(&schema.Node{Type: "boolean"}, "leave it out to order now")
}

func (part) Schema() *schema.Node {
	return schema.Decisive(&schema.Node{Type: "integer", Minimum: new(1.0)}, "leave it out to order all of it")
}

func (note) Schema() *schema.Node {
	return &schema.Node{Type: "string", MinLength: new(1), MaxLength: new(3)}
}

func (i item) Check() []schema.Problem {
	if i.Price == "free" && i.Count > 1 {
		return []schema.Problem{{Path: "count", Rule: "must be 1 for what is free"}}
	}
	return nil
}

func orders() *schema.Schema[order] {
	return schema.For[order]()
}

func TestPublishedSchemaIsPortable(t *testing.T) {
	t.Parallel()
	want := `{"type":"object","properties":{` +
		`"id":{"type":"string","description":"Id","pattern":"^id_[a-z]+$"},` +
		`"kind":{"type":"string","description":"Kind","enum":["a","b"]},` +
		`"limit":{"type":"integer","description":"Limit","default":10,"minimum":1,"maximum":100},` +
		`"urgent":{"type":"boolean","description":"Urgent"},` +
		`"items":{"type":"array","items":{"type":"object","properties":{` +
		`"price":{"type":"string","description":"Price"},` +
		`"count":{"type":"integer","description":"Count","minimum":0,"maximum":999999999999}},` +
		`"required":["price"],"additionalProperties":false},"description":"Items"},` +
		`"parcel":{"type":"object","properties":{"weight":{"type":"integer","description":"Weight","minimum":0,"maximum":999999999999},` +
		`"stamp":{"type":"object","properties":{"kind":{"type":"string","description":"Kind","enum":["a","b"]}},"description":"Stamp","additionalProperties":false}},` +
		`"description":"Parcel","required":["weight"],"additionalProperties":false},` +
		`"metadata":{"type":"object","description":"Metadata","additionalProperties":{"type":"string"}},` +
		`"note":{"type":"string","description":"Note","minLength":1,"maxLength":3},` +
		`"label":{"type":"string","description":"Label"},"later":{"type":"boolean","description":"Later"},` +
		`"part":{"type":"integer","description":"Part","minimum":1}},` +
		`"required":["id"],"additionalProperties":false}`
	if diff := cmp.Diff(want, string(orders().JSON())); diff != "" {
		t.Errorf("no null types, no $schema, no notes for error messages:\n%s", diff)
	}
}

func TestDecodeConvertsWhatIsCertain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why, arguments string
		want           order
	}{
		{"defaults are filled in", `{"id":"id_x"}`, order{ID: "id_x", Limit: 10}},
		{"digits in a string for an integer", `{"id":"id_x","limit":"7"}`, order{ID: "id_x", Limit: 7}},
		{"an integer with a point", `{"id":"id_x","limit":14.0}`, order{ID: "id_x", Limit: 14}},
		{"an integer with an exponent", `{"id":"id_x","limit":1e1}`, order{ID: "id_x", Limit: 10}},
		{"a big integer stays exact", `{"id":"id_x","items":[{"price":"p","count":999999999999}]}`,
			order{ID: "id_x", Limit: 10, Items: []item{{"p", 999999999999}}}},
		{"true in a string for a boolean", `{"id":"id_x","urgent":"true"}`, order{ID: "id_x", Limit: 10, Urgent: true}},
		{"JSON text for a list, with JSON text in it", `{"id":"id_x","items":"[\"{\\\"price\\\":\\\"p\\\"}\"]"}`,
			order{ID: "id_x", Limit: 10, Items: []item{{Price: "p"}}}},
		{"JSON text for an object", `{"id":"id_x","parcel":"{\"weight\":3}"}`, order{ID: "id_x", Limit: 10, Parcel: &parcel{Weight: 3}}},
		{"JSON text for all arguments", `"{\"id\":\"id_x\"}"`, order{ID: "id_x", Limit: 10}},
		{"null for an absent argument", `{"id":"id_x","limit":null,"items":null,"note":null,"parcel":null}`, order{ID: "id_x", Limit: 10}},
		{"an empty string where none is possible", `{"id":"id_x","limit":"","items":"","urgent":"","parcel":""}`, order{ID: "id_x", Limit: 10}},
		{"scalars in metadata", `{"id":"id_x","metadata":{"n":1,"b":true,"s":"x","f":1.50,"none":null}}`,
			order{ID: "id_x", Limit: 10, Metadata: map[string]string{"n": "1", "b": "true", "s": "x", "f": "1.50"}}},
		{"an empty string where the rule excludes it", `{"id":"id_x","kind":"","note":"","metadata":""}`, order{ID: "id_x", Limit: 10}},
		{"the same at every depth", `{"id":"id_x","items":[{"price":"p","count":""}],"parcel":{"weight":1,"stamp":{"kind":""}}}`,
			order{ID: "id_x", Limit: 10, Items: []item{{Price: "p"}}, Parcel: &parcel{Weight: 1}}},
		{"null at every depth", `{"id":"id_x","items":[{"price":"p","count":null}],"parcel":{"weight":1,"stamp":null}}`,
			order{ID: "id_x", Limit: 10, Items: []item{{Price: "p"}}, Parcel: &parcel{Weight: 1}}},
		{"an empty list for an absent object", `{"id":"id_x","parcel":[]}`, order{ID: "id_x", Limit: 10}},
		{"the same at every depth, also as text", `{"id":"id_x","parcel":"{\"weight\":1,\"stamp\":[]}"}`, order{ID: "id_x", Limit: 10, Parcel: &parcel{Weight: 1}}},
		{"numbers and booleans for text", `{"id":"id_x","note":7,"label":12345678901234567890.50,"items":[{"price":12345}]}`,
			order{ID: "id_x", Limit: 10, Note: "7", Label: "12345678901234567890.50", Items: []item{{Price: "12345"}}}},
		{"a boolean for text", `{"id":"id_x","label":true}`, order{ID: "id_x", Limit: 10, Label: "true"}},
		{"an empty string where it is text like any other", `{"id":"id_x","metadata":{"k":""},"items":[{"price":""}]}`,
			order{ID: "id_x", Limit: 10, Metadata: map[string]string{"k": ""}, Items: []item{{}}}},
		{"a decisive argument", `{"id":"id_x","later":"false","part":"3"}`, order{ID: "id_x", Limit: 10, Later: new(later(false)), Part: 3}},
		{"what n8n adds", `{"id":"id_x","toolCallId":"call_1","sessionId":"s","action":"sendMessage","chatInput":"sell it"}`, order{ID: "id_x", Limit: 10}},
		{"what newer versions of n8n add", `{"id":"id_x","toolCallId":"call_1"}`, order{ID: "id_x", Limit: 10}},
		{"action beside a session", `{"id":"id_x","sessionId":"s","action":"sendMessage"}`, order{ID: "id_x", Limit: 10}},
		{"an object with nothing in it", `{"id":"id_x","parcel":{}}`, order{ID: "id_x", Limit: 10}},
		{"nothing at every depth", `{"id":"id_x","parcel":{"weight":"","stamp":{"kind":""}}}`, order{ID: "id_x", Limit: 10}},
		{"the same as text, and null", `{"id":"id_x","parcel":"{\"weight\":null,\"stamp\":{}}"}`, order{ID: "id_x", Limit: 10}},
		{"an empty list for empty metadata", `{"id":"id_x","metadata":[]}`, order{ID: "id_x", Limit: 10, Metadata: map[string]string{}}},
		{"a string stays a string", `{"id":"id_x","note":"7"}`, order{ID: "id_x", Limit: 10, Note: "7"}},
		{"characters count, not bytes", `{"id":"id_x","note":"äöü"}`, order{ID: "id_x", Limit: 10, Note: "äöü"}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			got, _, err := orders().Decode(json.RawMessage(tt.arguments))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeListsEveryProblem(t *testing.T) {
	t.Parallel()
	const known = " Known are id, items, kind, label, later, limit, metadata, note, parcel, part, urgent"
	const secretAdvice = "looks like a Stripe secret and was not sent anywhere; keys belong in the configuration. " +
		"If a real key got here, roll it in the Dashboard under Developers > API keys"
	tests := []struct {
		why, arguments string
		want           []string
	}{
		{"nothing at all", ``, []string{`id: is required; it must start with id_, e.g. "id_x"`}},
		{"null", `null`, []string{`id: is required; it must start with id_, e.g. "id_x"`}},
		{"an empty list", `[]`, []string{`id: is required; it must start with id_, e.g. "id_x"`}},
		{"an empty text", `""`, []string{`id: is required; it must start with id_, e.g. "id_x"`}},
		{"a list", `[1]`, []string{`the arguments must be one JSON object, e.g. {"limit": 10}`}},
		{"a number", `7`, []string{`the arguments must be one JSON object, e.g. {"limit": 10}`}},
		{"broken JSON", `{"id":`, []string{"the JSON is malformed at line 1, column 6"}},
		{"broken JSON on a later line", "{\"id\":\n\"äö\",\n  \"note\" 7}", []string{"the JSON is malformed at line 3, column 10"}},
		{"JSON with a word of another language", `{"id":"id_x","urgent":True}`, []string{"the JSON is malformed at line 1, column 23"}},
		{"broken JSON in a text", `{"id":"id_x","items":"[{'price':1}]"}`,
			[]string{"items: must be a list", "items: the JSON is malformed at line 1, column 3"}},
		{"broken JSON in a text in a list", `{"id":"id_x","items":[{"price":"p"},"{\"price\""]}`,
			[]string{"items[1]: must be an object", "items[1]: the JSON is malformed at line 1, column 8"}},
		{"broken JSON in the text that holds all arguments", `"{\"id\":"`,
			[]string{"the JSON is malformed at line 1, column 6"}},

		{"something behind", `{} {}`, []string{"there is something after the end of the JSON at line 1, column 4"}},
		{"a name twice", `{"id":"id_x","limit":1,"limit":2}`, []string{"limit appears twice in one object"}},
		{"too deep", strings.Repeat(`[`, 40), []string{"the JSON is nested more than 32 levels deep"}},
		{"too long", `{"id":"id_x","note":"` + strings.Repeat("x", 1<<20) + `"}`, []string{"the arguments are longer than 1 MiB"}},
		{"too much", `{"items":[` + strings.Repeat(`0,`, 5000) + `0]}`, []string{"the arguments hold more than 5000 values"}},
		{"too much as JSON text", `{"items":"[` + strings.Repeat(`0,`, 5000) + `0]"}`, []string{"the arguments hold more than 5000 values"}},
		{"a misspelt name", `{"id":"id_x","limt":1}`, []string{"limt is not a known argument; did you mean limit?" + known}},
		{"a misspelt name in a list", `{"id":"id_x","items":[{"price":"p","prise":1}]}`,
			[]string{"items[0]: prise is not a known argument; did you mean price? Known are count, price"}},
		{"not one of the choices", `{"id":"id_x","kind":"c"}`, []string{"kind: must be one of a, b"}},
		{"a required argument that is empty", `{"id":"","parcel":{"weight":"","stamp":{"kind":"a"}}}`,
			[]string{`id: is required; it must start with id_, e.g. "id_x"`, "parcel.weight: is required; it must be a whole number from 0 to 999999999999"}},
		{"an empty list for a scalar", `{"id":"id_x","limit":[],"kind":[],"urgent":[]}`,
			[]string{"kind: must be one of a, b", "limit: must be a whole number from 1 to 100", "urgent: must be true or false"}},
		{"an empty object that a client would not make up", `{"id":"id_x","parcel":{"weight":"","size":""}}`,
			[]string{"parcel: size is not a known argument. Known are stamp, weight", "parcel.weight: is required; it must be a whole number from 0 to 999999999999"}},
		{"what n8n adds, without a sign that it is n8n", `{"id":"id_x","action":"at_period_end","chatInput":"now"}`,
			[]string{"action is not a known argument." + known, "chatInput is not a known argument." + known}},
		{"nothing for a decisive argument", `{"id":"id_x","later":"","part":""}`,
			[]string{"later: must be true or false; leave it out to order now", "part: must be a whole number of at least 1; leave it out to order all of it"}},
		{"null for a decisive argument", `{"id":"id_x","later":null,"part":null}`,
			[]string{"later: must be true or false; leave it out to order now", "part: must be a whole number of at least 1; leave it out to order all of it"}},
		{"an empty list for a decisive argument", `{"id":"id_x","later":[],"part":[]}`,
			[]string{"later: must be true or false; leave it out to order now", "part: must be a whole number of at least 1; leave it out to order all of it"}},
		{"all arguments in one", `{"kwargs":{"id":"id_x"}}`,
			[]string{"kwargs is not a known argument: put the arguments at the top level." + known, `id: is required; it must start with id_, e.g. "id_x"`}},
		{"all arguments in one, as text", `{"tool_input":"{}","id":"id_x"}`, []string{"tool_input is not a known argument: put the arguments at the top level." + known}},
		{"a name that wraps, further down", `{"id":"id_x","parcel":{"weight":1,"input":{}}}`, []string{"parcel: input is not a known argument. Known are stamp, weight"}},
		{"what n8n adds, of another type", `{"id":"id_x","action":{"a":1}}`, []string{"action is not a known argument." + known}},
		{"what n8n adds, further down", `{"id":"id_x","parcel":{"weight":1,"action":"a"}}`, []string{"parcel: action is not a known argument. Known are stamp, weight"}},
		{"out of range", `{"id":"id_x","limit":0}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"a fraction", `{"id":"id_x","limit":"10.50"}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"a separator", `{"id":"id_x","limit":"1,0"}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"a symbol", `{"id":"id_x","limit":"$10"}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"a leading zero", `{"id":"id_x","limit":"010"}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"an absurd exponent", `{"id":"id_x","limit":1e999999999}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"a boolean for an integer", `{"id":"id_x","limit":true}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"a word for a boolean", `{"id":"id_x","urgent":"yes"}`, []string{"urgent: must be true or false"}},
		{"an object for a list", `{"id":"id_x","items":{}}`, []string{"items: must be a list"}},
		{"text for an object", `{"id":"id_x","parcel":"big"}`, []string{"parcel: must be an object"}},
		{"a number that breaks the text's rule", `{"id":7,"note":12345,"kind":1}`,
			[]string{`id: must start with id_, e.g. "id_x"`, "kind: must be one of a, b", "note: must be at most 3 characters"}},
		{"an object for text", `{"id":"id_x","note":{}}`, []string{"note: must be a string"}},
		{"too long", `{"id":"id_x","note":"four"}`, []string{"note: must be at most 3 characters"}},
		{"an object in metadata", `{"id":"id_x","metadata":{"a b":{}}}`, []string{`metadata."a b": must be a string`}},
		{"a rule between fields", `{"id":"id_x","items":[{"price":"free","count":2}]}`, []string{"items[0].count: must be 1 for what is free"}},
		{"a rule between fields, beside another problem", `{"id":"id_x","limit":"x","items":[{"price":"free","count":2}]}`,
			[]string{"items[0].count: must be 1 for what is free", "limit: must be a whole number from 1 to 100"}},
		{"no rule between fields that are wrong themselves", `{"id":"id_x","items":[{"price":"free","count":"2.5"}]}`,
			[]string{"items[0].count: must be a whole number from 0 to 999999999999"}},
		{"everything at once, sorted, with list positions as numbers",
			`{"limit":0,"items":[1,{},{"price":"p"},{"price":"p"},{"price":"p"},{"price":"p"},{"price":"p"},{"price":"p"},{"price":"p"},{"price":"p"},{"price":[]}],"x":1}`,
			[]string{
				"x is not a known argument." + known,
				`id: is required; it must start with id_, e.g. "id_x"`,
				"items[0]: must be an object",
				"items[1].price: is required; it must be a string",
				"items[10].price: must be a string",
				"limit: must be a whole number from 1 to 100",
			}},
		{"a key as a value", `{"id":"sk_test_MadeUpTail"}`, []string{"id: " + secretAdvice, `id: must start with id_, e.g. "id_x"`}},
		{"a key inside a value", `{"id":"id_x","metadata":{"k":"my rk_live_MadeUpTail"}}`, []string{"metadata.k: " + secretAdvice}},
		{"a key as a name", `{"id":"id_x","metadata":{"whsec_MadeUpTailOfAHook":"v"}}`, []string{"metadata: a name in it " + secretAdvice}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, _, err := orders().Decode(json.RawMessage(tt.arguments))
			invalid, ok := errors.AsType[*schema.Error](err)
			if !ok {
				t.Fatalf("got %v, want a list of problems", err)
			}
			if diff := cmp.Diff(strings.Join(tt.want, "\n"), invalid.Error()); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(err.Error(), "MadeUpTail") {
				t.Error("the error shows the key")
			}
		})
	}
}

// TestDecodeCountsProblems: an error stays short, and what looks like a key is in it whatever else there is.
func TestDecodeCountsProblems(t *testing.T) {
	t.Parallel()
	items := func(n int) string { return `{"id":"id_x","items":[` + strings.Repeat(`{},`, n-1) + `{}]` }
	tests := []struct {
		why, arguments    string
		lines             int
		first, next, last string
	}{
		{"as many as are listed", items(20) + `}`, 20, "items[0].price: is required", "items[1].price: is", "items[19].price: is required"},
		{"one more", items(21) + `}`, 21, "items[0].price: is required", "items[1].price: is", "and 1 more"},
		{"many", items(1254) + `}`, 21, "items[0].price: is required", "items[1].price: is", "and 1,234 more"},
		{"a key among them", items(30) + `,"note":"sk_test_MadeUpTail"}`, 21, "note: looks like a Stripe secret", "items[0].price: is", "and 12 more"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, _, err := orders().Decode(json.RawMessage(tt.arguments))
			if err == nil {
				t.Fatal("no problems")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != tt.lines || !strings.HasPrefix(lines[0], tt.first) || !strings.HasPrefix(lines[1], tt.next) || !strings.HasPrefix(lines[len(lines)-1], tt.last) {
				t.Errorf("%d lines:\n%v", len(lines), err)
			}
		})
	}
}

// For any input Decode returns a value or problems. It accepts what it has accepted again, in its own spelling.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{"id":"id_x"}`, `{"id":"id_x","limit":"7","urgent":"true"}`, `{"id":"id_x","items":"[{\"price\":\"p\"}]"}`,
		`{"id":"id_x","metadata":{"a":1e400,"b":[]}}`, `{"limit":1e999999999}`, `{"id":"\ud800"}`, `"{\"id\":\"id_x\"}"`, `[[[[`,
		`{"id":"id_x","later":"","part":null,"parcel":[],"note":7,"kind":""}`, `{"id":"id_x","items":"[{","action":"a"}`, `[]`, `""`,
		`{"id":"id_x","items":[{"price":12345,"count":""}],"parcel":{"weight":1,"stamp":[]}}`,
	} {
		f.Add([]byte(seed))
	}
	s := schema.For[order]()
	f.Fuzz(func(t *testing.T, arguments []byte) {
		got, _, err := s.Decode(arguments)
		if err != nil {
			if _, ok := errors.AsType[*schema.Error](err); !ok {
				t.Fatalf("neither a value nor problems: %v", err)
			}
			return
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		repeated, _, err := s.Decode(again)
		if err != nil {
			t.Fatalf("accepted once, then refused: %v", err)
		}
		if diff := cmp.Diff(got, repeated, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
