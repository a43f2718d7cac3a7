"""
Electronic bills, as the doors ask for them: a copy for people, and the public check.

Whoever may see the whole record gets the bill as PDF or OFD. Anyone may ask whether a
number and a check code belong together; the answer is yes or no and tells nothing else,
so guessing is limited: per address by the minute, and per number by wrong answers an
hour. A check code has 24 bits; at thirty guesses an hour it holds for decades.
"""

import hmac
import re
import threading
import time
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from huabiao.client.described import show_stored_record
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, forbidden, not_found, sign_in
from huabiao.services.bills import face_of, to_ofd, to_pdf

BILL = "e_bill"
FORMS: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "pdf": (to_pdf, "application/pdf"),
    "ofd": (to_ofd, "application/ofd"),
}
CODE_DIGITS, NUMBER_DIGITS = 8, 10
_SIGNS = re.compile(r"[^\d\s\-‐-―−]")
"""What is neither a digit nor stands between the two."""
BUCKETS = 4_096
CHECKS_A_MINUTE, WRONG_AN_HOUR = 30, 30


def bill_file(
    city: City, number: str, form: str, viewer: bytes | None, base: str
) -> Response:
    """A bill as a file; a problem if there is none, or the viewer may not see it."""
    if form not in FORMS:
        known = "、".join(FORMS)
        raise not_found(f"没有格式“{form[:20]}”，有：{known}", f"Forms are {known}")
    record = city.record(BILL, number, viewer)
    if not record["complete"]:
        raise sign_in() if viewer is None else forbidden()
    names = {role: city.name_of(record["fields"][role]) for role in ("issuer", "payer")}
    draw, media_type = FORMS[form]
    headers = {"content-disposition": f'attachment; filename="{number}.{form}"'}
    face = face_of(record, names, base)
    return Response(draw(face), headers=headers, media_type=media_type)


class Limit:
    """So many uses of a name in a window. Its memory is fixed: names share buckets."""

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._counts, self._since = [0] * BUCKETS, clock()
        self._lock = threading.Lock()

    def reached(self, name: str) -> bool:
        """Whether a name has no use left."""
        with self._lock:
            if self._clock() - self._since >= self._seconds:
                self._counts, self._since = [0] * BUCKETS, self._clock()
            return self._counts[_bucket(name)] >= self._most

    def count(self, name: str) -> None:
        with self._lock:
            self._counts[_bucket(name)] += 1


def _bucket(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big") % BUCKETS


class BillChecks:
    """How often the public check was asked; one beside each node's doors, as
    `services["bill_checks"]`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.addresses = Limit(CHECKS_A_MINUTE, 60, clock)
        self.numbers = Limit(WRONG_AN_HOUR, 3_600, clock)

    def admit(self, number: str, address: str) -> None:
        """Count a check; Problem 429 for who asks too often."""
        if self.addresses.reached(address) or self.numbers.reached(number):
            raise Problem(
                429,
                "bill.checks",
                "查验过于频繁。 Too many checks.",
                "请稍后再试。 Wait, then try again.",
            )
        self.addresses.count(address)


def is_valid(city: City, number: str, code: str, address: str) -> bool:
    """Whether a bill of this number and check code stands, not reversed; Problem 429
    for who asks too often."""
    checks: BillChecks = city.services["bill_checks"]
    number, code = as_typed(number, code)
    checks.admit(number, address)
    description = city.description(BILL)
    stored = city.port.read(f"{BILL}/record/{number}")
    held, stands = "", False
    if stored is not None:
        record = show_stored_record(description, stored)
        held = str(record["fields"]["check_code"])
        stands = record["state"] != "reversed"
    fits = hmac.compare_digest(held.encode(), code.encode(errors="replace"))
    if not (fits and stands):
        checks.numbers.count(number)
    return fits and stands


def as_typed(number: str, code: str) -> tuple[str, str]:
    """Number and check code as the chain has them, from how people copy them off a
    bill: its code and number apart, with spaces, in full-width signs, in capitals."""
    number, code = (unicodedata.normalize("NFKC", each) for each in (number, code))
    digits = "".join(each for each in number if each.isdecimal())
    if len(digits) == CODE_DIGITS + NUMBER_DIGITS and not _SIGNS.search(number):
        number = f"{digits[:CODE_DIGITS]}-{digits[CODE_DIGITS:]}"
    return number.strip(), "".join(code.split()).lower()
