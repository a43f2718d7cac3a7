"""Ports of test servers are nobody else's: no client's, no other process's."""

import subprocess
import sys
from pathlib import Path

from huabiao.testing.ports import free_ports

AT_ONCE = (
    "from huabiao.testing.ports import free_ports; print(*free_ports(40)); input()"
)


def test_two_processes_are_given_different_ports_that_no_client_gets() -> None:
    first, last = map(
        int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    given = list(free_ports(40))
    for other in others:
        assert other.stdout is not None
        given += map(int, other.stdout.readline().split())
    for other in others:
        other.communicate("\n", timeout=20)
        assert other.returncode == 0
    assert len(given) == len(set(given)) == 120
    assert not [port for port in given if first <= port <= last]
