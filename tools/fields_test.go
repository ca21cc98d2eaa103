package tools_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v79"
)

// A field of Stripe's is not shown for one of these reasons.
const (
	page      = "how a page looks, or what it asks for"
	duplicate = "another field that is shown says it"
	private   = "it opens something, or tells more of a person than a sale needs"
	internal  = "bookkeeping of Stripe or of a platform, or a preview"
	elsewhere = "it belongs to another object, and comes with that one or with an expansion"
)

// decision says of each field of one of Stripe's objects whether it is shown.
type decision struct {
	of    any               // stripe-go's struct
	at    string            // where its fields stand in an answer
	shown string            // fields; name=path where the path differs
	left  map[string]string // fields by reason
	but   map[string]string // why one of them is not shown although it is an amount, a state, a time or a party
}

func decisions() []decision {
	return slices.Concat(checkoutDecisions(), priceDecisions(), billingDecisions(), invoiceDecisions(), lookupDecisions(), moneyDecisions())
}

func checkoutDecisions() []decision {
	return []decision{
		{of: stripe.CheckoutSession{}, shown: `amount_subtotal amount_total automatic_tax cancel_url client_reference_id created currency currency_conversion custom_fields customer customer_details
			customer_email expires_at id invoice line_items livemode metadata mode payment_intent payment_link payment_status recovered_from setup_intent status subscription
			success_url total_details ui_mode url`,
			left: map[string]string{
				page: `after_expiration allow_promotion_codes billing_address_collection consent_collection custom_text customer_creation invoice_creation locale
					payment_method_collection payment_method_configuration_details payment_method_options payment_method_types phone_number_collection redirect_on_completion return_url
					saved_payment_method_options shipping_address_collection shipping_options submit_type tax_id_collection`,
				duplicate: "object shipping_cost",
				private:   "client_secret consent shipping_details",
			}, but: map[string]string{"customer_creation": "a setting; customer is who was made"}},
		{of: stripe.CheckoutSessionCustomerDetails{}, at: "customer_details.", shown: "email name phone tax_exempt", left: map[string]string{private: "address tax_ids"}},
		{of: stripe.CheckoutSessionCustomField{}, at: "custom_fields[].", shown: "dropdown=custom_fields[].value key numeric=custom_fields[].value text=custom_fields[].value",
			left: map[string]string{page: "label optional type"}},
		{of: stripe.CheckoutSessionTotalDetails{}, at: "total_details.", shown: "amount_discount amount_shipping amount_tax", left: map[string]string{elsewhere: "breakdown"}},
		{of: stripe.CheckoutSessionAutomaticTax{}, at: "automatic_tax.", shown: "enabled status", left: map[string]string{internal: "liability"},
			but: map[string]string{"liability": "which of a platform's accounts answers for the tax does not change what is paid"}},
		{of: stripe.CheckoutSessionCurrencyConversion{}, at: "currency_conversion.", shown: "amount_subtotal amount_total fx_rate source_currency"},
		{of: stripe.LineItemList{}, shown: "has_more=line_items_has_more data=line_items", left: map[string]string{internal: "url total_count"},
			but: map[string]string{"total_count": "Stripe no longer sends it"}},
		{of: stripe.LineItem{}, at: "line_items[].", shown: "amount_discount amount_subtotal amount_tax amount_total description price quantity",
			left: map[string]string{duplicate: "currency object", internal: "id", elsewhere: "discounts taxes"}},
		{of: stripe.BillingPortalSession{}, shown: "created customer id livemode on_behalf_of return_url url",
			left: map[string]string{page: "configuration flow locale", duplicate: "object"}},
	}
}

