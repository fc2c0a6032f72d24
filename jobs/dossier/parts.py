"""What a dossier is made of: the case, its findings, evidence, persons and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from expectations.registers import Register
from graph.indicator import Indicator, Wording
from graph.layout import Layout
from graph.model import Finding, Network, Role, RowRef
from jobs.dossier.names import Names
from jobs.dossier.reader import Provenance

Change = Literal["new", "changed", "unchanged", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A row of `out_flag__cases`."""

    case_id: str
    month: str
    as_of: datetime
    rank: int
    band: str
    score: Decimal
    indicators: tuple[str, ...]
    context_indicators: tuple[str, ...]
    finding_ids: tuple[str, ...]
    companies: tuple[str, ...]
    dwellings: tuple[str, ...]
    persons_n: int
    first_seen_month: str
    state: str
    change: str
    disputed: bool
    headline: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFile:
    """A finding with what the reader needs beside it.

    Attributes:
        finding_id: Published id.
        finding: The finding.
        indicator: Its declaration.
        numbers: Numbers of its evidence in the dossier.
        change: Against the month before; None when that month is not known.
        previous_value: Its value the month before, where it was evaluated then.
    """

    finding_id: str
    finding: Finding
    indicator: Indicator
    numbers: tuple[int, ...] = ()
    change: Change | None = None
    previous_value: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One piece of evidence as the dossier numbers it; a row that several findings cite stands once.

    Attributes:
        number: E number.
        element: `node:<id>` or `edge:<id>`.
        row: The published row.
        version: Version of its partition.
        row_hash: Hash of its content.
        register: Register it rests on; None when the table is not of a register.
        shows: What it shows, one entry per distinct wording.
        indicators: Indicators that use it.
        valid_from: First day it holds, where it has one.
        valid_to: Last day it holds.
        has_period: Whether it is something that holds over time.
        provenance: Delivered records behind it.
        records_n: How many there are in all.
    """

    number: int
    element: str
    row: RowRef
    version: str
    row_hash: str
    register: Register | None
    shows: tuple[Wording, ...]
    indicators: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    has_period: bool
    provenance: tuple[Provenance, ...]
    records_n: int

    @property
    def known_at(self) -> datetime | None:
        """When the last record behind it was delivered."""
        return max((p.known_at for p in self.provenance), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTie:
    """A person in the case, only as a pseudonym.

    Attributes:
        pseudonym: Pseudonym.
        works: Employment or residence is cited: may be affected as a worker.
        numbers: Evidence that concerns the person.
    """

    pseudonym: str
    works: bool
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """How many subjects of the month an indicator came to one status for."""

    indicator_id: str
    status: str
    reason: str
    subjects_n: int


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """One case, complete.

    Attributes:
        case: The case's row.
        run: What identifies the run.
        findings: Its findings, those that make the case first.
        beside: Other findings of the month about the same subjects that did not trigger.
        not_candidates: Indicators that evaluated nothing about these subjects.
        proofs: Evidence in order of number.
        persons: Persons in order of their labels.
        names: Labels.
        network: Scopes of the findings put together.
        layout: The picture.
        coverage: Coverage of the indicators of the case.
        ended: Findings of the case the month before that are gone now.
        has_previous: Whether the month before is known.
        truncated: Rules by which scopes were cut.
    """

    case: CaseRow
    run: Mapping[str, Any]
    findings: tuple[FindingFile, ...]
    beside: tuple[FindingFile, ...]
    not_candidates: tuple[Indicator, ...]
    proofs: tuple[Proof, ...]
    persons: tuple[PersonTie, ...]
    names: Names
    network: Network
    layout: Layout
    coverage: tuple[CoverageRow, ...] = ()
    ended: tuple[FindingFile, ...] = ()
    has_previous: bool = False
    truncated: tuple[str, ...] = ()

    @property
    def making(self) -> tuple[FindingFile, ...]:
        """Findings that make the case."""
        return tuple(f for f in self.findings if f.finding.role is Role.TRIGGER)

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Declarations of the findings told, by id."""
        return {f.finding.indicator_id: f.indicator for f in (*self.findings, *self.beside, *self.ended)}

    @property
    def element_numbers(self) -> dict[str, list[int]]:
        """Evidence numbers by element of the network."""
        found: dict[str, list[int]] = {}
        for proof in self.proofs:
            found.setdefault(proof.element, []).append(proof.number)
        return found


def case_row(row: Mapping[str, Any]) -> CaseRow:
    """A case out of its published row."""
    return CaseRow(
        case_id=row["case_id"],
        month=row["month"],
        as_of=row["as_of"],
        rank=row["rank"],
        band=row["band"],
        score=row["score"],
        indicators=tuple(row["indicators"]),
        context_indicators=tuple(row["context_indicators"]),
        finding_ids=tuple(row["findings"]),
        companies=tuple(row["companies"]),
        dwellings=tuple(row["dwellings"]),
        persons_n=row["persons_n"],
        first_seen_month=row["first_seen_month"],
        state=row["state"],
        change=row["change"],
        disputed=row["disputed"],
        headline=Wording(nb=row["headline_nb"], en=row["headline_en"]),
    )
