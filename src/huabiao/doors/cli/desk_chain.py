"""
What the desk and wallet commands need of a city: the desks of an identity, its DID.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from huabiao.crypto.keys import Keys
from huabiao.doors.cli.credential_chain import (
    Issue,
    did_keys,
    issue_credential,
    now_ms,
    policy_of,
    told_of,
)
from huabiao.doors.cli.settings import Failed, Settings
from huabiao.services.credentials import VerificationKey
from huabiao.services.credentials.algorithms import ALGORITHMS, Resolve
from huabiao.services.credentials.dids import chain_signer, resolve_with
from huabiao.services.openid4vc import IssuerDesk, Offers, Questions, VerifierDesk

THIS_MACHINE = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Desks:
    """The two desks of an identity of this home."""

    issuer: IssuerDesk
    verifier: VerifierDesk


def resolving(settings: Settings) -> Resolve:
    """Resolve DIDs as the city does now: nothing is remembered."""
    return resolve_with(lambda did, purpose: did_keys(settings, did, purpose))


def check_base(base: str) -> str:
    """The address of a desk: scheme, host and port alone; Failed."""
    parts = urlsplit(base)
    plain = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    if not (parts.scheme == "https" or plain) or base != (
        f"{parts.scheme}://{parts.netloc}"
    ):
        raise Failed(
            f"办事台地址应如 https://desk.example，不是“{base:.80}”。"
            f" Write a desk's address as https://desk.example, not {base:.80}."
        )
    return base


def desks_of(settings: Settings, identity: str, base: str) -> Desks:
    """The desks of an identity at an address; they share files with other processes."""
    keys, folder = settings.keys(identity), settings.home / "desks"
    signer = chain_signer(keys, settings.city.chain)
    name, own = Path(identity).name, signer.key.algorithm
    algorithms = [own, *(each for each in ALGORITHMS if each != own)]
    issuer = IssuerDesk(
        check_base(base), Offers(folder / f"{name}.offers.sqlite"),
        lambda wanted, holder, key: _issue(settings, keys, wanted, holder, key),
        resolving(settings), now_ms, algorithms,
    )  # fmt: skip
    verifier = VerifierDesk(
        base, signer, Questions(folder / f"{name}.questions.sqlite"),
        lambda: policy_of(settings, ()), now_ms, told_of,
    )  # fmt: skip
    return Desks(issuer, verifier)


def _issue(
    settings: Settings, keys: Keys, wanted: dict[str, object], holder: str,
    key: VerificationKey,
) -> str:  # fmt: skip
    """Issue what was offered to who proved the key; ValueError for somebody else."""
    told = dict(wanted)
    only = told.pop("only", None)
    if only is not None and only != holder:
        raise ValueError("此要约属于另一持有者。 The offer is for another holder.")
    told["always"] = tuple(told["always"])  # type: ignore[arg-type]
    issue = Issue(**{**told, "subject": holder, "key": key})  # type: ignore[arg-type]
    secured, _ = issue_credential(settings, keys, issue)
    return str(secured)
