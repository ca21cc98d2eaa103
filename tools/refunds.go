package tools

import (
	"cmp"
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createRefundInput struct {
	PaymentIntent paymentIntentID `json:"payment_intent,omitempty" jsonschema:"pi_…; either this or charge"`
	Charge        chargeID        `json:"charge,omitempty" jsonschema:"ch_… or py_…"`
	Amount        *refundAmount   `json:"amount,omitempty" jsonschema:"In minor units: 2000 is 20.00 EUR. Left out, all that is left"`
	Reason        refundReason    `json:"reason,omitempty" jsonschema:"fraudulent also blocks the card and e-mail"`
	Metadata      metadata        `json:"metadata,omitempty" jsonschema:"Your own strings, up to 50"`
}

type (
	paymentIntentID string
	chargeID        string
	refundAmount    int64
	refundReason    string
)

// Schema returns the constraint of a payment intent's id. Stripe always chooses it.
func (paymentIntentID) Schema() *schema.Node { return mintedID("pi_", "pi_3MtwBwLkdIwHu7ix28a3tqPa") }

// Schema returns the constraint of a charge's id; Check completes it.
func (chargeID) Schema() *schema.Node { return ownID("ch_3MmlLrLkdIwHu7ix0snN0B15") }

// Check finds ids that cannot be one.
func (id chargeID) Check() []schema.Problem {
	return checkOwnID(string(id), "ch_3MmlLrLkdIwHu7ix0snN0B15")
}

// Schema returns the constraint of a part of a payment. Without one, all that is left goes back.
func (refundAmount) Schema() *schema.Node {
	node := minorUnits(0).Schema()
	node.Minimum = new(1.0)
	node.Comment = "must be a whole number of at least 1 in the currency's minor unit, without separators or symbols"
	return schema.Decisive(node, "to refund all that is left, leave it out")
}

// Schema returns the reasons that Stripe knows.
func (refundReason) Schema() *schema.Node {
	return choice("duplicate", "fraudulent", "requested_by_customer")
}

// Check finds refunds of no payment or of two.
func (in createRefundInput) Check() []schema.Problem {
	if (in.PaymentIntent == "") == (in.Charge == "") {
		return []schema.Problem{{Rule: "must have exactly one of payment_intent and charge"}}
	}
	return nil
}

func (in createRefundInput) disclose(_ string, r *Request) {
	r.Payment = cmp.Or(string(in.PaymentIntent), string(in.Charge))
	r.Purchases = []Purchase{{Argument: "amount", Quantity: 1}}
	if in.Amount != nil {
		r.Purchases[0].UnitAmount = int64(*in.Amount)
	}
	r.learn = in.learn
}

// learn reads the payment, because only that says in which currency the amount is and how much is left. A full refund is
// sent without its amount all the same: after an answer that got lost nothing would be left, and the request another one.
func (in createRefundInput) learn(ctx context.Context, client *stripeapi.Client, r *Request) error {
	charge, err := in.charge(ctx, client)
	if err != nil {
		return err
	}
	r.Purchases[0].Currency = string(charge.Currency)
	if in.Amount == nil {
		r.Purchases[0].UnitAmount = charge.Amount - charge.AmountRefunded
	}
	return nil
}

// charge reads what is paid back. Of a payment intent that is the newest charge: after one that succeeds there is no other.
func (in createRefundInput) charge(ctx context.Context, client *stripeapi.Client) (*stripe.Charge, error) {
	if in.Charge != "" {
		return client.Charge(ctx, string(in.Charge))
	}
	found, err := client.Charges(ctx, &stripe.ChargeListParams{ListParams: paging(1, ""), PaymentIntent: given(in.PaymentIntent)})
	if err == nil && len(found.Data) == 0 {
		return nil, outcome.Refuse("nothing_to_refund", "nothing was sent: this payment intent has no charge, so nothing was paid",
			"Check the id; stripe_list_charges or the Dashboard shows what was paid")
	}
	if err != nil {
		return nil, err
	}
	return found.Data[0], nil
}

func createRefund() Tool {
	return define(Spec{
		Name:  "stripe_create_refund",
		Title: "Refund payment",
		Description: "Pays all that is left of a payment, or an amount of it, back to the customer. It cannot be undone, and Stripe keeps its fees. " +
			"A subscription goes on all the same: to end it, use stripe_cancel_subscription.",
		Effect:      Pays,
		Set:         Refunds,
		Permissions: charges(),
	}, func(ctx context.Context, client *stripeapi.Client, in createRefundInput) (refundOutput, error) {
		made, err := client.CreateRefund(ctx, &stripe.RefundParams{
			PaymentIntent: given(in.PaymentIntent), Charge: given(in.Charge), Amount: (*int64)(in.Amount), Reason: given(in.Reason), Metadata: in.Metadata,
		})
		if err != nil {
			return refundOutput{}, err
		}
		return refundOutput{
			ID: made.Object.ID, refundFields: toRefundRow(made.Object).refundFields, Currency: string(made.Object.Currency),
			Metadata: cleanMetadata(made.Object.Metadata), Note: made.Note,
		}, nil
	})
}

// refundOutput is money that goes back.
type refundOutput struct {
	ID string `json:"id"`
	refundFields

	Currency string            `json:"currency,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Note     string            `json:"note,omitempty"`
}

type listRefundsInput struct {
	Charge        objectID  `json:"charge,omitempty" jsonschema:"ch_…"`
	PaymentIntent objectID  `json:"payment_intent,omitempty" jsonschema:"pi_…"`
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

// refundRow is a refund in a list.
type refundRow struct {
	listed
	refundFields
}

// refundFields are what every answer shows of a refund.
type refundFields struct {
	Status        string `json:"status,omitempty"`
	Amount        int64  `json:"amount"`
	AmountDisplay string `json:"amount_display,omitempty"`
	Reason        string `json:"reason,omitempty"`
	FailureReason string `json:"failure_reason,omitempty"`
	Charge        string `json:"charge,omitempty"`
	PaymentIntent string `json:"payment_intent,omitempty"`
	Created       string `json:"created"`
}

func listRefunds() Tool {
	return define(Spec{
		Name:        "stripe_list_refunds",
		Title:       "List refunds",
		Description: "Lists refunds, the newest first.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: charges(),
	}, func(ctx context.Context, client *stripeapi.Client, in listRefundsInput) (page[refundRow], error) {
		found, err := client.Refunds(ctx, &stripe.RefundListParams{
			ListParams: paging(in.Limit.size(), in.StartingAfter), Charge: given(in.Charge), PaymentIntent: given(in.PaymentIntent),
		})
		return pageOf(in.Limit.size(), found, err, toRefundRow)
	})
}

func toRefundRow(r *stripe.Refund) refundRow {
	row := refundRow{listed{r.ID}, refundFields{
		Status:        string(r.Status),
		Amount:        r.Amount,
		AmountDisplay: Display(r.Amount, string(r.Currency)),
		Reason:        string(r.Reason),
		FailureReason: string(r.FailureReason),
		Created:       timestamp(r.Created),
	}}
	if r.Charge != nil {
		row.Charge = r.Charge.ID
	}
	if r.PaymentIntent != nil {
		row.PaymentIntent = r.PaymentIntent.ID
	}
	return row
}
