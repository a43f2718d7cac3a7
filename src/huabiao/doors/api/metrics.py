"""
Metrics in Prometheus' text format, version 0.0.4, written plainly.

    GET /api/metrics

https://prometheus.io/docs/instrumenting/exposition_formats/ is the format. What a node
does not have (a peer, where it is alone) is left out. Nothing in here is personal.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from huabiao import __version__
from huabiao.doors.viewer import city_of

router = APIRouter(tags=["读取 · reading"])
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metric(NamedTuple):
    """A metric, what it means, and the label that tells its values apart."""

    name: str
    kind: str
    meaning: str
    label: str = ""


METRICS = {
    "height": Metric("height", "gauge", "Newest durable block of the ledger."),
    "blocks": Metric("blocks_total", "counter", "Blocks made since the start."),
    "order": Metric("order", "gauge", "Newest block of the engine's that was run."),
    "engine_order": Metric("engine_order", "gauge", "Newest block that CometBFT has."),
    "engine_answers": Metric("engine_up", "gauge", "1 while CometBFT answers."),
    "catching_up": Metric("catching_up", "gauge", "1 while the node fetches blocks."),
    "last_block_s": Metric("last_block_age_seconds", "gauge", "Since the last block."),
    "pool": Metric("pool_envelopes", "gauge", "Envelopes that no block has taken."),
    "bundles": Metric("bundles", "gauge", "Bundles that no block has taken."),
    "bundle_bytes": Metric("bundle_bytes", "gauge", "Bytes of these bundles."),
    "uncertified": Metric("uncertified_blocks", "gauge", "Awaiting a certificate."),
    "envelopes": Metric(
        "envelopes_total", "counter", "Envelopes answered, by code; ok: done.", "code"
    ),
    "peers": Metric("peers", "gauge", "Nodes connected with this one."),
    "peer_sent_bytes": Metric(
        "peer_sent_bytes_total", "counter", "Sent since it connected.", "peer"
    ),
    "peer_received_bytes": Metric(
        "peer_received_bytes_total", "counter", "Received since it connected.", "peer"
    ),
    "index_height": Metric("index_height", "gauge", "Newest block in the read model."),
    "index_lag": Metric("index_lag_blocks", "gauge", "Blocks it is behind."),
    "state_keys": Metric("state_keys", "gauge", "Keys in the state's store."),
    "state_bytes": Metric("state_bytes", "gauge", "Bytes of the state's store."),
    "state_memory_bytes": Metric("state_memory_bytes", "gauge", "Its part in memory."),
    "log_bytes": Metric("log_bytes", "gauge", "The block log on disk."),
    "disk_free_bytes": Metric("disk_free_bytes", "gauge", "Left on the log's disk."),
    "disk_size_bytes": Metric("disk_size_bytes", "gauge", "Size of the log's disk."),
    "resident_bytes": Metric(
        "resident_memory_bytes", "gauge", "Memory of a process.", "process"
    ),
    "cpu_seconds": Metric(
        "cpu_seconds_total", "counter", "Processor time of a process.", "process"
    ),
    "certificate_days": Metric(
        "tls_certificate_days", "gauge", "Until the doors' certificate ends."
    ),
    "alerts": Metric("alerts", "gauge", "Sentences in /api/health that ask for care."),
}


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> PlainTextResponse:
    """Figures for Prometheus; answers at once, also under load."""
    city = city_of(request)
    figures = city.port.metrics()
    figures["index_height"] = city.index.height
    figures["index_lag"] = max(0, figures["height"] - city.index.height)
    about = {
        "chain": city.port.chain,
        "suite": city.port.suite_name,
        "version": __version__,
    }
    return PlainTextResponse(write(about, figures), media_type=MEDIA_TYPE)


def write(about: Mapping[str, str], figures: Mapping[str, Any]) -> str:
    """Figures as the text that Prometheus reads."""
    lines = [
        "# HELP huabiao_info Which node this is; always 1.",
        "# TYPE huabiao_info gauge",
        f"huabiao_info{_labels(about)} 1",
    ]
    for key, metric in METRICS.items():
        if key in figures:
            name = f"huabiao_{metric.name}"
            lines += [f"# HELP {name} {metric.meaning}", f"# TYPE {name} {metric.kind}"]
            lines += _samples(name, metric.label, figures[key])
    return "\n".join(lines) + "\n"


def _samples(name: str, label: str, figure: Any) -> Iterator[str]:
    if not label:
        yield f"{name} {_number(figure)}"
        return
    for value, number in sorted(figure.items()):
        yield f"{name}{_labels({label: value})} {_number(number)}"


def _number(figure: int | float) -> str:
    return str(figure) if isinstance(figure, int) else f"{figure:.3f}"


def _labels(named: Mapping[str, str]) -> str:
    written = [f'{name}="{_escaped(value)}"' for name, value in named.items()]
    return "{" + ",".join(written) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
