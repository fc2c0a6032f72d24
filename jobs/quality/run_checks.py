"""Counts the rules that need several tables or deliveries, for one run."""

import logging
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.cadence import BY_SOURCE, FIRST_KINDS
from expectations.counting import RuleCount, spoken_about
from expectations.rules import Delivered, Exists, Fresh, Kept, Rule
from expectations.run_rules import RUN_RULES
from jobs.core.visible import period_end, period_start
from jobs.keys import SYNTHETIC_BASIS
from jobs.lake.deliveries import RawRef, Receipt, instant
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import Run
from jobs.months import last_day

log = logging.getLogger(__name__)

NATIONAL_SOURCES = ("brreg_enheter", "skatteetaten_amelding")
"""A run that rests on real deliveries of both is about the country, and its registers have a known size."""


def count_run_rules(
    lake: Lake, run: Run, refs: Sequence[TableRef], rules: Iterable[Rule] = RUN_RULES
) -> list[RuleCount]:
    """Count rules about a run; one that cannot be judged here says that it checked nothing.

    Args:
        lake: Lake.
        run: Month and as_of.
        refs: Tables of the month.
        rules: Rules to count.
    """
    counting = _Counting(lake, run, refs)
    return [counting.count(rule) for rule in rules]


def sources_of(lake: Lake, run: Run) -> list[dict[str, Any]]:
    """How fresh each source of the contract is for a run, in the order of the contract.

    Args:
        lake: Lake.
        run: Month and as_of.

    Returns:
        `source`, `newest_period`, `delivery_id`, `delivered_at`, `age_days`, `register_period`, `limit_days`
        and `state`: `fresh`, `stale`, `broken`, `missing` (needed and never delivered) or `absent`.
    """
    counting = _Counting(lake, run, ())
    return [counting.source(name) for name in BY_SOURCE]


def is_national(deliveries: Iterable[Receipt]) -> bool:
    """Whether deliveries are real and about the country, so that the sizes of its registers bind.

    Code lists are the same everywhere. One synthetic delivery makes a trial of the whole.

    Args:
        deliveries: Receipts of what a run may know.
    """
    real = {r["source"]: r["envelope"]["legal_basis"] for r in deliveries if r["source"] != "kodelister"}
    return all(source in real for source in NATIONAL_SOURCES) and SYNTHETIC_BASIS not in {
        r["envelope"]["legal_basis"] for r in deliveries if r["source"] != "kodelister"
    }


