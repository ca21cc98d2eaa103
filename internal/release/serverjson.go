package main

import (
	"path/filepath"

	registry "github.com/modelcontextprotocol/registry/pkg/api/v0"
	"github.com/modelcontextprotocol/registry/pkg/model"
)

// registrySchema is the schema of server.json that the MCP registry takes.
const registrySchema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"

// writeServerJSON writes the entry for the MCP registry.
func writeServerJSON(p product, bundles []bundle, dist string) error {
	text, err := indented(newServerJSON(p, bundles))
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dist, "server.json"), text, 0o644)
}

func newServerJSON(p product, bundles []bundle) registry.ServerJSON {
	stdio := model.Transport{Type: "stdio"}
	keep := model.Argument{Type: model.ArgumentTypeNamed, Name: "--volume", InputWithVariables: model.InputWithVariables{Input: model.Input{
		Value: name + ":" + imageState, Description: "Keeps the record of what was created.",
	}}}
	packages := make([]model.Package, 0, 2+len(bundles))
	packages = append(packages,
		model.Package{RegistryType: "npm", Identifier: p.npmName(), Version: p.version, RunTimeHint: "npx", Transport: stdio},
		model.Package{RegistryType: "oci", Identifier: p.image(), RunTimeHint: "docker", RuntimeArguments: []model.Argument{keep}, Transport: stdio})
	for _, b := range bundles {
		packages = append(packages, model.Package{RegistryType: "mcpb", Identifier: p.download(b.file), Version: p.version, FileSHA256: b.sum, Transport: stdio})
	}
	for i := range packages {
		packages[i].EnvironmentVariables = settings()
	}
	return registry.ServerJSON{
		Schema: registrySchema, Name: p.serverName(), Title: title, Description: description, Version: p.version, WebsiteURL: p.repository,
		Repository: &model.Repository{URL: p.repository, Source: "github"},
		Packages:   packages,
	}
}

// settings is what a client asks the person.
func settings() []model.KeyValueInput {
	ask := func(name string, input model.Input) model.KeyValueInput {
		return model.KeyValueInput{Name: name, InputWithVariables: model.InputWithVariables{Input: input}}
	}
	return []model.KeyValueInput{
		ask("STRIPE_MCP_STRIPE_SECRET_KEY", model.Input{
			Description: "A restricted key (rk_…) or a secret key (sk_…). The simulator needs none.", IsSecret: true,
		}),
		ask("STRIPE_MCP_SIMULATOR", model.Input{Description: "Whether the built-in simulator answers instead of Stripe.", Format: model.FormatBoolean, Default: "false"}),
		ask("STRIPE_MCP_READ_ONLY", model.Input{Description: "Whether only the tools that read are offered.", Format: model.FormatBoolean, Default: "true"}),
	}
}
