package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLookups has what Stripe sends on the left and what a model gets on the right. Where a key has a query, in the order of names, it is the whole
// request.
func TestLookups(t *testing.T) {
	t.Parallel()
	const none = `{"object":"list","has_more":false,"data":[]}`
	one := func(row string) string { return `{"object":"list","has_more":false,"data":[` + row + `]}` }
	const ada = `{"id":"cus_1","object":"customer","email":"ada@example.com","name":"A\u202eda","balance":-500,"currency":"eur","delinquent":true,"created":1700000000,"livemode":true}`
	const adaRow = `{"id":"cus_1","email":"ada@example.com","name":"Ada","balance":-500,"balance_display":"-5.00 EUR","delinquent":true,"created":"2023-11-14T22:13:20Z","livemode":true}`
	price := func(product string) string {
		return one(`{"id":"price_1","object":"price","active":true,"billing_scheme":"per_unit","currency":"eur","unit_amount":900,"unit_amount_decimal":"900","product":` + product +
			`,"lookup_key":"starter","recurring":{"interval":"month","interval_count":1,"usage_type":"licensed"},"livemode":false}`)
	}
	priceRow := func(name string) string {
		return `{"id":"price_1",` + name + `"lookup_key":"starter","product":"prod_1","unit_amount":900,"unit_amount_display":"9.00 EUR","currency":"eur","interval":"month","interval_count":1,"active":true,"livemode":false}`
	}
	charge := func(more string) string {
		return one(`{"id":"ch_1","object":"charge","amount":2000,"currency":"eur","payment_intent":"pi_1","receipt_url":"https://pay.stripe.com/receipts/1","created":1700000000,"livemode":false,` + more + `}`)
	}
	chargeRow := func(status, more string) string {
		return `{"has_more":false,"data":[{"id":"ch_1","status":"` + status + `","amount":2000,"amount_display":"20.00 EUR",` + more + `"created":"2023-11-14T22:13:20Z","livemode":false}]}`
	}
	tests := []struct {
		why, tool, arguments string
		stripe               map[string]string
		want                 string
	}{
		{"the address as it was given", "stripe_list_customers", `{"email":"Ada@example.com"}`,
			map[string]string{"/v1/customers?email=Ada%40example.com&limit=10": one(ada), "/v1/customers": none}, `{"has_more":false,"data":[` + adaRow + `]}`},
		{"in lower case", "stripe_list_customers", `{"email":"Ada@Example.com"}`,
			map[string]string{"/v1/customers?email=ada%40example.com&limit=10": one(ada), "/v1/customers": none},
			`{"has_more":false,"note":"nobody has the e-mail as it was given, so it was looked up in lower case","data":[` + adaRow + `]}`},
		{"in neither", "stripe_list_customers", `{"email":"Ada@Example.com"}`, map[string]string{"/v1/customers": none},
			`{"has_more":false,"note":"nobody has the e-mail as it was given, so it was looked up in lower case","data":[]}`},
		{"with nothing to lower", "stripe_list_customers", `{"email":"ada@example.com"}`, map[string]string{"/v1/customers": none}, `{"has_more":false,"data":[]}`},
		{"a price with its product's name", "stripe_list_prices", `{}`, map[string]string{"/v1/prices": price(`{"id":"prod_1","object":"product","name":"Starter\u200b plan"}`)},
			`{"has_more":false,"data":[` + priceRow(`"product_name":"Starter plan",`) + `]}`},
		{"with a key that may not read products", "stripe_list_prices", `{"lookup_keys":[]}`,
			map[string]string{"/v1/prices?expand%5B0%5D=data.product&limit=10": `403 {"error":{"type":"invalid_request_error","message":"no permission"}}`, "/v1/prices?limit=10": price(`"prod_1"`)},
			`{"has_more":false,"note":"the key may not read products, so their names are missing","data":[` + priceRow("") + `]}`},
		{"a charge that was refunded in part", "stripe_list_charges", `{}`,
			map[string]string{"/v1/charges": charge(`"status":"succeeded","amount_captured":2000,"amount_refunded":500,"disputed":true,"customer":"cus_1"`)},
			chargeRow("succeeded", `"amount_refunded":500,"amount_refunded_display":"5.00 EUR","disputed":true,"customer":"cus_1","payment_intent":"pi_1",`)},
		{"a guest's, of one payment, with its receipt", "stripe_list_charges", `{"payment_intent":"pi_1"}`,
			map[string]string{"/v1/charges": charge(`"status":"succeeded","amount_captured":2000,"customer":null,"billing_details":{"email":"g@example.com"}`)},
			chargeRow("succeeded", `"email":"g@example.com","payment_intent":"pi_1","receipt_url":"https://pay.stripe.com/receipts/1",`)},
		{"one that is only authorized", "stripe_list_charges", `{}`, map[string]string{"/v1/charges": charge(`"status":"succeeded","amount_captured":0`)},
			chargeRow("succeeded", `"amount_captured":0,"payment_intent":"pi_1",`)},
		{"one that failed, and why", "stripe_list_charges", `{}`,
			map[string]string{"/v1/charges": charge(`"status":"failed","amount_captured":0,"failure_code":"card_declined","failure_message":"Your card was\u0007 declined.","outcome":{"reason":"insufficient_funds"}`)},
			chargeRow("failed", `"failure_code":"card_declined","failure_message":"Your card was declined.","reason":"insufficient_funds","payment_intent":"pi_1",`)},
		{"a refund that failed", "stripe_list_refunds", `{}`,
			map[string]string{"/v1/refunds": one(`{"id":"re_1","object":"refund","status":"failed","amount":500,"currency":"jpy","failure_reason":"lost_or_stolen_card","charge":"ch_1","created":1700000000}`)},
			`{"has_more":false,"data":[{"id":"re_1","status":"failed","amount":500,"amount_display":"500 JPY","failure_reason":"lost_or_stolen_card","charge":"ch_1","created":"2023-11-14T22:13:20Z"}]}`},
		{"a dispute, and until when to answer", "stripe_list_disputes", `{}`,
			map[string]string{"/v1/disputes": one(`{"id":"dp_1","object":"dispute","status":"needs_response","reason":"fraudulent","amount":500,"currency":"eur","charge":"ch_1","evidence_details":{"due_by":1700600000,"has_evidence":false},"created":1700000000,"livemode":true}`)},
			`{"has_more":false,"data":[{"id":"dp_1","status":"needs_response","amount":500,"amount_display":"5.00 EUR","reason":"fraudulent","due_by":"2023-11-21T20:53:20Z","charge":"ch_1","created":"2023-11-14T22:13:20Z","livemode":true}]}`},
		{"an invoice of which a part is paid, and one that is paid", "stripe_list_invoices", `{}`,
			map[string]string{"/v1/invoices": one(`{"id":"in_2","object":"invoice","status":"open","total":2000,"amount_remaining":500,"currency":"eur","customer":"cus_1","due_date":1700600000,"created":1700000000,"livemode":false},
				{"id":"in_1","object":"invoice","status":"paid","total":2000,"amount_remaining":0,"currency":"eur","subscription":"sub_1","created":1700000000,"livemode":false}`)},
			`{"has_more":false,"data":[{"id":"in_2","status":"open","customer":"cus_1","total":2000,"total_display":"20.00 EUR","amount_remaining":500,"amount_remaining_display":"5.00 EUR","due_date":"2023-11-21T20:53:20Z","created":"2023-11-14T22:13:20Z","livemode":false},` +
				`{"id":"in_1","status":"paid","subscription":"sub_1","total":2000,"total_display":"20.00 EUR","created":"2023-11-14T22:13:20Z","livemode":false}]}`},
		{"money in several currencies, and a debt", "stripe_get_balance", `{}`,
			map[string]string{"/v1/balance": `{"object":"balance","livemode":true,"available":[{"amount":-700,"currency":"eur"},{"amount":5,"currency":"jpy"}],"pending":[{"amount":0,"currency":"eur"}]}`},
			`{"available":[{"amount":-700,"amount_display":"-7.00 EUR"},{"amount":5,"amount_display":"5 JPY"}],"pending":[{"amount":0,"amount_display":"0.00 EUR"}],"livemode":true}`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, send(t, tt.tool, tt.arguments, tt.stripe)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFullPage: a page that ends early says so, because a reader who asked for 100 rows takes them for all. Its rows are brief
// enough for a page to hold 32 by default, and 80 at most.
func TestFullPage(t *testing.T) {
	t.Parallel()
	rows := map[string]string{ // with ids as long as Stripe's
		"customers": `"id":"cus_NffrFeUfNV%03d","object":"customer","email":"jenny.rosen@example.com","name":"Jenny Rosen"`,
		"products":  `"id":"prod_NWjs8kKb%05d","object":"product","active":true,"name":"Starter plan","description":"For small teams","default_price":"price_1MoBy5LkdIwHu7ixZhnattbh"`,
		"prices":    `"id":"price_1MoBy5LkdIwHu7ixZhna%04d","object":"price","active":true,"currency":"eur","unit_amount":900,"unit_amount_decimal":"900","product":{"id":"prod_NWjs8kKbJWmuuc","object":"product","name":"Starter plan"},"recurring":{"interval":"month","interval_count":1}`,
		"invoices":  `"id":"in_1MtHbELkdIwHu7ixl4Oz%04d","object":"invoice","number":"9A1B2C3D-0001","status":"open","total":2000,"amount_remaining":2000,"currency":"eur","customer":"cus_NffrFeUfNV2Hib","due_date":1700600000`,
		"charges":   `"id":"ch_3MmlLrLkdIwHu7ix0snN%04d","object":"charge","status":"succeeded","amount":1099,"amount_captured":1099,"currency":"eur","customer":"cus_NffrFeUfNV2Hib","payment_intent":"pi_3MtwBwLkdIwHu7ix28a3tqPa"`,
		"refunds":   `"id":"re_1Nispe2eZvKYlo2Cd31j%04d","object":"refund","status":"succeeded","amount":1000,"currency":"eur","charge":"ch_1NirD82eZvKYlo2CIvbtLWuY","payment_intent":"pi_1GszsK2eZvKYlo2CfhZyoZLp"`,
		"disputes":  `"id":"dp_1MtJUT2eZvKYlo2CNaw2%04d","object":"dispute","status":"needs_response","amount":1000,"currency":"eur","charge":"ch_1AZtxr2eZvKYlo2CJDX8whov","reason":"general","evidence_details":{"due_by":1700600000}`,
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all []string
			for i := range 100 {
				all = append(all, fmt.Sprintf("{"+row+`,"created":1700000000,"livemode":false}`, i))
			}
			answer := send(t, "stripe_list_"+name, `{"limit":100}`, map[string]string{"/v1/" + name: `{"object":"list","has_more":false,"data":[` + strings.Join(all, ",") + `]}`})
			var got struct {
				HasMore    bool   `json:"has_more"`
				NextCursor string `json:"next_cursor"`
				Note       string
				Data       []json.RawMessage
			}
			if err := json.Unmarshal([]byte(answer), &got); err != nil {
				t.Fatal(err)
			}
			const most, brief = 20_000, 250
			if size := len(got.Data[0]); size > brief {
				t.Errorf("a row has %d bytes, more than %d: %s", size, brief, got.Data[0])
			}
			full := len(got.Data) < len(all)
			if len(answer) > most || full != got.HasMore || full != (got.Note == "the page is full; go on with next_cursor") || full != (got.NextCursor != "") {
				t.Errorf("%d rows in %d bytes, has_more %v, note %q, next_cursor %q", len(got.Data), len(answer), got.HasMore, got.Note, got.NextCursor)
			}
		})
	}
}
