package pages

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	g "maragu.dev/gomponents"

	"stripe-mcp/internal/simulator"
)

// asks tells whether a form is still to be filled in, for the first time or because of its problems. It asks for a card
// or an e-mail address or both.
func (v *visit) asks(card, mail bool) bool {
	if v.form == nil {
		return true
	}
	v.problems = map[string]string{}
	if mail && !simulator.ValidEmail(v.form.Get("email")) {
		v.problems["email"] = "An address such as you@example.com."
	}
	if card {
		v.checkCard()
	}
	return len(v.problems) > 0
}

// checkCard finds the problems of a card that was typed in: none if it can be charged.
func (v *visit) checkCard() {
	number := strings.NewReplacer(" ", "", "-", "").Replace(v.form.Get("number"))
	refusal, known := map[string]string{
		"4242424242424242": "",
		"4000000000000002": "Your card was declined. Try another one.",
		"4000000000009995": "Your card has insufficient funds. Try another one.",
	}[number]
	switch {
	case len(number) < 13:
		v.problems["number"] = "Your card number is incomplete."
	case !known:
		v.problems["number"] = "This is not one of the simulator’s test cards. Never type in a real one."
	}
	if month, year := expiry(v.form); month == 0 {
		v.problems["expiry"] = "Month and year, such as 12 / 34."
	} else if time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, time.UTC).Unix() <= v.Now {
		v.problems["expiry"] = "Your card has expired."
	}
	if !regexp.MustCompile(`^\d{3,4}$`).MatchString(v.form.Get("cvc")) {
		v.problems["cvc"] = "3 digits."
	}
	if name := v.form.Get("name"); strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > 256 {
		v.problems["name"] = "Please fill this in, in up to 256 characters."
	}
	if len(v.problems) == 0 && refusal != "" {
		v.problems["number"] = refusal
	}
}

// expiry reads MM/YY; month 0 if it is none.
func expiry(form url.Values) (month, year int) {
	typed := regexp.MustCompile(`^(0[1-9]|1[0-2]) ?/? ?(?:20)?(\d\d)$`)
	if m := typed.FindStringSubmatch(strings.TrimSpace(form.Get("expiry"))); m != nil {
		month, _ = strconv.Atoi(m[1])
		year, _ = strconv.Atoi(m[2])
	}
	return month, 2000 + year
}

// payer is who filled in the form.
func (v *visit) payer() simulator.Payer {
	month, year := expiry(v.form)
	return simulator.Payer{Email: v.form.Get("email"), Name: v.form.Get("name"), ExpMonth: month, ExpYear: year}
}

// pays is the form that asks.
func (v *visit) pays(title, button string, fields ...g.Node) g.Node {
	return v.posts(attr("novalidate"),
		el("h2", title),
		g.If(len(v.problems) > 0, el("p.alert", attr("role", "alert"),
			"Nothing was charged. Please look at what is marked below.")),
		g.Group(fields), el("button", button),
	)
}

// card is the part of a form that asks for one. Of what was typed it shows only the name again: the rest might be a
// real card's.
func (v *visit) card() g.Node {
	test := func(number, does string) g.Node { return el("div", el("dt", number), el("dd", does)) }
	return g.Group{
		v.field("number", "Card number", "numeric", "1234 1234 1234 1234", ""),
		el("div.pair",
			v.field("expiry", "Expiry", "numeric", "MM / YY", ""), v.field("cvc", "CVC", "numeric", "123", "")),
		v.field("name", "Name on card", "text", "Full name", v.form.Get("name")),
		el("details.cards", attr("open"), el("summary", "Test cards"),
			el("dl", test("4242 4242 4242 4242", "pays"), test("4000 0000 0000 0002", "is declined"),
				test("4000 0000 0000 9995", "has insufficient funds")),
			el("p", "Any date to come, any CVC, any name. Never a real card."),
		),
	}
}

// field has no autocomplete: a browser must not offer a real card.
func (v *visit) field(name, label, mode, hint, value string) g.Node {
	problem := v.problems[name]
	marks := g.Group{attr("aria-invalid", "true"), attr("aria-describedby", name+"-problem"), attr("autofocus")}
	return el("div.field", el("label", attr("for", name), label),
		el("input", attr("id", name), attr("name", name), attr("value", value), attr("inputmode", mode),
			attr("placeholder", hint), attr("autocomplete", "off"), attr("spellcheck", "false"), attr("required"),
			g.If(problem != "", marks)),
		g.If(problem != "", el("p.problem", attr("id", name+"-problem"), problem)),
	)
}
