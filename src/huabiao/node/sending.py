"""What a serving node sends out by itself: webhooks, and events for NATS."""

import os
from pathlib import Path
from typing import Any

from huabiao.doors.city import City
from huabiao.doors.webhooks import Delivery, Hooks

NATS_SETTING = "HUABIAO_NATS"


class Sending:
    """Everything that sends, started and closed together."""

    def __init__(self, city: City, hooks: Hooks, folder: Path) -> None:
        self._senders: list[Any] = [Delivery(hooks, city)]
        url = os.environ.get(NATS_SETTING)
        if url:
            from huabiao.doors.publishing import Publisher  # of the extra `nats`

            self._senders.append(Publisher(city, url, folder / "nats.cursor"))
        for sender in self._senders:
            sender.start()

    def close(self) -> None:
        for sender in self._senders:
            sender.close()
