package simulator

import "testing"

func TestFilterKeeps(t *testing.T) {
	t.Parallel()
	equal, anyOf := equal("active", boolean()), anyOf("lookup_keys", "lookup_key", 10, text(200))
	paid, asked := Object{"customer_details": Object{"email": "a@b.example"}}, Object{"email": "a@b.example"}
	billed := Object{"items": Object{"data": []any{Object{"price": Object{"id": "price_1"}}, Object{"price": Object{"id": "price_2"}}}}}
	for _, tt := range []struct {
		why    string
		filter filter
		row    Object
		sent   any
		want   bool
	}{
		{"what is not asked for", equal, Object{"active": false}, nil, true},
		{"a boolean", equal, Object{"active": false}, "false", true},
		{"the other boolean", equal, Object{"active": false}, "true", false},
		{"no value", equal, Object{"active": nil}, "false", false},
		{"one of several", anyOf, Object{"lookup_key": "gold"}, Object{"0": "silver", "1": "gold"}, true},
		{"none of several", anyOf, Object{"lookup_key": "gold"}, Object{"0": "silver", "1": "new"}, false},
		{"the payer's e-mail", payer(), paid, asked, true},
		{"the e-mail that was given for the payer", payer(), Object{"customer_email": "a@b.example"}, asked, true},
		{"another payer's e-mail", payer(), paid, Object{"email": "c@d.example"}, false},
		{"no payer yet", payer(), Object{"customer_details": nil}, asked, false},
		{"any payer", payer(), Object{}, nil, true},
		{"one of the prices", ofPrice(), billed, "price_2", true},
		{"another price", ofPrice(), billed, "price_3", false},
		{"any price", ofPrice(), billed, nil, true},
		{"the second itself", created(), Object{"created": int64(5)}, "5", true},
		{"another second", created(), Object{"created": int64(5)}, "6", false},
		{"from then on, with that second", created(), Object{"created": int64(5)}, Object{"gte": "5"}, true},
		{"after then, without that second", created(), Object{"created": int64(5)}, Object{"gt": "5"}, false},
		{"until then, with that second", created(), Object{"created": int64(5)}, Object{"lte": "5"}, true},
		{"before then, without that second", created(), Object{"created": int64(5)}, Object{"gte": "1", "lt": "5"}, false},
		{"in between", created(), Object{"created": int64(5)}, Object{"gt": "4", "lt": "6"}, true},
		{"at any time", created(), Object{"created": int64(5)}, nil, true},
		{"several, and no value", anyOf, Object{"lookup_key": nil}, Object{"0": "silver"}, false},
	} {
		if got := tt.filter.keeps(tt.row, tt.sent); got != tt.want {
			t.Errorf("%s: kept is %v", tt.why, got)
		}
	}
}
