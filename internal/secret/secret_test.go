package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"stripe-mcp/internal/secret"
)

const canary = "sk_test_CanaryThatMustNotSing"

// holder keeps a secret in every place where printers and encoders treat fields differently.
type holder struct {
	Shown   secret.Secret
	Pointer *secret.Secret
	List    []secret.Secret
	Map     map[string]secret.Secret
	hidden  secret.Secret
	deeper  struct{ pointer *secret.Secret }
}

func newHolder() holder {
	s := secret.New(canary)
	h := holder{Shown: s, Pointer: &s, List: []secret.Secret{s}, Map: map[string]secret.Secret{"key": s}, hidden: s}
	h.deeper.pointer = &s
	return h
}

// printers are all the ways in which a value could leave the process by accident.
func printers() map[string]func(any) string {
	table := map[string]func(any) string{
		"errorf %w": func(v any) string { return fmt.Errorf("bad: %w", asError(v)).Error() },
		"join":      func(v any) string { return errors.Join(fmt.Errorf("a: %v", v), fmt.Errorf("b: %#v", v)).Error() },
		"sprint":    func(v any) string { return fmt.Sprint(v, &v) },
		"json":      func(v any) string { return encoded(json.Marshal(v)) },
		"json deep": func(v any) string { return encoded(json.MarshalIndent(map[string]any{"v": v}, "", " ")) },
		"xml":       func(v any) string { return encoded(xml.Marshal(v)) },
		"yaml":      func(v any) string { return encoded(yaml.Marshal(v)) },
		"toml":      func(v any) string { return encoded(toml.Marshal(map[string]any{"v": v})) },
		"gob":       gobbed,
		"slog text": func(v any) string { return logged(v, false) },
		"slog json": func(v any) string { return logged(v, true) },
		"template":  templated,
		"reflect":   func(v any) string { return dump(reflect.ValueOf(v)) },
		"cmp":       compared,
		"log": func(v any) string {
			var out bytes.Buffer
			log.New(&out, "", 0).Print(v)
			return out.String()
		},
	}
	for _, verb := range []string{"v", "+v", "#v", "s", "q", "+q", "x", "X", "d", "o", "t", "T", "p", "c", "U", "e", "60s", ".5s", "-8x"} {
		table["%"+verb] = func(v any) string { return fmt.Sprintf("%"+verb, v) }
	}
	return table
}

func TestNothingShowsASecret(t *testing.T) {
	t.Parallel()
	s, h := secret.New(canary), newHolder()
	values := map[string]any{
		"secret": s, "pointer": &s, "struct": h, "struct pointer": &h,
		"slice": []any{s, h}, "map": map[string]secret.Secret{"key": s},
	}
	for how, show := range printers() {
		for what, value := range values {
			t.Run(how+" of "+what, func(t *testing.T) {
				t.Parallel()
				out := show(value)
				if out == "" {
					t.Error("shows nothing at all: the test looks in the wrong place")
				}
				checkHidden(t, out)
			})
		}
	}
}

func TestWhatIsShownInstead(t *testing.T) {
	t.Parallel()
	type record struct {
		Key   secret.Secret
		Other secret.Secret `json:",omitzero" xml:",omitempty" yaml:",omitempty"`
	}
	show := printers()
	set, unset := record{Key: secret.New(canary)}, record{}
	tests := []struct{ how, set, unset string }{
		{"%v", "{[secret] }", "{ }"},
		{"%+v", "{Key:[secret] Other:}", "{Key: Other:}"},
		{"json", `{"Key":"[secret]"}`, `{"Key":""}`},
		{"xml", `<record><Key>[secret]</Key><Other></Other></record>`, `<record><Key></Key><Other></Other></record>`},
		{"yaml", "key: '[secret]'\n", "key: \"\"\n"},
		{"toml", "[v]\nKey = '[secret]'\nOther = ''\n", "[v]\nKey = ''\nOther = ''\n"},
		{"slog text", "level=INFO msg=x k=\"{Key:[secret] Other:}\"\n", "level=INFO msg=x k=\"{Key: Other:}\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.how, func(t *testing.T) {
			t.Parallel()
			if got := show[tt.how](set); got != tt.set {
				t.Errorf("with a secret\n got %q\nwant %q", got, tt.set)
			}
			if got := show[tt.how](unset); got != tt.unset {
				t.Errorf("without\n got %q\nwant %q", got, tt.unset)
			}
		})
	}
	for what, got := range map[string]string{
		"String":   set.Key.String(),
		"GoString": set.Key.GoString(),
		"LogValue": set.Key.LogValue().String(),
		"%x":       fmt.Sprintf("%x", set.Key),
	} {
		if got != "[secret]" {
			t.Errorf("%s gives %q", what, got)
		}
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", canary} {
		s := secret.New(text)
		if s.Reveal() != text || s.IsZero() != (text == "") {
			t.Errorf("New(%q) reveals %q, IsZero %v", text, s.Reveal(), s.IsZero())
		}
	}
	var none secret.Secret
	if none.Reveal() != "" || !none.IsZero() {
		t.Error("the zero Secret holds something")
	}
}

