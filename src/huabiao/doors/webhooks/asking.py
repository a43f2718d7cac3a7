"""What an account asks of its node's webhooks, by the API or by the page."""

from huabiao.doors.city import City
from huabiao.doors.problems import Problem
from huabiao.doors.stream import Filter, check_filter
from huabiao.doors.webhooks.hooks import Hook, Hooks

CURSOR = r"^\d{1,10}(-\d{1,16})?$"
LONGEST_URL, LONGEST_SCENARIO, LONGEST_RECORD = 500, 200, 400


def hooks_of(city: City) -> Hooks:
    """The node's hooks; Problem where it sends none."""
    found: Hooks | None = city.services.get("webhooks")
    if found is None:
        raise Problem(
            404, "webhook.none", "本节点不发送网络钩子。 This node sends no webhooks."
        )
    return found


def register(
    city: City, account: bytes, url: str, wanted: Filter, after: str | None
) -> tuple[Hook, str]:
    """A hook and its secret; of events after a cursor, or from now on. Problem."""
    check_filter(city, wanted)
    return hooks_of(city).register(account, url, wanted, after or str(city.port.height))
