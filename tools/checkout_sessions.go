package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createCheckoutSessionInput struct {
	LineItems     lineItems    `json:"line_items" jsonschema:"What is sold; each item has price or price_data"`
	Mode          checkoutMode `json:"mode" jsonschema:"payment, or subscription for recurring prices"`
	SuccessURL    redirectURL  `json:"success_url" jsonschema:"Where the customer goes after paying; {CHECKOUT_SESSION_ID} becomes the id"`
	CancelURL     redirectURL  `json:"cancel_url,omitempty" jsonschema:"Where the customer goes to leave without paying"`
	Customer      customerID   `json:"customer,omitempty" jsonschema:"Customer id (cus_…); not with customer_email"`
	CustomerEmail email        `json:"customer_email,omitempty" jsonschema:"Prefilled on the page; not with customer"`
	Metadata      metadata     `json:"metadata,omitempty" jsonschema:"Your own strings, up to 50"`
	Currency      ownCurrency  `json:"currency,omitempty" jsonschema:"Such as eur, for price_data without one"`
}

type checkoutMode string

// Schema returns the modes that sell something. Stripe's third mode, setup, only stores a card.
func (checkoutMode) Schema() *schema.Node { return choice("payment", "subscription") }

type lineItems []lineItem

// Schema returns the constraint of a cart.
func (lineItems) Schema() *schema.Node {
	node := schema.ListOf[lineItem](1, 100)
	node.Comment = "must be a list of 1 to 100 items"
	node.Examples = []any{[]any{map[string]any{"price": "price_1MoBy5LkdIwHu7ixZhnattbh", "quantity": 1}}}
	return node
}

type lineItem struct {
	Price     priceID          `json:"price,omitempty" jsonschema:"Price id (price_…)"`
	PriceData *priceData       `json:"price_data,omitempty" jsonschema:"A new price"`
	Quantity  *orderedQuantity `json:"quantity,omitempty" jsonschema:"How many, default 1; not for metered prices"`
}

type priceData struct {
	Currency    currency    `json:"currency,omitempty" jsonschema:"Default: the top-level currency"`
	UnitAmount  minorUnits  `json:"unit_amount" jsonschema:"In minor units: 2000 is 20.00 EUR, but 2000 JPY"`
	ProductData productData `json:"product_data" jsonschema:"What is sold"`
	Recurring   *recurring  `json:"recurring,omitempty" jsonschema:"In subscription mode; without it, a one-time fee"`
}

type productData struct {
	Name        productName        `json:"name" jsonschema:"Shown to the customer"`
	Description productDescription `json:"description,omitempty" jsonschema:"Shown to the customer"`
	Images      productImages      `json:"images,omitempty" jsonschema:"Image URLs"`
}

type recurring struct {
	Interval      billingInterval `json:"interval" jsonschema:"Billing period"`
	IntervalCount intervalCount   `json:"interval_count,omitempty" jsonschema:"3 with month: every 3 months"`
}

type (
	productName        string
	productDescription string
	productImages      []imageURL
	billingInterval    string
	intervalCount      int64
)

// Schema returns the constraint of a product's name.
func (productName) Schema() *schema.Node {
	node := text(5000) // OpenAPI specification
	node.MinLength = new(1)
	return node
}

// Schema returns the constraint of a product's description.
func (productDescription) Schema() *schema.Node { return text(40000) } // OpenAPI specification

// Schema returns the constraint of a product's images.
func (productImages) Schema() *schema.Node { return schema.ListOf[imageURL](0, 8) } // OpenAPI specification

// Schema returns the billing periods.
func (billingInterval) Schema() *schema.Node { return choice("day", "week", "month", "year") }

// Schema returns the constraint of an interval count. Stripe bills at least every three years.
func (intervalCount) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(1.0), Maximum: new(1095.0)}
}

// Check finds line items with no price or with two.
func (item lineItem) Check() []schema.Problem {
	if (item.Price == "") == (item.PriceData == nil) {
		return []schema.Problem{{Rule: "must have exactly one of price and price_data"}}
	}
	return nil
}

