"""A drawing that cannot be lived is refused where its class is defined."""

import pytest

from huabiao.contracts import (
    Books,
    Count,
    MalformedDrawing,
    Record,
    Registry,
    Role,
    Scenario,
    State,
    Text,
    Title,
    anyone,
    describe,
    does,
    moves,
    opens,
)  # fmt: skip


class Parcel(Record):
    """A thing that is sent."""

    sender: Text
    weight: Count = 0


def draw(**changed):
    """A well-formed scenario with one thing changed; None leaves it out."""
    packed, sent = State("已装", "Packed"), State("已发", "Sent", final=True)

    def pack(self, sender: Text) -> Parcel:
        """Pack it."""
        return Parcel(sender)

    def send(self, parcel: Parcel) -> None:
        """Send it."""

    members = {
        "__doc__": "Sends parcels.",
        "title": Title("包裹", "Parcel"),
        "record": Parcel,
        "packed": packed,
        "sent": sent,
        "pack": opens(packed, by=anyone)(pack),
        "send": moves(packed >> sent, by=anyone)(send),
    }
    for name, value in changed.items():
        if value is None:
            del members[name]
        else:
            members[name] = value(packed, sent) if callable(value) else value
    return type(Scenario)("Parcels", (Scenario,), members)


def undocumented(packed, sent):
    def send(self, parcel: Parcel) -> None:
        pass

    return moves(packed >> sent, by=anyone)(send)


def kindless(packed, sent):
    def send(self, parcel: Parcel, weight: int) -> None:
        """Send it."""

    return moves(packed >> sent, by=anyone)(send)


def untyped(packed, sent):
    def send(self, parcel: Parcel, weight) -> None:
        """Send it."""

    return moves(packed >> sent, by=anyone)(send)


def recordless(packed, sent):
    def send(self, weight: Count) -> None:
        """Send it."""

    return moves(packed >> sent, by=anyone)(send)


def only_unknown(packed, sent):
    def send(self, parcel: Parcel) -> None:
        """Send it."""

    return moves(packed >> sent, by=anyone, only="carrier")(send)


def loop(packed, sent):
    def send(self, parcel: Parcel) -> None:
        """Send it."""

    return moves(packed >> packed, by=anyone)(send)


def test_the_well_formed_one_is_taken_and_described():
    described = describe(draw())
    assert described["name"] == "parcels"
    assert described["operations"]["send"]["from"] == ["packed"]
    assert described["operations"]["send"]["to"] == ["sent"]
    assert described["operations"]["pack"]["parameters"][0]["kind"] == "Text"
    assert described["records"]["Parcel"]["fields"]["weight"]["default"] == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": None}, "needs a title"),
        ({"__doc__": None}, "needs a docstring"),
        ({"visible": "everyone"}, "visible is one of"),
        ({"send": undocumented}, "send needs a docstring"),
        ({"send": kindless}, "'weight' needs a kind"),
        ({"send": untyped}, "'weight' needs a kind"),
        ({"send": recordless}, "first parameter of a move"),
        ({"send": only_unknown}, "only='carrier' is no field"),
        ({"send": loop}, "no operation leads to 'sent'"),
        ({"send": None}, "'packed' must either be final or have a way out"),
        ({"pack": None}, "no operation leads to 'packed'"),
        ({"record": None}, "record = … is not set"),
        ({"public": ("colour",)}, "public='colour' is no field"),
        ({"indexes": ("colour",)}, "no field 'colour'"),
        ({"lost": State("丢失")}, "no operation leads to 'lost'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_malformed(changed, sentence):
    with pytest.raises(MalformedDrawing, match=sentence):
        draw(**changed)


def test_a_dead_end_that_is_not_final_and_a_final_state_with_a_way_out():
    stuck = State("在途", "Moving")

    def lead(packed, sent):
        def send(self, parcel: Parcel) -> State:
            """Send it."""

        return moves(packed >> (sent | stuck), by=anyone)(send)

    with pytest.raises(MalformedDrawing, match="'stuck' must either be final"):
        draw(stuck=stuck, send=lead)

    def reopen(packed, sent):
        def back(self, parcel: Parcel) -> None:
            """Take it back."""

        return moves(sent >> packed, by=anyone)(back)

    with pytest.raises(MalformedDrawing, match="'sent' must either be final"):
        draw(back=reopen)


def test_a_scenario_without_a_record_has_operations_on_parts_only():
    class Bell(Scenario):
        """Rings."""

        title = Title("钟", "Bell")
        ringer = Role("敲钟人", "Ringer")

        @does(by=ringer)
        def ring(self, times: Count = 1) -> None:
            """Ring it."""

    described = describe(Bell)
    assert described["operations"]["ring"]["by"] == ["ringer"]
    assert described["record"] is None


def test_parts_and_records_of_a_scenario_have_names_of_their_own():
    two = {"credits": Books(Count), "credits_pending": Registry(Parcel)}
    for name, part in two.items():
        part.name = name
    with pytest.raises(MalformedDrawing, match="two parts are named 'credits_pending'"):
        draw(**{name: lambda *_, part=part: part for name, part in two.items()})

    class Balance(Record):
        weight: Count

    held = Registry(Balance)
    with pytest.raises(MalformedDrawing, match="two records are named Balance"):
        draw(credits=lambda *_: Books(Count), held=lambda *_: held)


def test_a_part_may_be_public_and_stands_in_the_description_with_its_unit():
    drawn = draw(credits=lambda *_: Books(Count), public=("sender", "credits"))
    described = describe(drawn)
    assert described["public"] == ["sender", "credits"]
    assert described["parts"]["credits"]["unit"] == "Count"
    assert described["parts"]["credits_pending"]["entry"] == "PendingAmount"
    assert list(described["records"]) == ["Parcel", "Balance", "PendingAmount"]
