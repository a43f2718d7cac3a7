"""
Webhooks: events sent to an address that an account named, at least once and in order.

- `hooks`       who wants what where, how far each is, what was given up; on disk
- `asking`      what an account asks of them, at every door
- `delivering`  batches, signatures, retries
"""

from huabiao.doors.webhooks.delivering import Delivery
from huabiao.doors.webhooks.hooks import Hook, Hooks

__all__ = ["Delivery", "Hook", "Hooks"]
