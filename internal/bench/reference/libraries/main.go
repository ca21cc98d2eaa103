// Command libraries is what the libraries of stripe-mcp cost by themselves: an mcp-go server with one tool that reads its
// key with viper and asks Stripe with stripe-go. It validates nothing and survives nothing.
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/spf13/viper"
	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/customer"
)

func main() {
	settings := viper.New()
	settings.SetEnvPrefix("STRIPE_MCP")
	settings.AutomaticEnv()
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: new(settings.GetString("api_base")), EnableTelemetry: new(false), LeveledLogger: &stripe.LeveledLogger{},
	})
	customers := customer.Client{B: backend, Key: settings.GetString("stripe_secret_key")}

	one := server.NewMCPServer("libraries", "1", server.WithToolCapabilities(false))
	tool := mcp.NewToolWithRawSchema("stripe_get_customer", "Returns one customer.", json.RawMessage(`{"type":"object","properties":{"customer_id":{"type":"string"}}}`))
	one.AddTool(tool, func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		found, err := customers.Get(request.GetString("customer_id", ""), &stripe.CustomerParams{Params: stripe.Params{Context: ctx}})
		if err != nil {
			return mcp.NewToolResultError("failed"), nil //nolint:nilerr // that is how mcp-go wants it
		}
		return mcp.NewToolResultStructuredOnly(map[string]string{"id": found.ID, "email": found.Email}), nil
	})
	if err := server.ServeStdio(one); err != nil {
		os.Exit(1)
	}
}
