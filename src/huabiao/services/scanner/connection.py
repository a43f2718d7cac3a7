"""
Opening somebody else's database to look at it, and nothing else.

1. The address is read; a missing driver or file is told before anything is dialled.
2. The connection is read-only and every statement has a time limit, so that a scan
   neither changes a row nor holds up the department's own work.
3. When it fails, a sentence says what to do. Drivers' messages are never passed on:
   they may quote the address or a value. The password appears nowhere.
"""

import contextlib
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import NullPool

STATEMENT_SECONDS = 5
CONNECT_SECONDS = 5

_SESSION = {
    "postgresql": (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}",
        "SET LOCAL lock_timeout = 2000",
        "SET LOCAL idle_in_transaction_session_timeout = 120000",
    ),
    "mysql": (
        "SET SESSION TRANSACTION READ ONLY",
        f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}",
    ),
    "mariadb": (
        "SET SESSION TRANSACTION READ ONLY",
        f"SET SESSION max_statement_time = {STATEMENT_SECONDS}",
    ),
}


class CannotScan(Exception):
    """A database cannot be scanned; the sentence says why and what to do.

    `reason` is stable: url, driver, file, unreachable, tls, login, database, schema,
    permission, timeout, busy or failed.
    """

    def __init__(self, reason: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.reason = reason


@contextlib.contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A read-only connection to the database at `url`. Raises CannotScan."""
    address = parse_address(url)
    engine = _engine(address)
    try:
        with engine.connect() as connection:
            for statement in _SESSION.get(address.get_backend_name(), ()):
                connection.exec_driver_sql(statement)
            yield connection
    except sa.exc.SQLAlchemyError as why:
        raise explain(why, address) from None
    finally:
        engine.dispose()


def parse_address(url: str) -> URL:
    """The address, with the drivers this project ships filled in."""
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (sa.exc.ArgumentError, ValueError, AttributeError, TypeError):
        raise CannotScan(
            "url",
            "数据库地址写法不对；应形如 postgresql://用户:口令@主机:5432/库名"
            " 或 sqlite:///文件（口令中的特殊字符用 %XX 书写）。",
            "The database address is malformed; write it like"
            " postgresql://user:password@host:5432/name or sqlite:///file"
            " (special characters of the password as %XX).",
        ) from None
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return address.set(drivername="sqlite")
    return address


def _engine(address: URL) -> Engine:
    options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
    backend = address.get_backend_name()
    if backend == "sqlite":
        path = _existing_file(address)
        return sa.create_engine(
            "sqlite://", creator=lambda: _open_file(path), **options
        )
    if backend == "postgresql" and address.get_driver_name() == "psycopg":
        options["connect_args"] = {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "huabiao scanner",
            "client_encoding": "utf8",
        }
    try:
        return sa.create_engine(address, **options)
    except (sa.exc.NoSuchModuleError, ImportError) as why:
        raise _missing_driver(address, why) from None
    except (sa.exc.ArgumentError, TypeError, ValueError):
        raise CannotScan("url", *_SENTENCES["url"]) from None


def _missing_driver(address: URL, why: Exception) -> CannotScan:
    missing = getattr(why, "name", None) or address.drivername
    return CannotScan(
        "driver",
        f"没有 {address.drivername} 的驱动（{missing}）；请用 pip 安装它，"
        "或改用 postgresql:// 或 sqlite:///。",
        f"The driver for {address.drivername} ({missing}) is not installed; install it"
        " with pip, or use postgresql:// or sqlite:///.",
    )


def _existing_file(address: URL) -> Path | None:
    """The SQLite file; None for an in-memory database. SQLite would create it."""
    name = address.database
    if not name or name == ":memory:":
        return None
    if name.startswith("file:"):
        name = name.removeprefix("file:").partition("?")[0]
    path = Path(name)
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as why:
        raise CannotScan(
            "file",
            f"打不开数据库文件 {path}（{why.strerror}）；请检查路径和权限。",
            f"The database file {path} cannot be opened ({why.strerror});"
            " check the path and its permissions.",
        ) from None
    if head and not head.startswith(b"SQLite format 3"):
        raise CannotScan(
            "file",
            f"{path} 不是 SQLite 数据库，或已加密。",
            f"{path} is not an SQLite database, or it is encrypted.",
        )
    return path


def _open_file(path: Path | None) -> sqlite3.Connection:
    """Read-only, and with a limit on each statement: SQLite has no timeout itself."""
    if path is None:
        return sqlite3.connect(":memory:")
    where = f"file:{quote(str(path.resolve()))}?mode=ro"
    opened = sqlite3.connect(where, uri=True, timeout=CONNECT_SECONDS)
    started = time.monotonic()

    def overdue() -> int:
        return int(time.monotonic() - started > STATEMENT_SECONDS)

    def restart(statement: str) -> None:
        nonlocal started
        started = time.monotonic()

    opened.execute("PRAGMA query_only = ON")
    opened.set_progress_handler(overdue, 50_000)
    opened.set_trace_callback(restart)
    opened.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return opened


_SENTENCES = {
    "url": (
        "数据库地址里的选项无法识别；请删去 ? 之后的部分再试。",
        "An option in the database address is unknown; drop what follows the ?.",
    ),
    "login": (
        "用户名或口令不对，或不允许从本机登录{place}；请核对后重试。",
        "The user or password is wrong, or this host may not log in; check them.",
    ),
    "database": (
        "服务器上没有这个库{place}；请核对地址中的库名。",
        "The server has no such database; check the name in the address.",
    ),
    "permission": (
        "该用户没有读取权限{place}；请授予 CONNECT、USAGE 和 SELECT。",
        "This user may not read; grant CONNECT, USAGE and SELECT.",
    ),
    "timeout": (
        "查询超时，或表被锁住{place}；请在数据库空闲时重试。",
        "A query took too long or met a lock; try again when it is less busy.",
    ),
    "busy": (
        "服务器的连接数已满，或正在启动、关闭{place}；请稍后重试。",
        "The server has no connection left, or is starting or stopping; try again.",
    ),
    "tls": (
        "加密连接没有谈成{place}；请核对地址中的 sslmode 和证书。",
        "TLS could not be agreed on; check sslmode and certificates in the address.",
    ),
    "unreachable": (
        "主机或端口连不上{place}；请检查地址、端口、防火墙，以及数据库是否已启动。",
        "The host or port cannot be reached; check the address, the port, the"
        " firewall, and that the database is running.",
    ),
}

# SQLSTATE, or its first characters: PostgreSQL documentation, appendix A
_BY_STATE = {
    "28": "login",
    "3D": "database",
    "42501": "permission",
    "57014": "timeout",
    "55P03": "timeout",
    "53": "busy",
    "57P": "busy",
    "08": "unreachable",
}

# libpq gives no SQLSTATE when a connection fails: its words must do
_BY_MESSAGE = {
    r"invalid (connection|uri|dsn)|missing \"=\"": "url",
    r"password authentication|access denied|no password supplied": "login",
    r"no pg_hba\.conf entry|role .* does not exist": "login",
    r"permission denied for database": "permission",
    r"database .* does not exist|unknown database": "database",
    r"too many (clients|connections)|remaining connection slots": "busy",
    r"starting up|shutting down": "busy",
    r"interrupted|is locked": "timeout",
    r"\bssl\b|certificate": "tls",
    r"refused|timed? ?out|resolve|unreachable|no such file|can't connect|not known"
    r"|network|no route|server closed|connection (failed|reset)": "unreachable",
}


def explain(why: sa.exc.SQLAlchemyError, address: URL) -> CannotScan:
    """A sentence for a database's error, made without repeating its message."""
    cause = getattr(why, "orig", None) or why
    state = getattr(cause, "sqlstate", None) or ""
    reason = _reason(state, str(cause).lower())
    if reason:
        host, port = address.host or "本机", address.port or "默认端口"
        zh, en = _SENTENCES[reason]
        place = f"（{address.get_backend_name()}，{host}:{port}）"
        return CannotScan(reason, zh.format(place=place), en)
    kind = f"{type(cause).__name__} {state}".strip()
    return CannotScan(
        "failed",
        f"扫描失败（{kind}）；请用该库自带的客户端检查同一地址。",
        f"The scan failed ({kind}); try the same address with the database's own"
        " client.",
    )


def is_timeout(why: sa.exc.DBAPIError) -> bool:
    """Whether a statement was stopped by the time limit or waited for a lock."""
    state = getattr(why.orig, "sqlstate", None) or ""
    return _reason(state, str(why.orig).lower()) == "timeout"


def _reason(state: str, message: str) -> str:
    for prefix, reason in _BY_STATE.items():
        if state.startswith(prefix):
            return reason
    for pattern, reason in _BY_MESSAGE.items():
        if not state and re.search(pattern, message):
            return reason
    return ""
