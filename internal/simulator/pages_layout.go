package simulator

import (
	_ "embed" // for the style
	"net/http"

	g "maragu.dev/gomponents"
)

//go:embed pages/style.css
var style string

const icon = "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%23d99a00%22/%3E%3C/svg%3E"

// layout is a whole page. One that is watched loads itself again and again.
func layout(title string, watched bool, main g.Node) g.Node {
	return g.Group{g.Raw("<!doctype html>"), el("html", attr("lang", "en"),
		el("head",
			el("meta", attr("charset", "utf-8")), el("meta", attr("name", "viewport"), attr("content", "width=device-width, initial-scale=1")),
			el("meta", attr("name", "color-scheme"), attr("content", "light dark")), el("meta", attr("name", "robots"), attr("content", "noindex")),
			el("title", words(title+" · SIMULATOR")), el("link", attr("rel", "icon"), attr("href", icon)),
			g.If(watched, el("meta", attr("http-equiv", "refresh"), attr("content", "2"))),
			el("style", g.Raw(style)), // everything else on the pages is escaped
		),
		el("body",
			el("header", attr("class", "banner"), el("strong", words("SIMULATOR")), words(" "), el("span", words("No money moves and nothing reaches Stripe.")), words(" "), el("a", attr("href", "/"), words("Overview"))),
			main,
		),
	)}
}

// The compiler would put a copy of the library's code wherever one of these is called: a third of a megabyte.

//go:noinline
func el(name string, content ...g.Node) g.Node { return g.El(name, content...) }

//go:noinline
func attr(name string, value ...string) g.Node { return g.Attr(name, value...) }

//go:noinline
func words(text string) g.Node { return g.Text(text) }

func message(status int, title, text string) reply {
	overview := el("p", el("a", attr("class", "button"), attr("href", "/"), words("Overview")))
	return reply{status: status, page: layout(title, false, el("main", attr("class", "column"), el("h1", words(title)), el("p", words(text)), overview))}
}

func (v *visit) nothing() reply {
	return message(http.StatusNotFound, "There is no such page", "Its session may belong to another state folder, or to a simulator that was reset since.")
}

// leave links to where a shop wants its customers to go, and names the host. Whatever is no address of the web stays text: nothing else
// keeps a javascript: link from being one.
func leave(label, address string, attributes ...g.Node) g.Node {
	u := parsed(address)
	if u.Scheme != "http" && u.Scheme != "https" {
		return words(label + " " + address)
	}
	return el("a", g.Group(attributes), attr("href", address), words(label+" "+u.Host))
}

// back is the way out at the top of a page, if there is one.
func back(label, address string) g.Node {
	return g.If(address != "", el("p", attr("class", "back"), leave("← "+label, address)))
}

// with puts words around a text, if there is any.
func with(before, text, after string) string {
	if text == "" {
		return ""
	}
	return before + text + after
}

func tag(status string) g.Node { return el("span", attr("class", "tag "+status), words(status)) }

func empty(text ...g.Node) g.Node { return el("p", attr("class", "empty"), g.Group(text)) }

func hidden(name, value string) g.Node {
	return el("input", attr("type", "hidden"), attr("name", name), attr("value", value))
}

// posts is a form of the page that it is on.
func (v *visit) posts(content ...g.Node) g.Node {
	return el("form", attr("method", "post"), attr("action", v.r.URL.Path), g.Group(content))
}
