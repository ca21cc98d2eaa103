package contracttest

// billingContract is the contract of the set billing.
var billingContract = []struct {
	tool, with, arguments string
	request               string
}{
	{"stripe_update_subscription", "another plan, another quantity, one item more and one less",
		`{"subscription_id": "sub_123", "items": [{"id": "si_1", "price": "price_1"}, {"id": "si_2", "price": "price_2", "quantity": 0}, {"price": "price_3", "quantity": 3}, {"id": "si_4", "deleted": true}],
		  "proration_behavior": "always_invoice"}`, `
GET /v1/subscriptions/sub_123

POST /v1/subscriptions/sub_123
items[0][id]=si_1
items[0][price]=price_1
items[1][id]=si_2
items[1][price]=price_2
items[1][quantity]=0
items[2][price]=price_3
items[2][quantity]=3
items[3][deleted]=true
items[3][id]=si_4
proration_behavior=always_invoice
`},
	{"stripe_update_subscription", "a pause, a trial and a planned end",
		`{"subscription_id": "sub_123", "cancel_at_period_end": true, "pause_collection": "void", "resumes_at": "2030-01-01", "trial_end": "2029-01-01T12:00:00Z", "metadata": {"k": "v"}}`, `
POST /v1/subscriptions/sub_123
cancel_at_period_end=true
metadata[k]=v
pause_collection[behavior]=void
pause_collection[resumes_at]=1893456000
trial_end=1861963200
`},
	{"stripe_update_subscription", "all of that taken back",
		`{"subscription_id": "sub_123", "cancel_at_period_end": "false", "trial_end": "now", "unset": ["pause_collection", "cancel_at", "metadata"]}`, `
GET /v1/subscriptions/sub_123

POST /v1/subscriptions/sub_123
cancel_at=
cancel_at_period_end=false
metadata=
pause_collection=
trial_end=now
`},
	{"stripe_update_customer", "everything",
		`{"customer_id": "cus_123", "email": "jenny@example.com", "name": "Jenny", "phone": "1", "description": "d", "metadata": {"k": "v"}}`, `
POST /v1/customers/cus_123
description=d
email=jenny@example.com
metadata[k]=v
name=Jenny
phone=1
`},
	{"stripe_update_customer", "what is cleared", `{"customer_id": "cus_123", "unset": ["name", "phone", "description", "metadata", "email"], "phone": ""}`, `
POST /v1/customers/cus_123
description=
email=
metadata=
name=
phone=
`},
	{"stripe_preview_invoice", "a customer", `{"customer": "cus_123"}`, `
POST /v1/invoices/create_preview
customer=cus_123
`},
	{"stripe_preview_invoice", "a change",
		`{"subscription": "sub_123", "items": [{"id": "si_1", "quantity": 5}, {"id": "si_2", "deleted": true}, {"price": "price_1"}], "proration_behavior": "always_invoice"}`, `
POST /v1/invoices/create_preview
subscription=sub_123
subscription_details[items][0][id]=si_1
subscription_details[items][0][quantity]=5
subscription_details[items][1][deleted]=true
subscription_details[items][1][id]=si_2
subscription_details[items][2][price]=price_1
subscription_details[proration_behavior]=always_invoice
`},
	{"stripe_create_invoice", "a line", `{"customer": "cus_123", "lines": [{"description": "3 hours", "amount": 27000, "currency": "EUR"}]}`, `
POST /v1/invoices
auto_advance=false
collection_method=send_invoice
currency=eur
customer=cus_123
days_until_due=30
pending_invoice_items_behavior=exclude

POST /v1/invoices/in_1MtHbELkdIwHu7ixl4OzzPMv/add_lines
lines[0][amount]=27000
lines[0][description]=3 hours

POST /v1/invoices/in_1MtHbELkdIwHu7ixl4OzzPMv/finalize
`},
	{"stripe_create_invoice", "everything",
		`{"customer": "cus_123", "lines": [{"price": "price_1"}, {"price": "price_2", "quantity": 2, "description": "d"}], "days_until_due": 0, "send": true, "metadata": {"k": "v"}}`, `
POST /v1/invoices
auto_advance=false
collection_method=send_invoice
customer=cus_123
days_until_due=0
metadata[k]=v
pending_invoice_items_behavior=exclude

POST /v1/invoices/in_1MtHbELkdIwHu7ixl4OzzPMv/add_lines
lines[0][price]=price_1
lines[0][quantity]=1
lines[1][description]=d
lines[1][price]=price_2
lines[1][quantity]=2

POST /v1/invoices/in_1MtHbELkdIwHu7ixl4OzzPMv/send
`},
	{"stripe_finalize_invoice", "its argument", `{"invoice_id": "in_123"}`, `
GET /v1/invoices/in_123

POST /v1/invoices/in_123/finalize
`},
	{"stripe_finalize_invoice", "an e-mail", `{"invoice_id": "in_123", "send": true}`, `
GET /v1/invoices/in_123

POST /v1/invoices/in_123/send
`},
	{"stripe_void_invoice", "its argument", `{"invoice_id": "in_123"}`, `
POST /v1/invoices/in_123/void
`},
}
