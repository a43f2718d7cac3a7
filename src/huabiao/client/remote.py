"""
A city over HTTP: what a client needs of the port, with keys that stay at the client.

    city = Remote("http://127.0.0.1:8080")      https:// too; HUABIAO_CA names a file of
                                                certificates to trust, else the system's
                                                (http+unix:///path: a socket here)
    outcome = city.call(keys, "hazardous_waste", "draft", "m1", {"declared": "1000", …})
    record = city.as_(keys).get("/api/scenarios/hazardous_waste/records/m1")
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import httpx
import msgspec

from huabiao.client.committing import Opening, commit_arguments, keep_calls
from huabiao.client.port import Busy, Outcome
from huabiao.client.signing import Signer, sign_envelope
from huabiao.client.trusting import trusted, untrusted
from huabiao.codec import decode
from huabiao.crypto.address import parse as parse_account
from huabiao.crypto.envelope import Call
from huabiao.crypto.suite import suite
from huabiao.proofs.state_proofs import StateProofs, Want, decode_state_proofs

MESSAGEPACK = "application/msgpack"
LOCAL_SOCKET = "http+unix://"
SESSION_DOMAIN = b"huabiao session\x00"
TIMEOUT = httpx.Timeout(60.0, connect=5.0)

HEADERS = {"content-type": MESSAGEPACK, "accept": MESSAGEPACK}
"""With which envelopes are sent, and their outcomes asked for."""
outcomes_in = msgspec.msgpack.Decoder(list[Outcome]).decode


class Unreachable(Exception):
    """No city answers at the address; the sentence says what to do."""


class Answered(Exception):
    """The city answered with a problem (RFC 9457)."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.status = int(problem.get("status", 500))
        self.code = str(problem.get("code", "http"))
        super().__init__(
            " ".join(str(problem[n]) for n in ("detail", "todo") if problem.get(n))
        )


