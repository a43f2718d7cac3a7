"""
What `huabiao network init` writes beside a network's nodes: systemd units, compose.

systemd itself reads the units where it is there; a Docker daemon is not asked: the
compose file is read as YAML, and compared with node.toml field by field.
"""

import ast
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from huabiao.doors.cli import main
from huabiao.node.deploying import UNIT, service_unit
from huabiao.node.home import Home
from huabiao.node.place import NodePlace, read_place

PROJECT = Path(__file__).parents[2]
NAMES = ["市大数据中心", "交通局 $HOME %h"]
HOSTS = {
    "one machine": ["127.0.0.1", "127.0.0.1"],
    "containers": ["node-a", "node-b"],
    "machines": ["10.0.0.1", "ledger.traffic.example"],
}


@pytest.fixture(params=HOSTS)
def laid(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[str]]:
    """A network's folder, and the hosts that its file names."""
    hosts = HOSTS[request.param]
    lines = ["needed = 1"]
    for number, (name, host) in enumerate(zip(NAMES, hosts, strict=True)):
        lines += ["[[organisation]]", f'name = "{name}"', f'host = "{host}"']
        lines += [f"p2p = {26_656 + number}", f"door = {8_080 + number}"]
        lines += [f"rpc = {27_656 + number}"]
    (tmp_path / "network.toml").write_text("\n".join(lines), "utf-8")
    words = ["network", "init", str(tmp_path / "network.toml"), "-o"]
    told = CliRunner().invoke(main, [*words, str(tmp_path / "out")])
    assert told.exit_code == 0, told.output
    return tmp_path / "out", hosts


def composed(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "compose.yaml").read_text("utf-8"))
    return found["services"]


def test_compose_says_what_the_places_say(laid: tuple[Path, list[str]]) -> None:
    folder, hosts = laid
    services = composed(folder)
    assert len(services) == len(NAMES)
    for (service, said), name, host in zip(services.items(), NAMES, hosts, strict=True):
        place = tomllib.loads((folder / name / "node.toml").read_text("utf-8"))
        listens, _, door = place["door"].rpartition(":")
        (volume,) = said["volumes"]
        # Docker Compose: `$$` is a dollar sign.
        source = volume["source"].replace("$$", "$")
        assert (folder / source / "node.toml").exists() and volume["type"] == "bind"
        assert said["command"] == ["up", "--home", volume["target"]]
        probe = said["healthcheck"]["test"]
        assert (
            probe[:3] == ["CMD", "python", "-c"] and f":{door}/api/health" in probe[3]
        )
        ast.parse(probe[3])
        if listens == "127.0.0.1":
            assert said["network_mode"] == "host" and "ports" not in said
        else:
            p2p = place["p2p"].rpartition(":")[2]
            assert said["ports"] == [f"{p2p}:{p2p}", f"127.0.0.1:{door}:{door}"]
        assert (service == host) == (host.startswith("node-"))
        if service == host:  # containers find each other by these names
            hosts_of_peers = [re.split("[@:]", peer)[1] for peer in place["peers"]]
            assert all(each in services for each in hosts_of_peers)
        assert said["read_only"] and said["cap_drop"] == ["ALL"]


def test_systemd_reads_the_units(laid: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, _ = laid
    for name in NAMES:
        unit = (folder / name / UNIT).read_text("utf-8")
        assert f"Description=Huabiao {name.replace('%', '%%')}" in unit
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    place = read_place(Home(folder / NAMES[1]))
    assert place is not None
    file = tmp_path / UNIT
    file.write_text(service_unit(place, tmp_path, Path("/bin/true")), "utf-8")
    done = subprocess.run([analyze, "verify", file], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr


def test_the_unit_is_hardened() -> None:
    unit = service_unit(NodePlace("org"), Path("/srv/org"))
    said = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
    expected = {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ReadWritePaths": "/srv/org",
        "Restart": "on-failure",
        "LimitNOFILE": "65536",
        "CapabilityBoundingSet": "",
        "ExecStart": "/opt/huabiao/bin/huabiao up --home /srv/org",
    }
    assert {name: said.get(name) for name in expected} == expected


def test_the_image_is_of_this_version_and_its_files() -> None:
    text = (PROJECT / "Dockerfile").read_text("utf-8")
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"][
        "version"
    ]
    assert f"huabiao:{version}" in text and "huabiao engine install" in text
    kept = (PROJECT / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert (PROJECT / name).exists() and f"!{name}" in kept, name
    uv = re.search(r"UV_VERSION := (\S+)", (PROJECT / "Makefile").read_text())
    assert uv is not None and f"uv=={uv[1]}" in text
