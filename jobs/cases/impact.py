"""What would change among the cases of a month if an indicator had other thresholds, or were not there.

Nothing is published: the detector runs again over the scopes of a published run, and cases are formed by the
same rule from its findings and the published findings of all others. A case that loses or gains a finding is
still the same case by the rule that holds from month to month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.errors import UsageError
from expectations.recipients import RECIPIENTS
from graph.cases import Case, CaseRules, KnownCase, build
from graph.indicator import Indicator
from graph.registry import INDICATORS, indicator
from jobs.evaluate.rerun import detect_again
from jobs.flag.case_tables import keyed_findings
from jobs.flag.detect import FOUND
from jobs.flag.evidence import publishable
from jobs.flag.job import previous_cases
from jobs.flag.run_reader import RunReader

Row = dict[str, Any]


def impact(
    reader: RunReader, indicator_id: str, changes: Mapping[str, str], *, without: bool = False
) -> list[Row]:
    """One row per case that is now, or would be, in order of its new place.

    Args:
        reader: Published run.
        indicator_id: Indicator.
        changes: Threshold -> its value as text.
        without: The indicator is taken away altogether.

    Returns:
        `case_id`, `change` (`appears`, `vanishes`, `moves` to another rank or band, `changes` its indicators,
        `stays`), and before and after: rank, band, `indicators`, and `recipients` that would be offered it.

    Raises:
        UsageError: No such indicator or threshold, or a value of another kind.
    """
    declared = indicator(indicator_id)
    altered = changed(declared, changes)
    kept = {i.id: i for i in INDICATORS if i.id != indicator_id}
    after_indicators = kept if without else kept | {indicator_id: altered}
    findings, evidence = (reader.table(name) for name in ("out_flag__findings", "out_flag__evidence"))
    others = findings.filter(pc.not_equal(findings["indicator_id"], indicator_id))
    tables = [(others, evidence)] if without else [(others, evidence), _found(reader, altered)]
    keyed = [finding for own in tables for finding in keyed_findings(*own)]
    known, _ = previous_cases(reader.lake, reader.month)
    rules, month = CaseRules(), reader.month
    now, _ = build(keyed_findings(findings, evidence), {i.id: i for i in INDICATORS}, known, month, rules)
    rows = reader.table("out_flag__cases", ["case_id", "state"]).to_pylist()
    state = {row["case_id"]: row["state"] for row in rows}
    as_known = [
        KnownCase(
            case_id=case.case_id,
            elements=case.elements,
            fingerprint=case.fingerprint,
            first_seen_month=case.first_seen_month,
            state=state[case.case_id],
        )
        for case in now
    ]
    after, _ = build(keyed, after_indicators, as_known, month, rules)
    return compared([replace(case, state=state[case.case_id]) for case in now], after)


def changed(declared: Indicator, changes: Mapping[str, str]) -> Indicator:
    """An indicator with other thresholds.

    Args:
        declared: As it is.
        changes: Threshold -> its value as text.

    Raises:
        UsageError: No such threshold, or a value of another kind.
    """
    names = [own.name for own in fields(declared.default_thresholds)]
    values: dict[str, int | Decimal] = {}
    for name, text in changes.items():
        if name not in names:
            raise UsageError(f"{declared.id} has no threshold {name}; it has {', '.join(names)}")
        kind = type(getattr(declared.default_thresholds, name))
        try:
            values[name] = int(text) if kind is int else Decimal(text)
        except (ValueError, InvalidOperation):
            raise UsageError(f"{name} takes a {'whole ' if kind is int else ''}number, not {text}") from None
    return replace(declared, default_thresholds=replace(declared.default_thresholds, **values))


def compared(now: Sequence[Case], after: Sequence[Case]) -> list[Row]:
    """What becomes of each case.

    Args:
        now: Cases as they are, by rank.
        after: Cases as they would be, by rank.
    """
    before = {case.case_id: case for case in now}
    later = {case.case_id for case in after}
    rows = [_row(before.get(case.case_id), case) for case in after]
    return rows + [_row(case, None) for case in now if case.case_id not in later]


def _row(old: Case | None, new: Case | None) -> Row:
    if old is None or new is None:
        change = "appears" if old is None else "vanishes"
    else:
        moved = (old.rank, old.band) != (new.rank, new.band)
        change = "moves" if moved else "stays" if old.indicators == new.indicators else "changes"
    return {
        "case_id": new.case_id if new else old.case_id if old else None,
        "change": change,
        "rank_before": old.rank if old else None,
        "rank_after": new.rank if new else None,
        "band_before": old.band if old else None,
        "band_after": new.band if new else None,
        "indicators_before": old.indicators if old else [],
        "indicators_after": new.indicators if new else [],
        "recipients_before": _recipients(old),
        "recipients_after": _recipients(new),
    }


def _found(reader: RunReader, altered: Indicator) -> tuple[pa.Table, pa.Table]:
    rows = [{name: row[name] for name in FOUND.names} for row in detect_again(reader, [altered])]
    return publishable(
        pa.Table.from_pylist(rows, schema=FOUND),
        lake=reader.lake,
        resolve=lambda table, month: reader.published.ref(table, month),
        month=reader.month,
        as_of=reader.as_of,
    )


def _recipients(case: Case | None) -> list[str]:
    """Recipients whose indicators have triggered in a case that is in a state they get."""
    if case is None:
        return []
    return [
        recipient.id
        for recipient in RECIPIENTS.values()
        if case.state in recipient.rows.case_states and set(case.indicators) & set(recipient.rows.indicators)
    ]
