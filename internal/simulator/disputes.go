package simulator

import "strings"

// evidenceTexts and evidenceFiles are the fields of a dispute's evidence.
const (
	evidenceTexts = `access_activity_log billing_address cancellation_policy_disclosure cancellation_rebuttal customer_email_address customer_name
		customer_purchase_ip duplicate_charge_explanation duplicate_charge_id product_description refund_policy_disclosure refund_refusal_explanation service_date
		shipping_address shipping_carrier shipping_date shipping_tracking_number uncategorized_text`
	evidenceFiles = `cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt refund_policy service_documentation
		shipping_documentation uncategorized_file`
)

func disputeFields() contract {
	evidence := contract{}
	for name := range strings.FieldsSeq(evidenceTexts) {
		evidence[name] = clearable(text(20_000))
	}
	for name := range strings.FieldsSeq(evidenceFiles) {
		evidence[name] = clearable(func(_ *Account, _ any, name string) error { return notSimulated(name, "files") })
	}
	return contract{"evidence": may(fields(evidence)), "submit": may(boolean()), "metadata": clearable(metadata())}
}

// updateDispute keeps evidence, and sends it to the bank unless submit is false. The bank decides as that of Stripe's test mode
// does, by the two texts that mean a result. It leaves any other evidence under review.
func (c *call) updateDispute() (Object, error) {
	made, given := c.target, c.target.Child("evidence")
	if made["status"] != "needs_response" && (c.in["evidence"] != nil || c.in["submit"] != nil) {
		return nil, invalid("", "", "This dispute is already %s, so its evidence cannot be changed.", made["status"])
	}
	for name, sent := range c.in.Child("evidence") {
		given[name] = orNull(sent)
	}
	details := made.Child("evidence_details")
	details["has_evidence"] = false
	for _, value := range given {
		details["has_evidence"] = details["has_evidence"] == true || value != nil
	}
	made["metadata"] = merged(c.in["metadata"], made.Child("metadata"))
	if submits := c.in["submit"] == "true" || c.in["submit"] == nil && c.in["evidence"] != nil; submits {
		details["submission_count"] = details.Number("submission_count") + 1
		switch made["status"] = "under_review"; given["uncategorized_text"] {
		case "winning_evidence":
			made["status"] = "won"
			c.addToBalance(made.Text("currency"), made.Number("amount"))
		case "losing_evidence":
			made["status"] = "lost"
		}
	}
	c.put(made)
	return made, nil
}
