"""
Titles (产权): who owns which share of a thing, and what burdens the share.

The terms are those of land administration (ISO 19152, LADM): a right is held in shares
by parties, and a restriction, here an encumbrance, lies on a party's share.

Laws: a thing is registered once. Its holders' shares are positive integers that sum to
its `whole` at every height. Only a share that is held moves, and a share that an
encumbrance lies on does not. An encumbrance is entered once under its name and ends by
that name alone; while it lies there, its holder stays a holder. What is secured on a
share never exceeds its part of the thing's value, and nothing is secured on a share
under restraint. A thing has one certificate of title: the next is issued after that one
was revoked, and no number is used twice.

    <part>/<key>            the thing, an Ownership
    <part>.numbers/<no>     the key of the thing that a certificate was issued for
"""

from typing import Any, NoReturn

from huabiao.codec import Code, Count, Fen, ListOf, Party, Record, Text, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part

MOST_HOLDERS, MOST_ENCUMBRANCES = 100, 50


class Share(Record):
    """What one party holds of a thing, in parts of its whole."""

    party: Party
    share: Count


class Encumbrance(Record):
    """What burdens a holder's share, and for whom: a security such as a mortgage has
    an amount, a restraint such as a seizure has none."""

    id: Code
    kind: Code
    holder: Party
    beneficiary: Party
    amount: Fen = 0  # type: ignore[assignment]


class Ownership(Record):
    """A thing: its value, its holders in the order they came, what burdens them.
    `certificate` is the one in force, or empty between two of them."""

    value: Fen
    whole: Count
    shares: ListOf[Share]  # type: ignore[type-arg]
    encumbrances: ListOf[Encumbrance]  # type: ignore[type-arg]
    certificate: Text


