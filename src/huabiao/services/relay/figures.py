"""
Lag and cost: in words for people, as JSON, and in Prometheus' text format.

    huabiao_relay_packets_waiting{to="haidian",from="beijing"} 3

https://prometheus.io/docs/instrumenting/exposition_formats/ is the format. The port is
opened only where it is asked for, on this machine's own address.
"""

import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from huabiao.services.relay.doors import ChainDoors
from huabiao.services.relay.link import Link

Json = dict[str, Any]

LINK_FIGURES = {
    "packets": ("packets_waiting", "gauge", "Packets under way that wait."),
    "oldest": ("oldest_packet_ms", "gauge", "Age of the oldest of them."),
    "headers": ("headers_behind", "gauge", "Headers that the client lacks."),
    "beaten": ("beaten_total", "counter", "Envelopes that another relay came before."),
    "expires_in": ("client_expires_in_ms", "gauge", "Until the client expires."),
    "troubled": ("troubled", "gauge", "1 while the link is held up."),
}
CHAIN_FIGURES = {
    "envelopes": ("envelopes_total", "counter", "Envelopes sent."),
    "refused": ("refused_total", "counter", "Envelopes that were refused."),
    "sent_bytes": ("bytes_total", "counter", "Bytes of these envelopes."),
    "cost": ("cost_total", "counter", "What they cost, in the contracts' units."),
    "received": ("received_total", "counter", "Packets brought."),
    "ended": ("ended_total", "counter", "Packets acknowledged or timed out."),
}


def link_figures(link: Link, now: int) -> Json:
    """A link's lag as plain JSON; times in milliseconds."""
    lag = link.lag
    return {
        "to": link.here.chain.name,
        "from": link.there.chain.name,
        "client": link.client,
        "state": lag.state,
        "packets": lag.packets,
        "oldest": lag.oldest,
        "headers": lag.headers,
        "beaten": lag.beaten,
        "expires_in": max(0, lag.expires - now) if lag.expires else 0,
        "troubled": int(bool(lag.trouble)),
        "trouble": lag.trouble,
    }


def chain_figures(chain: ChainDoors) -> Json:
    """What carrying to a chain has cost, as plain JSON."""
    spent = chain.spent
    carried = spent.received + spent.ended
    return {
        "chain": chain.name,
        **vars(spent),
        "bytes_a_packet": round(spent.sent_bytes / carried) if carried else 0,
        "cost_a_packet": round(spent.cost / carried) if carried else 0,
    }


def link_line(told: Json) -> str:
    """A link's lag in one line."""
    name = f"{told['from']} → {told['to']}"
    if told["trouble"]:
        return f"{name}：{told['trouble']}"
    if told["state"] == "expired":
        return (
            f"{name}：轻客户端“{told['client']}”已过信任期，管理员恢复后才能继续："
            f"huabiao chain recover {told['client']}。"
            f" The client has expired; its administrators recover it."
        )
    if told["state"] == "frozen":
        return (
            f"{name}：轻客户端“{told['client']}”已冻结，管理员查明后恢复："
            f"huabiao chain recover {told['client']}。"
            f" The client is frozen; its administrators recover it."
        )
    seconds = told["oldest"] // 1000
    return (
        f"{name}：等待 {told['packets']} 件，最久 {seconds} 秒，"
        f"区块头落后 {told['headers']} · {told['packets']} packets wait, the oldest"
        f" {seconds} s, {told['headers']} headers behind"
    )


def cost_line(told: Json) -> str:
    """What carrying to a chain has cost, in one line."""
    return (
        f"{told['chain']}：带到 {told['received']} 件，了结 {told['ended']} 件，"
        f"{told['envelopes']} 个信封（拒绝 {told['refused']}），每件 "
        f"{told['bytes_a_packet']} 字节、{told['cost_a_packet']} 计费单位 ·"
        f" {told['received']} brought, {told['ended']} ended,"
        f" {told['envelopes']} envelopes; a packet {told['bytes_a_packet']} bytes,"
        f" {told['cost_a_packet']} cost units"
    )


def prometheus(links: Iterable[Json], chains: Iterable[Json]) -> str:
    """Everything as the text that Prometheus reads; names of chains are codes, so
    that nothing in a label has to be escaped."""
    rows = [(each, f'to="{each["to"]}",from="{each["from"]}"') for each in links]
    sums = [(each, f'chain="{each["chain"]}"') for each in chains]
    lines = []
    for figures, samples in ((LINK_FIGURES, rows), (CHAIN_FIGURES, sums)):
        for key, (name, kind, meaning) in figures.items():
            full = f"huabiao_relay_{name}"
            lines += [f"# HELP {full} {meaning}", f"# TYPE {full} {kind}"]
            lines += [f"{full}{{{label}}} {each[key]}" for each, label in samples]
    return "\n".join(lines) + "\n"


def serve_metrics(port: int, write: Callable[[], str]) -> ThreadingHTTPServer:
    """Serve the text on 127.0.0.1 from a thread; `shutdown` ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = write().encode()
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing of each visit."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
