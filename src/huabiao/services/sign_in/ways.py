"""
Which ways to sign in are open at a node, as its operator says.

    HOME/sign_in/settings.json   {"door": "https://city.example", "credential": "Badge",
                                  "providers": [{"name", "title", "issuer",
                                                 "client_id", "secret": hex}]}

`door` is where browsers find the node: what a provider sends them back to is made of it
and never of what a request says. A client's secret is sealed by the node's sign-in key.
The file is read whenever it is asked: a change needs no restart.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from huabiao.client.derived_keys import derive
from huabiao.crypto.keys import Keys
from huabiao.durable import write_whole
from huabiao.services.openid4vc.exchange import THIS_MACHINE

DOMAIN = b"huabiao client secret"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
MOST_PROVIDERS, LONGEST, LONGEST_TITLE = 10, 500, 60
CALLBACK = "/sign-in/provider/{name}/back"


@dataclass(frozen=True)
class Provider:
    """An OpenID provider whose people may sign in here; `secret` is sealed."""

    name: str
    title: str
    issuer: str
    client_id: str
    secret: str = ""


@dataclass(frozen=True)
class Settings:
    """What is open. Without a `door` there are neither providers nor wallets."""

    door: str = ""
    credential: str = ""
    providers: tuple[Provider, ...] = ()

    def provider(self, name: str) -> Provider | None:
        return next((each for each in self.providers if each.name == name), None)

    def callback(self, name: str) -> str:
        """Where a provider sends browsers back: to be registered with it."""
        return self.door + CALLBACK.format(name=name)


class Ways:
    """The settings of a node's folder; `keys` opens its key file where a secret is
    sealed or opened."""

    def __init__(self, folder: Path, keys: Callable[[], Keys]) -> None:
        self._path, self._keys = folder / "settings.json", keys

    def read(self) -> Settings:
        """What is open now; ValueError where the file is damaged."""
        try:
            found = json.loads(self._path.read_bytes())
            providers = tuple(Provider(**each) for each in found["providers"])
            return Settings(found["door"], found["credential"], providers)
        except FileNotFoundError:
            return Settings()
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{self._path} 已损坏（{error}）；请删除后重新设定登录方式。"
                f" {self._path} is damaged ({error}): remove it, and say again how"
                " people sign in."
            ) from None

    def open_at(self, door: str) -> Settings:
        """Let browsers come back to this address."""
        return self._write(replace(self.read(), door=check_address(door)))

    def accept_credential(self, credential_type: str) -> Settings:
        """Let holders of a type sign in with it; an empty one: nobody."""
        if len(credential_type) > LONGEST:
            raise ValueError("凭证类型过长。 The type is too long.")
        return self._write(replace(self.read(), credential=credential_type))

    def add(self, provider: Provider, secret: str = "") -> Settings:
        """A provider, in place of one of the same name; its secret is sealed."""
        if not NAME.fullmatch(provider.name):
            raise ValueError(
                "提供方的名称用小写字母、数字和连字符。"
                " A provider's name is lower-case letters, digits and hyphens."
            )
        if not 0 < len(provider.title) <= LONGEST_TITLE or not (
            0 < len(provider.client_id) <= LONGEST
        ):
            raise ValueError("须有名称与 client_id。 A title and client_id are needed.")
        check_address(provider.issuer, origin=False)
        made = replace(provider, secret=self._sealed(provider.name, secret))
        settings = self.read()
        others = [each for each in settings.providers if each.name != provider.name]
        if len(others) >= MOST_PROVIDERS:
            raise ValueError(f"至多 {MOST_PROVIDERS} 个。 {MOST_PROVIDERS} at most.")
        return self._write(replace(settings, providers=(*others, made)))

    def remove(self, name: str) -> Settings:
        """LookupError where there is no provider of this name."""
        settings = self.read()
        if settings.provider(name) is None:
            raise LookupError(f"没有提供方“{name:.40}”。 There is no {name:.40!r}.")
        rest = tuple(each for each in settings.providers if each.name != name)
        return self._write(replace(settings, providers=rest))

    def secret_of(self, provider: Provider) -> str:
        """The client's secret; empty for a public client."""
        if not provider.secret:
            return ""
        keys, sealed = self._keys(), bytes.fromhex(provider.secret)
        key = derive(keys, DOMAIN)
        return keys.suite.open(key, sealed, provider.name.encode()).decode()

    def _sealed(self, name: str, secret: str) -> str:
        if not secret:
            return ""
        keys = self._keys()
        key = derive(keys, DOMAIN)
        return keys.suite.seal(key, secret.encode(), name.encode()).hex()

    def _write(self, settings: Settings) -> Settings:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps(asdict(settings), ensure_ascii=False, indent=2)
        write_whole(self._path, text.encode())
        return settings


def check_address(written: str, origin: bool = True) -> str:
    """An address of https, or of http on this machine, without query or account; of an
    `origin` without a path. ValueError."""
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    plain = host is not None and parts.scheme == "http" and host in THIS_MACHINE
    fits = host is not None and len(written) <= LONGEST and parts.username is None
    fits = fits and not parts.query and not parts.fragment
    if not fits or not (parts.scheme == "https" or plain) or (origin and parts.path):
        raise ValueError(
            f"地址应如 https://city.example，不是“{written:.80}”。"
            f" Write the address as https://city.example, not {written:.80!r}."
        )
    return written