func priceDecisions() []decision {
	return []decision{
		{of: stripe.Price{}, at: "items[].", shown: `billing_scheme currency currency_options=unit_amount custom_unit_amount=line_items[].custom_unit_amount id=price product recurring=interval
			tax_behavior tiers_mode transform_quantity unit_amount unit_amount_decimal`,
			left: map[string]string{duplicate: "livemode object type", elsewhere: "active created deleted lookup_key metadata nickname tiers"},
			but:  map[string]string{"created": "when a price was made says nothing of what is billed"}},
		{of: stripe.PriceCurrencyOptions{}, at: "items[].", shown: "custom_unit_amount=line_items[].custom_unit_amount tax_behavior unit_amount unit_amount_decimal", left: map[string]string{elsewhere: "tiers"}},
		{of: stripe.PriceCustomUnitAmount{}, at: "line_items[].custom_unit_amount.", shown: "maximum minimum preset"},
		{of: stripe.PriceTransformQuantity{}, at: "items[].transform_quantity.", shown: "divide_by round"},
		{of: stripe.PriceRecurring{}, at: "items[].", shown: "interval interval_count usage_type", left: map[string]string{elsewhere: "aggregate_usage meter trial_period_days"},
			but: map[string]string{"trial_period_days": "an older default for new subscriptions; trial_end counts"}},
		{of: stripe.Discount{}, at: "discounts[].", shown: "coupon end id promotion_code start",
			left: map[string]string{duplicate: "customer object subscription subscription_item", elsewhere: "checkout_session deleted invoice invoice_item"},
			but:  map[string]string{"customer": "the one of the object that has the discount"}},
		{of: stripe.Coupon{}, at: "discounts[].", shown: "amount_off currency currency_options=discounts[].amount_off duration duration_in_months id=coupon name percent_off",
			left: map[string]string{duplicate: "livemode object", elsewhere: "applies_to created deleted max_redemptions metadata redeem_by times_redeemed valid"},
			but: map[string]string{
				"created": "says nothing of the discount", "max_redemptions": "limits new discounts", "redeem_by": "limits new discounts", "times_redeemed": "limits new discounts",
			}},
		{of: stripe.TaxRate{}, at: "default_tax_rates[].", shown: "display_name id inclusive percentage",
			left: map[string]string{
				duplicate: "livemode object",
				elsewhere: "active country created description effective_percentage jurisdiction jurisdiction_level metadata state tax_type",
			},
			but: map[string]string{"created": "when a rate was made says nothing of what is billed", "effective_percentage": "of automatic taxes, whose amounts are shown"}},
	}
}

func billingDecisions() []decision {
	return []decision{
		{of: stripe.Customer{}, shown: "balance created currency default_source=default_payment_method deleted delinquent description discount=discounts email id invoice_settings=default_payment_method livemode metadata name phone tax_exempt",
			left: map[string]string{
				page: "preferred_locales", duplicate: "object", private: "address shipping",
				internal:  "invoice_prefix next_invoice_sequence test_clock",
				elsewhere: "cash_balance invoice_credit_balance sources subscriptions tax tax_ids",
			},
			but: map[string]string{"next_invoice_sequence": "a number on invoices", "invoice_credit_balance": "Stripe sends it only when it is expanded"}},
		{of: stripe.Subscription{}, shown: `application_fee_percent automatic_tax billing_thresholds cancel_at cancel_at_period_end canceled_at cancellation_details collection_method created currency current_period_end
			current_period_start customer days_until_due default_payment_method default_source=default_payment_method default_tax_rates description discount=discounts discounts ended_at id items
			latest_invoice livemode metadata on_behalf_of pause_collection pending_setup_intent pending_update schedule start_date status transfer_data trial_end trial_settings trial_start`,
			left: map[string]string{
				page:      "invoice_settings payment_settings",
				duplicate: "billing_cycle_anchor billing_cycle_anchor_config object",
				internal:  "application test_clock",
				elsewhere: "next_pending_invoice_item_invoice pending_invoice_item_interval",
			},
			but: map[string]string{
				"application":                       "the program that made it; transfer_data and application_fee_percent are who gets money",
				"billing_cycle_anchor":              "current_period_end is when it bills next",
				"next_pending_invoice_item_invoice": "it is about invoice items, of which none is shown",
			}},
		{of: stripe.SubscriptionTransferData{}, at: "transfer_data.", shown: "amount_percent destination"},
		{of: stripe.SubscriptionPauseCollection{}, at: "pause_collection.", shown: "behavior resumes_at"},
		{of: stripe.SubscriptionCancellationDetails{}, at: "cancellation_details.", shown: "comment feedback reason"},
		{of: stripe.SubscriptionBillingThresholds{}, at: "billing_thresholds.", shown: "amount_gte", left: map[string]string{internal: "reset_billing_cycle_anchor"}},
		{of: stripe.SubscriptionTrialSettingsEndBehavior{}, at: "trial_settings.end_behavior.", shown: "missing_payment_method"},
		{of: stripe.SubscriptionPendingUpdate{}, at: "pending_update.", shown: "expires_at subscription_items trial_end", left: map[string]string{elsewhere: "billing_cycle_anchor trial_from_plan"},
			but: map[string]string{"billing_cycle_anchor": "it holds once the update is applied, and is then current_period_end"}},
		{of: stripe.SubscriptionItemList{}, shown: "has_more=items_has_more data=items", left: map[string]string{internal: "url total_count"},
			but: map[string]string{"total_count": "Stripe no longer sends it"}},
		{of: stripe.SubscriptionItem{}, at: "items[].", shown: "billing_thresholds discounts id metadata price quantity tax_rates",
			left: map[string]string{duplicate: "object plan subscription", internal: "created deleted"},
			but:  map[string]string{"created": "the subscription's own is shown"}},
	}
}

