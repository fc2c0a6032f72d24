"""Runs the detectors again over the scopes of a published run, with the thresholds in force or others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graph.companions import KEY, held_rows, standing_alone
from graph.indicator import Indicator
from graph.model import Network
from jobs.flag.detect import evaluate, networks, row_of
from jobs.flag.evidence import finding_id
from jobs.flag.run_reader import RunReader
from jobs.flag.scopes import scope_rows
from jobs.months import last_day

SAME = ("status", "role", "value", "threshold", "margin", "suppressed_reason", "companies", "persons")
"""What must come out alike when the same scope is evaluated again."""


def scopes(reader: RunReader, wanted: Iterable[str] | None = None) -> Iterator[Network]:
    """The networks of a run's scopes, in order of scope id.

    Args:
        reader: The run.
        wanted: Scope ids; None means all.
    """
    listed = reader.table("net_graph__scopes")
    if wanted is not None:
        ids = pa.array(sorted(set(wanted)), pa.string())
        listed = listed.filter(pc.is_in(listed["scope_id"], value_set=ids))
    rows = scope_rows(listed, reader.table("net_graph__nodes"), reader.table("net_graph__edges"))
    return networks(rows, last_day(reader.month), reader.as_of)


def with_thresholds(indicator: Indicator, **changed: Any) -> Indicator:
    """An indicator with some of its thresholds changed.

    Args:
        indicator: Its declaration.
        changed: Field of its `Thresholds` -> other value.
    """
    return replace(indicator, default_thresholds=replace(indicator.default_thresholds, **changed))


def detect_again(reader: RunReader, indicators: Sequence[Indicator]) -> list[dict[str, Any]]:
    """Findings of all scopes of a run, evaluated anew.

    Args:
        reader: The run.
        indicators: Declarations, with the thresholds to use.

    Returns:
        Rows as in `out_flag__findings`, with the `evidence` of each in it.
    """
    found = []
    for scope in scopes(reader):
        for finding in evaluate(scope, indicators):
            row = row_of(finding)
            own = finding_id(row["indicator_id"], row["scope_id"], row["subject_id"], reader.month)
            found.append({**row, "finding_id": own, "month": reader.month, "as_of": reader.as_of})
    declared = {indicator.id: indicator for indicator in indicators}
    columns = [*KEY, "status", "role", "companies"]
    published = reader.table("out_flag__findings", columns).to_pylist()
    others = [row for row in published if row["indicator_id"] not in declared]
    return held_rows(found, standing_alone(found, declared.__getitem__, [*found, *others]))


def differing(reader: RunReader, indicators: Sequence[Indicator]) -> tuple[list[str], int]:
    """Findings that do not come out alike when the run's scopes are evaluated again.

    Args:
        reader: The run.
        indicators: Indicators in force.

    Returns:
        Ids of findings that differ or are only in one of the two, and how many were compared.
    """
    ids = {indicator.id for indicator in indicators}
    rows = reader.table("out_flag__findings").to_pylist()
    published = {row["finding_id"]: row for row in rows if row["indicator_id"] in ids}
    again = {row["finding_id"]: row for row in detect_again(reader, indicators)}
    compared = sorted(published.keys() | again.keys())
    return [own for own in compared if not _same(published.get(own), again.get(own))], len(compared)


def _same(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    return one is not None and other is not None and all(one[name] == other[name] for name in SAME)


def same_version(reader: RunReader) -> bool | None:
    """Whether a second run of the same inputs would carry the very versions of the first.

    Args:
        reader: The run.

    Returns:
        None when it cannot be told: the run was made by other code, or the cases of the month before, which
        are an input, have been made again since.
    """
    from jobs.flag.job import OUTPUTS, carried

    made = {own.name for own in OUTPUTS}
    published = reader.published
    inputs = [ref for ref in published.tables if ref.table not in made]
    found = carried(reader.lake, published.run, inputs)
    if not found:
        return None
    return set(found) == {ref for ref in published.tables if ref.table in made}
