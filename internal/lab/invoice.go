package lab

import (
	"net/http"
	"strings"
)

// An invoice takes three requests: a draft, its lines and its end as a draft. Each can go wrong by itself.

// change does what a request asks of an invoice, with s.mu held.
func (s *fakeStripe) change(id, verb string, f Fault) answer {
	o := s.objects[id]
	if no, refused := refuses(o, f); refused {
		return no
	}
	switch {
	case o.Status != draft, verb == "finalize" && !o.lined:
		return refusal(http.StatusBadRequest, "invalid_request_error", "invoice_not_editable")
	case verb == "add_lines":
		o.lined = true
	default:
		o.Status = "open"
	}
	if f.Kind == Saved500Applied {
		return refusal(http.StatusInternalServerError, "api_error", "")
	}
	return o.answer()
}

const draft = "draft"

// deleteDraft takes a draft away. A second time it is not found.
func (s *fakeStripe) deleteDraft(id string, f Fault) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[id]
	switch {
	case f.Kind == Saved500:
		return refusal(http.StatusInternalServerError, "api_error", "")
	case o == nil:
		return refusal(http.StatusNotFound, "invalid_request_error", "resource_missing")
	case o.Status != draft || f.Kind == Invalid:
		return refusal(http.StatusBadRequest, "invalid_request_error", "invoice_not_editable")
	}
	delete(s.objects, id)
	if f.Kind == Saved500Applied {
		return refusal(http.StatusInternalServerError, "api_error", "")
	}
	return answer{status: http.StatusOK, body: `{"id":"` + id + `","object":"invoice","deleted":true}`}
}

// ofInvoice returns the id and the verb of a path such as /v1/invoices/in_1/add_lines.
func ofInvoice(path string) (id, verb string) {
	if rest, ok := strings.CutPrefix(path, "/v1/invoices/"); ok {
		id, verb, _ = strings.Cut(rest, "/")
	}
	return id, verb
}

// groupOfInvoice returns the group of a request about an invoice that exists, noGroup for another request.
func (s *fakeStripe) groupOfInvoice(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := ofInvoice(r.URL.Path)
	if o := s.objects[id]; o != nil && o.Kind == "invoice" && r.Method != http.MethodGet {
		return o.Group
	}
	return noGroup
}

// judgeDrafts looks for drafts that nobody was told of. Where Stripe keeps an internal error, or nobody could take the answer in,
// there may be one.
func (v *Verdict) judgeDrafts(r Result, group int, operations []*operation) {
	var told strings.Builder
	excused := 0
	for _, op := range operations {
		told.WriteString(op.seen + " ")
		for n, c := range op.calls {
			for _, answer := range []*reply{c.told, c.unheard} {
				if answer != nil {
					told.WriteString(answer.Text + " ")
				}
			}
			if c.inDoubt() || c.told != nil && c.told.SavedError || op.forgotten(n) {
				excused++
			}
		}
	}
	for _, o := range r.Objects {
		if o.Group != group || o.Kind != "invoice" || o.Status != draft || strings.Contains(told.String(), o.ID) {
			continue
		}
		if excused--; excused < 0 {
			v.find(halfMade, "group %d: %s", group, o.ID)
		}
	}
}

// invoiceForm is what an agent wants on an invoice.
func invoiceForm(mark string) map[string]any {
	return map[string]any{
		"customer": "cus_given", "metadata": map[string]string{"lab": mark},
		"lines": []any{map[string]any{"description": "Work", "amount": 500, "currency": "eur"}},
	}
}
