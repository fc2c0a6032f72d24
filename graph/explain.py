"""Puts findings into plain, hedged words, Norwegian and English, out of findings and declarations alone.

Nothing here knows a single indicator: names, units and guards come from the declarations, so that a new
indicator is explained without a change here. Facts are told in the present tense; what they may mean is
always "may".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from graph.companions import STANDS_ALONE
from graph.indicator import Indicator, Wording
from graph.model import Finding, Role, Status, ThresholdBasis

Language = Literal["nb", "en"]
LANGUAGES: tuple[Language, ...] = ("nb", "en")
OSLO = ZoneInfo("Europe/Oslo")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
SUMMARY_WORDS = 120
"""Longest summary, in words."""

FORBIDDEN_WORDS = (
    "svindel", "svindl", "bedrag", "kriminell", "mistenk", "mistank", "skyldig", "gjerning", "lovbryt",
    "forbryt", "snyt", "juks", "ulovlig",
    "fraud", "criminal", "suspect", "suspicio", "guilt", "offend", "perpetrat", "culprit", "cheat",
    "illegal", "unlawful",
)  # fmt: skip
"""Beginnings of words that no text about a case may use: a finding is an indication, never a verdict."""

_FORBIDDEN = re.compile(rf"\b(?:u?{'|u?'.join(FORBIDDEN_WORDS)})\w*", re.IGNORECASE)

MONTHS: Mapping[Language, tuple[str, ...]] = {
    "nb": ("januar", "februar", "mars", "april", "mai", "juni",
           "juli", "august", "september", "oktober", "november", "desember"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}  # fmt: skip

BASIS: Mapping[ThresholdBasis, Wording] = {
    ThresholdBasis.STATUTE: Wording(nb="lov eller forskrift", en="statute or regulation"),
    ThresholdBasis.DIRECTIVE: Wording(nb="EU-direktiv", en="EU directive"),
    ThresholdBasis.PUBLISHED: Wording(nb="publisert norm", en="published norm"),
    ThresholdBasis.STATISTICAL: Wording(nb="statistisk grense", en="statistical limit"),
    ThresholdBasis.OWN: Wording(nb="egen grense", en="own limit"),
}
"""Where a threshold comes from, in words."""

STATUS: Mapping[Status, Wording] = {
    Status.TRIGGERED: Wording(nb="utløst", en="triggered"),
    Status.NOT_TRIGGERED: Wording(nb="ikke utløst", en="not triggered"),
    Status.NOT_EVALUABLE: Wording(nb="kan ikke vurderes", en="not evaluable"),
    Status.SUPPRESSED: Wording(nb="holdt tilbake", en="held back"),
}
"""What an evaluation came to, in words."""


class CaseLike(Protocol):
    """What a summary needs to know of a case."""

    @property
    def as_of(self) -> datetime:
        """Nothing learned after this instant was used."""

    @property
    def companies(self) -> Sequence[str]:
        """Organisation numbers."""

    @property
    def dwellings(self) -> Sequence[str]:
        """Dwellings."""

    @property
    def persons_n(self) -> int:
        """Persons involved."""


def forbidden(text: str) -> list[str]:
    """The words in a text that no output may use.

    Args:
        text: Wording of ours; names out of registers are not ours and are not checked.
    """
    return [match.group(0) for match in _FORBIDDEN.finditer(text)]


def number(value: Decimal | int, lang: Language, places: int = 2) -> str:
    """A number as it is written in the language, without trailing zeros.

    Args:
        value: Any number.
        lang: Language.
        places: Most decimals.
    """
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _, part = f"{abs(rounded):f}".partition(".")
    part = part.rstrip("0")
    group, point = (NO_BREAK_SPACE, ",") if lang == "nb" else (",", ".")
    grouped = f"{int(whole):,}".replace(",", group)
    sign = (MINUS if lang == "nb" else "-") if rounded < 0 else ""
    return f"{sign}{grouped}{point}{part}" if part else f"{sign}{grouped}"


def compared(value: Decimal, threshold: Decimal, lang: Language) -> tuple[str, str]:
    """A value and its threshold, with as many decimals as it takes to tell them apart."""
    for places in range(2, 7):
        told = number(value, lang, places), number(threshold, lang, places)
        if told[0] != told[1] or value == threshold:
            return told
    return told


def amount(ore: int, lang: Language) -> str:
    """An amount in whole kroner.

    Args:
        ore: Amount in øre.
        lang: Language.
    """
    kroner = number(Decimal(ore) / 100, lang, 0)
    return f"{kroner}{NO_BREAK_SPACE}kr" if lang == "nb" else f"NOK{NO_BREAK_SPACE}{kroner}"


def day(value: date, lang: Language) -> str:
    """A date in words: `29. mars 2026`, `29 March 2026`."""
    stop = "." if lang == "nb" else ""
    return f"{value.day}{stop}{NO_BREAK_SPACE}{MONTHS[lang][value.month - 1]}{NO_BREAK_SPACE}{value.year}"


def short_day(value: date, lang: Language) -> str:
    """A date for tables: `29.03.2026`, `29 Mar 2026`."""
    if lang == "nb":
        return f"{value:%d.%m.%Y}"
    return f"{value.day}{NO_BREAK_SPACE}{MONTHS[lang][value.month - 1][:3]}{NO_BREAK_SPACE}{value.year}"


def month_name(month: str, lang: Language) -> str:
    """A month in words.

    Args:
        month: `YYYY-MM`.
        lang: Language.
    """
    return f"{MONTHS[lang][int(month[5:7]) - 1]}{NO_BREAK_SPACE}{month[:4]}"


def local(instant: datetime) -> datetime:
    """An instant on the clock of Oslo."""
    return instant.astimezone(OSLO)


def joined(items: Sequence[str], lang: Language) -> str:
    """A list in words: `a, b og c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {'og' if lang == 'nb' else 'and'} {items[-1]}"


def counted(n: int, one: Wording, many: Wording, lang: Language) -> str:
    """A number with its noun."""
    return f"{number(n, lang)}{NO_BREAK_SPACE}{getattr(one if n == 1 else many, lang)}"


def scale(companies: int, dwellings: int, persons: int, lang: Language) -> str:
    """How many companies, dwellings and persons are concerned; what is none is not told."""
    nouns = (
        (companies, Wording(nb="virksomhet", en="company"), Wording(nb="virksomheter", en="companies")),
        (dwellings, Wording(nb="bolig", en="dwelling"), Wording(nb="boliger", en="dwellings")),
        (persons, Wording(nb="person", en="person"), Wording(nb="personer", en="persons")),
    )
    return joined([counted(n, one, many, lang) for n, one, many in nouns if n], lang)


def weightiest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Triggered findings in the order they are told: those that make a case, then those that give context."""
    triggered = [f for f in findings if f.status is Status.TRIGGERED]
    return sorted(triggered, key=lambda f: (f.role is Role.CONTEXT, f.indicator_id, f.subject_id, f.scope_id))


def headline(findings: Iterable[Finding], indicators: Mapping[str, Indicator], lang: Language) -> str:
    """One short line that says what a case is about, without a single name.

    Args:
        findings: Findings of the case.
        indicators: Declarations by id.
        lang: Language.
    """
    told = weightiest_first(findings)
    making = [f for f in told if f.role is Role.TRIGGER] or told
    names = list(dict.fromkeys(getattr(indicators[f.indicator_id].name, lang) for f in making))
    if len(names) > 3:
        names = [*names[:3], f"+{len(names) - 3}"]
    companies = {c for f in told for c in f.companies}
    size = scale(len(companies), len({d for f in told for d in f.dwellings}), 0, lang)
    line = " · ".join(names)
    return f"{line} ({size})" if size else line


def measured(finding: Finding, indicator: Indicator, lang: Language) -> str:
    """Value against threshold with the unit; empty when there is no value."""
    unit = getattr(indicator.unit, lang)
    if finding.value is None:
        return ""
    if finding.threshold is None:
        return f"{number(finding.value, lang)} {unit}".rstrip()
    value, threshold = compared(finding.value, finding.threshold, lang)
    limit = "grense" if lang == "nb" else "limit"
    return f"{value} {unit}".rstrip() + f" ({limit} {threshold})"


def summary(
    case: CaseLike,
    findings: Iterable[Finding],
    indicators: Mapping[str, Indicator],
    lang: Language,
    names: Sequence[str] = (),
) -> str:
    """A case in one paragraph of at most 120 words, hedged.

    Args:
        case: The case.
        findings: Its findings.
        indicators: Declarations by id.
        lang: Language.
        names: Names of companies that may be told, most central first.
    """
    told = weightiest_first(findings)
    clauses = []
    for finding in told:
        declared = indicators[finding.indicator_id]
        measure = measured(finding, declared, lang)
        clauses.append(f"{getattr(declared.name, lang)}" + (f": {measure}" if measure else ""))
    clauses = list(dict.fromkeys(clauses))
    for most_names in (2, 0):
        for most in range(len(clauses), 0, -1):
            text = _summary_text(case, clauses, most, names[:most_names], lang)
            if len(text.split()) <= SUMMARY_WORDS:
                return text
    return _summary_text(case, [], 0, (), lang)


def _summary_text(
    case: CaseLike, clauses: Sequence[str], most: int, names: Sequence[str], lang: Language
) -> str:
    as_of = day(local(case.as_of).date(), lang)
    size = scale(len(case.companies), len(case.dwellings), case.persons_n, lang)
    listed = "; ".join(clauses[:most])
    rest = len(clauses) - most
    if lang == "nb":
        things = "ett forhold" if len(clauses) == 1 else f"{len(clauses)} forhold"
        about = f", blant dem {joined(names, lang)}" if names else ""
        more = f"; og {rest} til" if most and rest else ""
        return (
            f"Opplysningene per {as_of} viser {things} som bør avklares"
            + (f": {listed}{more}." if listed else ".")
            + (f" De gjelder {size}{about}." if size else "")
            + (" Sett sammen kan de" if len(clauses) > 1 else " Det kan")
            + " tyde på at arbeidet er organisert på en måte som bør undersøkes."
            " Det kan også ha lovlige forklaringer, som står nedenfor. Ingen konklusjon er trukket."
        )
    things = "one matter" if len(clauses) == 1 else f"{len(clauses)} matters"
    about = f", among them {joined(names, lang)}" if names else ""
    more = f"; and {rest} more" if most and rest else ""
    return (
        f"The information as of {as_of} shows {things} to be clarified"
        + (f": {listed}{more}." if listed else ".")
        + (f" They concern {size}{about}." if size else "")
        + (" Taken together they" if len(clauses) > 1 else " It")
        + " may indicate that the work is organised in a way that should be looked into."
        " It may also have lawful explanations, which are listed below. No conclusion has been drawn."
    )


def reasons(finding: Finding, indicator: Indicator, lang: Language) -> tuple[str, ...]:
    """Why a finding came to what it came to, one sentence each.

    Args:
        finding: The finding.
        indicator: Its declaration.
        lang: Language.
    """
    nb = lang == "nb"
    told: list[str] = []
    if finding.status is Status.NOT_EVALUABLE:
        told.append(
            "Forholdet kan ikke vurderes. Det betyr ikke at alt er i orden."
            if nb else "This could not be evaluated. That does not mean that all is in order."
        )  # fmt: skip
    if finding.value is not None:
        told.append(f"{'Målt' if nb else 'Measured'}: {measured(finding, indicator, lang)}.")
    if finding.value is not None and finding.threshold is not None:
        basis = getattr(BASIS[finding.threshold_basis], lang)
        source = f": {finding.legal_basis_ref}" if finding.legal_basis_ref else ""
        told.append(f"{'Grensen bygger på' if nb else 'The limit rests on'} {basis}{source}.")
    if robust := robustness(finding, lang):
        told.append(robust)
    if finding.suppressed_reason:
        why = _guard_text(finding.suppressed_reason, indicator, lang)
        told.append(f"{'Holdes tilbake' if nb else 'Held back'}: {why}.")
    if finding.truncated:
        told.append(f"{'Utsnittet er avkortet' if nb else 'The scope was cut'} ({finding.truncated}).")
    told += [f"{text.rstrip('.')}." for text in quality(finding, indicator, lang)]
    return tuple(told)


def robustness(finding: Finding, lang: Language) -> str:
    """Whether a triggered finding would still hold were a limit that no statute sets 20 % stricter."""
    if finding.threshold_basis in (ThresholdBasis.STATUTE, ThresholdBasis.DIRECTIVE):
        return ""
    if finding.status is not Status.TRIGGERED or finding.margin is None or not finding.threshold:
        return ""
    holds = abs(finding.margin) > abs(finding.threshold) * Decimal("0.2")
    if lang == "nb":
        return f"Gjelder {'også' if holds else 'ikke'} med 20\N{NO-BREAK SPACE}% strengere grense."
    return f"{'Holds' if holds else 'Does not hold'} with a 20% stricter limit{' too' if holds else ''}."


def quality(finding: Finding, indicator: Indicator, lang: Language) -> list[str]:
    """What is missing or weak behind a finding; a code without words is told as it is."""
    return [
        getattr(indicator.missing[code], lang) if code in indicator.missing else code
        for code in finding.data_quality
    ]


def _guard_text(name: str, indicator: Indicator, lang: Language) -> str:
    found = indicator.guards.get(name) or indicator.missing.get(name)
    return str(getattr(found, lang)).rstrip(".") if found else name


GuardOutcome = Literal["ruled_out", "not_ruled_out", "unknown"]


@dataclass(frozen=True, slots=True)
class GuardResult:
    """One lawful explanation that was checked.

    Attributes:
        guard: Its id in the declaration.
        explanation: The explanation.
        outcome: What the check came to; one that was not made is unknown, never ruled out.
        detail: What the detector adds to the outcome; empty when nothing.
    """

    guard: str
    explanation: Wording
    outcome: GuardOutcome
    detail: str


def guard_results(finding: Finding, indicator: Indicator) -> list[GuardResult]:
    """Every declared guard with its outcome, and then those that were checked without being declared.

    Whether a finding stands alone is known from what became of it, not from its own network.
    """
    checked = dict(text.partition("=")[::2] for text in finding.guards)
    if indicator.counts_beside:
        is_alone = finding.suppressed_reason == STANDS_ALONE
        counts = finding.status is Status.TRIGGERED
        checked[STANDS_ALONE] = "not_ruled_out" if is_alone else "ruled_out" if counts else ""
    found = []
    for name in dict.fromkeys([*indicator.guards, *checked]):
        word, _, detail = checked.get(name, "").partition(":")
        outcome: GuardOutcome = "unknown"
        if word == "ruled_out":
            outcome = "ruled_out"
        elif word == "not_ruled_out":
            outcome = "not_ruled_out"
        explanation = indicator.guards.get(name, Wording(nb=name, en=name))
        found.append(GuardResult(name, explanation, outcome, detail))
    return found