class _Counting:
    """What is visible to one run, read once."""

    def __init__(self, lake: Lake, run: Run, refs: Sequence[TableRef]) -> None:
        self._lake, self._run = lake, run
        self._end = last_day(run.month)
        self._refs = {ref.table: ref for ref in refs if ref.partition == run.month}
        receipts = lake.deliveries.visible(run.as_of)
        replaced = {
            (r["source"], r["envelope"]["supersedes"]) for r in receipts if r["envelope"].get("supersedes")
        }
        self._receipts = [
            r
            for r in receipts
            if (r["source"], r["delivery_id"]) not in replaced
            and period_start(r["envelope"]["period"]) <= self._end
        ]
        self._is_national = is_national(self._receipts)
        self._values: dict[tuple[str, str], pa.Array] = {}

    def count(self, rule: Rule) -> RuleCount:
        holds = rule.holds
        if isinstance(holds, Exists):
            return self._exists(rule, holds)
        if isinstance(holds, Delivered):
            return self._delivered(rule, holds)
        if isinstance(holds, Kept):
            return self._kept(rule, holds)
        if isinstance(holds, Fresh):
            return self._fresh(rule, holds)
        raise ValueError(f"{rule.id} is counted over the rows of its table")

    def _exists(self, rule: Rule, holds: Exists) -> RuleCount:
        columns = [holds.column, *([rule.when.column] if rule.when else [])]
        rows = self._rows(rule.table, columns)
        known = self._known(holds.other_table, holds.other_column)
        # Without the other table at all the missing source is the news, not each reference to it.
        if rows is None or not len(known):
            return RuleCount(rule, 0, 0)
        if rule.when:
            rows = rows.filter(spoken_about(rule.when, rows))
        values = rows.column(holds.column).drop_null()
        if holds.prefix:
            values = values.filter(pc.starts_with(values, holds.prefix))
            values = pc.utf8_slice_codeunits(values, len(holds.prefix))
        missing = len(values) - int(pc.sum(pc.is_in(values, value_set=known)).as_py() or 0)
        return RuleCount(rule, len(values), missing, rows.num_rows)

    def _rows(self, table: str, columns: list[str]) -> pa.Table | None:
        if table in self._refs:
            return self._lake.read(self._refs[table], columns=columns)
        refs = [raw.ref for raw in self._raw(table) if raw.period[:7] == self._run.month and raw.ref.rows]
        return self._lake.read(refs, columns=columns) if refs else None

    def _known(self, table: str, column: str) -> pa.Array:
        if (table, column) not in self._values:
            ref = self._refs.get(table)
            found = self._lake.read(ref, columns=[column]).column(column) if ref else pa.chunked_array([[]])
            self._values[table, column] = pc.unique(found.drop_null())
        return self._values[table, column]

    def _raw(self, table: str) -> list[RawRef]:
        names = {(r["source"], r["delivery_id"]) for r in self._receipts}
        return [
            raw
            for raw in self._lake.deliveries.raw(table, self._run.as_of)
            if (raw.source, raw.delivery_id) in names
        ]

    def _wholes(self, table: str) -> list[RawRef]:
        """Deliveries that stand for a whole: complete registers, and first reports of a period."""
        found = [
            raw
            for raw in self._raw(table)
            if raw.kind == "ordinary" or (raw.kind == "snapshot" and raw.complete)
        ]
        return sorted(found, key=lambda raw: (raw.period, raw.delivered_at, raw.delivery_id))

    def _delivered(self, rule: Rule, holds: Delivered) -> RuleCount:
        wholes = self._wholes(rule.table) if self._is_national else []
        if not wholes:
            return RuleCount(rule, 0, 0)
        rows = wholes[-1].ref.rows
        detail = f"{rows} rows in {wholes[-1].source}/{wholes[-1].delivery_id}"
        return RuleCount(rule, 1, int(not holds.minimum <= rows <= holds.maximum), rows, detail)

    def _kept(self, rule: Rule, holds: Kept) -> RuleCount:
        wholes = self._wholes(rule.table)
        same = [raw for raw in wholes if raw.kind == wholes[-1].kind] if wholes else []
        if len(same) < 2 or not same[-2].ref.rows:
            return RuleCount(rule, 0, 0)
        before, now = same[-2].ref.rows, same[-1].ref.rows
        share = 100 * now / before
        is_off = share < holds.least_pct or (holds.most_pct is not None and share > holds.most_pct)
        detail = (
            f"{now} rows in {same[-1].source}/{same[-1].delivery_id}, {before} in {same[-2].delivery_id} "
            f"({share - 100:+.0f} %)"
        )
        # As many as were there before are checked, so that a small delivery is counted and not judged.
        off = min(max(abs(now - before), 1), before)
        return RuleCount(rule, before, off if is_off else 0, now, detail)

    def _fresh(self, rule: Rule, holds: Fresh) -> RuleCount:
        newest = self._newest(holds.source, holds.snapshots)
        if newest is None:
            is_warned = BY_SOURCE[holds.source].is_needed and rule.id.endswith(":fresh")
            return RuleCount(rule, int(is_warned), int(is_warned), 0, "never delivered" if is_warned else "")
        age = self._age(newest)
        detail = f"newest is {newest['envelope']['period']}, {age} days before the end of {self._run.month}"
        return RuleCount(rule, 1, int(age > holds.days), 0, detail)

    def _newest(self, source: str, snapshots: bool = False) -> Receipt | None:
        kinds = ("snapshot",) if snapshots else FIRST_KINDS
        found = [
            r
            for r in self._receipts
            if r["source"] == source
            and r["envelope"]["kind"] in kinds
            and (not snapshots or r["envelope"].get("complete", True))
        ]
        return max(found, key=_period_order, default=None)

    def _age(self, receipt: Receipt) -> int:
        reached = min(period_end(receipt["envelope"]["period"]), self._end)
        return (self._end - reached).days

    def source(self, name: str) -> dict[str, Any]:
        cadence, newest = BY_SOURCE[name], self._newest(name)
        register = self._newest(name, snapshots=True)
        state, age = ("missing" if cadence.is_needed else "absent"), None
        if newest is not None:
            age = self._age(newest)
            state = "fresh"
            if cadence.stale_days is not None and age > cadence.stale_days:
                state = "stale"
            if cadence.broken_days is not None and age > cadence.broken_days:
                state = "broken"
        return {
            "source": name,
            "state": state,
            "newest_period": newest["envelope"]["period"] if newest else "",
            "delivery_id": newest["delivery_id"] if newest else "",
            "delivered_at": newest["envelope"]["delivered_at"] if newest else "",
            "age_days": age,
            "limit_days": cadence.stale_days,
            "register_period": register["envelope"]["period"] if register else "",
            "cadence": cadence.says,
        }


def _period_order(receipt: Receipt) -> tuple[date, Any, str]:
    envelope = receipt["envelope"]
    return period_end(envelope["period"]), instant(envelope["delivered_at"]), receipt["delivery_id"]
