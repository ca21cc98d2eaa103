package lab

import (
	"strings"
	"testing"
	"time"
)

// TestJudge: a judge who never finds anything proves nothing.
func TestJudge(t *testing.T) {
	t.Parallel()
	made := func(id string) *call { return &call{told: &reply{Outcome: succeeded, ID: id}} }
	shared := func(id string) *call { return &call{told: &reply{Outcome: succeeded, ID: id, Shared: true}} }
	slowly := func(c *call) *call { c.took = 5 * time.Second; return c }
	nervous := func(c *call) *call { c.nervous = true; return c }
	ignored := func(unheard *reply) *call { return &call{ignored: true, took: 8 * time.Second, unheard: unheard} }
	late := func(id string) *call { return ignored(&reply{Outcome: succeeded, ID: id}) }
	lost := func() *call { return &call{told: &reply{Outcome: unknown}} }
	no := func() *call { return &call{told: &reply{Outcome: failed}} }
	canceled := func(status string) *call {
		return &call{told: &reply{Outcome: succeeded, ID: givenSubscription(0), Status: status}}
	}
	changed := func() *call {
		return &call{told: &reply{Outcome: succeeded, ID: givenSubscription(0), Text: `{"metadata":{"plan":"gold"}}`}}
	}
	saved := func() *call { return &call{told: &reply{Outcome: unknown, SavedError: true}} }
	unresolved := func() *call { return &call{told: &reply{Outcome: "refused", Unresolved: true}} }
	tests := map[string]struct {
		tool       Tool
		operations [][]*call
		objects    []string // ids of what was created, or the status or plan of the given subscription
		want       string   // the beginning of what is wrong
	}{
		"one is wanted, made and there":                {Customer, [][]*call{{made("a")}}, []string{"a"}, ""},
		"two are wanted, made and there":               {Customer, [][]*call{{made("a")}, {made("b")}}, []string{"a", "b"}, ""},
		"shared after an unknown":                      {Customer, [][]*call{{lost(), shared("a")}}, []string{"a"}, ""},
		"refused, and nothing is there":                {Customer, [][]*call{{no()}}, nil, ""},
		"two where one is wanted":                      {Customer, [][]*call{{lost(), made("b")}}, []string{"a", "b"}, "doubled objects"},
		"refused, and it is there":                     {Customer, [][]*call{{no()}}, []string{"a"}, "writes reported failed that happened"},
		"made, and it is not there":                    {Customer, [][]*call{{made("a")}}, nil, "writes reported succeeded that did not"},
		"one shown to two who wanted one each":         {Customer, [][]*call{{made("a")}, {made("a")}}, []string{"a"}, "lost purchases"},
		"an old one for a new wish":                    {Customer, [][]*call{{made("a")}, {shared("a")}}, []string{"a"}, "lost purchases"},
		"ordered again after a saved 500":              {Customer, [][]*call{{saved(), made("b")}}, []string{"a", "b"}, ""},
		"no answer":                                    {Customer, [][]*call{{{}, made("a")}}, []string{"a"}, "unanswered calls"},
		"no answer, cancelled":                         {Customer, [][]*call{{{cancelled: true}, made("a")}}, []string{"a"}, ""},
		"an answer after the cancellation":             {Customer, [][]*call{{{cancelled: true, late: 1}, made("a")}}, []string{"a"}, "unanswered calls"},
		"two answers":                                  {Customer, [][]*call{{{told: &reply{Outcome: succeeded, ID: "a"}, more: 1}}}, []string{"a"}, "unanswered calls"},
		"merged after a slow answer, and it says so":   {Customer, [][]*call{{slowly(made("a"))}, {shared("a")}}, []string{"a"}, ""},
		"merged after a slow answer without a word":    {Customer, [][]*call{{slowly(made("a"))}, {made("a")}}, []string{"a"}, "lost purchases"},
		"one of its own after a slow answer":           {Customer, [][]*call{{slowly(made("a"))}, {made("b")}}, []string{"a", "b"}, ""},
		"merged twice after one slow answer":           {Customer, [][]*call{{slowly(made("a"))}, {shared("a")}, {shared("a")}}, []string{"a"}, "lost purchases"},
		"a page shared after a slow answer":            {Session, [][]*call{{slowly(made("a"))}, {shared("a")}}, []string{"a"}, "lost purchases"},
		"merged after a cancellation of an answer":     {Customer, [][]*call{{nervous(made("a"))}, {shared("a")}}, []string{"a"}, "lost purchases"},
		"a page shared after that of a slow answer":    {Session, [][]*call{{slowly(nervous(made("a")))}, {shared("a")}}, []string{"a"}, ""},
		"repeated after silence, and shared":           {Customer, [][]*call{{late("a"), shared("a")}}, []string{"a"}, ""},
		"repeated after silence, and doubled":          {Customer, [][]*call{{late("a"), made("b")}}, []string{"a", "b"}, "doubled objects"},
		"repeated after silence, then ordered again":   {Customer, [][]*call{{late("a"), shared("a")}, {made("b")}}, []string{"a", "b"}, ""},
		"repeated after silence, the next one merged":  {Customer, [][]*call{{late("a"), shared("a")}, {shared("a")}}, []string{"a"}, "lost purchases"},
		"the same, when the first ended unknown":       {Customer, [][]*call{{ignored(&reply{Outcome: unknown}), shared("a")}, {shared("a")}}, []string{"a"}, ""},
		"a page repeated after silence":                {Session, [][]*call{{late("a"), made("b")}}, []string{"a", "b"}, ""},
		"a page repeated after silence, and shared":    {Session, [][]*call{{late("a"), shared("a")}}, []string{"a"}, "lost purchases"},
		"silence on both sides":                        {Customer, [][]*call{{ignored(nil), made("a")}}, []string{"a"}, "unanswered calls"},
		"two answers after silence":                    {Customer, [][]*call{{{ignored: true, unheard: &reply{Outcome: succeeded, ID: "a"}, more: 1}, shared("a")}}, []string{"a"}, "unanswered calls"},
		"never sent":                                   {Customer, [][]*call{{{unsent: true}, made("a")}}, []string{"a"}, ""},
		"never sent, and merged":                       {Customer, [][]*call{{{unsent: true}, shared("a")}}, []string{"a"}, "lost purchases"},
		"refused because of another key, and not seen": {Customer, [][]*call{{lost(), unresolved()}}, nil, "anything else"},
		"refused because of another key, then doubled": {Customer, [][]*call{{lost(), unresolved(), made("b")}}, []string{"a", "b"}, "doubled objects"},
		"never settled":                                {Customer, [][]*call{{lost()}}, nil, "anything else"},
		"an invoice, made and there":                   {Invoice, [][]*call{{made("a")}}, []string{"a"}, ""},
		"an invoice that is still a draft":             {Invoice, [][]*call{{made("a")}}, []string{"a draft"}, "writes reported succeeded that did not"},
		"a draft that was named, and another try":      {Invoice, [][]*call{{{told: &reply{Outcome: unknown, Text: "a was begun", SavedError: true}}, made("b")}}, []string{"a draft", "b"}, ""},
		"a draft that nobody was told of":              {Invoice, [][]*call{{{cancelled: true}, made("b")}, {{cancelled: true}, made("c")}}, []string{"a draft", "b", "c"}, "doubled objects"},
		"a refused invoice, and its draft is there":    {Invoice, [][]*call{{no()}}, []string{"a draft"}, "writes reported failed that happened"},
		"all paid back, and another was too late":      {RefundAll, [][]*call{{made("a")}, {no()}}, []string{"a"}, ""},
		"a refund refused, and it is there":            {Refund, [][]*call{{no()}}, []string{"a"}, "writes reported failed that happened"},
		"two refunds where one is wanted":              {Refund, [][]*call{{lost(), made("b")}}, []string{"a", "b"}, "doubled objects"},
		"two items are wanted, and added":              {AddItem, [][]*call{{changed()}, {changed()}}, []string{"a", "b"}, ""},
		"one item told to two, and nothing says so":    {AddItem, [][]*call{{changed()}, {changed()}}, []string{"a"}, "lost purchases"},
		"two items where one is wanted":                {AddItem, [][]*call{{lost(), changed()}}, []string{"a", "b"}, "doubled objects"},
		"no item added, and reported":                  {AddItem, [][]*call{{changed()}}, nil, "writes reported succeeded that did not"},
		"an item refused, and it is there":             {AddItem, [][]*call{{no()}}, []string{"a"}, "writes reported failed that happened"},
		"an item shared after an unknown":              {AddItem, [][]*call{{lost(), shared(givenSubscription(0))}}, []string{"a"}, ""},
		"updated, and it is":                           {Update, [][]*call{{changed()}, {changed()}}, []string{plan}, ""},
		"updated, and it is not":                       {Update, [][]*call{{changed()}}, []string{""}, "writes reported succeeded that did not"},
		"refused to update, and it is":                 {Update, [][]*call{{no()}}, []string{plan}, "writes reported failed that happened"},
		"canceled, and it is":                          {Cancel, [][]*call{{canceled("canceled")}}, []string{"canceled"}, ""},
		"canceled, and it is not":                      {Cancel, [][]*call{{canceled("canceled")}}, []string{"active"}, "writes reported succeeded that did not"},
		"canceled, and shown as active":                {Cancel, [][]*call{{canceled("active")}}, []string{"canceled"}, "writes reported succeeded that did not"},
		"refused to cancel, and it is":                 {Cancel, [][]*call{{no()}}, []string{"canceled"}, "writes reported failed that happened"},
		"refused to cancel, as somebody else had":      {Cancel, [][]*call{{no()}, {canceled("canceled")}}, []string{"canceled"}, ""},
		"refused to cancel, and it is still active":    {Cancel, [][]*call{{no()}}, []string{"active"}, ""},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			r := Result{Schedule: Schedule{Groups: []Group{{Tool: tt.tool}}}}
			only := &program{}
			for _, calls := range tt.operations {
				for _, c := range calls {
					c.program = only
				}
				r.operations = append(r.operations, &operation{calls: calls})
			}
			for _, id := range tt.objects {
				o := Object{ID: id, Kind: kindOf(tt.tool)}
				if name, isDraft := strings.CutSuffix(id, " "+draft); isDraft {
					o.ID, o.Status = name, draft
				}
				if tt.tool.keyless() {
					o = Object{ID: givenSubscription(0), Kind: "subscription", Status: id, Plan: id}
				}
				r.Objects = append(r.Objects, o)
			}
			finds(t, r, tt.want)
		})
	}
}

