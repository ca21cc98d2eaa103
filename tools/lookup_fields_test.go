package tools_test

import "github.com/stripe/stripe-go/v79"

// lookupDecisions: a row shows what tells one object from another. There, a path begins with its tool.
func lookupDecisions() []decision {
	return []decision{
		{of: stripe.Product{}, at: "stripe_list_products:data[].", shown: "active created default_price description id livemode name unit_label",
			left: map[string]string{
				page: "images marketing_features package_dimensions shippable statement_descriptor url", duplicate: "object type",
				internal: "deleted tax_code updated", elsewhere: "metadata",
			}, but: map[string]string{"updated": "when it was edited says nothing of what it is"}},
		{of: stripe.Price{}, at: "stripe_list_prices:data[].", shown: `active billing_scheme currency custom_unit_amount id livemode lookup_key nickname product recurring=interval
			tax_behavior tiers_mode transform_quantity unit_amount unit_amount_decimal`,
			left: map[string]string{duplicate: "object type", elsewhere: "created currency_options deleted metadata tiers"},
			but:  map[string]string{"created": "rows are in that order"}},
		{of: stripe.Charge{}, at: "stripe_list_charges:data[].", shown: `amount amount_captured amount_refunded billing_details=email created currency=amount_display customer disputed
			failure_code failure_message id invoice livemode outcome=reason payment_intent receipt_url status`,
			left: map[string]string{
				page:      "calculated_statement_descriptor statement_descriptor statement_descriptor_suffix",
				duplicate: "captured object paid refunded refunds",
				private:   "fraud_details level3 payment_method payment_method_details receipt_email shipping source",
				internal: `application application_fee application_fee_amount authorization_code balance_transaction failure_balance_transaction on_behalf_of radar_options receipt_number
					review source_transfer transfer transfer_data transfer_group`,
				elsewhere: "description metadata",
			}, but: each("the platform's share does not change what was paid", "application_fee_amount").and("the platform knows for whom it sells", "on_behalf_of").
				and("a row of 250 bytes has the buyer; who shares the money is in the Dashboard", "application transfer_data")},
		{of: stripe.Refund{}, at: "stripe_list_refunds:data[].", shown: "amount charge created currency=amount_display failure_reason id payment_intent reason status",
			left: map[string]string{
				duplicate: "object", private: "destination_details instructions_email next_action receipt_number",
				internal: "balance_transaction failure_balance_transaction source_transfer_reversal transfer_reversal", elsewhere: "description metadata",
			}},
		{of: stripe.Dispute{}, at: "stripe_list_disputes:data[].", shown: `amount charge created currency=amount_display evidence_details=due_by id is_charge_refundable livemode payment_intent
			reason status`,
			left: map[string]string{duplicate: "object", internal: "balance_transactions network_reason_code payment_method_details", elsewhere: "evidence metadata"}},
		{of: stripe.DisputeEvidenceDetails{}, at: "stripe_list_disputes:data[].", shown: "due_by has_evidence past_due submission_count"},
		{of: stripe.Balance{}, at: "stripe_get_balance:", shown: "available connect_reserved instant_available livemode pending",
			left: map[string]string{duplicate: "object", elsewhere: "issuing"}},
		{of: stripe.Amount{}, at: "stripe_get_balance:available[].", shown: "amount currency=amount_display", left: map[string]string{internal: "net_available source_types"},
			but: map[string]string{"source_types": "which kinds of payments it comes from"}},
		{of: stripe.InvoiceLineItem{}, at: "stripe_get_invoice:lines[].", shown: "amount currency=amount_display description period=period_start price proration quantity",
			left: map[string]string{
				duplicate: "invoice livemode object plan subscription type", internal: "id invoice_item subscription_item",
				elsewhere: "amount_excluding_tax discount_amounts discountable discounts metadata proration_details tax_amounts tax_rates unit_amount_excluding_tax",
			}, but: each("the invoice shows its tax", "amount_excluding_tax unit_amount_excluding_tax")},
		{of: stripe.InvoiceStatusTransitions{}, at: "stripe_get_invoice:", shown: "finalized_at marked_uncollectible_at paid_at voided_at"},
		wholeInvoice(),
	}
}

func wholeInvoice() decision {
	return decision{of: stripe.Invoice{}, at: "stripe_get_invoice:", shown: `amount_due amount_paid amount_remaining attempt_count automatic_tax automatically_finalizes_at billing_reason charge
		collection_method created currency customer customer_email customer_name description discount=discounts discounts due_date hosted_invoice_url id last_finalization_error lines
		livemode metadata next_payment_attempt number paid_out_of_band payment_intent post_payment_credit_notes_amount status status_transitions=paid_at subscription subtotal tax total`,
		left: map[string]string{
			page:      "custom_fields footer rendering statement_descriptor",
			duplicate: "attempted deleted invoice_pdf object paid pre_payment_credit_notes_amount subtotal_excluding_tax total_discount_amounts total_excluding_tax total_tax_amounts",
			private:   "customer_address customer_phone customer_shipping customer_tax_exempt customer_tax_ids default_payment_method default_source shipping_details",
			internal: `account_country account_name account_tax_ids application application_fee_amount auto_advance issuer on_behalf_of payment_settings quote receipt_number
				subscription_details subscription_proration_date test_clock threshold_reason transfer_data webhooks_delivered_at`,
			elsewhere: "amount_shipping default_tax_rates effective_at ending_balance from_invoice latest_revision period_end period_start shipping_cost starting_balance",
		},
		but: each("total or amount_remaining has it in it", "amount_shipping ending_balance pre_payment_credit_notes_amount starting_balance subtotal_excluding_tax total_excluding_tax").
			and("the lines show the time that is billed", "effective_at period_end period_start").
			and("the customer's own tool shows it, or nobody needs it to be paid", "customer_address customer_phone customer_shipping customer_tax_exempt customer_tax_ids").
			and("the platform knows it", "application application_fee_amount issuer on_behalf_of transfer_data").
			and("it is about how Stripe works it out", "subscription_proration_date webhooks_delivered_at"),
	}
}