// invoiceDecisions: of an invoice the tools show only what is to be paid, where and until when.
func invoiceDecisions() []decision {
	return []decision{{
		of: stripe.Invoice{}, at: "invoice.",
		shown: "amount_remaining attempt_count automatically_finalizes_at due_date hosted_invoice_url=hosted_invoice_url id=latest_invoice next_payment_attempt status",
		left: map[string]string{
			duplicate: "attempted billing_reason collection_method currency customer default_payment_method default_source livemode object paid subscription subscription_details",
			private:   "customer_address customer_email customer_name customer_phone customer_shipping customer_tax_exempt customer_tax_ids shipping_details payment_intent",
			internal: `account_country account_name account_tax_ids application application_fee_amount auto_advance issuer on_behalf_of quote receipt_number statement_descriptor
				subscription_proration_date test_clock threshold_reason transfer_data webhooks_delivered_at`,
			elsewhere: `amount_due amount_paid amount_shipping automatic_tax charge created custom_fields default_tax_rates deleted description discount discounts effective_at ending_balance footer
				from_invoice invoice_pdf last_finalization_error latest_revision lines metadata number paid_out_of_band payment_settings period_end period_start post_payment_credit_notes_amount
				pre_payment_credit_notes_amount rendering shipping_cost starting_balance status_transitions subtotal subtotal_excluding_tax tax total total_discount_amounts total_excluding_tax
				total_tax_amounts`,
		},
		but: each("amount_remaining is what is left of it all", "amount_due amount_paid amount_shipping ending_balance post_payment_credit_notes_amount pre_payment_credit_notes_amount starting_balance subtotal subtotal_excluding_tax tax total total_excluding_tax").
			and("the time is that of the subscription's period or of the invoice's papers", "created effective_at period_end period_start subscription_proration_date webhooks_delivered_at").
			and("it is the subscription's customer", "customer customer_address customer_email customer_name customer_phone customer_shipping customer_tax_exempt customer_tax_ids").
			and("the platform's share does not change what the customer pays", "application_fee_amount").
			and("the subscription shows its own", "on_behalf_of transfer_data").
			and("the platform's own account, or the program's", "application issuer"),
	}}
}

type reasons map[string]string

func each(why, fields string) reasons { return reasons{}.and(why, fields) }

func (r reasons) and(why, fields string) reasons {
	for field := range strings.FieldsSeq(fields) {
		r[field] = why
	}
	return r
}

// TestFields: each field that Stripe has is shown or is left out for a reason. A new version of stripe-go with a new field
// fails here until somebody decides.
func TestFields(t *testing.T) {
	t.Parallel()
	answered := pathsOf(t)
	for _, d := range decisions() {
		name := reflect.TypeOf(d.of).Name()
		decided := map[string]int{}
		for field := range strings.FieldsSeq(d.shown) {
			field, path, renamed := strings.Cut(field, "=")
			decided[field]++
			at := []string{d.at + field}
			if renamed {
				at = []string{d.at + path, path}
			}
			if !slices.ContainsFunc(at, func(path string) bool { return answered[path] }) {
				t.Errorf("%s.%s is not in any answer", name, field)
			}
		}
		left := map[string]bool{}
		for _, fields := range d.left {
			for field := range strings.FieldsSeq(fields) {
				decided[field]++
				left[field] = true
			}
		}
		for _, field := range reflect.VisibleFields(reflect.TypeOf(d.of)) {
			key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.Anonymous || key == "" || key == "-" {
				continue
			}
			switch {
			case decided[key] != 1:
				t.Errorf("%s.%s is decided %d times: show it, or say why not", name, key, decided[key])
			case left[key] && matters(field.Type, key) && d.but[key] == "":
				t.Errorf("%s.%s is an amount, a state, a time or a party: show it", name, key)
			}
			delete(decided, key)
		}
		for field := range decided {
			t.Errorf("%s has no field %s", name, field)
		}
		for field := range d.but {
			if !left[field] {
				t.Errorf("%s.%s is no exception", name, field)
			}
		}
	}
}

