package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
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
	watched, button, now := v.r.URL.Query().Has("watch"), el("a", attr("class", "button quiet"), attr("href", "/?watch"), words("Watch")), clock(v.now)+" UTC"
	if watched {
		button = el("a", attr("class", "button quiet"), attr("href", "/"), words("Stop watching"))
	}
	if v.Ahead != 0 {
		now += ", ahead of the machine’s clock"
	}
	content := g.Group{empty(words("Nothing yet. Let an agent make something, or run "), el("code", words("stripe-mcp simulator seed")), words("."))}
	if len(rows) > 0 {
		content = g.Group{table(shown), g.If(len(rows) > most, empty(words(fmt.Sprintf("And %d older ones.", len(rows)-most))))}
	}
	return reply{status: http.StatusOK, page: layout("Simulator", watched, el("main", attr("class", "column wide"),
		el("header", attr("class", "head"), el("div", el("h1", words("What exists")), el("p", attr("class", "lead"), words("Newest first. It is "+now+"."))), button),
		content,
		el("footer", el("p",
			el("code", words("stripe-mcp simulator advance 1month")), words(" moves the clock, "), el("code", words("seed")), words(" adds a story, "),
			el("code", words("reset")), words(" starts afresh."), g.If(v.home != "", g.Group{words(" The state is in "), el("code", words(v.home)), words(".")}),
		)),
	))}
}

func table(rows []listed) g.Node {
	head := func(text string) g.Node { return el("th", words(text)) }
	cell := func(class string, content ...g.Node) g.Node { return el("td", attr("class", class), g.Group(content)) }
	return el("table",
		el("thead", el("tr", head("Time (UTC)"), head("What"), head("About"), head("Amount"), head("Status"), el("th", el("span", attr("class", "unseen"), words("Page"))))),
		el("tbody", g.Map(rows, func(row listed) g.Node {
			return el("tr",
				cell("time", words(clock(row.number("created")))), cell("kind", words(row.kind)), cell("what", words(row.what), el("small", words(row.text("id")))), cell("amount", words(row.sum)),
				cell("status", g.If(row.status != "", tag(row.status)), g.If(row.note != "", el("small", words(row.note)))),
				cell("open", g.If(row.link != "", el("a", attr("href", row.link), words("Open"), el("span", attr("class", "unseen"), words(" "+row.kind+" "+row.text("id")))))),
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
