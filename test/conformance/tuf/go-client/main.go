// SPDX-License-Identifier: Apache-2.0

// go-tuf's client on a repository that is served over HTTP.
//
//	tuf-referee URL ROOT STATE OUT PATH...
//
// Refreshes, then downloads each path; prints one line a path: its sha256, "absent", or the error.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

func main() {
	url, root, state, out, paths := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]
	client, err := open(url, root, state, out)
	if err == nil {
		err = client.Refresh()
	}
	if err != nil {
		tell("refused", err)
		return
	}
	for _, path := range paths {
		found, err := fetch(client, path)
		if err != nil {
			tell("refused", err)
			continue
		}
		fmt.Println(found)
	}
}

func tell(what string, err error) {
	fmt.Println(what, strings.ReplaceAll(err.Error(), "\n", " "))
}

// What was trusted before in the state folder goes on from there, else from the given root.
func open(url, root, state, out string) (*updater.Updater, error) {
	for _, folder := range []string{state, out} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	bytes, err := os.ReadFile(state + "/root.json")
	if errors.Is(err, os.ErrNotExist) {
		bytes, err = os.ReadFile(root)
	}
	if err != nil {
		return nil, err
	}
	settings, err := config.New(url+"/metadata/", bytes)
	if err != nil {
		return nil, err
	}
	settings.LocalMetadataDir = state
	settings.LocalTargetsDir = out
	settings.RemoteTargetsURL = url + "/targets"
	settings.PrefixTargetsWithHash = true
	return updater.New(settings)
}

func fetch(client *updater.Updater, path string) (string, error) {
	target, err := client.GetTargetInfo(path)
	if err != nil {
		if strings.Contains(err.Error(), "not found") {
			return "absent", nil
		}
		return "", err
	}
	_, bytes, err := client.DownloadTarget(target, "", "")
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(bytes)
	return hex.EncodeToString(digest[:]), nil
}
