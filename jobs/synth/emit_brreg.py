"""The register of entities as it prints itself: full lists, changes, and notices of what changed."""

from collections.abc import Iterator
from datetime import date, timedelta

import orjson

from jobs.months import last_day
from jobs.synth.brreg_records import Records, Stage
from jobs.synth.emit_updates import Changed, ChangeNotices
from jobs.synth.model import Firm
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.registration import entry_of
from jobs.synth.work import staff_on
from jobs.synth.world import World, instant

PUBLIC_STAFF = 900
GONE_AFTER_DAYS = 200
"""How long after its failure a firm is deleted."""
SHOWN_DELETED_DAYS = 31
"""How long a deleted unit is among the changes."""

One = tuple[str, bytes, bytes]
"""Number, record, and what of it counts as a change."""
Found = list[One]


class EntityRegister:
    """Snapshots and monthly changes of the three files, and the notices of those changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("brreg")
        self._last: dict[str, dict[str, bytes]] = {"enheter": {}, "underenheter": {}, "roller": {}}
        self._counts: dict[Firm, int] = {}
        for firm in world.firms:
            # Ring firms stay: a planted pattern must be there to be seen at the last month.
            if firm.bankrupt and not firm.deleted and not firm.is_planted and self._rng.random() < 0.7:
                firm.deleted = firm.bankrupt + timedelta(days=GONE_AFTER_DAYS + self._rng.randrange(90))
        self._made: dict[Firm, tuple[tuple[int, Stage], tuple[One, One | None, One | None]]] = {}
        self._records = Records(world, self._rng, self._counts.__getitem__)
        self._notices = ChangeNotices(world)

    def deliveries(self) -> Iterator[Outgoing]:
        """All deliveries of the four sources, in the order they were made."""
        world = self._world
        days = [world.opening - timedelta(days=1), *(last_day(m) for m in world.months)]
        middle = last_day(world.months[max(len(world.months) // 2 - 1, 0)])
        snapshots = {days[0], middle, *(d for d in days if d.month == 12)}
        for index, day in enumerate(days):
            yield from self._on(day, index, is_snapshot=day in snapshots)

    def _on(self, day: date, index: int, *, is_snapshot: bool) -> Iterator[Outgoing]:
        found = self._found(day, index, is_snapshot=is_snapshot)
        changes = {source: self._changed(source, rows) for source, rows in found.items()}
        if index:
            yield from self._notices.delivery(day, changes)
        for minute, (source, rows) in enumerate(found.items()):
            known = self._last[source]
            kept = [(k, row) for k, row, compared in sorted(rows) if is_snapshot or known.get(k) != compared]
            self._last[source] = {k: compared for k, _, compared in rows}
            if not kept:
                continue
            whole = "totalbestand" if source == "roller" else "alle"
            file = Rows(
                f"{source}_{whole if is_snapshot else 'hentet'}.json.gz",
                [row for _, row in kept],
                framing="json-array",
            )
            yield Outgoing(
                f"brreg_{source}",
                day.isoformat(),
                "snapshot" if is_snapshot else "delta",
                instant(day + timedelta(days=1), 4, 10 * minute),
                [file],
            )

    def _found(self, day: date, index: int, *, is_snapshot: bool) -> dict[str, Found]:
        """All records as they read on a day."""
        records = self._records
        entities: Found = []
        branches: Found = []
        roles: Found = []
        for position, firm in enumerate(self._world.firms):
            if firm.registered > day:
                continue
            if index == 0 or position % 3 == index % 3 or firm not in self._counts:
                self._counts[firm] = (
                    PUBLIC_STAFF if firm.public_kind and not firm.jobs else staff_on(firm, day)
                )
            gone = firm.deleted is not None and firm.deleted <= day
            if gone and (is_snapshot or _is_past(firm.deleted, day)):
                continue
            state = (self._counts[firm], records.stage(firm, day))
            made = self._made.get(firm)
            if made is None or made[0] != state:
                made = self._made[firm] = state, self._print(firm, day, gone=gone)
            entity, branch, role = made[1]
            entities.append(entity)
            if branch is not None:
                closed = firm.deleted if gone else self._closed(firm, day)
                if closed is None or not (is_snapshot or _is_past(closed, day)):
                    branches.append(branch)
            if role is not None:
                roles.append(role)
        removal = self._world.entries.removal
        if removal is not None and day < removal.removed:
            record = records.removed_entity(removal, day)
            entities.append((removal.orgnr, orjson.dumps(record), _compared(record)))
            row = orjson.dumps(records.removed_roles(removal))
            roles.append((removal.orgnr, row, row))
        return {"enheter": entities, "underenheter": branches, "roller": roles}

    def _print(self, firm: Firm, day: date, *, gone: bool) -> tuple[One, One | None, One | None]:
        """Entity, establishment and roles of a firm, the last two where there are any."""
        records = self._records
        record = records.entity(firm, day) if not gone else records.deleted(firm)
        entity = firm.orgnr, orjson.dumps(record), _compared(record)
        branch = role = None
        if firm.branch_orgnr and firm.trade.sn2007:
            branched = records.branch(firm, day, firm.deleted if gone else self._closed(firm, day))
            branch = firm.branch_orgnr, orjson.dumps(branched), _compared(branched)
        if not gone:
            row = orjson.dumps(records.roles(firm, day))
            role = firm.orgnr, row, row
        return entity, branch, role

    def _closed(self, firm: Firm, day: date) -> date | None:
        """Since when the establishment of a living firm is closed."""
        closed = entry_of(self._world, firm).branch_closed
        return closed if closed is not None and closed <= day and not firm.jobs else None

    def _changed(self, source: str, rows: Found) -> list[Changed]:
        known = self._last[source]
        return [(k, known.get(k), compared) for k, _, compared in sorted(rows) if known.get(k) != compared]


def _compared(record: dict[str, object]) -> bytes:
    # A change of classification alone is no change notice: the codes come with the next full record.
    return orjson.dumps({k: v for k, v in record.items() if k != "naeringskode1"})


def _is_past(deleted: date | None, day: date) -> bool:
    return deleted is not None and deleted <= day - timedelta(days=SHOWN_DELETED_DAYS)
