package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// fixBills makes every bill of materials in dist depend on the commit alone. Syft gives each a random name and the time of
// the build.
func fixBills(dist string, p product) error {
	bills, err := filepath.Glob(filepath.Join(dist, "*.spdx.json"))
	if err != nil {
		return fmt.Errorf("list the bills of materials: %w", err)
	}
	for _, path := range bills {
		bill, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read a bill of materials: %w", err)
		}
		fixed, err := fixBill(bill, p)
		if err != nil {
			return fmt.Errorf("fix %s: %w", filepath.Base(path), err)
		}
		if err := writeFile(path, fixed, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func fixBill(bill []byte, p product) ([]byte, error) {
	var document map[string]json.RawMessage
	if err := json.Unmarshal(bill, &document); err != nil {
		return nil, fmt.Errorf("read SPDX: %w", err)
	}
	var about struct {
		Name    string `json:"name"`
		Created struct {
			License  string   `json:"licenseListVersion"`
			Creators []string `json:"creators"`
			Created  string   `json:"created"`
		} `json:"creationInfo"`
	}
	if err := json.Unmarshal(bill, &about); err != nil {
		return nil, fmt.Errorf("read SPDX: %w", err)
	}
	about.Created.Created = p.time.Format(time.RFC3339)
	namespace := p.repository + "/spdx/" + p.commit + "/" + about.Name
	for key, value := range map[string]any{"creationInfo": about.Created, "documentNamespace": namespace} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("write SPDX: %w", err)
		}
		document[key] = text
	}
	// Syft works on several parts at once, and lists them as they come.
	for _, key := range []string{"packages", "files", "relationships", "hasExtractedLicensingInfos"} {
		if err := sortList(document, key); err != nil {
			return nil, err
		}
	}
	return indented(document)
}

func sortList(document map[string]json.RawMessage, key string) error {
	if document[key] == nil {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(document[key], &list); err != nil {
		return fmt.Errorf("read the %s: %w", key, err)
	}
	slices.SortFunc(list, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	text, err := json.Marshal(list)
	document[key] = text
	return err
}
