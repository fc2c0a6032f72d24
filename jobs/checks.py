"""The gate of a run: its rules and Great Expectations, in a process of their own beside the job meanwhile.

Each table was audited when it was published, by the counts of its rules. Before the run becomes visible the
rules that need several tables or deliveries are counted, and Great Expectations reads the counts of every
table and the rows of those of moderate size a second time, independently. What was found is kept as a
document of the lake whose digest stands in the run; it holds counts, never values.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from expectations.business_rules import rules_of
from expectations.catalogue import datasets
from expectations.counting import RuleCount
from expectations.errors import DataRefused
from expectations.rules import Rule
from expectations.run_rules import RUN_RULES
from expectations.validation import ROWS_LIMIT, validate_with_gx
from jobs.lake.deliveries import RawRef
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef, digest, sealed, unsealed
from jobs.lake.runs import PublishedRun, Run
from jobs.lake.storage import update
from jobs.processes import Processes
from jobs.quality.run_checks import count_run_rules, sources_of
from jobs.quality.words import advice

FOLDER = "quality"
REFUSED = "refused.json"
DIGEST_DIGITS = 16
MOST_TOLD = 5
"""Broken rules that an error names."""
OF_RESULTS = tuple(rule for rule in RUN_RULES if rule.table.startswith("out_"))
"""Rules about what `flag` makes; the others are counted while it works."""
OF_INPUTS = tuple(rule for rule in RUN_RULES if rule not in OF_RESULTS)

Document = dict[str, Any]


def validate(
    uri: str, run: Run, refs: Sequence[TableRef], rules: Sequence[Rule], raws: Sequence[RawRef] = ()
) -> Document:
    """What rules and Great Expectations say of tables of a run; equal rows give an equal document.

    Args:
        uri: Lake.
        run: Month and as_of.
        refs: Versions of the month, each table once.
        rules: Rules of the run to count over them.
        raws: Deliveries whose counts, made when they were taken in, belong to the picture.
    """
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    lake = Lake.open(uri, create=False)
    counts: dict[str, list[RuleCount]] = {ref.table: _audited(lake, [ref]) for ref in refs}
    for table in sorted({raw.ref.table for raw in raws}):
        counts[table] = _audited(lake, [raw.ref for raw in raws if raw.ref.table == table])
    # Counted once when they were published; reading millions of rows again would find the same.
    frames = {ref.table: lake.read(ref) for ref in refs if ref.rows < ROWS_LIMIT}
    for count in count_run_rules(lake, run, refs, rules):
        counts.setdefault(count.rule.table, []).append(count)
    report = validate_with_gx(frames, counts=counts)
    return {
        "counts": [{"table": name} | c.to_dict() for name in sorted(counts) for c in counts[name]],
        "gx": json.loads(report.to_json()),
    }


def _audited(lake: Lake, refs: Iterable[TableRef]) -> list[RuleCount]:
    """The counts of rules that were made when versions of a table were published, added up."""
    checked: dict[str, int] = {}
    violated: dict[str, int] = {}
    known: dict[str, Rule] = {}
    rows = 0
    for ref in refs:
        known = known or {rule.id: rule for rule in rules_of(datasets()[ref.table])}
        rows += ref.rows
        for entry in lake.manifest(ref)["verdict"]["rules"]:
            name = entry["rule_id"]
            checked[name] = checked.get(name, 0) + entry["checked"]
            violated[name] = violated.get(name, 0) + entry["violated"]
    # A rule that an earlier version of the code had is not one of the present ones.
    return [RuleCount(rule, checked[n], violated[n], rows) for n, rule in known.items() if n in checked]


@dataclass(slots=True)
class Checks:
    """Validation that runs beside a job.

    Attributes:
        lake: Lake.
        run: Month and as_of.
        pool: One process; the library takes seconds to load and is loaded once.
        pending: Reports under way.
    """

    lake: Lake
    run: Run
    pool: Processes
    pending: list[Future[Document]] = field(default_factory=list)

    def add(self, refs: Sequence[TableRef], rules: Sequence[Rule], raws: Sequence[RawRef] = ()) -> None:
        """Starts validating these versions.

        Args:
            refs: Versions of the month.
            rules: Rules of the run to count over them.
            raws: Deliveries that the run rests on.
        """
        uri = self.lake.storage.uri
        self.pending.append(self.pool.submit(validate, uri, self.run, list(refs), rules, list(raws)))

    def verdict(self) -> Document:
        """Waits for all reports and keeps what they say.

        Returns:
            `digest` of the document, `checked` rules, and `warnings`: rules broken that do not stop
            publication.

        Raises:
            DataRefused: A critical rule is broken (`contract_breach`); the document is kept as refused.
        """
        parts = [pending.result() for pending in self.pending]
        counts = sorted(
            (c for part in parts for c in part["counts"]), key=lambda c: (c["table"], c["rule_id"])
        )
        results = [result for part in parts for result in part["gx"]["results"]]
        ours = {(c["table"], c["rule_id"]): c for c in counts}
        found = [c for c in counts if c["violated"] > c["allowed"]]
        disagrees = [
            r
            for r in results
            if (own := ours.get((r["table"], r["rule_id"]))) and own["violated"] != r["violated"]
        ]
        document: Document = {
            "month": self.run.month,
            "as_of": self.run.as_of_key,
            "counts": counts,
            "gx": {
                "validated": len(results),
                "by_rows": sorted(n for p in parts for n, how in p["gx"]["tables"].items() if how == "rows"),
                "disagrees": disagrees,
            },
            "sources": sources_of(self.lake, self.run),
        }
        critical = [c for c in found if c["severity"] == "critical"]
        if critical or not all(part["gx"]["passed"] for part in parts):
            self._keep_refused(document)
            raise _refusal(self.run, critical)
        name = digest(document)[:DIGEST_DIGITS]
        self.lake.storage.put_if_absent(_key(self.run, f"{name}.json"), sealed(document))
        forget_refused(self.lake, self.run)
        return {
            "digest": name,
            "checked": len(counts),
            "warnings": [
                *(_said(c) for c in found),
                *(_otherwise(r, ours[r["table"], r["rule_id"]]) for r in disagrees),
            ],
        }

    def _keep_refused(self, document: Document) -> None:
        content = sealed(document)
        update(self.lake.storage, _key(self.run, REFUSED), lambda _: content)


def document_of(lake: Lake, published: PublishedRun) -> Document | None:
    """What the gate found of a published run; None for one that was published without.

    Args:
        lake: Lake.
        published: The run.
    """
    name = published.parameters.get("expectations", "")
    return _read(lake, _key(published.run, f"{name}.json")) if name else None


def refused_document(lake: Lake, run: Run) -> Document | None:
    """What the gate found of a run that it refused and that has not been published since.

    Args:
        lake: Lake.
        run: Month and as_of.
    """
    return _read(lake, _key(run, REFUSED))


def forget_refused(lake: Lake, run: Run) -> None:
    """Let the findings of a refused run go, once the run is published as it should be.

    Args:
        lake: Lake.
        run: Month and as_of.
    """
    lake.storage.delete(_key(run, REFUSED))


def _read(lake: Lake, key: str) -> Document | None:
    try:
        return unsealed(lake.storage.read(key), key)
    except FileNotFoundError:
        return None


def _key(run: Run, name: str) -> str:
    return f"{FOLDER}/{run.month}/{run.as_of_key}/{name}"


def _said(count: Document) -> str:
    detail = f": {count['detail']}" if count.get("detail") else ""
    allowed = f", {count['allowed']} allowed" if count["allowed"] else ""
    return f"{count['rule_id']} broken by {count['violated']} of {count['checked']}{allowed}{detail}"


def _otherwise(read: Document, counted: Document) -> str:
    return (
        f"{read['rule_id']} counted {read['violated']} by the second reading, "
        f"{counted['violated']} by the first"
    )


def _refusal(run: Run, critical: Sequence[Document]) -> DataRefused:
    shown = critical[:MOST_TOLD]
    told = "; ".join(_said(c) for c in shown) or "Great Expectations refused it"
    more = f"; and {len(critical) - MOST_TOLD} more" if len(critical) > MOST_TOLD else ""
    help_ = "; ".join(dict.fromkeys(advice(c["rule_id"], "en") for c in shown))
    return DataRefused(
        "contract_breach",
        f"run of {run.month} as of {run.as_of_key} is not published: {told}{more}. What to do: "
        f"{help_ or 'report it as a fault of the code'}; all: `kjede report quality --month {run.month}`",
    )


@contextmanager
def beside(lake: Lake, run: Run) -> Iterator[Checks]:
    """Checks that run while the caller works.

    Args:
        lake: Lake.
        run: Month and as_of.
    """
    with Processes(1) as pool:
        yield Checks(lake, run, pool)
