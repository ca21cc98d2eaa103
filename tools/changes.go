package tools

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/schema"
)

// The types below say what a tool changes of what exists.

// changedItems are the items of a subscription that change, or that are added.
type changedItems []changedItem

// Schema returns the constraint of the items.
func (changedItems) Schema() *schema.Node {
	node := schema.ListOf[changedItem](1, 20)
	node.Comment = "must be a list of 1 to 20 items"
	return node
}

type changedItem struct {
	ID       itemID              `json:"id,omitempty" jsonschema:"si_…; none adds an item"`
	Price    priceID             `json:"price,omitempty" jsonschema:"New price"`
	Quantity *subscribedQuantity `json:"quantity,omitempty" jsonschema:"1 with a new price"`
	Deleted  bool                `json:"deleted,omitempty" jsonschema:"Remove"`
}

type itemID string

// Schema returns the constraint of an item's id. Stripe always chooses it.
func (itemID) Schema() *schema.Node { return mintedID("si_", "si_NcLYdDxLHxlFo7") }

// Check finds items that cannot be meant.
func (item changedItem) Check() []schema.Problem {
	switch {
	case item.ID == "" && item.Deleted:
		return []schema.Problem{{Path: "id", Rule: "is required with deleted: stripe_get_subscription shows the ids of items (si_…)"}}
	case item.ID == "" && item.Price == "":
		return []schema.Problem{{Rule: "must have the id of an item, or the price of one to add"}}
	case item.Deleted && (item.Price != "" || item.Quantity != nil):
		return []schema.Problem{{Path: "deleted", Rule: "cannot be given together with price and quantity; leave them out"}}
	case item.ID != "" && !item.Deleted && item.Price == "" && item.Quantity == nil:
		return []schema.Problem{{Rule: "must say what changes: price, quantity or deleted"}}
	}
	return nil
}

func (item changedItem) disclose(path string, r *Request) {
	switch {
	case item.Deleted:
		r.Details = append(r.Details, "without "+string(item.ID[:min(len(item.ID), longestID)]))
		return
	case item.ID == "":
		r.raise(Makes)
	}
	r.Purchases = append(r.Purchases, item.purchase(path, string(item.Price)))
}

// longestID is more than Stripe's own ids have.
const longestID = 60

func (item changedItem) purchase(path, price string) Purchase {
	return Purchase{Argument: path, Price: price, Quantity: quantity(item.Quantity), InCustomersCurrency: true}
}

// deleted returns for Stripe whether the item is taken out.
func (item changedItem) deleted() *bool {
	if item.Deleted {
		return &item.Deleted
	}
	return nil
}

// purchases returns what the changed items of a subscription cost, and with all what the others cost, too.
func (items changedItems) purchases(of *stripe.Subscription, all bool) ([]Purchase, error) {
	var list []Purchase
	for i, item := range items {
		path := fmt.Sprintf("items[%d]", i)
		now := itemOf(of, string(item.ID))
		switch {
		case item.Deleted:
		case item.Price != "":
			list = append(list, item.purchase(path, string(item.Price)))
		case now != nil && now.Price != nil:
			list = append(list, item.purchase(path, now.Price.ID))
		case of.Items != nil && of.Items.HasMore:
			list = append(list, item.purchase(path, string(item.ID))) // a price that cannot be read, so the cost cannot be counted
		default:
			return nil, outcome.Refuse("no_such_item", "nothing was sent: the subscription has no item with the id in "+path,
				"stripe_get_subscription shows the ids of its items (si_…)")
		}
	}
	if !all || of.Items == nil {
		return list, nil
	}
	for _, now := range of.Items.Data {
		changed := slices.ContainsFunc(items, func(item changedItem) bool { return string(item.ID) == now.ID })
		if !changed && now.Price != nil {
			list = append(list, Purchase{Argument: "trial_end", Price: now.Price.ID, Quantity: now.Quantity, InCustomersCurrency: true})
		}
	}
	return list, nil
}

func itemOf(s *stripe.Subscription, id string) *stripe.SubscriptionItem {
	if s.Items == nil {
		return nil
	}
	at := slices.IndexFunc(s.Items.Data, func(item *stripe.SubscriptionItem) bool { return item.ID == id })
	if at < 0 {
		return nil
	}
	return s.Items.Data[at]
}

// trialEnd is when a trial ends: a moment, or now.
type trialEnd string

const (
	endNow       trialEnd = "now"
	trialEndRule          = momentRule + `, or "now"`
)

// Schema returns the constraint of a trial's end; Check completes it.
func (trialEnd) Schema() *schema.Node { return &schema.Node{Type: "string", Comment: trialEndRule} }

// Check finds what is no time.
func (end trialEnd) Check() []schema.Problem {
	if end != endNow && moment(end).Check() != nil {
		return []schema.Problem{{Rule: trialEndRule}}
	}
	return nil
}

func (end trialEnd) disclose(_ string, r *Request) {
	if end == endNow {
		r.raise(Pays)
		r.Details = append(r.Details, "its trial ends now")
	}
}

// params returns the end for Stripe.
func (end trialEnd) params() (at *int64, now *bool) {
	if end == endNow {
		return nil, new(true)
	}
	return moment(end).given(), nil
}

// changedMetadata is metadata that is added to what exists. Stripe would take an empty value for a key to remove.
type changedMetadata map[string]string

// Schema returns the part of the constraint that clients understand; Check completes it.
func (changedMetadata) Schema() *schema.Node { return metadata{}.Schema() }

// Check applies the limits of metadata.
func (m changedMetadata) Check() []schema.Problem {
	problems := metadata(m).Check()
	for _, value := range m {
		if value == "" {
			return append(problems, schema.Problem{Rule: "each value must have at least 1 character; unset can clear all metadata"})
		}
	}
	return problems
}

// checkChanges finds fields that are set and cleared at once, and calls that change nothing. more says that the call changes what
// cannot be cleared.
func checkChanges[T ~string](unset []T, set map[T]bool, more bool) []schema.Problem {
	for _, field := range unset {
		if set[field] {
			return []schema.Problem{{Path: "unset", Rule: "cannot clear " + string(field) + ", because the call also sets it; leave one out"}}
		}
	}
	for _, given := range set {
		more = more || given
	}
	if !more && len(unset) == 0 {
		return []schema.Problem{{Rule: "the call must change something: give an argument besides the id"}}
	}
	return nil
}

// clears tells what the call clears.
func (r *Request) clears(field string) {
	r.Details = append(r.Details, "clears "+strings.ReplaceAll(field, "_", " "))
}

// unset lets a request clear fields, which Stripe does where they are empty.
func unset[T ~string](params *stripe.Params, fields []T) {
	for _, field := range fields {
		params.AddExtra(string(field), "")
	}
}