// Check applies the rules that hold between arguments.
func (in createCheckoutSessionInput) Check() []schema.Problem {
	var problems []schema.Problem
	if in.Customer != "" && in.CustomerEmail != "" {
		problems = append(problems, schema.Problem{Path: "customer_email", Rule: "cannot be given together with customer; leave one out"})
	}
	recurs := in.Mode != "subscription" // where nothing has to
	for i, item := range in.LineItems {
		if item.PriceData == nil {
			recurs = true // as far as can be known
			continue
		}
		recurs = recurs || item.PriceData.Recurring != nil
		path := fmt.Sprintf("line_items[%d].price_data", i)
		if item.PriceData.Currency == "" && in.Currency == "" {
			problems = append(problems, schema.Problem{Path: path + ".currency", Rule: `is required, here or as the top-level currency, e.g. "eur"`})
		}
		if in.Mode == "payment" && item.PriceData.Recurring != nil {
			problems = append(problems, schema.Problem{Path: path + ".recurring", Rule: "must be left out in payment mode; use mode subscription for recurring prices"})
		}
	}
	if !recurs { // https://docs.stripe.com/api/checkout/sessions/create, mode
		problems = append(problems, schema.Problem{Path: "line_items", Rule: `must have an item that recurs in subscription mode: give its price_data recurring, e.g. {"interval":"month"}`})
	}
	return problems
}

func (item lineItem) disclose(path string, r *Request) {
	purchase := Purchase{Argument: path, Price: string(item.Price), Quantity: quantity(item.Quantity)}
	if item.PriceData != nil {
		purchase.UnitAmount = int64(item.PriceData.UnitAmount)
		purchase.Currency = item.PriceData.Currency.lower()
	}
	r.Purchases = append(r.Purchases, purchase)
}

type getCheckoutSessionInput struct {
	SessionID sessionID `json:"session_id" jsonschema:"Session id (cs_…)"`
}

type listCheckoutSessionsInput struct {
	Limit         pageSize      `json:"limit,omitempty" jsonschema:"Results per page, 1 to 100, default 10"`
	StartingAfter sessionID     `json:"starting_after,omitempty" jsonschema:"next_cursor of the previous page"`
	Status        sessionStatus `json:"status,omitempty" jsonschema:"Only sessions with this status"`
	Customer      customerID    `json:"customer,omitempty" jsonschema:"Only this customer's"`
}

type sessionStatus string

// Schema returns the statuses of a Checkout session.
func (sessionStatus) Schema() *schema.Node { return choice("open", "complete", "expired") }

// checkoutSessionOutput is a Checkout session as every tool shows it.
type checkoutSessionOutput struct {
	ID                 string            `json:"id"`
	URL                string            `json:"url,omitempty"`
	Status             string            `json:"status,omitempty"`
	PaymentStatus      string            `json:"payment_status,omitempty"`
	Mode               string            `json:"mode,omitempty"`
	AmountTotal        *int64            `json:"amount_total,omitempty"`
	AmountTotalDisplay string            `json:"amount_total_display,omitempty"`
	Currency           string            `json:"currency,omitempty"`
	Customer           string            `json:"customer,omitempty"`
	CustomerEmail      string            `json:"customer_email,omitempty"`
	Subscription       string            `json:"subscription,omitempty"`
	PaymentIntent      string            `json:"payment_intent,omitempty"`
	SuccessURL         string            `json:"success_url,omitempty"`
	CancelURL          string            `json:"cancel_url,omitempty"`
	Metadata           map[string]string `json:"metadata,omitempty"`
	Created            string            `json:"created,omitempty"`
	ExpiresAt          string            `json:"expires_at,omitempty"`
	Livemode           bool              `json:"livemode"`
	Note               string            `json:"note,omitempty"`
}

// checkoutSessionDetails is a Checkout session with its line items, which only the get tool shows.
type checkoutSessionDetails struct {
	checkoutSessionOutput

	LineItems        []lineItemOutput `json:"line_items,omitempty"`
	LineItemsHasMore bool             `json:"line_items_has_more,omitempty"`
}

type lineItemOutput struct {
	Description        string `json:"description,omitempty"`
	Quantity           int64  `json:"quantity,omitempty"`
	Price              string `json:"price,omitempty"`
	AmountTotal        int64  `json:"amount_total"`
	AmountTotalDisplay string `json:"amount_total_display,omitempty"`
}

