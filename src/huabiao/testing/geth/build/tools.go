//go:build tools

// Package tools names what go.mod pins: Ethereum's node.
package tools

import _ "github.com/ethereum/go-ethereum/cmd/geth"
