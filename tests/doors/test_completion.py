"""
Completion in bash, zsh and fish, by the script that docs/following.md has people run:
each shell itself is asked what it offers.
"""

import os
import pty
import select
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from served_city import Served

WASTE = "hazardous_waste"
ODD = "q7,spare"
"""An id with what separates an answer's fields in bash and in fish."""

BASH = """
eval "$(_HUABIAO_COMPLETE=bash_source huabiao)"
COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_huabiao_completion huabiao
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = """
eval "$(_HUABIAO_COMPLETE=fish_source huabiao)"
complete -C {line}
"""
# Ctrl-A writes all matches into the line, Ctrl-T writes the line to a file and leaves.
ZSHRC = """
PS1='ready> '
autoload -Uz compinit; compinit -u
eval "$(_HUABIAO_COMPLETE=zsh_source huabiao)"
said() { print -r -- $BUFFER > $ZDOTDIR/said; exit }
zle -N said; bindkey '^T' said
zle -C every complete-word _generic; bindkey '^A' every
zstyle ':completion:every:*' completer _all_matches _complete
zstyle ':completion:every:*' insert true
"""
Completed = Callable[..., list[str]]


@pytest.fixture(params=["bash", "zsh", "fish"])
def completed(
    request: pytest.FixtureRequest, served: Served, tmp_path: Path
) -> Completed:
    """What a shell offers for the last of some words."""
    environment = {
        **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HUABIAO_HOME": str(served.home), "HUABIAO_URL": served.url,
        "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path), "TERM": "xterm",
    }  # fmt: skip

    def run(script: str) -> list[str]:
        done = subprocess.run(
            [request.param, "-c", script], env=environment, capture_output=True,
            text=True, timeout=60, check=True,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.splitlines()

    def in_bash(*words: str) -> list[str]:
        offered = run(BASH.format(line=shlex.join(["huabiao", *words])))
        return [each for each in offered if each]

    def in_fish(*words: str) -> list[str]:
        line = " ".join(["huabiao", *words])
        offered = run(FISH.format(line=shlex.quote(line)))
        return [each.partition("\t")[0] for each in offered]

    def in_zsh(*words: str) -> list[str]:
        (tmp_path / ".zshrc").write_text(ZSHRC)
        line = " ".join(["huabiao", *words])
        typed_in_zsh(line.encode() + b"\x01\x14", environment)
        said = (tmp_path / "said").read_text().split()
        # With nothing to offer the line is left as it was.
        return [] if said == line.split() else said[len(words) :]

    return {"bash": in_bash, "fish": in_fish, "zsh": in_zsh}[request.param]


def typed_in_zsh(keys: bytes, environment: dict[str, str]) -> None:
    """An interactive zsh at a terminal, until it has left."""
    mine, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["zsh", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown, typed = b"", False
    try:
        while shell.poll() is None:
            assert select.select([mine], [], [], 60)[0], shown
            try:
                shown += os.read(mine, 4_096)
            except OSError:  # it has left, and closed the terminal
                break
            if b"ready> " in shown and not typed:
                os.write(mine, keys)
                typed = True
        assert shell.wait(60) == 0, shown
    finally:
        shell.kill()
        os.close(mine)


@pytest.fixture(scope="module")
def odd(served: Served, case: str) -> str:
    facts = {"waste_code": "900-041-49", "declared": "7"}
    drafted = served.remote().call(served.keys("plant"), WASTE, "draft", ODD, facts)
    assert drafted.accepted, drafted
    assert served.node.index.wait_for(served.node.port.height, 60)
    return ODD


def test_the_shell_completes_what_the_running_chain_holds(
    completed: Completed, case: str, odd: str
) -> None:
    assert set(completed("li")) == {"list", "licence"}
    assert completed("call", WASTE, "se") == ["send_back"]
    assert completed("show", WASTE, "q7") == [odd]
    assert completed("call", WASTE, "receive", case, "we") == ["weighed="]
    assert completed("show", "no_such_scenario", "x") == []


@pytest.mark.parametrize("completed", ["bash"], indirect=True)
def test_options_states_and_identities(completed: Completed, case: str) -> None:
    assert completed("list", WASTE, "--s") == ["--state", "--sort"]
    assert completed("show", "hazardous_") == [WASTE]
    receive = ("call", WASTE, "receive")
    assert case in completed(*receive, "m")
    assert completed(*receive, case, "--as", "plan") == ["plant"]
