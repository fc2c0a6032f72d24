"""G01: several employers report more work for the same people than anybody can do.

Positions that add up to nearly two full ones, month after month and for several people of the same employer,
may be work that was never done, an identity that was lent, or hours far beyond what the law allows.

Formula: a person's positions in a month, as reported and less leave and lay-off, are added over all employers
that paid the person in that month. A position by the hour counts as reported when at least four fifths of its
hours were paid, else by the hours; a salaried one counts when the pay comes to at least NOK 150 per hour of
the position. A person with at least 180 % in three months in a row, the employer among them, is overloaded.
Three such persons trigger, and so do two when they are a tenth of the staff.

Adding up reported positions alone would be wrong: nearly a quarter of registered relations are not active
employment (24.2 % in November 2022, SSB), so pay and hours are asked of every relation that counts.

Innocent explanations: relations nobody closed, people on call, several part-time jobs, fees for assignments,
leave from the other job, notice worked out. The first five do not count as work here; leave that explains a
finding holds it back; two months of notice are too short.

Limits of the data: hours of salaried people are not reported, so their position is read from the pay. Where
neither hours nor position is reported, what was worked is unknown. One person in a small firm is a tenth of
it; that says nothing, so at least two are asked for, beside the share of the definition.

Source: SSB, documentation of labour market data from the a-melding; Skatteetaten, a-meldingen; the cut-offs
are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cached_property

from graph.detectors.citing import Citations, both, sum_of
from graph.detectors.reading import company, each_month, known, orgnrs, plain, pseudonyms, share
from graph.detectors.tax import month_words, subject
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

FREELANCE = "frilanserOppdragstakerHonorarPersonerMm"
FULL_WEEK_H = Decimal("37.5")
"""Where the hours of a full position are not given: those most agreements have."""
WEEKS_OF_MONTH = Decimal(52) / Decimal(12)
PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of G01."""

    min_position: Decimal = Decimal("1.8")
    """Full positions together in a month (own)."""
    min_months: int = 3
    """Months in a row (own)."""
    min_persons: int = 3
    """Overloaded persons of one employer (own)."""
    min_staff_share: Decimal = Decimal("0.1")
    """Share of the staff, 0 to 1, from which fewer persons are enough (own)."""
    min_persons_of_few: int = 2
    """Overloaded persons where they are such a share (own)."""
    window_months: int = 6
    """Months up to the evaluated month that are looked at (own)."""
    min_hours_share: Decimal = Decimal("0.8")
    """Paid hours beside those of the position, 0 to 1, from which it counts as reported (own)."""
    min_hourly_ore: int = 15_000
    """Least pay per hour of a salaried position that counts, in øre (own)."""


