package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type updateDisputeInput struct {
	DisputeID disputeID `json:"dispute_id" jsonschema:"dp_… or du_…"`
	Evidence  evidence  `json:"evidence,omitempty" jsonschema:"Stripe's fields, such as product_description, shipping_tracking_number, uncategorized_text; files by id (file_…)"`
	Submit    bool      `json:"submit,omitempty" jsonschema:"true sends all evidence so far to the bank; default false only stores it"`
}

type (
	disputeID string
	evidence  map[string]string
)

// Schema returns the constraint of a dispute's id; Check completes it.
func (disputeID) Schema() *schema.Node { return ownID("du_1MtJUT2eZvKYlo2CNaw2HvEv") }

// Check finds ids that cannot be one.
func (id disputeID) Check() []schema.Problem {
	return checkOwnID(string(id), "du_1MtJUT2eZvKYlo2CNaw2HvEv")
}

func (id disputeID) disclose(_ string, r *Request) { r.Dispute = string(id) }

// Schema returns the part of the constraint that clients understand; Check completes it. Stripe's 27 fields, written out, would
// cost a model more than all else of the tool.
func (evidence) Schema() *schema.Node {
	return &schema.Node{
		Type: "object", AdditionalProperties: &schema.Node{Type: "string"},
		Comment: "must be an object of texts", Examples: []any{map[string]string{"uncategorized_text": "…"}},
	}
}

// Check finds fields that Stripe does not know, and texts that are empty or too long for it.
func (e evidence) Check() []schema.Problem {
	const longest, all = 20_000, 150_000 // https://docs.stripe.com/api/disputes/update, evidence
	var problems []schema.Problem
	known, sum := evidenceFields(), 0
	for _, name := range slices.Sorted(maps.Keys(e)) {
		length := utf8.RuneCountInString(e[name])
		sum += length
		switch {
		case !slices.Contains(known, name):
			problems = append(problems, schema.Problem{Rule: strings.TrimSpace("has a field that Stripe does not know; " + nearest.DidYouMean(name, known) +
				" Known are " + strings.Join(known, ", "))})
		case length == 0 || length > longest:
			problems = append(problems, schema.Problem{Path: name, Rule: fmt.Sprintf("must be a text of 1 to %d characters", longest)})
		}
	}
	if sum > all {
		problems = append(problems, schema.Problem{Rule: fmt.Sprintf("must have at most %d characters in all", all)})
	}
	return problems
}

// evidenceFields returns the names under which Stripe takes evidence.
func evidenceFields() []string {
	var names []string
	for field := range reflect.TypeFor[stripe.DisputeEvidenceParams]().Fields() {
		names = append(names, field.Tag.Get("form"))
	}
	return names
}

// Check finds calls that say nothing.
func (in updateDisputeInput) Check() []schema.Problem {
	if len(in.Evidence) == 0 && !in.Submit {
		return []schema.Problem{{Rule: "must have evidence, or submit true to send what is stored"}}
	}
	return nil
}

func (in updateDisputeInput) disclose(_ string, r *Request) {
	if r.ForGood = in.Submit; !in.Submit {
		r.Terms = "store evidence and send nothing"
	}
}

func updateDispute() Tool {
	return define(Spec{
		Name:  "stripe_update_dispute",
		Title: "Answer dispute",
		Description: "Stores evidence against a dispute; with submit true it goes to the bank, once and for good. " +
			"Have a person read it before. To accept a dispute, use the Dashboard.",
		Effect:      Changes,
		Set:         Disputes,
		Permissions: disputes(),
	}, func(ctx context.Context, client *stripeapi.Client, in updateDisputeInput) (disputeOutput, error) {
		params := &stripe.DisputeParams{Submit: &in.Submit} // left out, it would mean true
		for name, text := range in.Evidence {
			params.AddExtra("evidence["+name+"]", text)
		}
		updated, err := client.UpdateDispute(ctx, string(in.DisputeID), params)
		if err != nil {
			return disputeOutput{}, err
		}
		return toDispute(updated), nil
	})
}

// disputeOutput is a dispute, with the names of the evidence that it has.
type disputeOutput struct {
	ID string `json:"id"`
	disputeFields

	Evidence []string          `json:"evidence,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

func toDispute(d *stripe.Dispute) disputeOutput {
	out := disputeOutput{ID: d.ID, disputeFields: toDisputeRow(d).disputeFields, Metadata: cleanMetadata(d.Metadata)}
	var answer struct {
		Evidence map[string]any `json:"evidence"` // texts, objects with an id or null
	}
	_ = json.Unmarshal(d.LastResponse.RawJSON, &answer) // it was read before
	for _, name := range slices.Sorted(maps.Keys(answer.Evidence)) {
		if value := answer.Evidence[name]; value != nil && value != "" {
			out.Evidence = append(out.Evidence, plain.Clean(name, metadataKey))
		}
	}
	return out
}

type listDisputesInput struct {
	Charge        objectID  `json:"charge,omitempty" jsonschema:"ch_…"`
	PaymentIntent objectID  `json:"payment_intent,omitempty" jsonschema:"pi_…"`
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

// disputeRow is a customer's objection to a payment, in a list.
type disputeRow struct {
	listed
	disputeFields
}

// disputeFields are what every answer shows of a dispute.
type disputeFields struct {
	Status        string `json:"status,omitempty"`
	Amount        int64  `json:"amount"`
	AmountDisplay string `json:"amount_display,omitempty"`
	Reason        string `json:"reason,omitempty"`
	DueBy         string `json:"due_by,omitempty"`
	PastDue       bool   `json:"past_due,omitempty"`
	HasEvidence   bool   `json:"has_evidence,omitempty"`
	Submissions   int64  `json:"submission_count,omitempty"`
	Refundable    bool   `json:"is_charge_refundable,omitempty"`
	Charge        string `json:"charge,omitempty"`
	PaymentIntent string `json:"payment_intent,omitempty"`
	Created       string `json:"created"`
	Livemode      bool   `json:"livemode"`
}

func disputes() []Permission { return []Permission{{Name: "Disputes", Path: "/v1/disputes"}} }

func listDisputes() Tool {
	return define(Spec{
		Name:        "stripe_list_disputes",
		Title:       "List disputes",
		Description: "Lists disputed payments, newest first.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: disputes(),
	}, func(ctx context.Context, client *stripeapi.Client, in listDisputesInput) (page[disputeRow], error) {
		found, err := client.Disputes(ctx, &stripe.DisputeListParams{
			ListParams: paging(in.Limit.size(), in.StartingAfter), Charge: given(in.Charge), PaymentIntent: given(in.PaymentIntent),
		})
		return pageOf(in.Limit.size(), found, err, toDisputeRow)
	})
}

func toDisputeRow(d *stripe.Dispute) disputeRow {
	row := disputeRow{listed{d.ID}, disputeFields{
		Status:        string(d.Status),
		Amount:        d.Amount,
		AmountDisplay: Display(d.Amount, string(d.Currency)),
		Reason:        string(d.Reason),
		Refundable:    d.IsChargeRefundable,
		Created:       timestamp(d.Created),
		Livemode:      d.Livemode,
	}}
	if evidence := d.EvidenceDetails; evidence != nil {
		row.DueBy, row.PastDue = timestamp(evidence.DueBy), evidence.PastDue
		row.HasEvidence, row.Submissions = evidence.HasEvidence, evidence.SubmissionCount
	}
	if d.Charge != nil {
		row.Charge = d.Charge.ID
	}
	if d.PaymentIntent != nil {
		row.PaymentIntent = d.PaymentIntent.ID
	}
	return row
}
