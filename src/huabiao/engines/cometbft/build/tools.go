//go:build tools

// Package tools names what go.mod pins: the engine's command.
package tools

import _ "github.com/cometbft/cometbft/cmd/cometbft"
