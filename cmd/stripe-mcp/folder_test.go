package main

import (
	"os"
	"strings"
	"testing"
)

// TestAWorkingFolderThatIsGone: an agent's worktree can be deleted while its servers run.
func TestAWorkingFolderThatIsGone(t *testing.T) {
	t.Parallel()
	cmd := command(t, nil, "--simulator")
	client := handshake(t, cmd)
	if err := os.Remove(cmd.Dir); err != nil {
		t.Fatal(err)
	}
	for tool, arguments := range map[string]any{
		"stripe_create_customer":     map[string]string{"email": "ann@example.com"},
		"stripe_list_subscriptions":  struct{}{},
		"stripe_get_customer":        map[string]string{"customer_id": "cus_simulated_1"},
		"stripe_cancel_subscription": map[string]string{"subscription_id": "sub_1"},
	} {
		got, err := client.Call(t.Context(), tool, arguments)
		if err != nil || strings.Contains(got.Text(), `"internal_error"`) {
			t.Errorf("%s: %v %s", tool, err, got.Text())
		}
	}
}
