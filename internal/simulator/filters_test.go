package simulator

import "testing"

func TestFilterKeeps(t *testing.T) {
	t.Parallel()
	equal, anyOf := equal("active", boolean()), anyOf("lookup_keys", "lookup_key", 10, text(200))
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
		{"several, and no value", anyOf, Object{"lookup_key": nil}, Object{"0": "silver"}, false},
	} {
		if got := tt.filter.keeps(tt.row, tt.sent); got != tt.want {
			t.Errorf("%s: kept is %v", tt.why, got)
		}
	}
}
