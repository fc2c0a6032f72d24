"""The flag job: findings, evidence, coverage, cases and case events of one month."""

import logging
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from expectations.errors import DataRefused
from expectations.tables_out import CASE_EVENTS, CASES, COVERAGE, EVIDENCE, FINDINGS
from graph.cases import CaseRules, KnownCase, build
from graph.registry import INDICATORS
from jobs.flag.case_tables import cases_table, events_table, keyed_findings, known_cases, reviewed
from jobs.flag.coverage import coverage
from jobs.flag.evidence import publishable
from jobs.flag.scopes import findings
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import Run
from jobs.months import last_day, shift

log = logging.getLogger(__name__)

OUTPUTS = (FINDINGS, EVIDENCE, COVERAGE, CASES, CASE_EVENTS)
NETWORK_TABLES = ("net_graph__nodes", "net_graph__edges", "net_graph__scopes")


def previous_cases(lake: Lake, month: str) -> tuple[list[KnownCase], list[TableRef]]:
    """Last month's published cases and the versions they were read from; none before the first month."""
    before = shift(month, -1)
    if lake.runs.awaited(before):
        # Its cases are an input: without them the cases of this month would lose who they are.
        raise DataRefused("purged", f"{before} was purged and is not made again yet; `kjede purge finish`")
    published = lake.runs.latest(before)
    if published is None:
        return [], []
    refs = [published.ref("out_flag__cases"), published.ref("out_flag__findings")]
    return known_cases(lake.read(refs[0]), lake.read(refs[1])), refs


def _determinants(
    run: Run, inputs: Sequence[TableRef], known: Sequence[TableRef]
) -> tuple[list[str], dict[str, str]]:
    """Everything that decides the content of the outputs: versions read, and parameters."""
    indicators = ",".join(f"{i.id}={i.version}" for i in INDICATORS)
    return [ref.id for ref in (*inputs, *known)], {"as_of": run.as_of_key, "indicators": indicators}


def carried(lake: Lake, run: Run, inputs: Sequence[TableRef]) -> list[TableRef]:
    """The outputs of the run where they exist already for exactly these inputs; empty when one is to be made.

    Args:
        lake: Lake.
        run: Month and as_of.
        inputs: Versions that the join and feedback jobs made or carried.
    """
    ids, parameters = _determinants(run, inputs, previous_cases(lake, run.month)[1])
    found = [lake.find(d, partition=run.month, inputs=ids, parameters=parameters) for d in OUTPUTS]
    return [ref for ref in found if ref] if all(found) else []


def run(
    lake: Lake,
    run: Run,
    inputs: Sequence[TableRef],
    *,
    engine: str,
    workers: int,
    progress: Callable[[str], None] = log.info,
) -> list[TableRef]:
    """Publishes the `out_flag__*` tables of the run's month.

    Args:
        lake: Lake.
        run: Month and as_of.
        inputs: Versions that the join and feedback jobs made or carried.
        engine: Engine setting.
        workers: Processes to use on this machine.
        progress: Told what is being done.

    Returns:
        Versions made or carried, findings first.

    Raises:
        DataRefused: A table failed its audit, or a finding cites a row that does not exist.
    """
    by_place = {(ref.table, ref.partition): ref for ref in inputs}
    known, known_refs = previous_cases(lake, run.month)
    ids, parameters = _determinants(run, inputs, known_refs)
    progress(f"flag {run.month}: running {len(INDICATORS)} indicators")
    network = [by_place[table, run.month] for table in NETWORK_TABLES]
    found = findings(
        lake,
        network,
        engine=engine,
        indicator_ids=[i.id for i in INDICATORS],
        month=last_day(run.month),
        as_of=run.as_of,
        workers=workers,
    )
    finding_rows, evidence_rows = publishable(
        found,
        lake=lake,
        resolve=lambda table, month: by_place[table, month],
        month=run.month,
        as_of=run.as_of,
    )
    scopes = lake.read(network[2], columns=["scope_kind", "scope_id"])
    scope_ids = {
        kind: set(scopes.filter(pc.equal(scopes["scope_kind"], kind))["scope_id"].to_pylist())
        for kind in pc.unique(scopes["scope_kind"]).to_pylist()
    }

    def read(table: str, columns: Sequence[str]) -> pa.Table:
        return lake.read(by_place[table, run.month], columns=list(columns))

    counted = coverage(finding_rows, scope_ids, INDICATORS, read, month=run.month, as_of=run.as_of)
    progress(f"flag {run.month}: making cases")
    declarations = {i.id: i for i in INDICATORS}
    cases, events = build(
        keyed_findings(finding_rows, evidence_rows), declarations, known, run.month, CaseRules()
    )
    states, disputed, review_events = reviewed(
        cases, lake.read(by_place["core_outcome__reviews", run.month]), run.month
    )
    tables = (
        finding_rows,
        evidence_rows,
        counted,
        cases_table(cases, declarations, states, disputed, month=run.month, as_of=run.as_of),
        events_table([*events, *review_events], month=run.month, as_of=run.as_of),
    )
    made = [
        lake.publish(declared, rows, partition=run.month, inputs=ids, parameters=parameters)
        for declared, rows in zip(OUTPUTS, tables, strict=True)
    ]
    log.info(
        "flag %s: %d elements in scopes, %d findings, %d cases",
        run.month,
        len(scopes),
        made[0].rows,
        made[3].rows,
    )
    return made
