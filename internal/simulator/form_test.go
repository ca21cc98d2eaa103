package simulator

import (
	"encoding/json"
	"net/url"
	"testing"
)

func TestParseForm(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		"":                            `{}`,
		"&&":                          `{}`,
		"a=1&b=2":                     `{"a":"1","b":"2"}`,
		"b=2&a=1":                     `{"a":"1","b":"2"}`,
		"a=1&a=2":                     `{"a":"2"}`,
		"a":                           `{"a":""}`,
		"a+b=c%20d+e":                 `{"a b":"c d e"}`,
		"a[b][0]=x&a%5Bb%5D%5B1%5D=y": `{"a":{"b":{"0":"x","1":"y"}}}`,
		"a[]=x&a[]=y":                 `{"a":{"0":"x","1":"y"}}`,
		"a[][p]=1&a[][q]=2&a[][p]=3":  `{"a":{"0":{"p":"1","q":"2"},"1":{"p":"3"}}}`,
		"a[b=x":                       `{"a[b":"x"}`,
		"a]b=x":                       `{"a]b":"x"}`,
		"a[b]c=x":                     `{"a[b]c":"x"}`,
		"a[[b]]=x":                    `{"a[[b]]":"x"}`,
		"[a]=x":                       `{"[a]":"x"}`,
		"=x":                          `{"":"x"}`,
		"a=%zz":                       "",
		"%zz=a":                       "",
		"a=1&a[b]=2":                  "",
		"a[b]=2&a=1":                  "",
		"a[1][2][3][4][5][6][7]=ok":   `{"a":{"1":{"2":{"3":{"4":{"5":{"6":{"7":"ok"}}}}}}}}`,
		"a[1][2][3][4][5][6][7][8]=":  "",
	} {
		got := ""
		if tree, err := parseForm(form); err == nil {
			b, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			got = string(b)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", form, got, want)
		}
	}
}

// FuzzParseForm holds that what is accepted can be walked, and that a plain key keeps its value.
func FuzzParseForm(f *testing.F) {
	for _, seed := range []string{"a=1", "a[b][0]=x", "a[][b]=1&a[][b]=2", "a[b", "a[1]=x&a[]=y", "%5B%5D=&[][]=1", "a=1&a[b]=2", "a[0][0]=1&a[0]=2"} {
		f.Add(seed, "v")
	}
	f.Fuzz(func(t *testing.T, form, value string) {
		tree, err := parseForm(form + "&zz=" + url.QueryEscape(value))
		if err != nil {
			return
		}
		if got := tree.Text("zz"); got != value {
			t.Errorf("zz is %q, want %q", got, value)
		}
		var walk func(p any, depth int)
		walk = func(p any, depth int) {
			if depth > deepest {
				t.Fatalf("deeper than %d", deepest)
			}
			children := asObject(p)
			if n := len(elements(p)); n > len(children) {
				t.Errorf("%d elements of %d children", n, len(children))
			}
			for _, child := range children {
				walk(child, depth+1)
			}
		}
		walk(tree, 0)
	})
}