@dataclass(frozen=True)
class Worker:
    """A person of the employer with the paid months of work for all employers."""

    network: Network
    person: str
    rows: tuple[Edge, ...]
    limits: Thresholds

    def position(self, row: Edge) -> Decimal | None:
        """Position for one employer in one month, 1 is full, leave not taken off; None is unknown."""
        percent = known(row, "position_pct", Decimal)
        shown = None if percent is None else percent / 100
        full_h = (known(row, "full_week_h", Decimal) or FULL_WEEK_H) * WEEKS_OF_MONTH
        hours = known(row, "paid_hours_h", Decimal)
        if hours is not None and hours > 0:
            worked = hours / full_h
            is_borne_out = shown is not None and worked >= shown * self.limits.min_hours_share
            return shown if is_borne_out else worked
        if known(row, "employment_kind", str) == FREELANCE:
            return Decimal(0)
        if shown is None or row.amount_ore is None:
            return None
        due = shown * full_h * self.limits.min_hourly_ore
        return shown if row.amount_ore > 0 and row.amount_ore >= due else Decimal(0)

    @cached_property
    def months(self) -> list[date]:
        """First days of the months looked at, in order."""
        return [first for first, _ in each_month(self.network.month, self.limits.window_months)]

    def together(self, month: date, *, less_leave: bool, unknown: Decimal) -> Decimal:
        """Positions of a month together; 0 when this employer has none.

        Args:
            month: First day of the month.
            less_leave: Leave is taken off.
            unknown: What an unknown position stands for.
        """
        rows = [row for row in self.rows if row.valid_from == month]
        by_employer: dict[str, Decimal] = {}
        for row in rows:
            found = self.position(row)
            away = (known(row, "leave_pct", Decimal) or Decimal(0)) / 100 if less_leave else Decimal(0)
            worked = unknown if found is None else found
            by_employer[row.target] = by_employer.get(row.target, Decimal(0)) + max(worked - away, Decimal(0))
        here = by_employer.get(subject(self.network), Decimal(0))
        return sum(by_employer.values(), Decimal(0)).quantize(PLACES) if here > 0 else Decimal(0)

    def lasting(self, *, less_leave: bool, unknown: Decimal) -> Decimal:
        """The most that enough months in a row have."""
        counts = [self.together(m, less_leave=less_leave, unknown=unknown) for m in self.months]
        span = self.limits.min_months
        starts = range(len(counts) - span + 1)
        return max((min(counts[n : n + span]) for n in starts), default=Decimal(0))

    @cached_property
    def worked(self) -> Decimal:
        """Positions that lasted for enough months, known ones only."""
        return self.lasting(less_leave=True, unknown=Decimal(0))

    @cached_property
    def is_overloaded(self) -> bool:
        """Whether the person has more than one can do."""
        return self.worked >= self.limits.min_position

    @cached_property
    def is_on_leave(self) -> bool:
        """Whether leave is what keeps the positions below the limit."""
        gross = self.lasting(less_leave=False, unknown=Decimal(0))
        return not self.is_overloaded and gross >= self.limits.min_position

    @cached_property
    def may_be_overloaded(self) -> bool:
        """Whether positions nobody knows could make the person overloaded."""
        return self.lasting(less_leave=True, unknown=Decimal(1)) >= self.limits.min_position


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the employer that the scope names.

    Args:
        network: Scope of kind `load`.
        thresholds: Limits.
    """
    org = subject(network)
    rows = [row for row in network.edges(EdgeKind.WORK_MONTH) if row.valid_from is not None]
    people = sorted({row.source for row in rows if row.target == org})
    workers = [
        Worker(network, person, tuple(r for r in rows if r.source == person), thresholds) for person in people
    ]
    overloaded = [w for w in workers if w.is_overloaded]
    away = [w for w in workers if w.is_on_leave]
    possible = [w for w in workers if w.is_overloaded or w.may_be_overloaded]
    staff = _staff(rows, org)
    least = _least(staff, thresholds)
    status, reason = Status.NOT_TRIGGERED, ""
    if len(overloaded) >= least:
        status = Status.TRIGGERED
    elif len(possible) >= least or network.truncated:
        status = Status.NOT_EVALUABLE
    elif len(overloaded) + len(away) >= least:
        status, reason = Status.SUPPRESSED, "leave"
    told = overloaded or away
    is_told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    quality = {
        "position_unknown": any(w.position(row) is None for w in workers for row in w.rows),
        "staff_unknown": staff is None,
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, network, org, workers)
    others = {row.target for w in told for row in w.rows}
    yield Finding(
        indicator_id="G01",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs({org, *others} if is_told else {org}),
        persons=pseudonyms(w.person for w in told) if is_told else (),
        status=status,
        value=Decimal(len(overloaded)),
        threshold=Decimal(least),
        evidence=citations.evidence(),
        guards=(f"leave={'not_ruled_out' if away else 'ruled_out'}",),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts={
            "persons_n": str(len(overloaded)),
            "staff_n": "-" if staff is None else str(staff),
            "staff_share": "-" if not staff else plain(share(len(overloaded), staff)),
            "employers_n": str(len(others)),
            "most": plain(max((w.worked for w in workers), default=Decimal(0))),
        },
    )


def _staff(rows: list[Edge], org: str) -> int | None:
    """People the employer paid in the last month with such work."""
    of_employer = [row for row in rows if row.target == org and known(row, "staff_n", int) is not None]
    last = max(of_employer, key=lambda row: (row.valid_from or date.min, row.edge_id), default=None)
    return None if last is None else known(last, "staff_n", int)


def _least(staff: int | None, limits: Thresholds) -> int:
    """Overloaded persons from which the employer is told of."""
    if staff is None:
        return limits.min_persons
    of_staff = int((staff * limits.min_staff_share).to_integral_value(ROUND_CEILING))
    return min(limits.min_persons, max(limits.min_persons_of_few, of_staff))


def _cite(citations: Citations, network: Network, org: str, workers: list[Worker]) -> None:
    citations.node(
        org, both("{org} står i Enhetsregisteret.", "{org} is in the register.", org=company(network, org))
    )
    for worker in workers:
        months = set(worker.months)
        for row in sorted(worker.rows, key=lambda r: (r.valid_from or date.min, r.target)):
            if row.valid_from in months:
                _cite_month(citations, network, row)


def _cite_month(citations: Citations, network: Network, row: Edge) -> None:
    percent, hours = known(row, "position_pct", Decimal), known(row, "paid_hours_h", Decimal)
    leave = known(row, "leave_pct", Decimal)
    citations.edge(
        row,
        both(
            "En person var meldt med stilling {percent} % i {org} i {month}; betalte timer {hours}, fastlønn "
            "{pay}, permisjon {leave} %.",
            "A person was reported with a position of {percent}% at {org} in {month}; paid hours {hours}, "
            "fixed pay {pay}, leave {leave}%.",
            percent=_number(percent),
            org=company(network, row.target),
            month=month_words(row.valid_from),
            hours=_number(hours),
            pay=sum_of(row.amount_ore),
            leave=_number(leave or Decimal(0)),
        ),
    )


def _number(value: Decimal | None) -> str:
    return "-" if value is None else plain(value.quantize(Decimal("0.1")))


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="G01",
    version="1.0",
    name=both("Mer arbeid enn ett menneske kan gjøre", "Co-employment overload"),
    rationale=both(
        "Stillinger som til sammen er nær to fulle, måned etter måned for flere av de ansatte, kan være "
        "arbeid som ikke er gjort, en lånt identitet eller dager langt over lovens grenser.",
        "Positions of nearly two full ones together, month after month for several of the staff, may be work "
        "never done, a lent identity, or days far beyond the limits of the law."),
    formula=both(
        "En person har lønn og timer fra flere arbeidsgivere som til sammen er minst 180 % stilling i tre "
        "måneder på rad, permisjon fratrukket. Tre slike hos samme arbeidsgiver, eller to når de er minst en "
        "tidel av de ansatte.",
        "A person has pay and hours from several employers that are together at least 180% of a position in "
        "three months in a row, leave taken off. Three such persons of one employer, or two when they are at "
        "least a tenth of the staff."),
    subject_type="org",
    scope_kind="load",
    unit=both("personer", "persons"),
    edge_kinds=(EdgeKind.WORK_MONTH,),
    data_owners=("Skatteetaten",),
    thresholds=(
        Threshold(name="min_position", basis=ThresholdBasis.OWN, wording=both(
            "Fulle stillinger til sammen i en måned.", "Full positions together in a month.")),
        Threshold(name="min_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder på rad.", "Months in a row.")),
        Threshold(name="min_persons", basis=ThresholdBasis.OWN, wording=both(
            "Personer hos samme arbeidsgiver.", "Persons of one employer.")),
        Threshold(name="min_staff_share", basis=ThresholdBasis.OWN, wording=both(
            "Andel av de ansatte, 0 til 1, som gjør færre personer nok.",
            "Share of the staff, 0 to 1, from which fewer persons are enough.")),
        Threshold(name="min_persons_of_few", basis=ThresholdBasis.OWN, wording=both(
            "Personer når de er en slik andel.", "Persons where they are such a share.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til den vurderte.", "Months up to the evaluated one.")),
        Threshold(name="min_hours_share", basis=ThresholdBasis.OWN, wording=both(
            "Betalte timer mot stillingens timer, 0 til 1, som lar stillingen telle som meldt.",
            "Paid hours beside those of the position, 0 to 1, from which it counts as reported.")),
        Threshold(name="min_hourly_ore", basis=ThresholdBasis.OWN, wording=both(
            "Minste lønn per time, i øre, for at en fastlønnet stilling skal telle.",
            "Least pay per hour, in øre, of a salaried position that counts.")),
    ),
    guards={
        "leave": both("Permisjon eller permittering fra en av stillingene forklarer summen.",
                      "Leave or lay-off from one of the positions explains the sum."),
    },
    innocent=(
        both("Noen kan ha to jobber lovlig, for eksempel på ulike tider av døgnet, en tid.",
             "Somebody may lawfully have two jobs, for example at different times of the day, for a while."),
        both("Sluttdatoen kan mangle mens sluttoppgjør og feriepenger ennå betales.",
             "The end date may be missing while final pay and holiday pay are still paid."),
        both("Stillingsprosenten kan være feil meldt av lønnssystemet.",
             "The payroll system may report a wrong position."),
        both("To arbeidsgivere kan melde samme arbeid ved innleie eller overdragelse.",
             "Two employers may report the same work on hiring-out or a transfer."),
    ),
    next_steps=(
        both("Se i a-ordningen om forholdene er avsluttet eller rettet siden.",
             "See in the employer reports whether the relations were closed or corrected since."),
        both("Sammenlign timelistene hos arbeidsgiverne for samme uker.",
             "Compare the time sheets of the employers for the same weeks."),
        both("Se om noen andre kan ha arbeidet under personens navn.",
             "See whether somebody else may have worked under the person's name."),
        both("Spør arbeidstakeren alene, med tolk ved behov; personen kan være fornærmet.",
             "Ask the worker alone, with an interpreter where needed; the person may be the injured party."),
    ),
    missing={
        "position_unknown": both("Verken timer eller stilling er meldt for noe av arbeidet.",
                                 "Neither hours nor position is reported for some of the work."),
        "staff_unknown": both("Antallet ansatte er ukjent; andelen kan ikke regnes ut.",
                              "The number of staff is unknown; the share cannot be found."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Færre enn to av de ansatte er meldt med mye arbeid av flere arbeidsgivere i tre av de siste seks "
        "månedene.",
        "Fewer than two of the staff were reported with much work by several employers in three of the last "
        "six months."),
    follow_up_owner=both("Arbeidstilsynet, NAV og Skatteetaten", "Arbeidstilsynet, NAV and Skatteetaten"),
    legal_basis="",
    source="SSB, dokumentasjon av arbeidsmarkedsdata fra a-meldingen; grensene er egne",
    prior=Decimal("0.30"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("overloaded",),
    look_alikes=("several_real_part_time_jobs", "on_call_contracts_never_closed",
                 "on_leave_from_the_other_job", "freelance_fees_beside_a_job",
                 "full_position_printed_for_few_hours", "notice_worked_out",
                 "students_with_two_evening_jobs"),
)
# fmt: on
