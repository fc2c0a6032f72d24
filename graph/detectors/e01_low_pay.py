"""E01: reported pay per hour is below the lowest rate that everybody in the trade must pay.

In nine trades a minimum is set for all, whoever the employer is and whatever was agreed. An employer who
reports less either pays less than the law allows or reports something else than what was worked.

Formula: ordinary cash pay of a month (without overtime, holiday pay, severance and expenses; what was taken
back comes off) is divided by the paid hours of the same month, or for a fixed position by its hours less
leave. Two workers below 97 % of the lowest rate for adults without training or practice, in each of two of
the last six months, trigger. Months are never averaged: pay spread over months that were worked unevenly is
what made the Australian Robodebt assessments wrong. The rate is statutory, and pay and hours are the
employer's own words, so one finding makes a case for people to look at.

A difference paid within three months nets out, and until those have passed, a rate that has just risen is
not held against anybody: the one before it is. Pay for office work in a trade, and pay of people under 27,
who may be apprentices with a share of a skilled worker's pay, only give context.

Innocent explanations: hours reported wrongly, work that the agreement does not cover, absence without pay
that nobody reported, labour-market measures, a cleaning firm bound by its own nationwide agreement.

Limits of the data: what trade the work belongs to is read from the activity code, what work it is from the
occupation. Skill is not known, so skilled workers paid as unskilled are not seen. Rates that the code list
has from a second hand only, or lacks, make nothing trigger. Those under 18 have rates of their own.

Source: allmenngjøringsloven; Tariffnemnda's regulations, rates as published by Arbeidstilsynet; the tolerance
is own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from graph.detectors.citing import Citations, both, sum_of
from graph.detectors.reading import company, known, months_ending, orgnrs, plain, pseudonyms
from graph.detectors.tax import month_words, subject
from graph.explain import Language, number
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Role, Status, ThresholdBasis

CONFIRMED = "bekreftet"
MANUAL = ("7", "8", "9")
"""Craft work, machine operation and elementary work (STYRK-98)."""
WEEKS_OF_MONTH = Decimal(52) / Decimal(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of E01."""

    min_rate_share: Decimal = Decimal("0.97")
    """Pay per hour beside the rate, 0 to 1, below which it counts (own tolerance)."""
    min_workers: int = 2
    """Workers below it in one month (own)."""
    min_months: int = 2
    """Months with so many of them (own)."""
    window_months: int = 6
    """Months up to the evaluated month that are looked at (own)."""
    later_months: int = 3
    """Months in which a difference that is paid nets out (own)."""


@dataclass(frozen=True)
class Line:
    """One worker's month."""

    row: Edge
    month: date
    limits: Thresholds

    @property
    def first(self) -> date:
        """First day of the month of the work."""
        return self.row.valid_from or date.min

    @cached_property
    def hours(self) -> Decimal | None:
        """Paid hours, or for a fixed position its hours less leave; None is unknown."""
        paid = known(self.row, "paid_hours_h", Decimal)
        if paid is not None and paid > 0:
            return paid
        percent, week = known(self.row, "position_pct", Decimal), known(self.row, "full_week_h", Decimal)
        return None if percent is None or week is None else percent / 100 * week * WEEKS_OF_MONTH

    @property
    def is_salary(self) -> bool:
        """Paid for a position and not by the hour."""
        return not known(self.row, "paid_hours_h", Decimal)

    @cached_property
    def rate_ore(self) -> int | None:
        """What an hour is held against: until a rise must have been carried out, the rate before it."""
        if known(self.row, "certainty", str) != CONFIRMED:
            return None
        return known(self.row, "recent_rate_ore" if self.may_be_made_good else "rate_ore", int)

    @property
    def may_be_made_good(self) -> bool:
        """A difference may yet be paid soon enough."""
        return _months(self.first, self.month) < self.limits.later_months

    @cached_property
    def missing_ore(self) -> Decimal | None:
        """How much the pay lacks of the limit, in øre; None is unknown."""
        if self.hours is None or self.rate_ore is None or self.row.amount_ore is None:
            return None
        return self.hours * self.rate_ore * self.limits.min_rate_share - self.row.amount_ore

    @property
    def is_low(self) -> bool:
        """Below the limit as paid in the month."""
        return self.missing_ore is not None and self.missing_ore > 0

    @cached_property
    def is_of_trade(self) -> bool | None:
        """Work and age that the rate is for; None is unknown."""
        group, age = known(self.row, "occupation_group", str), known(self.row, "age_group", str)
        if (group is not None and group not in MANUAL) or age == "young":
            return False
        return None if group is None or age is None else True

    @cached_property
    def later(self) -> tuple[date, date] | None:
        """The time for which a difference was paid soon enough."""
        span = known(self.row, "later_from_on", date), known(self.row, "later_to_on", date)
        paid = known(self.row, "later_paid_on", date)
        if span[0] is None or span[1] is None or paid is None:
            return None
        return (span[0], span[1]) if _months(self.first, paid) <= self.limits.later_months else None


