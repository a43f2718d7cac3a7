"""
The base of every scenario, and the check of its drawing when its class is defined:
every state is reachable, a state is final exactly where nothing leads out, every
operation has a docstring, every parameter a kind. What is malformed fails at import,
never on chain.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from huabiao.codec import Day, Instant, Party, Record, committed_item, decode
from huabiao.contracts.context import Context, Refused, day_in_beijing
from huabiao.contracts.drawing import Role, State, Title
from huabiao.contracts.labels import Labels, check_labels
from huabiao.contracts.operations import MalformedDrawing, Operation
from huabiao.contracts.parts.part import Part

RECORD_PATH = "record/"
VISIBILITIES = ("public", "parties", "supervision")


@dataclass(frozen=True)
class Drawing:
    """What a scenario's class declares, each by its attribute's name."""

    roles: dict[str, Role]
    states: dict[str, State]
    operations: dict[str, Operation]
    parts: dict[str, Part]


class Scenario:
    """A trade's own rules. Subclass it; see docs/scenario.md."""

    title: ClassVar[Title]
    task: ClassVar[int] = 0
    lead: ClassVar[str] = ""
    record: ClassVar[type[Record] | None] = None
    visible: ClassVar[str] = "parties"
    public: ClassVar[tuple[str, ...]] = ()
    indexes: ClassVar[tuple[str, ...]] = ()
    labels: ClassVar[Labels | None] = None

    name: ClassVar[str] = ""
    drawing: ClassVar[Drawing]

    _context: Context

    def __init_subclass__(cls) -> None:
        cls.name = snake(cls.__name__)
        members = dict(vars(cls))
        cls.drawing = Drawing(
            {n: v for n, v in members.items() if isinstance(v, Role)},
            {n: v for n, v in members.items() if isinstance(v, State)},
            {n: v for n, v in members.items() if isinstance(v, Operation)},
            {n: v for n, v in members.items() if isinstance(v, Part)},
        )
        for operation in cls.drawing.operations.values():
            operation.read_signature(cls)
        check_drawing(cls)

    def __init__(self, context: Context) -> None:
        self.__dict__["_context"] = context

    def __setattr__(self, name: str, value: Any) -> None:
        raise Refused(
            "contract.memory",
            f"场景自身不存状态：{name}。请放入记录或部件。"
            f" A scenario has no memory of its own: put {name!r} in the record"
            " or in a part.",
        )

    @property
    def caller(self) -> Party:
        """The account that signed this call."""
        return self._context.caller  # type: ignore[return-value]

    @property
    def key(self) -> str:
        """The id that this call is about."""
        return self._context.key

    @property
    def chain(self) -> str:
        """The name of this chain."""
        return self._context.chain

    @property
    def now(self) -> Instant:
        """The block's time, UTC milliseconds."""
        return self._context.now  # type: ignore[return-value]

    @property
    def today(self) -> Day:
        """The day in Beijing at the block's time."""
        return day_in_beijing(self._context.now)  # type: ignore[return-value]

    @property
    def envelope(self) -> bytes:
        """The id of the envelope that holds this call."""
        return self._context.envelope

    @property
    def calling(self) -> str:
        """The contract that made this call; empty where an account signed it."""
        return self._context.calling

    @property
    def height(self) -> int:
        """The height of the block under way."""
        return self._context.height

    def emit(self, event: str, **detail: Any) -> None:
        """Say in the receipt that something happened."""
        self._context.emit(event, self._context.key, detail)

    def stored(self, key: str, *states: State) -> Any:
        """Another record of this scenario, to read; refused unless in a state."""
        found = self._context.read(RECORD_PATH + key)
        cls = type(self)
        if found is None or cls.record is None:
            raise Refused(
                "record.unknown",
                f"没有编号为“{key}”的{cls.title.zh}。 There is no {cls.name} {key!r}.",
            )
        state, _, plain = decode(found)
        if all(state != allowed.name for allowed in states):
            zh = cls.drawing.states[state].zh if state in cls.drawing.states else state
            raise Refused(
                "state.wrong", f"“{key}”现为“{zh}”。 {key!r} stands at {state}."
            )
        return cls.record.from_plain(plain)

    def ask(self, contract: str, question: str, **arguments: Any) -> Any:
        """Put a question to a platform contract."""
        return self._context.ask(contract, question, arguments)

    def call(
        self, contract: str, operation: str, key: str = "", /, **arguments: Any
    ) -> None:
        """Perform another contract's operation as this contract's own account."""
        self._context.call(contract, operation, key, arguments, b"")

    def attempt(self, calls: list[list[Any]]) -> tuple[str, str]:
        """Perform [contract, operation, key, arguments, on behalf] each, all or none;
        "ok" or a refusal's code, and its sentence."""
        return self._context.attempt(calls)

    def check_header(
        self, chain: str, suite: str, members: bytes,
        header: bytes, certificate: bytes, next_members: bytes = b"",
    ) -> dict[str, Any]:  # fmt: skip
        """A header of another chain that its members certified; refused if not."""
        return self._context.check_header(
            chain, suite, members, header, certificate, next_members
        )

    def check_state(
        self, suite: str, root: bytes, key: str, value: bytes | None, proof: bytes
    ) -> bool:
        """Whether another chain's state has a value (None: nothing) under a key."""
        return self._context.check_state(suite, root, key, value, proof)

    def holds(self, role: Role, account: bytes | None = None) -> bool:
        """Whether the account (the caller's, by default) holds a role."""
        return self._context.holds(role.name, account or self._context.caller)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether a signature of the chain's suite fits."""
        return self._context.verify(public, message, signature)

    def digest(self, message: bytes, suite: str = "") -> bytes:
        """A suite's digest; the chain's by default."""
        return self._context.digest(message, suite)

    def keccak(self, message: bytes) -> bytes:
        """Keccak-256, for proofs that come from Ethereum; not the chain's digest."""
        return self._context.keccak(message)

    def admit(self, source: str) -> dict[str, Any]:
        """Lint a contract's source; for governance only."""
        return self._context.admit(source)

    def merkle_root(self, leaves: list[bytes]) -> bytes:
        """The RFC 6962 root over leaves."""
        return self._context.merkle_root(leaves)


