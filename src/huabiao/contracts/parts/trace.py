"""
Trace (追溯): lots of goods, what became of them, and where they are.

The verbs are the four kinds of event of GS1 EPCIS 2.0: object (`make`, `hand_over`,
`spend`, `observe`), transformation (`make` of inputs), aggregation (`pack`) and
association (`attach`). All amounts are whole grams.

Laws:

- Balance. A lot was made with so many grams; what is held, what went into other lots
  and what was sold or destroyed add up to them at all times.
- Nothing from nothing. A lot that is made of others weighs no more than what was taken
  from them, and takes at least something; each of them loses exactly what was taken.
- Once. A document of events is taken once, so that nothing is told twice.
- One way. A lot is made once, of lots that are there: nobody is their own ancestor.
- One place. A thing is in one container at most, and moves with it; while it is packed
  it is not used, sold or handed over by itself.
- Recall. From the block that recalls a lot, neither it nor any descendant, made before
  or after, is used, handed over or sold; it can be destroyed.

The last law needs no list of descendants. Recalls are numbered; a lot remembers up to
which number neither it nor an ancestor was recalled. So a lot looks upward once for
every new recall, and only as far as others have not looked since.

    <part>          [recalls so far]
    <part>/<id>     what is known of a lot, a container or an asset
"""

from collections.abc import Sequence
from typing import NoReturn

from huabiao.codec import decode, encode
from huabiao.contracts.context import refuse, require
from huabiao.contracts.parts.packing import Packing
from huabiao.contracts.parts.traced import (
    Holding,
    Input,
    Traced,
    held_by,
    is_gs1_path,
    put,
    require_loose,
    require_sole_holder,
    take,
)

MOST_INPUTS, MOST_LOOKED_AT = 500, 8_000
LOOK_COST = 20
"""Of going to a lot, beside the reading of it: taking it apart is not metered."""