class Remote:
    """One city, seen by nobody in particular or (after `as_`) by one account."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        base = self.url
        if self.url.startswith(LOCAL_SOCKET):
            # A node with national TLS, which httpx does not speak, is reached so.
            base = "http://localhost"
            transport = httpx.HTTPTransport(uds=self.url.removeprefix(LOCAL_SOCKET))
        self._http = httpx.Client(
            base_url=base,
            timeout=TIMEOUT,
            transport=transport,
            trust_env=False,
            verify=trusted(self.url),
        )
        self._status: dict[str, Any] = {}
        self._descriptions: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- requests --------------------------------------------------------------

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Unreachable, with a sentence, where nothing answers."""
        try:
            yield
        except httpx.HTTPError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise Unreachable(untrusted(self.url, error)) from error
            raise Unreachable(
                f"{self.url} 没有应答（{type(error).__name__}）。先运行 huabiao up，"
                "或用 HUABIAO_URL、--url 指明地址。"
                f" Nothing answers at {self.url}: run huabiao up, or say where the city"
                " is with HUABIAO_URL or --url."
            ) from error

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        with self._reaching():
            answer = self._http.request(method, path, **options)
        if answer.status_code >= 400:
            raise Answered(_problem(answer))
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """JSON; arguments that are None are left out."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path, params=asked).json()

    def post(self, path: str, document: Any) -> Any:
        return self._send("POST", path, json=document).json()

    def delete(self, path: str) -> Any:
        return self._send("DELETE", path).json()

    def octets(self, path: str, **query: Any) -> bytes:
        """A body that is a file, such as a proof."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path, params=asked).content

    @contextmanager
    def rows(
        self, path: str, **query: Any
    ) -> Iterator[tuple[int | None, Iterator[bytes]]]:
        """A list that comes as a file: how many rows it has in all, where the node
        knows (X-Total-Count), and its octets as they come."""
        asked = {name: value for name, value in query.items() if value is not None}
        with self._reaching(), self._http.stream("GET", path, params=asked) as answer:
            if answer.status_code >= 400:
                answer.read()
                raise Answered(_problem(answer))
            total = answer.headers.get("x-total-count", "")
            yield int(total) if total.isdecimal() else None, answer.iter_bytes()

    def post_octets(self, path: str, content: bytes) -> bytes:
        """Bytes in, bytes out."""
        headers = {"content-type": "application/octet-stream"}
        return self._send("POST", path, content=content, headers=headers).content

    def state_proofs(
        self, wanted: Mapping[str, Want], height: int | None = None, changed: int = 0
    ) -> StateProofs:
        """Many state keys under one certified header; ValueError if the answer is no
        such thing. Nothing is checked here: that is for whoever trusts members."""
        asked = {"keys": dict(wanted), "height": height, "changed": changed}
        answer = self._send("POST", "/api/proofs/state", json=asked)
        try:
            found = decode_state_proofs(answer.content)
        except msgspec.MsgspecError:
            found = None
        if found is None or len(found.entries) != len(wanted):
            raise ValueError(
                f"{self.url} 的应答不是所问的证明。"
                f" {self.url} answered with something else than the proofs asked for."
            )
        return found

    # -- the city --------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        self._status = self.get("/api/status")
        return self._status

    def height(self) -> int:
        """Of the newest block; answered within a moment, also under load."""
        return int(self.get("/api/health")["height"])

    @property
    def chain(self) -> str:
        return str((self._status or self.status())["chain"])

    @property
    def suite_name(self) -> str:
        return str((self._status or self.status())["suite"])

    @property
    def founding_suite(self) -> str:
        """The suite of genesis, whose digest the chain keeps."""
        return str((self._status or self.status())["founding_suite"])

    def digest(self, message: bytes) -> bytes:
        """The chain's digest."""
        return suite(self.founding_suite).digest(message)

    def descriptions(self) -> dict[str, dict[str, Any]]:
        self._descriptions = self.get("/api/scenarios")["scenarios"]
        return self._descriptions

    def description(self, scenario: str) -> dict[str, Any]:
        """One contract's Description; Answered with 404 if there is none."""
        found = self._descriptions.get(scenario)
        if found is None:
            found = self.get(f"/api/scenarios/{scenario}")
            self._descriptions[scenario] = found
        return found

    # -- writing ---------------------------------------------------------------

    def submit(self, envelopes: Sequence[bytes]) -> list[Outcome]:
        """Send signed envelopes; returns when each is final. Busy: try again later."""
        body = msgspec.msgpack.encode(list(envelopes))
        try:
            answer = self._send("POST", "/api/envelopes", content=body, headers=HEADERS)
        except Answered as error:
            if error.status == 503:
                raise Busy(str(error)) from error
            raise
        return outcomes_in(answer.content)

    def send(self, signer: Signer, *calls: Call) -> Outcome:
        """Sign calls whose arguments are in their stored form, and send them."""
        return self.submit([sign_envelope(self.chain, signer, calls)])[0]

    def call(
        self,
        signer: Signer,
        contract: str,
        operation: str,
        key: str,
        written: dict[str, Any],
        subject: bytes | None = None,
    ) -> Outcome:
        """
        One call with arguments as a person writes them; read by their kinds.

        Personal and secret values go to the city's vault, their commitments to the
        chain; `subject` is the account of the person whom they are about.
        """
        made = commit_arguments(
            self.description(contract), operation, written, self.digest
        )
        call = Call(contract, operation, key, made.arguments)
        if not made.openings:
            return self.send(signer, call)
        keeper = parse_account(self.get("/api/vault")["keeper"])
        calls = [call, *keep_calls(call, made.fields, keeper, subject)]
        return self._deposit(sign_envelope(self.chain, signer, calls), made.openings)

    def _deposit(self, envelope: bytes, openings: list[Opening]) -> Outcome:
        body, signature = decode(envelope)
        answer = self.post(
            "/api/vault/envelopes",
            {
                "body": body.hex(),
                "signature": signature.hex(),
                "openings": [opening.document() for opening in openings],
            },
        )
        return Outcome(*(answer[name] for name in Outcome.__struct_fields__))

    # -- reading what is not public --------------------------------------------

    def token(self, signer: Signer) -> dict[str, Any]:
        """Open a session: {"token", "account", "expires"}."""
        challenge = self.post("/api/session/challenge", {})["challenge"]
        message = SESSION_DOMAIN + self.chain.encode() + b"\x00"
        signature = signer.sign(message + bytes.fromhex(challenge))
        opened: dict[str, Any] = self.post(
            "/api/session",
            {
                "challenge": challenge,
                "public": signer.public.hex(),
                "signature": signature.hex(),
            },
        )
        return opened

    def as_(self, signer: Signer) -> Self:
        """The same city, read as the account of a key, for ten minutes."""
        token = self.token(signer)["token"]
        self._http.headers["authorization"] = f"Bearer {token}"
        return self


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
        if isinstance(document, dict) and "detail" in document:
            return document
        # A DID that does not resolve is told in its own form: services/did/resolution.
        error = document["didResolutionMetadata"]["error"]
        return {"status": answer.status_code, "code": error["title"], **error}
    except (ValueError, LookupError, TypeError):
        pass
    return {
        "status": answer.status_code,
        "detail": f"应答 {answer.status_code}。 The answer was {answer.status_code}.",
    }