@dataclass(frozen=True)
class Payroll:
    """All lines of the employer."""

    lines: tuple[Line, ...]
    limits: Thresholds

    @cached_property
    def made_good(self) -> frozenset[str]:
        """Lines whose lack was paid later: what was paid covers all months it was paid for."""
        groups: dict[tuple[str, tuple[date, date]], list[Line]] = {}
        for line in self.lines:
            if line.later is not None and line.is_low:
                groups.setdefault((line.row.source, line.later), []).append(line)
        found: set[str] = set()
        for lines in groups.values():
            paid = max(known(line.row, "later_pay_ore", int) or 0 for line in lines)
            if paid >= sum(line.missing_ore or Decimal(0) for line in lines):
                found.update(line.row.edge_id for line in lines)
        return frozenset(found)

    def is_lacking(self, line: Line) -> bool:
        """Below the limit and not made good."""
        return line.is_low and line.row.edge_id not in self.made_good

    def months(self, counts: Callable[[Line], bool]) -> list[date]:
        """First days of months in which enough workers count, in order.

        Args:
            counts: Which lines count.
        """
        workers: dict[date, set[str]] = {}
        for line in self.lines:
            if counts(line):
                workers.setdefault(line.first, set()).add(line.row.source)
        return sorted(first for first, of in workers.items() if len(of) >= self.limits.min_workers)

    def told(self, counts: Callable[[Line], bool]) -> list[Line]:
        """Lines that count, in months in which enough workers do."""
        months = set(self.months(counts))
        return [line for line in self.lines if line.first in months and counts(line)]


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the employer that the scope names.

    Args:
        network: Scope of kind `pay`.
        thresholds: Limits.
    """
    org = subject(network)
    begins, ends = months_ending(network.month, thresholds.window_months)
    rows = [row for row in network.edges(EdgeKind.LOW_PAY) if row.target == org and row.valid_from]
    inside = [row for row in rows if begins <= (row.valid_from or date.min) <= ends]
    order = sorted(inside, key=lambda row: (row.valid_from or date.min, row.source, row.edge_id))
    payroll = Payroll(tuple(Line(row, network.month, thresholds) for row in order), thresholds)

    def counts(line: Line) -> bool:
        return payroll.is_lacking(line) and line.is_of_trade is True

    def counts_as_paid(line: Line) -> bool:
        return line.is_low and line.is_of_trade is True

    def may_count(line: Line) -> bool:
        is_unknown = line.missing_ore is None or line.is_of_trade is None
        return counts(line) or (
            is_unknown and line.is_of_trade is not False and not _is_settled(line, payroll)
        )

    def is_context(line: Line) -> bool:
        return payroll.is_lacking(line) and line.is_of_trade is not None

    least = thresholds.min_months
    rated = min((known(row, "rated_months_n", int) or 0 for row in inside), default=0)
    months_unknown = max(thresholds.window_months - rated, 0)
    has_enough = len(payroll.months(counts)) >= least
    is_made_good = len(payroll.months(counts_as_paid)) >= least
    possible = payroll.months(may_count)
    may_be_more = bool(possible) and len(possible) + months_unknown >= least
    status, role, reason, told = Status.NOT_TRIGGERED, Role.TRIGGER, "", payroll.told(counts)
    if has_enough:
        status = Status.TRIGGERED
    elif len(possible) >= least or may_be_more or network.truncated:
        status = Status.NOT_EVALUABLE
    elif is_made_good:
        status, reason, told = Status.SUPPRESSED, "made_good", payroll.told(counts_as_paid)
    elif len(payroll.months(is_context)) >= least:
        status, role, told = Status.TRIGGERED, Role.CONTEXT, payroll.told(is_context)
    quality = {
        "hours_unknown": any(line.hours is None for line in payroll.lines),
        "rate_unknown": months_unknown > 0 or any(line.rate_ore is None for line in payroll.lines),
        "work_unknown": any(line.is_of_trade is None for line in payroll.lines),
        "difference_may_follow": any(line.may_be_made_good and line.later is None for line in told),
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    citations.node(
        org, both("{org} står i Enhetsregisteret.", "{org} is in the register.", org=company(network, org))
    )
    for line in payroll.lines:
        _cite(citations, network, line)
    is_told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    lowest = min((_share(line) for line in told), default=None)
    yield Finding(
        indicator_id="E01",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs({org}),
        persons=pseudonyms(line.row.source for line in told) if is_told else (),
        status=status,
        role=role,
        value=Decimal(len({line.first for line in told})),
        threshold=Decimal(least),
        evidence=citations.evidence(),
        guards=(
            f"made_good={'not_ruled_out' if payroll.made_good else 'ruled_out'}",
            f"outside_the_rate={'not_ruled_out' if _has_others(payroll) else 'ruled_out'}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts={
            "workers_n": str(len({line.row.source for line in told})),
            "months_n": str(len({line.first for line in told})),
            "lowest_share": "-" if lowest is None else plain(lowest),
            "sector": next((known(row, "sector", str) or "-" for row in inside), "-"),
        },
    )


def _is_settled(line: Line, payroll: Payroll) -> bool:
    """Known to be above the limit, or made good: what else is unknown of it does not matter."""
    return line.missing_ore is not None and not payroll.is_lacking(line)


def _has_others(payroll: Payroll) -> bool:
    return any(payroll.is_lacking(line) and line.is_of_trade is False for line in payroll.lines)


def _months(first: date, last: date) -> int:
    """Months from that of one day to that of another."""
    return (last.year - first.year) * 12 + last.month - first.month


def _share(line: Line) -> Decimal:
    """Pay beside what the rate makes, 0 to 1."""
    due = (line.hours or Decimal(0)) * (line.rate_ore or 0)
    return (Decimal(line.row.amount_ore or 0) / due).quantize(Decimal("0.001")) if due else Decimal(0)


def _cite(citations: Citations, network: Network, line: Line) -> None:
    hours, paid = line.hours, line.row.amount_ore
    later = known(line.row, "later_pay_ore", int)
    citations.edge(
        line.row,
        both(
            "En person fikk {per_hour} kr timen av {org} i {month}: {pay} kr for {hours} timer{kind}. "
            "Laveste sats for voksne var {rate} kr. Etterbetalt: {later}.",
            "A person got NOK {per_hour} an hour from {org} in {month}: NOK {pay} for {hours} hours{kind}. "
            "The lowest rate for adults was NOK {rate}. Paid later: {later}.",
            org=company(network, line.row.target),
            month=month_words(line.row.valid_from),
            per_hour=_number(None if not hours or paid is None else paid / hours / 100, 2),
            pay=_number(None if paid is None else Decimal(paid) / 100, 0),
            hours=_number(hours, 1),
            kind={"nb": " (av stillingen)", "en": " (of the position)"} if line.is_salary else "",
            rate=_number(None if line.rate_ore is None else Decimal(line.rate_ore) / 100, 2),
            later={"nb": "ikke kjent", "en": "not known"} if later is None else sum_of(later),
        ),
    )


def _number(value: Decimal | None, places: int) -> dict[Language, str]:
    if value is None:
        return {"nb": "-", "en": "-"}
    return {"nb": number(value, "nb", places), "en": number(value, "en", places)}


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="E01",
    version="1.0",
    name=both("Lønn per time under allmenngjort minstesats",
              "Implied hourly wage below the generally applicable minimum"),
    rationale=both(
        "I ni bransjer må alle betale en minstesats, uansett avtale. Meldt lønn delt på timer kan vise at "
        "den ikke betales, eller at det ble arbeidet noe annet enn det som er meldt.",
        "In nine trades everybody must pay a minimum, whatever was agreed. Reported pay divided by hours may "
        "show that it is not paid, or that something else was worked than is reported."),
    formula=both(
        "Ordinær lønn i en måned delt på betalte timer i samme måned (for fast stilling: timene i "
        "stillingen, permisjon fratrukket) er under 97 % av laveste sats for voksne ufaglærte, for minst to "
        "arbeidstakere i hver av to av de siste seks månedene.",
        "Ordinary pay of a month divided by the paid hours of the same month (for a fixed position its "
        "hours, leave taken off) is below 97% of the lowest rate for unskilled adults, for at least two "
        "workers in each of two of the last six months."),
    subject_type="org",
    scope_kind="pay",
    unit=both("måneder", "months"),
    edge_kinds=(EdgeKind.LOW_PAY,),
    data_owners=("Skatteetaten",),
    thresholds=(
        Threshold(name="min_rate_share", basis=ThresholdBasis.OWN, wording=both(
            "Lønn per time mot satsen, 0 til 1, som må være nådd.",
            "Pay per hour beside the rate, 0 to 1, that must be reached.")),
        Threshold(name="min_workers", basis=ThresholdBasis.OWN, wording=both(
            "Arbeidstakere under satsen i samme måned.", "Workers below the rate in one month.")),
        Threshold(name="min_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder med så mange.", "Months with so many of them.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til den vurderte.", "Months up to the evaluated one.")),
        Threshold(name="later_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder der en etterbetaling regnes med.", "Months in which a difference paid later counts.")),
    ),
    guards={
        "made_good": both("Etterbetaling innen tre måneder dekker det som manglet.",
                          "A difference paid within three months covers what was missing."),
        "outside_the_rate": both(
            "Noen under satsen gjør kontorarbeid eller er under 27 år og kan være lærlinger.",
            "Some below the rate do office work, or are under 27 and may be apprentices."),
    },
    innocent=(
        both("Lærlinger har en del av fagarbeiderlønnen; også voksne kan være lærlinger.",
             "Apprentices have a share of a skilled worker's pay; adults may be apprentices too."),
        both("Timene kan være meldt feil, for eksempel med pauser, reisetid eller fravær uten lønn.",
             "Hours may be reported wrongly, for example with breaks, travel or absence without pay."),
        both("Arbeidet kan falle utenfor forskriften selv om virksomheten er i bransjen.",
             "The work may be outside the regulation although the company is in the trade."),
        both("Renholdsfirmaer bundet av egen landsomfattende tariffavtale er unntatt.",
             "Cleaning companies bound by their own nationwide agreement are exempt."),
        both("Etterbetaling kan komme senere, for eksempel etter nye satser.",
             "A difference may be paid later, for example after new rates."),
    ),
    next_steps=(
        both("Se i a-ordningen om lønn eller timer er rettet siden, og hvilke yrker som er meldt.",
             "See in the employer reports whether pay or hours were corrected since, and which occupations "
             "are reported."),
        both("Be arbeidsgiveren om arbeidsavtaler, lønnsslipper og lærekontrakter for månedene.",
             "Ask the employer for contracts of employment, payslips and apprenticeship contracts of those "
             "months."),
        both("Sammenlign timelister, bankutbetalinger og oversiktslister for samme uker.",
             "Compare time sheets, bank payments and crew lists for the same weeks."),
        both("Spør arbeidstakerne alene ved tilsyn, med tolk ved behov; krav på etterbetaling kan foreldes.",
             "Ask the workers alone at an inspection, with an interpreter where needed; claims for back pay "
             "may lapse."),
    ),
    missing={
        "hours_unknown": both("Verken timer eller stilling er meldt for noe av lønnen.",
                              "Neither hours nor position is reported for some of the pay."),
        "rate_unknown": both("Satsen er ikke bekreftet for alle månedene.",
                             "The rate is not confirmed for all of the months."),
        "work_unknown": both("Yrke eller alder er ukjent for noen.", "Occupation or age of some is unknown."),
        "difference_may_follow": both("Etterbetaling kan ennå komme for noen av månedene.",
                                      "A difference may yet be paid for some of the months."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Færre enn to voksne har lønn under laveste sats for bransjen i de siste seks månedene.",
        "Fewer than two adults have pay below the lowest rate of the trade in the last six months."),
    follow_up_owner=both("Arbeidstilsynet", "Arbeidstilsynet"),
    legal_basis="allmenngjøringsloven § 6; Tariffnemndas forskrifter",
    source="Arbeidstilsynet, satser for minstelønn; toleransen er egen",
    prior=Decimal("0.55"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("underpaid",),
    look_alikes=("apprentices", "difference_paid_later", "unpaid_leave", "work_outside_the_scope",
                 "office_staff_of_a_builder", "harvest_workers"),
    statutory_hard_evidence=True,
)
# fmt: on