// matters reports whether a field is an amount, a share, a state, a time or a party. stripe-go has amounts and times as int64,
// and parties as accounts and applications, maybe inside of an object with their share.
func matters(t reflect.Type, name string) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	party := t == reflect.TypeFor[stripe.Account]() || t == reflect.TypeFor[stripe.Application]()
	if t.Kind() == reflect.Struct && !party {
		_, object := t.FieldByName("APIResource") // one with an id of its own, whose parties are its own
		for field := range t.Fields() {
			party = party || !object && field.Type == reflect.TypeFor[*stripe.Account]()
		}
	}
	return party || t.Kind() == reflect.Int64 || t.Kind() == reflect.Float64 || strings.HasSuffix(t.Name(), "Status") || strings.HasSuffix(name, "status") ||
		strings.HasPrefix(name, "customer") || name == "on_behalf_of" || name == "created" || strings.HasSuffix(name, "_at")
}

// pathsOf returns where the answers have something, when Stripe sends all that there is.
func pathsOf(t *testing.T) map[string]bool {
	t.Helper()
	paths := map[string]bool{}
	for _, call := range []struct{ tool, arguments, path, object string }{
		{"stripe_get_checkout_session", `{"session_id":"cs_1"}`, "/v1/checkout/sessions/cs_1", "session"},
		{"stripe_get_checkout_session", `{"session_id":"cs_2"}`, "/v1/checkout/sessions/cs_2", "phone"},
		{"stripe_get_subscription", `{"subscription_id":"sub_1"}`, "/v1/subscriptions/sub_1", "subscription"},
		{"stripe_get_subscription", `{"subscription_id":"sub_2"}`, "/v1/subscriptions/sub_2", "trialing"},
		{"stripe_get_customer", `{"customer_id":"cus_1"}`, "/v1/customers/cus_1", "customer"},
		{"stripe_get_customer", `{"customer_id":"cus_2"}`, "/v1/customers/cus_2", "source"},
		{"stripe_get_customer", `{"customer_id":"cus_3"}`, "/v1/customers/cus_3", "deleted"},
		{"stripe_list_products", `{}`, "/v1/products", "products"},
		{"stripe_list_prices", `{}`, "/v1/prices", "prices"},
		{"stripe_get_invoice", `{"invoice_id":"in_2"}`, "/v1/invoices/in_2", "whole_invoice"},
		{"stripe_list_charges", `{"payment_intent":"pi_1"}`, "/v1/charges", "charges"},
		{"stripe_list_refunds", `{}`, "/v1/refunds", "refunds"},
		{"stripe_list_disputes", `{}`, "/v1/disputes", "disputes"},
		{"stripe_get_balance", `{}`, "/v1/balance", "balance"},
		{"stripe_list_coupons", `{}`, "/v1/coupons", "coupons"},
		{"stripe_create_payment_link", `{"line_items":[{"price":"p"}]}`, "/v1/payment_links", "payment_link"},
		{"stripe_create_promotion_code", `{"coupon":"c"}`, "/v1/promotion_codes", "promotion_code"},
		{"stripe_create_billing_portal_session", `{"customer":"cus_1","return_url":"https://shop.example/"}`, "/v1/billing_portal/sessions", "portal"},
	} {
		answer := send(t, call.tool, call.arguments, map[string]string{call.path: full(t, call.object), "/v1/invoices/in_1": full(t, "invoice")})
		var read any
		if err := json.Unmarshal([]byte(answer), &read); err != nil {
			t.Fatal(err)
		}
		collect(read, "", paths)
		collect(read, call.tool+":", paths)
		for _, secret := range []string{"_secret_", "Berlin"} {
			if strings.Contains(answer, secret) {
				t.Errorf("%s is shown", secret)
			}
		}
	}
	return paths
}

// full returns an object of Stripe's with everything that the tools show.
func full(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "full", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func collect(value any, path string, paths map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range maps.All(value) {
			at := strings.Replace(strings.TrimPrefix(path+"."+name, "."), ":.", ":", 1)
			paths[at] = true
			collect(member, at, paths)
		}
	case []any:
		for _, item := range value {
			collect(item, path+"[]", paths)
		}
	}
}
