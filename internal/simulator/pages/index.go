package pages

import (
	"cmp"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"

	"stripe-mcp/internal/simulator"
)

// most is how many objects a page of the index shows.
const most = 100

// listed is what the index tells about an object.
type listed struct {
	object                              simulator.Object
	kind, what, sum, status, note, link string
}

// index lists what there is, newest first, for a person who watches what an agent does.
func (v *visit) index() reply {
	watched := v.r.URL.Query().Has("watch")
	button := el("a.button quiet", attr("href", "/?watch"), "Watch")
	if watched {
		button = el("a.button quiet", attr("href", "/"), "Stop watching")
	}
	now := clock(v.Now) + " UTC"
	if v.Ahead() != 0 {
		now += ", ahead of the machine’s clock"
	}
	place := v.r.URL.Query().Get("older")
	content := el("p.empty", "Nothing yet. Let an agent make something, or run ",
		el("code", v.shownBy+" seed"), ".")
	if rows, older := v.page(place); len(rows) > 0 || place != "" {
		content = g.Group{table(rows), el("footer",
			g.If(place != "", el("a.button quiet", attr("href", "/"), "Newest")),
			g.If(older != "", el("a.button quiet", attr("href", "/?older="+older), "Older")),
		)}
	}
	return reply{status: http.StatusOK, page: layout("Simulator", watched, el("main.column wide",
		el("header.head", el("div", el("h1", "What exists"), el("p.lead", "Newest first. It is "+now+".")), button),
		content,
		el("footer", el("p",
			el("code", v.shownBy+" advance 1month"), " moves the clock, ", el("code", "seed"), " adds a story, ",
			el("code", "reset"), " starts afresh.",
			g.If(v.home != "", g.Group{g.Text(" The state is in "), el("code", v.home), g.Text(".")}),
		)),
	))}
}

func table(rows []listed) g.Node {
	head := func(text string) g.Node { return el("th", text) }
	return el("table",
		el("thead", el("tr", head("Time (UTC)"), head("What"), head("About"), head("Amount"), head("Status"),
			el("th", el("span.unseen", "Page")))),
		el("tbody", g.Map(rows, func(row listed) g.Node {
			id := row.object.Text("id")
			open := el("a", attr("href", row.link), "Open", el("span.unseen", " "+row.kind+" "+id))
			return el("tr",
				el("td.time", clock(row.object.Number("created"))), el("td.kind", row.kind),
				el("td.what", row.what, el("small", id)), el("td.amount", row.sum),
				el("td.status", g.If(row.status != "", tag(row.status)), g.If(row.note != "", el("small", row.note))),
				el("td.open", g.If(row.link != "", open)),
			)
		})),
	)
}

// page is what there is from a place on, newest first, and where the next page begins; empty if this is the last one.
func (v *visit) page(place string) (rows []listed, older string) {
	last := ""
	for at, o := range v.Shown(place) {
		if len(rows) == most {
			return rows, last
		}
		rows, last = append(rows, v.about(o)), at
	}
	return rows, ""
}

func (v *visit) about(o simulator.Object) listed {
	id, status := o.Text("id"), o.Text("status")
	owner := v.Get("customer", o.Text("customer"))
	who := cmp.Or(owner.Text("name"), owner.Text("email"), o.Child("customer_details").Text("email"),
		o.Text("customer_email"), "a guest")
	switch o.Text("object") {
	case "customer":
		name, email := cmp.Or(o.Text("name"), "No name"), cmp.Or(o.Text("email"), "no e-mail")
		return listed{object: o, kind: "Customer", what: name + " · " + email}
	case "checkout.session":
		var names []string
		for _, line := range v.Lines(id) {
			names = append(names, times(line.Text("description"), line.Number("quantity")))
		}
		what := who + " · " + strings.Join(names, ", ")
		return listed{o, "Checkout", what, sum(o, "amount_total"), status, "", "/c/pay/" + id}
	case "subscription":
		name, price := v.plan(o)
		note := ""
		if o["cancel_at_period_end"] == true && !simulator.Ended(o) {
			note = "ends " + date(o, "cancel_at")
		}
		return listed{o, "Subscription", who + " · " + name, price, status, note, ""}
	case "invoice":
		return listed{o, "Invoice", who + " · " + o.Text("number"), sum(o, "total"), status, "", "/i/" + id}
	}
	return listed{object: o, kind: "Portal", what: who, link: parsed(o.Text("url")).EscapedPath()}
}