class Titles(Part):
    """`titles = Titles("不动产登记簿", "land register")`."""

    kind = "titles"
    labels = Labels(
        value="价值", whole="总份额", shares="权利人与份额", party="权利人",
        share="份额", encumbrances="负担", certificate="权证号", id="编号", kind="种类",
        holder="义务人", beneficiary="受益人", amount="担保金额",
    )  # fmt: skip

    def __init__(self, zh: str = "产权登记簿", en: str = "title register") -> None:
        self.zh, self.en = zh, en

    def find(self, key: str) -> Ownership | None:
        """The thing under a key, or None."""
        stored = self._context.read(self._path(key))
        return None if stored is None else Ownership.from_plain(decode(stored))

    def get(self, key: str) -> Ownership:
        """The thing under a key; refused if it was never registered."""
        thing = self.find(key)
        if thing is None:
            raise Refused(
                "title.unknown",
                f"{self.zh}中没有“{key}”。 There is no {key!r} in the {self.en}.",
            )
        return thing

    def register(self, key: str, value: int, whole: int, shares: list[Share]) -> None:
        """Enter a thing and its first holders; their shares sum to the whole."""
        if self.find(key) is not None:
            raise Refused(
                "title.exists",
                f"“{key}”已登记。 {key!r} is registered already.",
            )
        parties = [each.party for each in shares]
        repeated = any(party in parties[:place] for place, party in enumerate(parties))
        if repeated or not 0 < len(shares) <= MOST_HOLDERS:
            raise Refused(
                "title.holders",
                f"权利人须为 1 至 {MOST_HOLDERS} 个，每个只写一次。"
                f" Name 1 to {MOST_HOLDERS} holders, each once.",
            )
        total = sum(each.share for each in shares)
        if total != whole or any(each.share == 0 for each in shares):
            raise Refused(
                "title.shares",
                f"份额之和为 {total}，须恰为 {whole}，且每份大于零。"
                f" The shares sum to {total}, not to {whole}, or one is zero.",
            )
        self._write(key, Ownership(value, whole, shares, [], ""))

    def share_of(self, key: str, party: bytes) -> int:
        """How much of a thing a party holds; 0 for whoever holds nothing."""
        shares = self.get(key).shares
        return next((each.share for each in shares if each.party == party), 0)

    def encumbrances(self, key: str, party: bytes, kind: str = "") -> list[Encumbrance]:
        """What lies on a party's share, of one kind or of all."""
        return [
            each
            for each in self.get(key).encumbrances
            if each.holder == party and kind in ("", each.kind)
        ]

    def check_movable(self, key: str, giver: bytes, taker: bytes, share: int) -> None:
        """Refuse unless the giver holds so much, and nothing lies on it."""
        held = self.share_of(key, giver)
        if taker == giver:
            self._refuse_taker()
        if not 0 < share <= held:
            raise Refused(
                "title.not_held",
                f"出让方持有 {held} 份，不能转让 {share} 份。"
                f" The giver holds {held}, and cannot give {share}.",
            )
        burden = self.encumbrances(key, giver)
        if burden:
            raise Refused(
                "title.encumbered",
                f"份额上有“{burden[0].kind}”（{burden[0].id}），解除前不得转让。"
                f" A {burden[0].kind} ({burden[0].id}) lies on the share; it does"
                " not move before that ends.",
            )

    def transfer(self, key: str, giver: bytes, taker: bytes, share: int) -> None:
        """Move a share that is held and free; `check_movable` says when it is."""
        self.check_movable(key, giver, taker, share)
        thing = self.get(key)
        held = {each.party: each.share for each in thing.shares}
        held[giver] -= share
        held[taker] = held.get(taker, 0) + share
        if len(held) > MOST_HOLDERS:
            self._refuse_taker()
        thing.shares = [  # type: ignore[assignment]
            Share(party, part) for party, part in held.items() if part
        ]
        self._write(key, thing)

    def check_burden(self, key: str, holder: bytes, amount: int) -> None:
        """Refuse unless the holder has a share that can secure so much more."""
        thing, held = self.get(key), self.share_of(key, holder)
        if not held:
            raise Refused(
                "title.not_held",
                "此账户不持有份额，无从设立负担。 The account holds no share of it.",
            )
        burdens = self.encumbrances(key, holder)
        if amount and any(each.amount == 0 for each in burdens):
            raise Refused(
                "title.encumbered",
                "份额已被限制，解除前不得设立担保。"
                " The share is restrained; it secures nothing before that ends.",
            )
        secured = sum(each.amount for each in burdens)
        most = thing.value * held // thing.whole - secured
        if amount > most:
            raise Refused(
                "title.value",
                f"担保 {amount} 分超过份额的余值 {most} 分。"
                f" {amount} fen are more than is left of the share: {most}.",
            )

    def encumber(
        self, key: str, name: str, kind: str, holder: bytes, beneficiary: bytes,
        amount: int = 0,
    ) -> None:  # fmt: skip
        """Lay an encumbrance on all that its holder holds of a thing."""
        self.check_burden(key, holder, amount)
        thing = self.get(key)
        names = [each.id for each in thing.encumbrances]
        if name in names or len(names) >= MOST_ENCUMBRANCES:
            raise Refused(
                "title.burdened",
                f"“{name}”已登记，或负担已满 {MOST_ENCUMBRANCES} 项。"
                f" {name!r} is entered already, or there are"
                f" {MOST_ENCUMBRANCES} encumbrances.",
            )
        burden = Encumbrance(name, kind, holder, beneficiary, amount)
        thing.encumbrances.append(burden)
        self._write(key, thing)

    def discharge(self, key: str, name: str) -> None:
        """End an encumbrance; refused if there is none of that name."""
        thing = self.get(key)
        left = [each for each in thing.encumbrances if each.id != name]
        if len(left) == len(thing.encumbrances):
            raise Refused(
                "title.unburdened",
                f"没有名为“{name}”的负担。 There is no encumbrance {name!r}.",
            )
        thing.encumbrances = left  # type: ignore[assignment]
        self._write(key, thing)

    def certify(self, key: str, number: str) -> None:
        """Issue a thing's certificate; its last one must have been revoked."""
        thing, path = self.get(key), self._number(number)
        if thing.certificate or self._context.read(path) is not None:
            raise Refused(
                "title.certificate",
                f"证书“{thing.certificate or number}”尚未注销，或编号已用过。"
                f" The certificate {thing.certificate or number!r} was not revoked,"
                " or its number was used before.",
            )
        thing.certificate = number  # type: ignore[assignment]
        self._context.write(path, encode(key))
        self._write(key, thing)

    def revoke(self, number: str) -> None:
        """Take the certificate of a thing out of force; its number stays used."""
        stored = self._context.read(self._number(number))
        key = "" if stored is None else decode(stored)
        thing = self.find(key)
        if thing is None or thing.certificate != number:
            raise Refused(
                "title.uncertified",
                f"没有有效的证书“{number}”。 No certificate {number!r} is in force.",
            )
        thing.certificate = ""  # type: ignore[assignment]
        self._write(key, thing)

    def _refuse_taker(self) -> NoReturn:
        raise Refused(
            "title.taker",
            f"受让方不能是出让方，权利人至多 {MOST_HOLDERS} 个。"
            f" The taker is not the giver, and there are {MOST_HOLDERS} holders"
            " at most.",
        )

    def _number(self, number: str) -> str:
        # Not under the part's own path: what lies there is an Ownership each.
        return f"{self.name}.numbers/{number}"

    def _write(self, key: str, thing: Ownership) -> None:
        self._context.write(self._path(key), encode(thing.plain()))

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Ownership.__name__, "zh": self.zh,
                "en": self.en}  # fmt: skip

    def records(self) -> list[Any]:
        return [Ownership]
