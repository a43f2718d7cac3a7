"""The CometBFT binary: `huabiao engine install` builds it, `find` names it."""

from huabiao.engines.go_program import GoProgram

COMETBFT = GoProgram(
    title="CometBFT",
    name="cometbft",
    version="v0.40.0",
    module="github.com/cometbft/cometbft",
    command="github.com/cometbft/cometbft/cmd/cometbft",
    package="huabiao.engines.cometbft",
    environment="HUABIAO_COMETBFT",
    how="huabiao engine install",
    extra="cometbft",
    minutes="2",
)
