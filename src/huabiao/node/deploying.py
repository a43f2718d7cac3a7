"""
What keeps a node running on its machine: a systemd unit, or a compose file for all.

`huabiao network init` writes HOME/huabiao.service into each organisation's folder, and
one compose.yaml beside them; `network join` writes the newcomer's unit. Both are texts
that an operator reads and may change; the node itself reads neither. docs/network.md
says what of them was not tried.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from huabiao import __version__
from huabiao.node.home import Home
from huabiao.node.network import Laid, Organisation
from huabiao.node.place import NodePlace, listening, read_place

UNIT, COMPOSE = "huabiao.service", "compose.yaml"
INSTALLED = Path("/opt/huabiao/bin/huabiao")
SERVED = Path("/var/lib/huabiao")
"""Where the command is installed and the folder is put; the image has both as well."""
STOP_S = 60
_HOST_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")

_UNIT = """\
# 华表节点 · Huabiao node: {organisation}
#   sudo useradd --system --home-dir {home} --shell /usr/sbin/nologin huabiao
#   sudo cp -a 本文件夹/THIS-FOLDER {home} && sudo chown -R huabiao: {home}
#   sudo cp {home}/{unit} /etc/systemd/system/ && sudo systemctl daemon-reload
#   sudo -u huabiao {command} doctor --home {home}
#   sudo systemctl enable --now huabiao
[Unit]
Description=Huabiao {organisation}
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=0

[Service]
User=huabiao
Group=huabiao
WorkingDirectory={home}
ExecStart={command} up --home {home}
Environment=NUMBA_CACHE_DIR={home}/.numba
Restart=on-failure
RestartSec=5
# The node ends its engine itself, and needs a moment for the state it holds in memory.
KillMode=mixed
TimeoutStopSec={stop}
LimitNOFILE=65536
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ReadWritePaths={home}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
# Not MemoryDenyWriteExecute: signatures of the suite sm are checked by compiled code.

[Install]
WantedBy=multi-user.target
"""


def service_unit(
    place: NodePlace, home: Path = SERVED, command: Path = INSTALLED
) -> str:
    """A systemd unit for one node; `%` begins a specifier there, so it is doubled."""
    return _UNIT.format(
        organisation=place.organisation.replace("%", "%%"),
        home=home,
        command=command,
        unit=UNIT,
        stop=STOP_S,
    )


_COMPOSE = """\
# 华表网络 · Huabiao network, {count} organisations. Written by huabiao network init.
#   docker build -t huabiao:{version} 项目根目录 · THE-REPOSITORY
#   export HUABIAO_UID=$(id -u) HUABIAO_GID=$(id -g)    文件夹属主 · the folders' owner
#   docker compose up -d [SERVICE …]    各单位在自己的机器上只起自己的 · each its own
# p2p 向其他成员开放；门只对本机开放 · p2p is open to members, doors to this machine.
name: huabiao

x-node: &node
  image: "huabiao:{version}"
  build: "${{HUABIAO_SOURCE:-.}}"
  user: "${{HUABIAO_UID:-1000}}:${{HUABIAO_GID:-1000}}"
  command: ["up", "--home", "{home}"]
  restart: unless-stopped
  stop_grace_period: {stop}s
  read_only: true
  tmpfs: ["/tmp"]
  cap_drop: ["ALL"]
  security_opt: ["no-new-privileges:true"]
  ulimits: {{nofile: 65536}}

services:
"""

_SERVICE = """\
  {service}:
    <<: *node
    labels: {{"huabiao.organisation": {organisation}}}
    volumes:
      - {{type: bind, source: {folder}, target: "{home}"}}
{network}
    healthcheck:
      test: ["CMD", "python", "-c", {probe}]
      interval: 10s
      timeout: 5s
      retries: 6
      start_period: 120s
"""


def compose_file(laid: Sequence[Laid]) -> str:
    """All organisations' nodes as compose services; homes lie beside the file."""
    parts = [
        _COMPOSE.format(count=len(laid), version=__version__, home=SERVED, stop=STOP_S)
    ]
    hosts = [each.organisation.host for each in laid]
    for number, each in enumerate(laid, 1):
        about = each.organisation
        named = _HOST_NAME.fullmatch(about.host) and hosts.count(about.host) == 1
        own = bool(named) and about.host != "localhost"
        url = f"http://127.0.0.1:{about.door}/api/health"
        parts.append(
            _SERVICE.format(
                # A host that is a plain name is found by that name among containers.
                service=about.host if own else f"node-{number}",
                organisation=_text(about.name),
                folder=_text(f"./{about.name}"),
                home=SERVED,
                network=_network(about),
                probe=_text(
                    f"import urllib.request as u; u.urlopen('{url}',timeout=4)"
                ),
            )
        )
    return "".join(parts)


def _network(about: Organisation) -> str:
    """Ports to publish; a node that listens on 127.0.0.1 needs the host's network."""
    if listening(about.host) == "127.0.0.1":
        return "    network_mode: host"
    return (
        "    ports:\n"
        f'      - "{about.p2p}:{about.p2p}"\n'
        f'      - "127.0.0.1:{about.door}:{about.door}"'
    )


def _text(words: str) -> str:
    """A YAML string is a JSON string; `$` begins a variable in compose files."""
    return json.dumps(words.replace("$", "$$"), ensure_ascii=False)


def write_unit(home: Home) -> None:
    """HOME/huabiao.service, for a home that has its place."""
    place = read_place(home)
    assert place is not None
    (home.folder / UNIT).write_text(service_unit(place), "utf-8")


def write_deployment(laid: Sequence[Laid], folder: Path) -> None:
    """Each organisation's unit, and the compose file beside their folders."""
    for each in laid:
        write_unit(each.home)
    (folder / COMPOSE).write_text(compose_file(laid), "utf-8")
