"""
Packing: things with an identity, in containers and attached to one another.

The part of `trace` that is not about grams; its laws stand there. EPCIS calls it
aggregation (`pack`) and association (`attach`).
"""

from typing import Any

from huabiao.codec import decode, encode
from huabiao.contracts.context import refuse, require
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part
from huabiao.contracts.parts.traced import (
    Holding,
    Input,
    Traced,
    require_loose,
    require_sole_holder,
)

MOST_INSIDE, DEEPEST = 500, 20


class Packing(Part):
    """What `Trace` stands on."""

    labels = Labels(
        made="产出量", holdings="现存", inputs="原料批次", contents="内装",
        used="已加工量", spent="已售出或销毁量", newest="最新产出批次", inside="装于",
        attached="附于", recall="召回编号", clean="已排除召回", lot="批次",
        grams="重量（克）", before="此前产出批次", party="持有人",
    )  # fmt: skip

    def pack(self, container: str, contents: list[str], out: bool = False) -> None:
        """Put things that are in no container into one, which is made at first use; or
        take them `out`, all that is in it where none is named."""
        if out:
            self._unpack(container, contents)
            return
        around, parent = self._around(container), self._own(container)
        require(
            not parent.made and len(parent.contents) + len(contents) <= MOST_INSIDE,
            f"容器不是批次，至多装 {MOST_INSIDE} 件。"
            f" A container is no lot and holds up to {MOST_INSIDE} things.",
            code="trace.full",
        )
        self._put(container, parent)
        for inner in contents:
            thing = self._own(inner)
            require_loose(inner, thing)
            require(
                inner not in around,
                f"“{inner}”不能装入自身。 {inner!r} cannot be put into itself.",
                code="trace.circle",
            )
            thing.inside = container  # type: ignore[assignment]
            self._put(inner, thing)
        parent.contents = [*parent.contents, *contents]  # type: ignore[assignment]
        self._put(container, parent)

    def _unpack(self, container: str, contents: list[str]) -> None:
        parent = self._own(container)
        for inner in contents or list(parent.contents):
            require(
                inner in parent.contents,
                f"“{inner}”不在“{container}”中。 {inner!r} is not in {container!r}.",
                code="trace.not_inside",
            )
            thing = self.get(inner)
            thing.inside = ""  # type: ignore[assignment]
            self._put(inner, thing)
            parent.contents.remove(inner)
        self._put(container, parent)

    def attach(self, asset: str, to: str) -> None:
        """Bind an asset, such as a thermometer, to something; to "": undo it."""
        thing = self._own(asset)
        require(
            bool(thing.attached) != bool(to) and asset != to,
            f"“{asset}”现附着于“{thing.attached or '无'}”。"
            f" {asset!r} is attached to {thing.attached or 'nothing'!r}.",
            code="trace.attached",
        )
        thing.attached = to  # type: ignore[assignment]
        self._put(asset, thing)

    # -- the state ---------------------------------------------------------

    def find(self, id_: str) -> Traced | None:
        """What is known under an id, or None."""
        stored = self._context.read(self._path(id_))
        return None if stored is None else Traced.from_plain(decode(stored))

    def get(self, id_: str) -> Traced:
        """What is known under an id; refused if nothing is."""
        found = self.find(id_)
        if found is None:
            refuse(
                f"没有“{id_}”的追溯信息。 Nothing is known of {id_!r}.",
                code="trace.unknown",
            )
        return found

    def _put(self, id_: str, thing: Traced) -> None:
        self._context.write(self._path(id_), encode(thing.plain()))

    def _own(self, id_: str) -> Traced:
        """What the caller alone holds; a new id is a container's or an asset's."""
        thing = self.find(id_)
        if thing is None:
            return Traced(0, [Holding(self._context.caller, 0)], [], [])
        require_sole_holder(id_, thing, self._context.caller)
        return thing

    def _around(self, id_: str) -> list[str]:
        """A container and those that it is in, from the inside out."""
        found, thing = [id_], self.find(id_)
        for _ in range(DEEPEST):
            if thing is None or not thing.inside:
                return found
            found.append(thing.inside)
            thing = self.find(thing.inside)
        return refuse(
            f"容器套叠超过 {DEEPEST} 层。 Containers are nested over {DEEPEST} deep.",
            code="trace.full",
        )

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Traced.__name__}

    def records(self) -> list[Any]:
        return [Traced, Input, Holding]
