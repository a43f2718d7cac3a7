"""
Sessions: an account proves its key once, then reads for ten minutes.

1. The client asks for a challenge: 16 random bytes, an expiry, and the server's tag
   over both. The server remembers nothing, so challenges cannot fill its memory.
2. The client signs b"huabiao session\\0" ‖ chain ‖ \\0 ‖ challenge with its own key.
3. The server checks tag, expiry and signature, notes the challenge as used, and gives
   a random token. Only the token's digest is kept.
4. A browser hands the token in and gets another, which stands in a cookie, serves the
   pages only and no other browser: shown by another one, the session ends. The first
   token is void from then on, and the ten minutes run on.
5. The account sees its open sessions, and ends one or all of them. Nothing renews one.
6. Whoever signed in without a key of the account's (contract `staff`) has a session in
   the browser only, and sees and ends those of the same login, no others.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from huabiao.doors.problems import Problem

DOMAIN = b"huabiao session\x00"
LIFETIME_MS, CHALLENGE_MS = 600_000, 60_000
MOST_SESSIONS, MOST_PER_ACCOUNT = 10_000, 16
LONGEST_AGENT = 300
BY_KEY, BY_WALLET, BY_PROVIDER, BY_CODE = "key", "wallet", "provider", "code"
BY_PASSKEY = "passkey"

Check = Callable[[bytes, bytes, bytes], bool]


def session_message(chain: str, challenge: bytes) -> bytes:
    """What the client signs to open a session."""
    return DOMAIN + chain.encode() + b"\x00" + challenge


@dataclass(frozen=True)
class Session:
    """`opened` and `expires` in UTC milliseconds; `id` names it to its own account."""

    id: str
    account: bytes
    public: bytes
    opened: int
    expires: int
    agent: str
    """What the client called itself (RFC 9110 §10.1.5), to be recognised by."""
    in_browser: bool = False
    way: str = BY_KEY
    """How it was opened: BY_KEY, by a credential in a wallet, or as staff."""
    login: str = ""
    """The tag under which a member of staff signed in; then `public` is empty."""


class Sessions:
    """The open sessions of one node. Thread safe."""

    def __init__(self, chain: str, clock: Callable[[], float] = time.time) -> None:
        self._chain, self._clock = chain, clock
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._sessions: dict[bytes, Session] = {}
        self._used: dict[bytes, int] = {}

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def challenge(self) -> tuple[bytes, int]:
        """A challenge and when it expires (UTC milliseconds)."""
        expires = self._now() + CHALLENGE_MS
        head = secrets.token_bytes(16) + expires.to_bytes(8, "big")
        return head + self._tag(head), expires

    def _tag(self, head: bytes) -> bytes:
        return hmac.digest(self._secret, head, "sha256")

    def open(
        self,
        challenge: bytes,
        public: bytes,
        signature: bytes,
        verify: Check,
        account: bytes | None,
        agent: str = "",
    ) -> tuple[str, Session]:
        """A token for the account that `public` stands for; Problem otherwise."""
        head, tag, now = challenge[:24], challenge[24:], self._now()
        fresh = hmac.compare_digest(tag, self._tag(head)) and now <= int.from_bytes(
            head[16:], "big"
        )
        if not fresh:
            raise _refused("质询无效或已过期，请重新索取。 The challenge is stale.")
        if not verify(public, session_message(self._chain, challenge), signature):
            raise _refused("签名不符。 The signature does not fit.")
        if account is None:
            raise _refused("此密钥已停用。 This key has been retired.")
        with self._lock:
            self._sweep(now)
            if challenge in self._used:
                raise _refused("质询已用过。 The challenge has been used.")
            self._used[challenge] = int.from_bytes(head[16:], "big")
        return self.admit(account, public, agent)

    def admit(
        self,
        account: bytes,
        public: bytes = b"",
        agent: str = "",
        way: str = BY_KEY,
        login: str = "",
    ) -> tuple[str, Session]:
        """A token for an account whose right to it was just seen. Staff, who have a
        `login` and no key, get one that serves this browser only."""
        token, now = secrets.token_urlsafe(32), self._now()
        session = Session(
            _id(token), account, public, now, now + LIFETIME_MS, agent[:LONGEST_AGENT],
            bool(login), way, login,
        )  # fmt: skip
        with self._lock:
            self._sweep(now)
            self._make_room(account, login)
            self._sessions[_name(token)] = session
        return token, session

    def _sweep(self, now: int) -> None:
        self._used = {c: end for c, end in self._used.items() if end >= now}
        self._sessions = {n: s for n, s in self._sessions.items() if s.expires >= now}

    def _make_room(self, account: bytes, login: str) -> None:
        own = [
            name
            for name, session in self._sessions.items()
            if session.account == account and session.login == login
        ]
        for name in own[: max(0, len(own) - MOST_PER_ACCOUNT + 1)]:
            del self._sessions[name]
        if len(self._sessions) >= MOST_SESSIONS:
            raise Problem(
                503,
                "session.full",
                "会话已满，请稍后再试。 Too many sessions; try again later.",
            )

    def find(self, token: str) -> Session | None:
        """The open session of a token that a program holds. Looked up by digest, so
        the time that it takes says nothing about tokens."""
        found = self._open(token)
        return self._only(token, found, found is None or not found.in_browser)

    def find_in_browser(self, token: str, agent: str) -> Session | None:
        """The open session of a cookie; another browser that shows it ends it."""
        found = self._open(token)
        fits = found is None or (
            found.in_browser and found.agent == agent[:LONGEST_AGENT]
        )
        return self._only(token, found, fits)

    def _open(self, token: str) -> Session | None:
        session = self._sessions.get(_name(token))
        return session if session and session.expires >= self._now() else None

    def _only(self, token: str, found: Session | None, fits: bool) -> Session | None:
        if not fits:
            self.close(token)
        return found if fits else None

    def enter_browser(self, token: str, agent: str) -> tuple[str, Session] | None:
        """Another token, for this browser's cookie, in place of the one handed in;
        None if that one opens nothing. It lasts no longer."""
        with self._lock:
            found = self._open(token)
            if found is None or found.in_browser:
                return None
            del self._sessions[_name(token)]
            cookie = secrets.token_urlsafe(32)
            session = replace(
                found, id=_id(cookie), agent=agent[:LONGEST_AGENT], in_browser=True
            )
            self._sessions[_name(cookie)] = session
        return cookie, session

    # -- ending them -------------------------------------------------------------

    def of(self, account: bytes, login: str = "") -> list[Session]:
        """The open sessions of an account, or of one login of it, oldest first."""
        now = self._now()
        with self._lock:
            found = [s for s in self._sessions.values() if _is_of(s, account, login)]
        return [session for session in found if session.expires >= now]

    def end(self, account: bytes, id_: str | None = None, login: str = "") -> int:
        """End one session of an account, or of one login of it, by its id, or all; how
        many ended."""
        with self._lock:
            ended = [
                name
                for name, session in self._sessions.items()
                if _is_of(session, account, login) and id_ in (None, session.id)
            ]
            for name in ended:
                del self._sessions[name]
        return len(ended)

    def close(self, token: str) -> None:
        """End the session of a token, whoever shows it."""
        with self._lock:
            self._sessions.pop(_name(token), None)


def _is_of(session: Session, account: bytes, login: str) -> bool:
    return session.account == account and login in ("", session.login)


def _id(token: str) -> str:
    """What a session is called before its own account; opens nothing."""
    return _name(token).hex()[:16]


def _name(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def _refused(detail: str) -> Problem:
    todo = "重新索取质询并签名。 Ask for a new challenge and sign it."
    return Problem(401, "session.refused", detail, todo)
