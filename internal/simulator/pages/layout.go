package pages

import (
	_ "embed" // for the style
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
)

//go:embed style.css
var style string

const icon = "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E" +
	"%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%23d99a00%22/%3E%3C/svg%3E"

// el is an element: "p.lead" is a p of class lead. Its content is attributes, elements and text, which is escaped.
func el(name string, content ...any) g.Node {
	tag, class, _ := strings.Cut(name, ".")
	nodes := make([]g.Node, 0, len(content)+1)
	if class != "" {
		nodes = append(nodes, attr("class", class))
	}
	for _, c := range content {
		switch c := c.(type) {
		case string:
			nodes = append(nodes, g.Text(c))
		case g.Node:
			nodes = append(nodes, c)
		}
	}
	return g.El(tag, nodes...)
}

// attr is an attribute. Inlined, the library's code would be in each of many places: a third of a megabyte.
//
//go:noinline
func attr(name string, value ...string) g.Node { return g.Attr(name, value...) }

// layout is a whole page. One that is watched loads itself again and again.
func layout(title string, watched bool, main g.Node) g.Node {
	meta := func(name, content string) g.Node { return el("meta", attr("name", name), attr("content", content)) }
	return g.Group{g.Raw("<!doctype html>"), el("html", attr("lang", "en"),
		el("head",
			el("meta", attr("charset", "utf-8")), meta("viewport", "width=device-width, initial-scale=1"),
			meta("color-scheme", "light dark"), meta("robots", "noindex"),
			el("title", title+" · SIMULATOR"), el("link", attr("rel", "icon"), attr("href", icon)),
			g.If(watched, el("meta", attr("http-equiv", "refresh"), attr("content", "2"))),
			el("style", g.Raw(style)), // everything else on the pages is escaped
		),
		el("body",
			el("header.banner", el("strong", "SIMULATOR"), " ", el("span", "No money moves and nothing reaches Stripe."), " ",
				el("a", attr("href", "/"), "Overview")),
			main,
		),
	)}
}

func message(status int, title, text string) reply {
	overview := el("p", el("a.button", attr("href", "/"), "Overview"))
	return reply{status: status, page: layout(title, false, el("main.column", el("h1", title), el("p", text), overview))}
}

func (v *visit) nothing() reply {
	return message(http.StatusNotFound, "There is no such page",
		"Its session may belong to another state folder, or to a simulator that was reset since.")
}

// leave links to where a shop wants its customers to go, and names the host. What is no address of the web stays text:
// nothing else keeps a javascript: link from being one.
func leave(style, label, address string) g.Node {
	u := parsed(address)
	if u.Scheme != "http" && u.Scheme != "https" {
		return g.Text(label + " " + address)
	}
	return el("a"+style, attr("href", address), label+" "+u.Host)
}

// back is the way out at the top of a page, if there is one.
func back(label, address string) g.Node {
	return g.If(address != "", el("p.back", leave("", "← "+label, address)))
}

func tag(status string) g.Node { return el("span.tag "+status, status) }

func hidden(name, value string) g.Node {
	return el("input", attr("type", "hidden"), attr("name", name), attr("value", value))
}

// posts is a form of the page that it is on.
func (v *visit) posts(content ...any) g.Node {
	return el("form", slices.Concat(
		[]any{attr("method", "post"), attr("action", v.r.URL.Path), hidden("token", v.token)}, content)...)
}
