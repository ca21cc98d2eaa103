package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// listed is what the index tells about an object.
type listed struct {
	object
	kind, what, sum, status, note, link string
}

// index lists what there is, newest first, for a person who watches what an agent does.
func (v *visit) index() reply {
	const most = 200
	rows := v.everything()
	shown := rows[:min(len(rows), most)]
	watched, button, now := v.r.URL.Query().Has("watch"), h.A(h.Class("button quiet"), h.Href("/?watch"), g.Text("Watch")), clock(v.now)+" UTC"
	if watched {
		button = h.A(h.Class("button quiet"), h.Href("/"), g.Text("Stop watching"))
	}
	if v.Ahead != 0 {
		now += ", ahead of the machine’s clock"
	}
	content := g.Group{empty(g.Text("Nothing yet. Let an agent make something, or run "), h.Code(g.Text("stripe-mcp simulator seed")), g.Text("."))}
	if len(rows) > 0 {
		content = g.Group{table(shown), g.If(len(rows) > most, empty(g.Textf("And %d older ones.", len(rows)-most)))}
	}
	return reply{status: http.StatusOK, page: layout("Simulator", watched, h.Main(h.Class("column wide"),
		h.Header(h.Class("head"), h.Div(h.H1(g.Text("What exists")), h.P(h.Class("lead"), g.Text("Newest first. It is "+now+"."))), button),
		content,
		h.Footer(h.P(
			h.Code(g.Text("stripe-mcp simulator advance 1month")), g.Text(" moves the clock, "), h.Code(g.Text("seed")), g.Text(" adds a story, "),
			h.Code(g.Text("reset")), g.Text(" starts afresh."), g.If(v.home != "", g.Group{g.Text(" The state is in "), h.Code(g.Text(v.home)), g.Text(".")}),
		)),
	))}
}

func table(rows []listed) g.Node {
	head := func(text string) g.Node { return h.Th(g.Text(text)) }
	cell := func(class string, content ...g.Node) g.Node { return h.Td(h.Class(class), g.Group(content)) }
	return h.Table(
		h.THead(h.Tr(head("Time (UTC)"), head("What"), head("About"), head("Amount"), head("Status"), h.Th(h.Span(h.Class("unseen"), g.Text("Page"))))),
		h.TBody(g.Map(rows, func(row listed) g.Node {
			return h.Tr(
				cell("time", g.Text(clock(row.number("created")))), cell("kind", g.Text(row.kind)), cell("what", g.Text(row.what), h.Small(g.Text(row.text("id")))), cell("amount", g.Text(row.sum)),
				cell("status", g.If(row.status != "", tag(row.status)), g.If(row.note != "", h.Small(g.Text(row.note)))),
				cell("open", g.If(row.link != "", h.A(h.Href(row.link), g.Text("Open"), h.Span(h.Class("unseen"), g.Text(" "+row.kind+" "+row.text("id")))))),
			)
		})),
	)
}

// everything is what there is, newest first.
func (v *visit) everything() (rows []listed) {
	who := func(o object) string {
		owner := v.row("customer", o.text("customer"))
		return cmp.Or(owner.text("name"), owner.text("email"), o.child("customer_details").text("email"), o.text("customer_email"), "a guest")
	}
	for _, o := range v.Objects["customer"] {
		if o["deleted"] == nil {
			rows = append(rows, listed{object: o, kind: "Customer", what: cmp.Or(o.text("name"), "No name") + " · " + cmp.Or(o.text("email"), "no e-mail")})
		}
	}
	for _, o := range v.Objects["checkout.session"] {
		lines := v.Lines[o.text("id")]
		names := make([]string, 0, len(lines))
		for _, line := range lines {
			names = append(names, times(line.text("description"), line.number("quantity")))
		}
		rows = append(rows, listed{o, "Checkout", who(o) + " · " + strings.Join(names, ", "), o.money("amount_total"), o.text("status"), "", "/c/pay/" + o.text("id")})
	}
	for _, o := range v.Objects["subscription"] {
		name, price := v.plan(o)
		row := listed{o, "Subscription", who(o) + " · " + name, price, o.text("status"), "", ""}
		if o["cancel_at_period_end"] == true && !ended(o) {
			row.note = "ends " + o.date("cancel_at")
		}
		rows = append(rows, row)
	}
	for _, o := range v.Objects["invoice"] {
		rows = append(rows, listed{o, "Invoice", who(o) + " · " + o.text("number"), o.money("total"), o.text("status"), "", "/i/" + o.text("id")})
	}
	for _, o := range v.Objects["billing_portal.session"] {
		rows = append(rows, listed{object: o, kind: "Portal", what: who(o), link: parsed(o.text("url")).EscapedPath()})
	}
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b listed) int { return cmp.Compare(b.number("created"), a.number("created")) })
	return rows
}
