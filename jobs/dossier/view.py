"""A case file in one language, ready for a page: every value a text, every list in the order it is told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from graph.explain import (
    BASIS,
    STATUS,
    GuardResult,
    Language,
    compared,
    counted,
    day,
    guard_results,
    joined,
    local,
    month_name,
    number,
    quality,
    reasons,
    robustness,
    short_day,
    summary,
)
from graph.indicator import Indicator, Wording
from graph.model import Role
from jobs.dossier import words
from jobs.dossier.lettering import numbers_text
from jobs.dossier.names import Term, short, term
from jobs.dossier.parts import CaseFile, FindingFile, Proof
from jobs.dossier.picture import KINDS_MANY, picture

OUTCOME_ORDER = ("not_ruled_out", "unknown", "ruled_out")
CARD_LINES = 3
LONGEST_NAME = 40
"""A longer name would crowd the summary."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One explanation as it is told."""

    finding: FindingFile
    result: GuardResult
    text: str
    outcome: str
    settles: str

    @property
    def sign(self) -> str:
        """A sign that tells the outcome without colour."""
        return words.OUTCOME_SIGNS[self.result.outcome]


@dataclass(frozen=True, slots=True)
class Step:
    """One next step."""

    text: str
    indicators: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What findings of one indicator say alike, told once.

    Attributes:
        finding: The first of them.
        numbers: Evidence numbers of the first.
        subjects_n: How many there are.
    """

    finding: FindingFile
    numbers: Sequence[int]
    subjects_n: int


@dataclass(frozen=True)
class View:
    """One case in one language.

    Attributes:
        file: The case.
        lang: Language.
    """

    file: CaseFile
    lang: Language

    def t(self, key: str) -> str:
        """A fixed text."""
        return words.TEXT[key].of(self.lang)

    def w(self, wording: Wording | Term) -> str:
        """A declared wording, with persons and sole proprietors as labels."""
        return self.file.names.text(term(wording, self.lang), self.lang)

    def count(self, n: int) -> str:
        """A whole number."""
        return number(n, self.lang)

    def word(self, table: str, code: str) -> str:
        """A word of one of the tables `BANDS`, `CHANGES`, `STATES`, `OUTCOMES`."""
        found: dict[str, Term] = getattr(words, table)
        return found[code].of(self.lang) if code in found else code

    @property
    def headline(self) -> str:
        """The case in one line."""
        return self.w(self.file.case.headline)

    @property
    def as_of(self) -> str:
        """The instant nothing later was used than, as a day."""
        return day(local(self.file.case.as_of).date(), self.lang)

    @property
    def month(self) -> str:
        """The month in words."""
        return month_name(self.file.case.month, self.lang)

    @property
    def first_seen(self) -> str:
        """The month the case was first seen."""
        return month_name(self.file.case.first_seen_month, self.lang)

    @property
    def leads(self) -> str:
        """Who naturally leads, by finding."""
        return "; ".join(dict.fromkeys(self.w(f.indicator.follow_up_owner) for f in self.file.making))

    @property
    def band_note(self) -> str:
        """What the band means."""
        return f"{self.word('BANDS', self.file.case.band)} {words.BAND_NOTE.of(self.lang)}"

    @property
    def summary(self) -> str:
        """The case in one paragraph."""
        findings = [f.finding for f in self.file.findings]
        times = Counter(company for finding in findings for company in finding.companies)
        central = sorted(times, key=lambda company: (-times[company], company))
        names = [self.file.names.company(company, self.lang) for company in central]
        return summary(
            self.file.case,
            findings,
            self.file.indicators,
            self.lang,
            [name for name in names if len(name) <= LONGEST_NAME],
        )

    def name(self, indicator: Indicator) -> str:
        """Name of an indicator."""
        return term(indicator.name, self.lang)

    def subject(self, finding: FindingFile) -> str:
        """What a finding is about."""
        told = finding.finding
        label = self.file.names.subject(told.subject_id, self.lang)
        if told.subject_type == "cluster":
            return joined([self.file.names.company(c, self.lang) for c in told.companies], self.lang)
        return label

    def unit(self, finding: FindingFile) -> str:
        """Unit of value and limit."""
        return term(finding.indicator.unit, self.lang)

    def value(self, finding: FindingFile) -> str:
        """Measured value."""
        told = finding.finding
        if told.value is None:
            return "–"
        return compared(told.value, told.threshold if told.threshold is not None else told.value, self.lang)[
            0
        ]

    def limit(self, finding: FindingFile) -> str:
        """Limit."""
        told = finding.finding
        if told.threshold is None:
            return "–"
        return compared(told.threshold, told.value if told.value is not None else told.threshold, self.lang)[
            0
        ]

    def margin(self, finding: FindingFile) -> str:
        """How far beyond the limit, signed."""
        margin = finding.finding.margin
        if margin is None:
            return "–"
        return ("+" if margin > 0 else "") + number(margin, self.lang)

    def basis(self, finding: FindingFile) -> str:
        """Where the limit comes from."""
        told = BASIS[finding.finding.threshold_basis]
        return term(told, self.lang)

    def quality(self, finding: FindingFile) -> list[str]:
        """Remarks on the data."""
        return quality(finding.finding, finding.indicator, self.lang)

    def is_context(self, finding: FindingFile) -> bool:
        """Whether a finding only supports the case."""
        return finding.finding.role is Role.CONTEXT

    def data_date(self, finding: FindingFile) -> str:
        """When the newest of its information became known."""
        known = [p.known_at for p in self.file.proofs if p.number in finding.numbers and p.known_at]
        return self.instant(max(known)) if known else "–"

    def numbers(self, numbers: Sequence[int]) -> list[tuple[int, str]]:
        """First number and text of every run of evidence numbers, for links."""
        runs: list[list[int]] = []
        for n in sorted(numbers):
            if runs and n == runs[-1][-1] + 1:
                runs[-1].append(n)
            else:
                runs.append([n])
        return [(run[0], numbers_text(run)) for run in runs]

    def instant(self, value: datetime) -> str:
        """The day of an instant, on the clock of Oslo."""
        return short_day(local(value).date(), self.lang)

    @cached_property
    def guards(self) -> list[Guard]:
        """Every explanation of every finding, those not ruled out first within each."""
        found = []
        for finding in self.file.findings:
            results = guard_results(finding.finding, finding.indicator)
            for result in sorted(results, key=lambda r: OUTCOME_ORDER.index(r.outcome)):
                steps = finding.indicator.next_steps
                settles = self.t("settled") if result.outcome == "ruled_out" else ""
                if not settles:
                    settles = self.w(steps[0]) if steps else "–"
                outcome = self.word("OUTCOMES", result.outcome)
                found.append(Guard(finding, result, self.w(result.explanation), outcome, settles))
        return found

    def guards_of(self, finding: FindingFile) -> list[Guard]:
        """Explanations of one finding."""
        return [guard for guard in self.guards if guard.finding is finding]

    @property
    def guard_counts(self) -> list[tuple[str, str, str]]:
        """Code, word and number of each outcome."""
        counts: Counter[str] = Counter(guard.result.outcome for guard in self.guards)
        return [(code, self.word("OUTCOMES", code), self.count(counts[code])) for code in OUTCOME_ORDER]

    @property
    def why(self) -> list[Reason]:
        """Why the case was selected, what several findings of an indicator say alike only once."""
        alike: dict[tuple[str, bool, str, str], list[FindingFile]] = {}
        for own in self.file.findings:
            key = (own.finding.indicator_id, self.is_context(own), self.value(own), self.limit(own))
            alike.setdefault(key, []).append(own)
        return [Reason(found[0], found[0].numbers, len(found)) for found in alike.values()]

    @property
    def open_guards(self) -> list[Guard]:
        """The explanations that most need attention, each once."""
        still = {(g.text, g.outcome): g for g in reversed(self.guards) if g.result.outcome != "ruled_out"}
        return sorted(reversed(still.values()), key=lambda g: OUTCOME_ORDER.index(g.result.outcome))[
            :CARD_LINES
        ]

    @property
    def to_consider(self) -> list[str]:
        """Lawful explanations that no data can rule out, one per finding, where there is room for them."""
        told = [self.w(f.indicator.innocent[0]) for f in self.file.findings if f.indicator.innocent]
        return list(dict.fromkeys(told))[: CARD_LINES - len(self.open_guards)]

    @cached_property
    def steps(self) -> list[Step]:
        """Next steps of all findings, the least intrusive of each first."""
        wanted: dict[str, tuple[int, list[str]]] = {}
        for finding in self.file.findings:
            for level, step in enumerate(finding.indicator.next_steps):
                _, users = wanted.setdefault(self.w(step), (level, []))
                if finding.finding.indicator_id not in users:
                    users.append(finding.finding.indicator_id)
        ordered = sorted(wanted.items(), key=lambda item: item[1][0])
        return [Step(text, ", ".join(users)) for text, (_, users) in ordered]

    def period(self, proof: Proof) -> str:
        """When a piece of evidence holds."""
        if proof.valid_from is None and proof.valid_to is None and not proof.has_period:
            return month_name(proof.row.month, self.lang) if len(proof.row.month) == 7 else "–"
        first = short_day(proof.valid_from, self.lang) if proof.valid_from else self.t("unknown_start")
        if not proof.has_period:
            return first
        return f"{first} – {short_day(proof.valid_to, self.lang) if proof.valid_to else self.t('open')}"

    @cached_property
    def _concerned(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for tie in self.file.persons:
            for n in tie.numbers:
                found.setdefault(n, []).append(self.file.names.person(tie.pseudonym))
        return found

    def concerned(self, proof: Proof) -> str:
        """Labels of the persons a piece of evidence is about."""
        return ", ".join(self._concerned.get(proof.number, ()))

    @property
    def persons_count(self) -> str:
        """How many persons are part of the information."""
        return counted(len(self.file.persons), *KINDS_MANY["person"], self.lang)

    def register(self, proof: Proof) -> str:
        """Register a piece of evidence rests on."""
        if proof.register is None:
            return self.t("derived")
        return proof.register.name_nb if self.lang == "nb" else proof.register.name_en

    def key(self, proof: Proof) -> str:
        """Key of the row, without identities."""
        return self.file.names.key(proof.row.key, self.lang)

    def status(self, finding: FindingFile) -> str:
        """What an evaluation came to."""
        return term(STATUS[finding.finding.status], self.lang)

    def why_not(self, finding: FindingFile) -> list[str]:
        """Why an evaluation did not trigger."""
        return [
            self.file.names.text(text, self.lang)
            for text in reasons(finding.finding, finding.indicator, self.lang)
        ]

    def robust(self, finding: FindingFile) -> str:
        """Whether a finding holds with a stricter limit."""
        return robustness(finding.finding, self.lang)

    @property
    def coverage(self) -> list[tuple[str, list[str]]]:
        """Indicator and its numbers: triggered, not triggered, not evaluable, held back."""
        counts: dict[str, Counter[str]] = {}
        for row in self.file.coverage:
            counts.setdefault(row.indicator_id, Counter())[row.status] += row.subjects_n
        statuses = ("triggered", "not_triggered", "not_evaluable", "suppressed")
        names = {i: self.name(d) for i, d in self.file.indicators.items()}
        return [
            (f"{i} {names.get(i, '')}", [self.count(own[status]) for status in statuses])
            for i, own in sorted(counts.items())
        ]

    @property
    def persons(self) -> list[tuple[str, str, str, list[tuple[int, str]]]]:
        """Label, short pseudonym, how included and evidence of every person."""
        return [
            (
                self.file.names.person(tie.pseudonym),
                short(tie.pseudonym),
                self.t("worker" if tie.works else "other_tie"),
                self.numbers(tie.numbers),
            )
            for tie in self.file.persons
        ]

    def before(self, finding: FindingFile) -> str:
        """Value the month before."""
        value = finding.finding.value if finding.change == "ended" else finding.previous_value
        return "–" if value is None else f"{number(value, self.lang)} {self.unit(finding)}"

    def now(self, finding: FindingFile) -> str:
        """Value now."""
        value = None if finding.change == "ended" else finding.finding.value
        return "–" if value is None else f"{number(value, self.lang)} {self.unit(finding)}"

    @property
    def hidden(self) -> str:
        """What the picture leaves out, in words; empty when nothing."""
        hidden = self.file.layout.hidden.items()
        parts = [counted(n, *KINDS_MANY[kind], self.lang) for kind, n in hidden]
        return joined(parts, self.lang)

    @property
    def deliveries(self) -> list[tuple[str, str, str, str]]:
        """Owner, source, delivery and day of every delivery behind the evidence shown."""
        found = {
            (p.owner, p.source, p.delivery_id, p.known_at)
            for proof in self.file.proofs
            for p in proof.provenance
        }
        return [(o, s, d, self.instant(at)) for o, s, d, at in sorted(found)]

    @property
    def versions(self) -> list[tuple[str, str, str]]:
        """Table, month and version of everything cited."""
        return sorted({(p.row.table, p.row.month, p.version) for p in self.file.proofs})

    @property
    def picture(self) -> str:
        """The picture as SVG."""
        return picture(self.file, self.lang, f"{self.t('picture')}: {self.file.case.case_id}")