// The runtime has its own rules for printing the value of a panic that is not recovered. So a second
// process has to die of one.
func TestPanicShowsNoSecret(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"secret", "struct", "error"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestPanicHelper$")
			cmd.Env = []string{"PANIC_WITH=" + what}
			out, err := cmd.CombinedOutput()
			if err == nil || !bytes.Contains(out, []byte("panic: ")) {
				t.Fatalf("it did not panic: %v\n%s", err, out)
			}
			checkHidden(t, string(out))
		})
	}
}

// TestPanicHelper is the process that TestPanicShowsNoSecret starts.
func TestPanicHelper(t *testing.T) { //nolint:paralleltest // it ends the process
	values := map[string]any{
		"secret": secret.New(canary), "struct": newHolder(), "error": fmt.Errorf("key %v", newHolder()),
	}
	if value, asked := values[os.Getenv("PANIC_WITH")]; asked {
		panic(value)
	}
	t.Skip("only for TestPanicShowsNoSecret")
}

func checkHidden(t *testing.T, out string) {
	t.Helper()
	tail := strings.TrimPrefix(canary, "sk_test_")
	for _, form := range []string{
		tail, hex.EncodeToString([]byte(tail)), strings.ToUpper(hex.EncodeToString([]byte(tail))),
		base64.StdEncoding.EncodeToString([]byte(canary)), fmt.Sprintf("%d", []byte(tail)), fmt.Sprintf("%#v", []byte(tail)),
	} {
		if strings.Contains(out, strings.Trim(form, "[]=")) {
			t.Errorf("shows the secret: %s", out)
		}
	}
}

type valueError struct{ value any }

func (e valueError) Error() string { return fmt.Sprintf("%v", e.value) }

func asError(v any) error { return valueError{v} }

// encoded returns what an encoder wrote, or its error, which must not show a secret either.
func encoded(data []byte, err error) string {
	if err != nil {
		return string(data) + err.Error()
	}
	return string(data)
}

func gobbed(v any) string {
	var out bytes.Buffer
	err := gob.NewEncoder(&out).Encode(v)
	return encoded(out.Bytes(), err)
}

func logged(v any, asJSON bool) string {
	var out bytes.Buffer
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	handler := slog.Handler(slog.NewTextHandler(&out, options))
	if asJSON {
		handler = slog.NewJSONHandler(&out, options)
	}
	slog.New(handler).Info("x", "k", v)
	return out.String()
}

func templated(v any) string {
	var out bytes.Buffer
	err := template.Must(template.New("").Parse(`{{.}} {{print .}} {{printf "%q" .}} {{js .}} {{html .}}`)).Execute(&out, v)
	return encoded(out.Bytes(), err)
}

func compared(v any) string {
	everything := cmp.Exporter(func(reflect.Type) bool { return true })
	return cmp.Diff(struct{ V any }{nil}, struct{ V any }{v}, everything)
}

// dump visits everything that reflection can reach, as debugging tools do. That includes unexported fields.
func dump(v reflect.Value) string {
	var out strings.Builder
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		fmt.Fprintf(&out, "%s %s ", v.Kind(), v)
		switch v.Kind() {
		case reflect.Struct:
			for _, field := range v.Fields() {
				walk(field)
			}
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				walk(v.MapIndex(key))
			}
		default:
			out.WriteString(v.Type().String())
		}
	}
	walk(v)
	return out.String()
}
