"""
The window: what was used lately. It holds the rate, the day's rows, and each request to
one use; its memory is bounded.

The day's rows stand on the chain; the window adds those that are under way, so that
many requests at once get no more than one after another would.
"""

from collections import OrderedDict, deque

from huabiao.services.gateway.grant import Denied, Grant
from huabiao.services.gateway.request import Statement

CLOCK_SKEW_MS = 120_000
MOST_NONCES = 100_000
MINUTE_MS, DAY_MS, BEIJING_MS = 60_000, 86_400_000, 28_800_000

Used = tuple[bytes, bytes]
"""A reader's account and the nonce that it used."""


class Window:
    """One gateway's memory of the last minutes. Not thread safe: one event loop."""

    def __init__(self) -> None:
        self._nonces: OrderedDict[Used, int] = OrderedDict()
        self._uses: dict[str, deque[int]] = {}
        self._under_way: dict[str, int] = {}

    def admit(self, grant: Grant, asked: Statement, now: int) -> None:
        """Count one fetch; raises Denied for a repeat, a wrong clock, or the rate."""
        if abs(asked.time - now) > CLOCK_SKEW_MS:
            raise Denied(
                "clock",
                "请求时间与网关相差超过两分钟，请校准时钟。"
                " The request's time is over two minutes off; set the clock.",
            )
        self._sweep(now)
        used = grant.reader, asked.nonce
        if used in self._nonces:
            raise Denied("replayed", "此请求已用过。 This request was used before.")
        if len(self._nonces) >= MOST_NONCES:
            raise Denied("busy", "网关繁忙，请稍候。 The gateway is busy; wait.")
        uses = self._recent_uses(grant.id, now)
        if len(uses) >= grant.requests_a_minute:
            raise Denied(
                "rate",
                f"每分钟最多 {grant.requests_a_minute} 次，请稍候。"
                f" At most {grant.requests_a_minute} requests a minute; wait.",
            )
        self._check_day(grant, asked, now)
        uses.append(now)
        self._nonces[used] = now
        self._under_way[grant.id] = self._under_way.get(grant.id, 0) + asked.limit

    def settle(self, grant: Grant, asked: Statement) -> None:
        """An admitted fetch has ended: its rows are on the chain, or never were."""
        left = self._under_way[grant.id] - asked.limit
        if left:
            self._under_way[grant.id] = left
        else:
            del self._under_way[grant.id]

    def _recent_uses(self, grant: str, now: int) -> deque[int]:
        uses = self._uses.setdefault(grant, deque())
        while uses and uses[0] <= now - MINUTE_MS:
            uses.popleft()
        return uses

    def _check_day(self, grant: Grant, asked: Statement, now: int) -> None:
        day, rows = grant.rows_on
        today = (now + BEIJING_MS) // DAY_MS
        taken = (rows if day == today else 0) + self._under_way.get(grant.id, 0)
        if taken + asked.limit > grant.rows_a_day:
            left = max(0, grant.rows_a_day - taken)
            raise Denied(
                "rate.day",
                f"今日行数将超出 {grant.rows_a_day}，还可取 {left} 行。"
                f" Over the day's {grant.rows_a_day} rows; {left} are left.",
            )

    def _sweep(self, now: int) -> None:
        # Twice the skew: what a clock ahead of ours signed stays known long enough.
        horizon = now - 2 * CLOCK_SKEW_MS
        while self._nonces and next(iter(self._nonces.values())) <= horizon:
            self._nonces.popitem(last=False)
        if len(self._uses) > MOST_NONCES:
            self._uses = {
                grant: uses
                for grant, uses in self._uses.items()
                if uses and uses[-1] > now - MINUTE_MS
            }
