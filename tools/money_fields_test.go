package tools_test

import "github.com/stripe/stripe-go/v79"

// moneyDecisions: what is made to be sold or to cost less shows its terms and how far it is used up.
func moneyDecisions() []decision {
	return []decision{
		{of: stripe.Coupon{}, at: "stripe_list_coupons:data[].", shown: `amount_off created currency duration duration_in_months id livemode max_redemptions name percent_off redeem_by
			times_redeemed valid`,
			left: map[string]string{duplicate: "object", internal: "deleted", elsewhere: "applies_to currency_options metadata"}},
		{of: stripe.PromotionCode{}, at: "stripe_create_promotion_code:", shown: `active code coupon created customer expires_at id livemode max_redemptions metadata restrictions
			times_redeemed`,
			left: map[string]string{duplicate: "object"}},
		{of: stripe.PromotionCodeRestrictions{}, at: "stripe_create_promotion_code:restrictions.", shown: "first_time_transaction minimum_amount minimum_amount_currency=restrictions.minimum_amount_display",
			left: map[string]string{elsewhere: "currency_options"}},
		{of: stripe.PaymentLink{}, at: "stripe_create_payment_link:", shown: "active after_completion=after_completion_url allow_promotion_codes currency id livemode metadata url",
			left: map[string]string{
				page: `billing_address_collection consent_collection customer_creation custom_fields custom_text inactive_message invoice_creation payment_method_collection
					payment_method_types phone_number_collection shipping_address_collection shipping_options submit_type tax_id_collection`,
				duplicate: "object", internal: "application application_fee_amount application_fee_percent on_behalf_of transfer_data",
				elsewhere: "automatic_tax line_items payment_intent_data restrictions subscription_data",
			},
			but: each("this tool makes a link without them, and the platform knows its own", "application application_fee_amount application_fee_percent on_behalf_of transfer_data").
				and("a setting of its pages", "customer_creation")},
	}
}
