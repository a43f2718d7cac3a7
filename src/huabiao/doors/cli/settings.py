"""
What every command shares: where the city is, where the keys are, how it speaks.

    --home, HUABIAO_HOME   keys, and (with --home) the address in HOME/run.json
    --url,  HUABIAO_URL    the city's address; http://127.0.0.1:8080 otherwise
    --json                 one JSON object, last on standard output
"""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huabiao.doors.cli.completing import identities

if TYPE_CHECKING:
    from huabiao.client.port import Outcome
    from huabiao.client.remote import Remote
    from huabiao.crypto.keys import Keys

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_HOME = Path(".huabiao")
MOST_TRIED = 24


class Failed(click.ClickException):
    """A command could not do its work; shown as a sentence, exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


def write_for_owner(path: Path, text: str) -> None:
    """A file that nobody else on this machine reads: it tells about a person."""
    from huabiao.durable import write_whole

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, text.encode())


@dataclass
class Settings:
    """What one run of a command was told."""

    home: Path
    url: str
    as_json: bool
    told_of: set[str] = field(default_factory=set)

    def say(self, text: str) -> None:
        """For people; silent where a program reads."""
        if not self.as_json:
            click.echo(text)

    def give(self, document: dict[str, Any], text: str = "") -> None:
        """The result: JSON for a program, the text for people."""
        if self.as_json:
            click.echo(json.dumps(document, ensure_ascii=False))
        elif text:
            click.echo(text)

    @functools.cached_property
    def city(self) -> "Remote":
        from httpx import InvalidURL

        from huabiao.client.remote import Remote

        try:
            return Remote(self.url)
        except InvalidURL as error:
            raise Failed(
                f"地址“{self.url}”不可用（{error}）；应如 {DEFAULT_URL}。"
                f" {self.url!r} is no address ({error}); write it as {DEFAULT_URL}."
            ) from None

    def keys(self, name: str, make: bool = False) -> "Keys":
        """An identity of this home, fit for the city's suite; tells its last days."""
        from huabiao.client.wallets import open_identity

        city = self.city
        keys = open_identity(
            self.home, name, city.suite_name, make, city.founding_suite
        )
        self.tell_of_end(name, keys.ends)
        return keys

    def tell_of_end(self, name: str, ends: str) -> None:
        """Say once, beside the results, that a key is in its last thirty days."""
        from huabiao.node.key_ends import warning

        sentence = warning(Path(f"{name}.json"), ends)
        if sentence and name not in self.told_of:
            self.told_of.add(name)
            click.echo(sentence, err=True)

    def account(self, written: str) -> str:
        """The account of an identity of this home; what is none of its names stays."""
        from huabiao.client.wallets import names
        from huabiao.crypto.address import show

        if not written.startswith("hb1") and written in names(self.home):
            return show(self.keys(written).account)
        return written

    def read(
        self,
        identity: str | None,
        ask: Callable[["Remote"], Any],
        seen: Callable[[Any], bool] = lambda answer: True,
    ) -> Any:
        """
        Read what may not be public: as the identity named, or else openly, and where
        that does not show all, as each identity of this home until one sees it.
        """
        from huabiao.client.remote import Answered, Remote
        from huabiao.client.wallets import names

        if identity:
            return ask(self.city.as_(self.keys(identity)))
        answer, refusal = None, None
        try:
            answer = ask(self.city)
            if seen(answer):
                return answer
        except Answered as error:
            if error.status not in (401, 403):
                raise
            refusal = error
        for name in names(self.home)[:MOST_TRIED]:
            try:
                found = ask(Remote(self.url).as_(self.keys(name)))
                if seen(found):
                    return found
            except (Answered, LookupError, ValueError):
                continue
        if refusal is not None:
            raise refusal
        return answer


def command(*parameters: Callable[[Any], Any], **options: Any) -> Callable[[Any], Any]:
    """A command with the shared options; every known error becomes a sentence."""

    def wrap(body: Callable[..., Any]) -> click.Command:
        @functools.wraps(body)
        def run(
            home: Path | None, url: str | None, as_json: bool, **given: Any
        ) -> None:
            settings = settings_of(home, url, as_json)
            try:
                body(settings, **given)
            except (click.ClickException, click.exceptions.Exit, click.Abort):
                raise
            except Exception as error:
                raise as_failure(error) from error

        made: Any = run
        for parameter in reversed(parameters):
            made = parameter(made)
        for option in _SHARED:
            made = option(made)
        return click.command(**options)(made)

    return wrap


_SHARED = (
    click.option("--json", "as_json", is_flag=True, help="一个 JSON · one JSON object"),
    click.option("--url", envvar="HUABIAO_URL", help="城市地址 · the city's address"),
    click.option(
        "--home",
        envvar="HUABIAO_HOME",
        type=click.Path(path_type=Path, file_okay=False),
        help="密钥与节点所在 · the folder of keys and node",
    ),
)


def settings_of(home: Path | None, url: str | None, as_json: bool = False) -> Settings:
    """What was said on the command line or in the environment, and what goes without
    saying."""
    return Settings(home or DEFAULT_HOME, _address(home, url), as_json)


def _address(home: Path | None, url: str | None) -> str:
    if url:
        return url
    if home is not None:
        try:
            return str(json.loads((home / "run.json").read_text())["url"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
    return DEFAULT_URL


def as_failure(error: Exception) -> Exception:
    """Our own exceptions carry a sentence for people; others keep their traceback."""
    if isinstance(error, BrokenPipeError):
        return error  # who reads us has seen enough: click ends without a word
    if type(error).__module__.startswith("huabiao."):
        return Failed(str(error))
    if isinstance(error, (ValueError, LookupError)) and error.args:
        return Failed(str(error.args[0]))
    if isinstance(error, OSError):
        where = error.filename or ""
        return Failed(
            f"{where} 无法读写：{error.strerror}。"
            f" Cannot read or write {where}: {error.strerror}."
        )
    return error


def identity_option(*, required: bool = False, default: str | None = None) -> Any:
    """`--as NAME`: which identity of this home acts or reads."""
    return click.option(
        "--as",
        "identity",
        required=required,
        default=default,
        shell_complete=identities,
        help="以哪个身份 · the identity that acts",
    )


def tell_outcome(settings: Settings, outcome: "Outcome", id_: str) -> None:
    """An outcome as `call` gives it, with the record's id; Failed if it was refused."""
    document = {
        "accepted": outcome.accepted,
        "code": outcome.code,
        "sentence": outcome.sentence,
        "envelope": outcome.envelope,
        "height": outcome.height,
        "id": id_,
    }
    if not outcome.accepted and not settings.as_json:
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    settings.give(document, f"通过 · accepted  {id_}")
    if not outcome.accepted:
        raise click.exceptions.Exit(1)
