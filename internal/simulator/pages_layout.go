package simulator

import (
	_ "embed" // for the style
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

//go:embed pages/style.css
var style string

const icon = "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%23d99a00%22/%3E%3C/svg%3E"

// layout is a whole page. One that is watched loads itself again and again.
func layout(title string, watched bool, main g.Node) g.Node {
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")), h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")), h.Meta(h.Name("robots"), h.Content("noindex")),
			h.TitleEl(g.Text(title+" · SIMULATOR")), h.Link(h.Rel("icon"), h.Href(icon)),
			g.If(watched, h.Meta(g.Attr("http-equiv", "refresh"), h.Content("2"))),
			h.StyleEl(g.Raw(style)), // everything else on the pages is escaped
		),
		h.Body(
			h.Header(h.Class("banner"), h.Strong(g.Text("SIMULATOR")), g.Text(" "), h.Span(g.Text("No money moves and nothing reaches Stripe.")), g.Text(" "), h.A(h.Href("/"), g.Text("Overview"))),
			main,
		),
	))
}

func message(status int, title, text string) reply {
	overview := h.P(h.A(h.Class("button"), h.Href("/"), g.Text("Overview")))
	return reply{status: status, page: layout(title, false, h.Main(h.Class("column"), h.H1(g.Text(title)), h.P(g.Text(text)), overview))}
}

func (v *visit) nothing() reply {
	return message(http.StatusNotFound, "There is no such page", "Its session may belong to another state folder, or to a simulator that was reset since.")
}

// leave links to where a shop wants its customers to go, and names the host. Whatever is no address of the web stays text: nothing else
// keeps a javascript: link from being one.
func leave(words, address string, attributes ...g.Node) g.Node {
	u := parsed(address)
	if u.Scheme != "http" && u.Scheme != "https" {
		return g.Text(words + " " + address)
	}
	return h.A(g.Group(attributes), h.Href(address), g.Text(words+" "+u.Host))
}

// back is the way out at the top of a page, if there is one.
func back(words, address string) g.Node {
	return g.If(address != "", h.P(h.Class("back"), leave("← "+words, address)))
}

// with puts words around a text, if there is any.
func with(before, text, after string) string {
	if text == "" {
		return ""
	}
	return before + text + after
}

func tag(status string) g.Node { return h.Span(h.Class("tag "+status), g.Text(status)) }

func empty(text ...g.Node) g.Node { return h.P(h.Class("empty"), g.Group(text)) }

func hidden(name, value string) g.Node {
	return h.Input(h.Type("hidden"), h.Name(name), h.Value(value))
}

// posts is a form of the page that it is on.
func (v *visit) posts(content ...g.Node) g.Node {
	return h.Form(h.Method("post"), h.Action(v.r.URL.Path), g.Group(content))
}
