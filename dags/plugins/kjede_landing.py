"""Watches the landing folder or bucket: an event as soon as something new lies there complete."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

LOOK_EVERY_SECONDS = 30.0


class LandingTrigger(BaseEventTrigger):
    """Tells of deliveries that wait to be taken in, each set of them once.

    After a restart of the triggerer what still waits is told again; taking in twice does no harm.
    """

    def __init__(self, look_every: float = LOOK_EVERY_SECONDS) -> None:
        """A watch on the landing zone that the settings name.

        Args:
            look_every: Seconds between two looks.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self.look_every = look_every

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and arguments, from which the triggerer makes the watch."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"look_every": self.look_every}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look again and again; an event whenever other deliveries wait than at the look before."""
        from jobs import arrivals

        told: list[str] = []
        while True:
            works = await asyncio.to_thread(arrivals.pending_deliveries)
            waiting = sorted("/".join(delivery) for work in works for delivery in work["deliveries"])
            if set(waiting) - set(told):
                sources = sorted({name.split("/")[0] for name in waiting})
                told_of = {"deliveries": len(waiting), "sources": sources}
                yield TriggerEvent(told_of)  # type: ignore[no-untyped-call]
            told = waiting
            await asyncio.sleep(self.look_every)