class Trace(Packing):
    """`trace = Trace()`; with `gs1`, lots have ids that are GS1 Digital Link paths."""

    kind = "trace"

    def __init__(self, *, gs1: bool = False) -> None:
        self.gs1 = gs1

    # -- object events -----------------------------------------------------

    def make(self, lot: str, grams: int, inputs: Sequence[Input] = ()) -> None:
        """A lot comes to be: of what the caller takes from others, or of nothing."""
        if inputs:
            self._transform(lot, grams, inputs)
        else:
            self._enter(lot, grams, [])

    def observe(self, id_: str) -> None:
        """Say that a thing is there; look whether an ancestor was recalled."""
        if self.get(id_).made:
            self.recalled_by(id_)

    def capture(self, document: str) -> None:
        """A document of events is taken once."""
        require(
            self.find(document) is None,
            f"文件“{document}”的事件已写入。"
            f" The events of the document {document!r} were taken already.",
            code="trace.captured",
        )
        self._put(document, self._own(document))

    def hand_over(self, id_: str, to: bytes, grams: int = 0) -> None:
        """Give grams of a lot, or a container with all that is in it."""
        thing = self.get(id_)
        require_loose(id_, thing)
        if thing.made:
            self._give(id_, to, grams)
            return
        require_sole_holder(id_, thing, self._context.caller)
        waiting = [id_]
        for _ in range(MOST_LOOKED_AT):
            if not waiting:
                return
            inner = waiting.pop()
            thing = self.get(inner)
            waiting.extend(thing.contents)
            held = held_by(thing, self._context.caller)
            if held:
                self._give(inner, to, held)
            elif not thing.made:  # of a lot in it all may have been destroyed
                thing.holdings = [Holding(to, 0)]  # type: ignore[assignment]
                self._put(inner, thing)
        refuse(
            f"“{id_}”内超过 {MOST_LOOKED_AT} 件，请分开移交。"
            f" Over {MOST_LOOKED_AT} things are in {id_!r}: hand it over in parts.",
            code="trace.full",
        )

    def spend(self, lot: str, grams: int, *, destroy: bool = False) -> None:
        """Sell grams of a lot; `destroy` takes what was recalled or packed as well."""
        if not destroy:
            self._check_loose(lot)
        thing = self.get(lot)
        take(lot, thing, self._context.caller, grams)
        thing.spent += grams  # type: ignore[assignment]
        self._put(lot, thing)

    # -- transformation ----------------------------------------------------

    def _transform(self, lot: str, grams: int, inputs: Sequence[Input]) -> None:
        """What is taken and does not come out again is loss."""
        require(
            len(inputs) <= MOST_INPUTS,
            f"一次至多 {MOST_INPUTS} 批投入。"
            f" A lot is made of up to {MOST_INPUTS} others.",
            code="trace.many",
        )
        amounts = dict[str, int]()
        for each in inputs:
            amounts[each.lot] = amounts.get(each.lot, 0) + each.grams
        taken = sum(amounts.values())
        require(
            grams <= taken,
            f"产出 {grams} 克，投入只有 {taken} 克。"
            f" {grams} g cannot be made of {taken} g.",
            code="trace.grew",
        )
        uses = list[Input]()
        for id_, amount in amounts.items():
            self._check_loose(id_)
            source = self.get(id_)
            take(id_, source, self._context.caller, amount)
            uses.append(Input(id_, amount, source.newest))
            source.used += amount  # type: ignore[assignment]
            source.newest = lot  # type: ignore[assignment]
            self._put(id_, source)
        self._enter(lot, grams, uses)

    # -- recall and kinship ------------------------------------------------

    def recall(self, lot: str) -> None:
        """From here on the lot, and all that was or will be made of it, stays put."""
        thing, number = self.get(lot), self._recalls() + 1
        thing.recall = number  # type: ignore[assignment]
        self._context.write(self.name, encode([number]))
        self._put(lot, thing)

    def check(self, lot: str) -> None:
        """Refuse if the lot or an ancestor was recalled."""
        recalled = self.recalled_by(lot)
        require(
            not recalled,
            f"“{lot}”受召回限制，召回的批次是“{recalled}”。"
            f" {lot!r} is under the recall of {recalled!r}.",
            code="trace.recalled",
        )

    def recalled_by(self, lot: str) -> str:
        """The recalled lot among a lot and its ancestors; else "", and remember it."""
        newest, waiting, looked = self._recalls(), [lot], dict[str, Traced]()
        for _ in range(MOST_LOOKED_AT):
            if not waiting:
                break
            id_ = waiting.pop()
            if id_ in looked:
                continue
            thing = self._look(id_)
            if thing.recall:
                return id_
            if thing.clean != newest:
                looked[id_] = thing
                waiting.extend(each.lot for each in thing.inputs)
        if waiting:
            # Halfway up, so that what is above it need not be looked at again.
            _refuse_far(lot, list(looked)[len(looked) // 2])
        for id_, thing in looked.items():
            thing.clean = newest  # type: ignore[assignment]
            self._put(id_, thing)
        return ""

    def left(self, lot: str) -> int:
        """Grams that anybody still has of a lot."""
        return sum(each.grams for each in self.get(lot).holdings)

    def ancestors(self, lot: str, most: int) -> list[str]:
        """What a lot was made of, and what that was made of; sorted, up to so many."""
        found, waiting = dict[str, bool](), [lot]
        for _ in range(MOST_LOOKED_AT):
            if not waiting or len(found) >= most:
                break
            for each in self._look(waiting.pop()).inputs:
                if each.lot not in found and len(found) < most:
                    found[each.lot] = True
                    waiting.append(each.lot)
        return sorted(found)

    def descendants(self, lot: str, most: int) -> list[str]:
        """What was made of a lot, and what was made of that; sorted, up to so many."""
        found, waiting = dict[str, bool](), [(self._look(lot).newest, lot)]
        for _ in range(MOST_LOOKED_AT):
            if not waiting or len(found) >= most:
                break
            id_, source = waiting.pop()
            if not id_:
                continue
            thing = self._look(id_)
            waiting += [(e.before, source) for e in thing.inputs if e.lot == source]
            if id_ not in found:
                found[id_] = True
                waiting.append((thing.newest, id_))
        return sorted(found)

    # -- the state ---------------------------------------------------------

    def _enter(self, lot: str, grams: int, inputs: list[Input]) -> None:
        require(
            not self.gs1 or is_gs1_path(lot),
            f"“{lot}”不是 GS1 数字链接路径，应如 01/09506000134352/10/A1。"
            f" {lot!r} is not the path of a GS1 Digital Link such as"
            " 01/09506000134352/10/A1.",
            code="trace.id",
        )
        require(
            self.find(lot) is None,
            f"已有“{lot}”。 {lot!r} is there already.",
            code="trace.exists",
        )
        require(
            grams > 0, "批次须有重量。 A lot weighs something.", code="trace.nothing"
        )
        held = [Holding(self._context.caller, grams)]
        self._put(lot, Traced(grams, held, inputs, [], clean=self._recalls()))

    def _give(self, lot: str, to: bytes, grams: int) -> None:
        self.check(lot)
        thing = self.get(lot)
        take(lot, thing, self._context.caller, grams)
        put(lot, thing, to, grams)
        self._put(lot, thing)

    def _check_loose(self, lot: str) -> None:
        self.check(lot)
        require_loose(lot, self.get(lot))

    def _look(self, id_: str) -> Traced:
        self._context.spend(LOOK_COST)
        return self.get(id_)

    def _recalls(self) -> int:
        stored = self._context.read(self.name)
        return 0 if stored is None else int(decode(stored)[0])


def _refuse_far(lot: str, ancestor: str) -> NoReturn:
    refuse(
        f"“{lot}”的上游批次过多，请先观察“{ancestor}”。"
        f" {lot!r} has too many ancestors: observe {ancestor!r} first.",
        code="trace.far",
    )
