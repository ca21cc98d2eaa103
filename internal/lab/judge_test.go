package lab

import (
	"strings"
	"testing"
)

// TestJudge: a judge who never finds anything proves nothing.
func TestJudge(t *testing.T) {
	t.Parallel()
	made := func(id string) *call { return &call{told: &reply{Outcome: succeeded, ID: id}} }
	found := func(id string) *call { return &call{told: &reply{Outcome: succeeded, ID: id, Found: true}} }
	lost := func() *call { return &call{told: &reply{Outcome: unknown}} }
	no := func() *call { return &call{told: &reply{Outcome: failed}} }
	canceled := func(status string) *call {
		return &call{told: &reply{Outcome: succeeded, ID: givenSubscription(0), Status: status}}
	}
	saved := func() *call { return &call{told: &reply{Outcome: unknown, SavedError: true}} }
	tests := map[string]struct {
		tool       Tool
		operations [][]*call
		objects    []string // ids of customers, or the status of the given subscription
		want       string   // the beginning of what is wrong
	}{
		"one is wanted, made and there":             {Customer, [][]*call{{made("a")}}, []string{"a"}, ""},
		"two are wanted, made and there":            {Customer, [][]*call{{made("a")}, {made("b")}}, []string{"a", "b"}, ""},
		"found after an unknown":                    {Customer, [][]*call{{lost(), found("a")}}, []string{"a"}, ""},
		"refused, and nothing is there":             {Customer, [][]*call{{no()}}, nil, ""},
		"two where one is wanted":                   {Customer, [][]*call{{lost(), made("b")}}, []string{"a", "b"}, "doubled objects"},
		"refused, and it is there":                  {Customer, [][]*call{{no()}}, []string{"a"}, "writes reported failed that happened"},
		"made, and it is not there":                 {Customer, [][]*call{{made("a")}}, nil, "writes reported succeeded that did not"},
		"one shown to two who wanted one each":      {Customer, [][]*call{{made("a")}, {made("a")}}, []string{"a"}, "writes reported succeeded that did not"},
		"an old one for a new wish":                 {Customer, [][]*call{{made("a")}, {found("a")}}, []string{"a"}, "new wishes answered with old objects"},
		"ordered again after a saved 500":           {Customer, [][]*call{{saved(), made("b")}}, []string{"a", "b"}, ""},
		"no answer":                                 {Customer, [][]*call{{{}, made("a")}}, []string{"a"}, "unanswered calls"},
		"no answer, cancelled":                      {Customer, [][]*call{{{cancelled: true}, made("a")}}, []string{"a"}, ""},
		"an answer after the cancellation":          {Customer, [][]*call{{{cancelled: true, late: 1}, made("a")}}, []string{"a"}, "unanswered calls"},
		"two answers":                               {Customer, [][]*call{{{told: &reply{Outcome: succeeded, ID: "a"}, more: 1}}}, []string{"a"}, "unanswered calls"},
		"never settled":                             {Customer, [][]*call{{lost()}}, nil, "anything else"},
		"canceled, and it is":                       {Cancel, [][]*call{{canceled("canceled")}}, []string{"canceled"}, ""},
		"canceled, and it is not":                   {Cancel, [][]*call{{canceled("canceled")}}, []string{"active"}, "writes reported succeeded that did not"},
		"canceled, and shown as active":             {Cancel, [][]*call{{canceled("active")}}, []string{"canceled"}, "writes reported succeeded that did not"},
		"refused to cancel, and it is":              {Cancel, [][]*call{{no()}}, []string{"canceled"}, "writes reported failed that happened"},
		"refused to cancel, as somebody else had":   {Cancel, [][]*call{{no()}, {canceled("canceled")}}, []string{"canceled"}, ""},
		"refused to cancel, and it is still active": {Cancel, [][]*call{{no()}}, []string{"active"}, ""},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			r := Result{Schedule: Schedule{Groups: []Group{{Tool: tt.tool}}}}
			for _, calls := range tt.operations {
				for _, c := range calls {
					c.program = &program{}
				}
				r.operations = append(r.operations, &operation{calls: calls})
			}
			for _, id := range tt.objects {
				o := Object{ID: id, Kind: "customer"}
				if tt.tool == Cancel {
					o = Object{ID: givenSubscription(0), Kind: "subscription", Status: id}
				}
				r.Objects = append(r.Objects, o)
			}
			got := strings.Join(Judge(r).Wrong(), "\n")
			if (tt.want == "") != (got == "") || !strings.HasPrefix(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSchedules: a seed and a number say all about a schedule, and a series leaves nothing out.
func TestSchedules(t *testing.T) {
	t.Parallel()
	left := map[string]bool{}
	for _, kind := range kinds() {
		left[string(kind)] = true
	}
	for _, s := range allStrikes() {
		left[s.String()] = true
	}
	for i := range 1000 {
		s := Random(1, i)
		if s.String() != Random(1, i).String() {
			t.Fatalf("schedule %d differs from itself", i)
		}
		for _, f := range s.Faults {
			delete(left, string(f.Kind))
		}
		for _, strike := range s.Strikes {
			delete(left, strike.String())
		}
	}
	if len(left) > 0 {
		t.Errorf("never chosen: %v", left)
	}
}
