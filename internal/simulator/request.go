package simulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const largestBody = 1 << 20

// authenticate accepts test keys and nothing else. It never repeats what it was given.
func authenticate(r *http.Request) error {
	key, _, basic := r.BasicAuth()
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !basic && strings.EqualFold(scheme, "bearer") {
		key = strings.TrimSpace(token)
	}
	test := strings.HasPrefix(key, "sk_test_") || strings.HasPrefix(key, "rk_test_") || strings.HasPrefix(key, "rkcs_test_")
	code, message := "", "Invalid API Key provided"
	switch {
	case test && len(key) > len("sk_test_"):
		return nil
	case key == "":
		message = noKey
	case strings.HasPrefix(key, "pk_"):
		code, message = "secret_key_required", publishableKey
	case strings.HasPrefix(key, "sk_live_"), strings.HasPrefix(key, "rk_live_"):
		message = liveKey
	}
	return refusal(http.StatusUnauthorized, invalidRequest, code, message)
}

// readParams decodes query and body alike, as Stripe does.
func readParams(r *http.Request) (Object, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, largestBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refusal(http.StatusRequestEntityTooLarge, invalidRequest, "",
			fmt.Sprintf("Request body is larger than %d bytes", largestBody))
	case err != nil:
		return nil, invalid("", "", "Request body could not be read")
	case len(body) > 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return nil, invalid("", "", noForm)
	}
	return parseForm(r.URL.RawQuery + "&" + string(body))
}