def snake(name: str) -> str:
    """HazardousWaste becomes hazardous_waste."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def check_drawing(cls: type[Scenario]) -> None:
    """Raise MalformedDrawing with a sentence if the scenario cannot be lived."""
    if not isinstance(vars(cls).get("title"), Title):
        raise MalformedDrawing(f"{cls.__name__} needs a title = Title(zh=…, en=…)")
    if not (cls.__doc__ or "").strip():
        raise MalformedDrawing(f"{cls.__name__} needs a docstring: what it is for")
    if cls.visible not in VISIBILITIES:
        raise MalformedDrawing(f"{cls.__name__}.visible is one of {VISIBILITIES}")
    for operation in cls.drawing.operations.values():
        if not operation.doc:
            raise MalformedDrawing(f"{cls.__name__}.{operation.name} needs a docstring")
        if operation.manner in ("opens", "moves") and cls.record is None:
            raise MalformedDrawing(
                f"{cls.__name__}.{operation.name} moves a record, but record = … is"
                " not set"
            )
    _check_fields(cls)
    _check_parts(cls)
    _check_committed(cls)
    check_labels(cls)
    _check_life(cls)


def _check_fields(cls: type[Scenario]) -> None:
    fields = cls.record.fields if cls.record else {}
    for name in cls.indexes:
        if name not in fields:
            raise MalformedDrawing(f"{cls.__name__}: the record has no field {name!r}")
    for name in cls.public:
        if name not in fields and name not in cls.drawing.parts:
            raise MalformedDrawing(
                f"{cls.__name__}: public={name!r} is no field of the record, no part"
            )
    for operation in cls.drawing.operations.values():
        for name in operation.only:
            if cls.record is None or name not in cls.record.fields:
                raise MalformedDrawing(
                    f"{cls.__name__}.{operation.name}: only={name!r} is no field"
                )


def _check_parts(cls: type[Scenario]) -> None:
    """Two parts under one name would share their entries, and two record classes of one
    name a description."""
    names = [name for part in cls.drawing.parts.values() for name in part.described()]
    classes: dict[str, type[Record]] = {}
    for part in cls.drawing.parts.values():
        for record in (*part.records(), *([cls.record] if cls.record else [])):
            if classes.setdefault(record.__name__, record) is not record:
                raise MalformedDrawing(
                    f"{cls.__name__}: two records are named {record.__name__}"
                )
    for name in names:
        if names.count(name) > 1:
            raise MalformedDrawing(f"{cls.__name__}: two parts are named {name!r}")


def _check_committed(cls: type[Scenario]) -> None:
    """A vault binds a value to its field before the call, so the names are one."""
    records = [cls.record] if cls.record else []
    for part in cls.drawing.parts.values():
        records.extend(part.records())
    fields = [
        (name, item.name)
        for record in records
        for name, kind in record.fields.items()
        if (item := committed_item(kind)) is not None
    ]
    for operation in cls.drawing.operations.values():
        for parameter in operation.parameters:
            item = committed_item(parameter.kind)
            if item is not None and (parameter.name, item.name) not in fields:
                raise MalformedDrawing(
                    f"{cls.__name__}.{operation.name}: {parameter.name!r} is personal"
                    " or secret and must bear the name and kind of the field that it"
                    " fills"
                )


def _check_life(cls: type[Scenario]) -> None:
    reached, left = set(), set()
    frontier = [
        target.name
        for operation in cls.drawing.operations.values()
        if operation.manner == "opens"
        for target in operation.targets
    ]
    ways: dict[str, list[str]] = {}
    for operation in cls.drawing.operations.values():
        for source in operation.sources:
            targets = [target.name for target in operation.targets]
            ways.setdefault(source.name, []).extend(targets)
            left.add(source.name)
    while frontier:
        name = frontier.pop()
        if name not in reached:
            reached.add(name)
            frontier.extend(ways.get(name, []))
    for name, state in cls.drawing.states.items():
        if name not in reached:
            raise MalformedDrawing(f"{cls.__name__}: no operation leads to {name!r}")
        if state.final == (name in left):
            raise MalformedDrawing(
                f"{cls.__name__}: {name!r} must either be final or have a way out"
            )
