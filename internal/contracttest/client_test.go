package contracttest

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"stripe-mcp/internal/mcpclient"
)

// madeUpKey opens nothing. stripe-mock wants exactly two underscores.
const madeUpKey = "sk_test_madeup"

// connect starts the program against a Stripe at address, with an empty home and nothing else in its environment than
// what is given.
func connect(t *testing.T, address string, environment ...string) *mcpclient.Client {
	t.Helper()
	// The test's own context ends before its clean-up, which is where the program ends by itself.
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program)
	command.Env = append([]string{
		"HOME=" + t.TempDir(),
		"STRIPE_MCP_API_BASE=" + address,
		"STRIPE_MCP_STRIPE_SECRET_KEY=" + madeUpKey,
		"STRIPE_MCP_TOOLSETS=all",
	}, environment...)
	stderr := &bytes.Buffer{}
	command.Stderr = stderr
	client, err := mcpclient.Start(command)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Initialize(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		if stderr.Len() > 0 {
			t.Errorf("the program complained:\n%s", stderr)
		}
	})
	return client
}

// call calls a tool, which must succeed, and returns its structured answer.
func call(t *testing.T, client *mcpclient.Client, tool, arguments string) json.RawMessage {
	t.Helper()
	result, err := client.Call(t.Context(), tool, json.RawMessage(arguments))
	if err != nil {
		t.Fatal(err)
	}
	if result.IsError {
		t.Fatalf("%s failed: %s", tool, result.Text())
	}
	if got, want := compact(t, []byte(result.Text())), compact(t, result.StructuredContent); got != want {
		t.Errorf("text and structured content differ\n text %s\nother %s", got, want)
	}
	return result.StructuredContent
}

func compact(t *testing.T, text []byte) string {
	t.Helper()
	var buffer bytes.Buffer
	if err := json.Compact(&buffer, text); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	return buffer.String()
}

// conforms checks an answer against the schema that the program itself publishes for it.
func conforms(t *testing.T, client *mcpclient.Client, tool string, answer json.RawMessage) {
	t.Helper()
	tools := listTools(t, client)
	i := slices.IndexFunc(tools, func(listed listedTool) bool { return listed.Name == tool })
	if i < 0 {
		t.Fatalf("%s is not listed", tool)
	}
	published, err := jsonschema.UnmarshalJSON(bytes.NewReader(tools[i].OutputSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("output.json", published); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("output.json")
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(answer))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(instance); err != nil {
		t.Errorf("%s: the answer is not as published: %v\n%s", tool, err, answer)
	}
}

// listedTool is what tools/list says of a tool, as far as the contract needs it.
type listedTool struct {
	Name         string          `json:"name"`
	OutputSchema json.RawMessage `json:"outputSchema"`
}

func listTools(t *testing.T, client *mcpclient.Client) []listedTool {
	t.Helper()
	result, err := client.Request(t.Context(), "tools/list", struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Tools []listedTool `json:"tools"`
	}
	if err := json.Unmarshal(result, &list); err != nil {
		t.Fatal(err)
	}
	return list.Tools
}
