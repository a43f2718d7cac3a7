"""Drawing an authorisation code for its holder, by the API or by a page."""

from huabiao.doors.city import City
from huabiao.doors.problems import Problem
from huabiao.services.attempts import Attempts, Locked
from huabiao.services.licences import Codes

TRIES = 20


def bounded(attempts: Attempts, account: bytes) -> None:
    """Count an attempt of an account; Problem 429 where it must wait."""
    try:
        attempts.take(account)
    except Locked as locked:
        raise Problem(429, "code.locked", str(locked)) from None


def codes_of(city: City) -> Codes:
    found: Codes = city.services["codes"]
    return found


def draw_code(city: City, account: bytes) -> dict[str, str]:
    """Eight digits for the holder, and the id under which to sign licences.permit."""
    bounded(city.services["draws"], account)
    codes = codes_of(city)
    for _ in range(TRIES):
        digits = codes.draw()
        commitment = codes.commitment(digits)
        if city.port.read(f"licences/permits/{commitment}") is None:
            return {"code": digits, "permit": commitment}
    raise Problem(503, "codes.full", "暂无可用的授权码。 No code is free: try again.")
