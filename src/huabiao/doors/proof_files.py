"""
Proof files for whoever may see what they prove, by the API or by a page.

An id names an envelope (`5e0c…a1`), a notarised file in it (`5e0c…a1.0`), or a record
or entry of the state (`scenario/id`).
"""

import re
from collections.abc import Mapping

from starlette.responses import Response

from huabiao.codec import encode
from huabiao.doors import reading
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, forbidden, malformed, not_found, sign_in
from huabiao.proofs.state_proofs import Want

_ENVELOPE = re.compile(r"([0-9a-f]{16,64})(?:\.(\d{1,6}))?")


def proof_file(city: City, id_: str, viewer: bytes | None, at: int | None) -> Response:
    """A proof as a file to take away; a problem as `make_proof` says."""
    content = make_proof(city, id_, viewer, at)
    name = re.sub(r"[^0-9A-Za-z._-]+", "-", id_)[:80] + ".proof"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type="application/octet-stream")


def make_proof(city: City, id_: str, viewer: bytes | None, at: int | None) -> bytes:
    """The bytes of a proof; a problem if there is none, or the viewer may not see."""
    matched = _ENVELOPE.fullmatch(id_)
    try:
        if matched is None:
            return _state_proof(city, id_, viewer, at)
        height, index = reading.locate(city, matched[1])
        if not reading.sees_envelope(city, height, index, viewer):
            raise sign_in() if viewer is None else forbidden()
        if matched[2] is None:
            return city.port.prove_receipt(height, index)
        return city.port.prove_notarised(height, index, int(matched[2]))
    except LookupError as error:
        raise Problem(404, "proof.unknown", str(error)) from None


def _state_proof(city: City, id_: str, viewer: bytes | None, at: int | None) -> bytes:
    scenario, slash, key = id_.partition("/")
    if not slash or not key:
        raise malformed(
            f"“{id_[:80]}”不是证明编号：信封编号、信封编号.序号，或 场景/编号。"
            f" {id_[:80]!r} names nothing to prove: an envelope's id, ID.N for the"
            " N-th notarised file, or SCENARIO/RECORD.",
            "proof.id",
        )
    description = city.description(scenario)
    path = f"{scenario}/record/{key}"
    stored = _stored(city, path, at)
    part, _, entry = key.partition("/")
    if stored is None and part in description["parts"]:
        # No record has this id: perhaps an entry of a part, as a sharing receipt is.
        path = f"{scenario}/{key}"
        stored = _stored(city, path, at)
        seen = stored is not None and city.sees_entry(
            description, part, entry, stored, viewer
        )
    else:
        seen = city.sight(description, key, viewer).whole
    if stored is None and at is None:
        raise not_found(f"没有 {id_[:80]}", f"There is no {id_[:80]!r}")
    if not seen:
        raise sign_in() if viewer is None else forbidden()
    return city.port.prove_state(path, at)


def make_state_proofs(
    city: City, wanted: Mapping[str, Want], viewer: bytes | None, height: int | None,
    changed: int,
) -> bytes:  # fmt: skip
    """Many state keys under one header, by their full names; a problem as above."""
    for key in wanted:
        if not _sees_key(city, key, viewer):
            raise sign_in() if viewer is None else forbidden()
    try:
        return encode(city.port.prove_states(wanted, height, changed))
    except LookupError as error:
        raise Problem(404, "proof.unknown", str(error)) from None


def _sees_key(city: City, path: str, viewer: bytes | None) -> bool:
    scenario, _, rest = path.partition("/")
    description = city.description(scenario)
    if description["visible"] == "public":
        return True
    part, _, key = rest.partition("/")
    stored = None if part == "record" else city.port.read(path)
    if stored is not None and part in description["parts"]:
        return city.sees_entry(description, part, key, stored, viewer)
    return city.sight(description, key, viewer).whole


def _stored(city: City, path: str, at: int | None) -> bytes | None:
    if at is None:
        return city.port.read(path)
    city.caught_up()
    return city.index.value_at(path, at)