func (s checkoutSessionOutput) cursor() string { return s.ID }

func (s checkoutSessionOutput) withoutMetadata() row {
	s.Metadata, s.Note = nil, metadataLeftOut
	return s
}

func checkoutSessions() []stripeapi.Permission {
	return []stripeapi.Permission{{Name: "Checkout Sessions", Path: "/v1/checkout/sessions"}}
}

func createCheckoutSession() Tool {
	return define(Spec{
		Name:  "stripe_create_checkout_session",
		Title: "Create Checkout session",
		Description: "Creates a payment page for a sale or a new subscription and returns its url, valid for 24 hours. " +
			"Nothing is charged until the customer pays there. " +
			"To bill a stored payment method, use stripe_create_subscription.",
		Effect:      Makes,
		Permissions: checkoutSessions(),
	}, func(ctx context.Context, client *stripeapi.Client, in createCheckoutSessionInput) (checkoutSessionOutput, error) {
		params := in.params()
		created, err := client.CreateCheckoutSession(ctx, params)
		for range in.LineItems { // each refusal names one of them
			if !in.dropQuantity(params, err) {
				break
			}
			created, err = client.CreateCheckoutSession(ctx, params)
		}
		out := toCheckoutSession(created.Object)
		out.Note = created.Note
		return out, err
	})
}

// params returns the parameters of the request. The top-level currency is the default of every price_data. With an
// existing price it is also the session's own currency.
func (in createCheckoutSessionInput) params() *stripe.CheckoutSessionParams {
	params := &stripe.CheckoutSessionParams{
		Mode:          given(in.Mode),
		SuccessURL:    given(in.SuccessURL.withSessionID()),
		CancelURL:     given(in.CancelURL.withSessionID()),
		Customer:      given(in.Customer),
		CustomerEmail: given(in.CustomerEmail),
		Metadata:      in.Metadata,
	}
	for _, item := range in.LineItems {
		line := &stripe.CheckoutSessionLineItemParams{Quantity: new(quantity(item.Quantity))}
		if item.PriceData != nil {
			line.PriceData = item.PriceData.params(currency(in.Currency))
		} else {
			line.Price = given(item.Price)
			params.Currency = given(currency(in.Currency).lower())
		}
		params.LineItems = append(params.LineItems, line)
	}
	return params
}

// dropQuantity takes our own 1 out of the line item that Stripe refused because its price is metered and takes none. It
// returns false when that is not what Stripe refused. A quantity that was asked for is never dropped.
func (in createCheckoutSessionInput) dropQuantity(params *stripe.CheckoutSessionParams, err error) bool {
	const badRequest = 400 // HTTP
	refused := outcome.As(err)
	if refused == nil || refused.Outcome != outcome.Failed || refused.Status != badRequest {
		return false
	}
	text := strings.ToLower(refused.Message)
	if !strings.Contains(text, "quantity should not be specified") || !strings.Contains(text, "metered") {
		return false
	}
	for i, line := range params.LineItems {
		item := fmt.Sprintf("line_items[%d]", i)
		if in.LineItems[i].Quantity == nil && line.Quantity != nil && (refused.Param == item || refused.Param == item+"[quantity]") {
			line.Quantity = nil
			return true
		}
	}
	return false
}

// currency returns the price's currency in lower case. Without one it returns the session's.
func (p *priceData) currency(fallback currency) string {
	if p.Currency == "" {
		return fallback.lower()
	}
	return p.Currency.lower()
}

func (p *priceData) params(fallback currency) *stripe.CheckoutSessionLineItemPriceDataParams {
	params := &stripe.CheckoutSessionLineItemPriceDataParams{
		Currency:   new(p.currency(fallback)),
		UnitAmount: new(int64(p.UnitAmount)),
		ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{
			Name:        given(p.ProductData.Name),
			Description: given(p.ProductData.Description),
		},
	}
	for _, image := range p.ProductData.Images {
		params.ProductData.Images = append(params.ProductData.Images, given(image))
	}
	if p.Recurring != nil {
		params.Recurring = &stripe.CheckoutSessionLineItemPriceDataRecurringParams{
			Interval:      given(p.Recurring.Interval),
			IntervalCount: positive(p.Recurring.IntervalCount),
		}
	}
	return params
}