// finds checks what the judge says first, nothing where want is empty.
func finds(t *testing.T, r Result, want string) {
	t.Helper()
	got := strings.Join(Judge(r).Wrong(), "\n")
	if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestJudgeOfOtherPrograms: what one program knows of a client that gives up in silence no other one can know, and what an
// agent has seen in the Dashboard is its own.
func TestJudgeOfOtherPrograms(t *testing.T) {
	t.Parallel()
	first, second, killed := &program{}, &program{}, &program{killed: true}
	lateOf := func(p *program) *call {
		return &call{program: p, ignored: true, took: 8 * time.Second, unheard: &reply{Outcome: succeeded, ID: "a"}}
	}
	late := func() *call { return lateOf(first) }
	made := func(id string, p *program) *call { return &call{program: p, told: &reply{Outcome: succeeded, ID: id}} }
	looked := func(id string) *operation {
		return &operation{seen: id, calls: []*call{
			{program: first, told: &reply{Outcome: unknown}}, {program: second, told: &reply{Outcome: "refused", Unresolved: true}},
		}}
	}
	tests := map[string]struct {
		operations []*operation
		objects    []string
		want       string
	}{
		"repeated through another program":               {[]*operation{{calls: []*call{late(), made("b", second)}}}, []string{"a", "b"}, ""},
		"repeated through the same program":              {[]*operation{{calls: []*call{late(), made("b", first)}}}, []string{"a", "b"}, "doubled objects"},
		"killed in the repetition, then through another": {[]*operation{{calls: []*call{lateOf(killed), {program: killed}, made("b", second)}}}, []string{"a", "b"}, ""},
		"a saved 500 that nobody heard of":               {[]*operation{{calls: []*call{{program: first, ignored: true, unheard: &reply{Outcome: unknown, SavedError: true}}, made("b", second)}}}, []string{"a", "b"}, ""},
		"repeated and told, then through another":        {[]*operation{{calls: []*call{late(), {program: first, told: &reply{Outcome: unknown}}, made("b", second)}}}, []string{"a", "b"}, "doubled objects"},
		"three of two through two programs":              {[]*operation{{calls: []*call{late(), made("b", second)}}}, []string{"a", "b", "c"}, "doubled objects"},
		"seen in the Dashboard":                          {[]*operation{looked("a")}, []string{"a"}, ""},
		"seen, and made again all the same":              {[]*operation{looked("a")}, []string{"a", "b"}, "doubled objects"},
		"seen, and then told to another":                 {[]*operation{looked("a"), {calls: []*call{made("a", second)}}}, []string{"a"}, "lost purchases"},
		"seen, and then another was made":                {[]*operation{looked("a"), {calls: []*call{made("b", second)}}}, []string{"a", "b"}, ""},
		"a dead client's, made by both":                  {[]*operation{{calls: []*call{{program: &program{deaf: true}, lost: true}, made("b", second)}}}, []string{"a", "b"}, "doubled objects"},
		"a dead client's, which may be read":             {[]*operation{{calls: []*call{{program: &program{deaf: true}, lost: true, ambiguous: true}, made("b", second)}}}, []string{"a", "b"}, ""},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			r := Result{Schedule: Schedule{Groups: []Group{{Tool: Customer}}}, operations: tt.operations}
			for _, id := range tt.objects {
				r.Objects = append(r.Objects, Object{ID: id, Kind: "customer"})
			}
			finds(t, r, tt.want)
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
	for _, manner := range append(manners(), "rolled") {
		left[string(manner)] = true
	}
	for _, tool := range tools() {
		left[string(tool)] = true
	}
	for i := range 1000 {
		s := Random(1, i)
		if s.String() != Random(1, i).String() {
			t.Fatalf("schedule %d differs from itself", i)
		}
		for _, f := range s.Faults {
			delete(left, string(f.Kind))
		}
		for _, g := range s.Groups {
			delete(left, string(g.Manner))
			delete(left, string(g.Tool))
			if g.Rolls {
				delete(left, "rolled")
			}
		}
		for _, strike := range s.Strikes {
			delete(left, strike.String())
		}
	}
	if len(left) > 0 {
		t.Errorf("never chosen: %v", left)
	}
}
