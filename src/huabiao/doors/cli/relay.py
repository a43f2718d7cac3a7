"""
relay: carries headers and packets between chains, and is trusted with nothing.

    huabiao relay http://a:8080 http://b:8080
    huabiao relay --file relay.toml

    [[chain]]                       relay.toml: addresses, and who signs there
    urls = ["https://a.example", "https://a2.example"]
    identity = "中继"               an identity of this home; made at first use
"""

import json
import signal
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from huabiao.doors.cli.settings import Failed, Settings, command

DEFAULT_NAME = "relay"
REPORT_S = 10.0


@dataclass(frozen=True)
class Config:
    """Addresses, and which identity signs where, by address."""

    urls: list[str]
    identities: dict[str, str]


def read_config(urls: tuple[str, ...], file: Path | None) -> Config:
    """Arguments and the file together; Failed where the file cannot be understood."""
    found, identities = [*urls], {}
    if file is not None:
        try:
            chains = tomllib.loads(file.read_text("utf-8"))["chain"]
            for chain in chains:
                named = [str(url) for url in chain["urls"]]
                found += named
                for url in named if chain.get("identity") else ():
                    identities[url] = str(chain["identity"])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, LookupError, TypeError,
                AttributeError) as error:  # fmt: skip
            raise Failed(
                f'{file} 无法读取：{error}。应为 [[chain]] 与 urls = ["http://…"]。'
                f" {file} cannot be read: {error}. It has [[chain]] and"
                ' urls = ["http://…"].'
            ) from None
    if len(set(found)) < 2:
        raise Failed(
            "至少给出两条链的地址。 Give the addresses of two chains at least."
        )
    return Config([*dict.fromkeys(found)], identities)


def on_standard_error(as_json: bool) -> Callable[[str], None]:
    """What passes a line on to whoever started the relay."""
    return lambda line: click.echo(
        json.dumps({"line": line}) if as_json else line, err=True
    )


@command(
    click.argument("urls", nargs=-1, metavar="URL..."),
    click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                 help="relay.toml：各链地址与身份 · addresses and identities"),
    click.option("--as", "identity", help="各链上的身份，默认 relay-套件 · who signs"),
    click.option("--once", is_flag=True, help="做完眼前的事即止 · do what there is"),
    click.option("--metrics-port", type=click.IntRange(1, 65_535),
                 help="在此端口给出 Prometheus 指标 · figures for Prometheus"),
)  # fmt: skip
def relay(
    settings: Settings, urls: tuple[str, ...], file: Path | None, identity: str | None,
    once: bool, metrics_port: int | None,
) -> None:  # fmt: skip
    """在各链之间携带区块头与跨链件。 Carry headers and packets between chains."""
    from huabiao.services.relay import Relay
    from huabiao.services.relay.telling import Telling

    config, line = read_config(urls, file), on_standard_error(settings.as_json)
    telling = Telling(line)
    signers = _identities(settings.home, identity, config)
    carrier = Relay(config.urls, signers, telling.say)
    if once:
        whole = carrier.once()
        _give(settings, carrier.figures())
        if not whole:
            raise click.exceptions.Exit(1)
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    line("中继已启动，Ctrl-C 停止。 The relay runs; Ctrl-C stops it.")
    _serve(settings, carrier, telling.say, stop, metrics_port)


def _identities(home: Path, identity: str | None, config: Config) -> Any:
    """Who signs on a chain: the file's identity of the address, `--as`, or one that is
    made for the chain's suite."""
    from huabiao.client.wallets import open_identity

    def open_for(chain: str, suite: str, founding: str, url: str) -> Any:
        name = config.identities.get(url) or identity or f"{DEFAULT_NAME}-{suite}"
        return open_identity(home, name, suite, True, founding)

    return open_for


def _serve(
    settings: Settings, carrier: Any, say: Callable[[str, str], None],
    stop: threading.Event, metrics_port: int | None,
) -> None:  # fmt: skip
    from huabiao.services.relay.figures import link_line, prometheus, serve_metrics

    def metrics() -> str:
        figures = carrier.figures()
        return prometheus(figures["links"], figures["chains"])

    def report() -> None:
        while not stop.wait(REPORT_S):
            for told in carrier.figures()["links"]:
                say(f"lag {told['from']} {told['to']}", link_line(told))

    server = serve_metrics(metrics_port, metrics) if metrics_port else None
    reporting = threading.Thread(target=report)
    reporting.start()
    try:
        carrier.run(stop)
    finally:
        stop.set()
        reporting.join()
        if server is not None:
            server.shutdown()
    _give(settings, carrier.figures())


def _give(settings: Settings, figures: dict[str, Any]) -> None:
    from huabiao.services.relay.figures import cost_line, link_line

    lines = [link_line(each) for each in figures["links"]]
    lines += [cost_line(each) for each in figures["chains"]]
    lines += [*figures["silent"].values()]
    none = "没有链跟随另一条：huabiao chain follow。 No chain follows another one here."
    settings.give(figures, "\n".join(lines) or none)