func getCheckoutSession() Tool {
	return define(Spec{
		Name:        "stripe_get_checkout_session",
		Title:       "Get Checkout session",
		Description: "Returns one Checkout session with its line items. The customer has paid when payment_status is paid.",
		Effect:      Reads,
		Permissions: checkoutSessions(),
	}, func(ctx context.Context, client *stripeapi.Client, in getCheckoutSessionInput) (checkoutSessionDetails, error) {
		found, err := client.CheckoutSession(ctx, string(in.SessionID))
		return withLineItems(found), err
	})
}

func listCheckoutSessions() Tool {
	return define(Spec{
		Name:        "stripe_list_checkout_sessions",
		Title:       "List Checkout sessions",
		Description: "Lists Checkout sessions, newest first, without line items.",
		Effect:      Reads,
		Permissions: checkoutSessions(),
	}, func(ctx context.Context, client *stripeapi.Client, in listCheckoutSessionsInput) (page[checkoutSessionOutput], error) {
		params := &stripe.CheckoutSessionListParams{Status: given(in.Status), Customer: given(in.Customer)}
		params.Limit = positive(in.Limit)
		params.StartingAfter = given(in.StartingAfter)
		found, err := client.CheckoutSessions(ctx, params)
		if err != nil {
			return page[checkoutSessionOutput]{}, err
		}
		return newPage(in.Limit, convert(found.Data, toCheckoutSession), found.Rest)
	})
}

func toCheckoutSession(s *stripe.CheckoutSession) checkoutSessionOutput {
	if s == nil {
		return checkoutSessionOutput{}
	}
	out := checkoutSessionOutput{
		ID:            s.ID,
		URL:           s.URL,
		Status:        string(s.Status),
		PaymentStatus: string(s.PaymentStatus),
		Mode:          string(s.Mode),
		Currency:      string(s.Currency),
		CustomerEmail: plain.Clean(s.CustomerEmail, 512),
		SuccessURL:    s.SuccessURL,
		CancelURL:     s.CancelURL,
		Metadata:      cleanMetadata(s.Metadata),
		Created:       timestamp(s.Created),
		ExpiresAt:     timestamp(s.ExpiresAt),
		Livemode:      s.Livemode,
	}
	if s.Currency != "" && hasTotal(s) {
		out.AmountTotal = &s.AmountTotal
		out.AmountTotalDisplay = Display(s.AmountTotal, out.Currency)
	}
	if s.Customer != nil {
		out.Customer = s.Customer.ID
	}
	if s.Subscription != nil {
		out.Subscription = s.Subscription.ID
	}
	if s.PaymentIntent != nil {
		out.PaymentIntent = s.PaymentIntent.ID
	}
	return out
}

// hasTotal reports whether Stripe sent what a session costs. It sends null where there is nothing to pay for, as in setup
// mode, which has a currency all the same; its specification allows that in every mode. The library reads null as zero.
// The amounts of line items are never null.
func hasTotal(s *stripe.CheckoutSession) bool {
	if s.AmountTotal != 0 || s.LastResponse == nil {
		return s.AmountTotal != 0
	}
	var sent struct {
		AmountTotal *int64 `json:"amount_total"`
	}
	return json.Unmarshal(s.LastResponse.RawJSON, &sent) == nil && sent.AmountTotal != nil
}

func withLineItems(s *stripe.CheckoutSession) checkoutSessionDetails {
	out := checkoutSessionDetails{checkoutSessionOutput: toCheckoutSession(s)}
	if s != nil && s.LineItems != nil {
		out.LineItems = convert(s.LineItems.Data, toLineItem)
		out.LineItemsHasMore = s.LineItems.HasMore
	}
	return out
}

func toLineItem(item *stripe.LineItem) lineItemOutput {
	out := lineItemOutput{
		Description:        plain.Clean(item.Description, 250),
		Quantity:           item.Quantity,
		AmountTotal:        item.AmountTotal,
		AmountTotalDisplay: Display(item.AmountTotal, string(item.Currency)),
	}
	if item.Price != nil {
		out.Price = item.Price.ID
	}
	return out
}
