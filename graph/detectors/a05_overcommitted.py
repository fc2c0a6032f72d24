"""A05: a firm that came in late or deep in a chain promised far more work than it declared people for.

A small firm that suddenly takes on more than its people can do, late in a project or deep in its chain, needs
other people. Where nobody declared them, undeclared work is one explanation.

Formula: what a contract promises in a month is the labour part of its value, spread evenly over its days, by
the cost of an hour in the supplier's trade. What the supplier can do are the hours that it declared, those of
people on reported assignments, and those it bought from others, by contract or invoice. Promised over
possible is at least 2 in two months in a row, of the last six; at least half of what is promised lies in
contracts that began after the middle of their project or have at least two contracts above them; and the
promise is at least 325 hours, two full positions. A month counts from 45 days after its end.

Only the labour part of a value is promised work. Where it is unknown, it may be all of the value or nothing
of it; what was bought by a contract whose value is unknown may be anything.

Innocent explanations: people hired before they are reported, prefabrication, contracts that are mostly
material, subcontractors registered late, trades that always come last, owners who work without pay. Guards:
material never counts; two months in a row after 45 days leave out a slow report; where a liable owner may
have done the work, one full position for each counts, and what only that explains is held back.

Limits of the data: work is not done evenly, and hours of salaried people are those of their position.
Attendance on site is not read.

Source: socialsecurity.belgium.be/nl/datamining, MiningWatch and OASIS; vero.fi, monthly contract and employee
reporting per construction site. All limits are own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from graph.detectors.citing import Citations, both, period, sum_of
from graph.detectors.promise import Month, most_of, ratio
from graph.detectors.reading import (
    any_true,
    company,
    each_month,
    known,
    orgnrs,
    plain,
    share,
)
from graph.detectors.tax import month_words, own, subject
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of A05."""

    min_load: Decimal = Decimal(2)
    """Hours promised divided by hours possible (own)."""
    min_months: int = 2
    """Months in a row (own)."""
    min_promised_h: int = 325
    """Hours promised in such a month (own)."""
    min_project_share: Decimal = Decimal("0.5")
    """Part of the project gone when a late contract begins, 0 to 1 (own)."""
    min_late_share: Decimal = Decimal("0.5")
    """Part of the promised hours in contracts that are late or deep, 0 to 1 (own)."""
    min_tier: int = 2
    """Contracts above one that is deep in the chain (own)."""
    grace_days: int = 45
    """Days after a month's end from which it counts (own)."""
    window_months: int = 6
    """Months up to the evaluated one that are looked at (own)."""


def is_late_or_deep(edge: Edge, limits: Thresholds) -> bool | None:
    """Whether a contract began late in its project or is deep in its chain; None when unknown.

    A contract outside a project, as a standing agreement, is not late in any.

    Args:
        edge: Edge of kind `promise`.
        limits: Limits.
    """
    tier = known(edge, "tier_no", int)
    start, end = known(edge, "project_from", date), known(edge, "project_to", date)
    is_late: bool | None = None
    if known(edge, "project_id", str) is None:
        is_late = False
    elif edge.valid_from and start and end:
        gone, whole = (edge.valid_from - start).days, (end - start).days
        is_late = whole > 0 and gone > 0 and share(gone, whole) > limits.min_project_share
    return any_true(is_late, None if tier is None else tier >= limits.min_tier)


def mostly_late_or_deep(month: Month, limits: Thresholds) -> bool | None:
    """Whether enough of a month's promise lies in contracts that are late or deep; None when unknown.

    Args:
        month: The month.
        limits: Limits.
    """
    placed = [(e, is_late_or_deep(e, limits)) for e in month.promises]
    sure = _sum(month.hours(e, e.amount_ore) for e, late in placed if late)
    other = _sum(month.hours(e, e.amount_ore) for e, late in placed if late is False)
    most = [month.hours(e, most_of(e)) for e, late in placed if late is not False]
    if None not in most:
        perhaps = _sum(most)
        if not perhaps or perhaps < limits.min_late_share * (perhaps + other):
            return False
    total = month.perhaps_promised
    return True if total is not None and sure > 0 and sure >= limits.min_late_share * total else None


def is_over(month: Month, limits: Thresholds, *, owners: bool) -> bool | None:
    """Whether too much was promised, late or deep; None when that is unknown.

    Args:
        month: The month.
        limits: Limits.
        owners: Count a full position for each liable owner.
    """
    is_placed = mostly_late_or_deep(month, limits)
    possible, most = month.possible(owners=owners), month.perhaps_promised
    if is_placed is False or not month.promises:
        return False
    if possible is None:
        return None
    if most is not None and (most < limits.min_promised_h or ratio(most, possible) < limits.min_load):
        return False
    is_sure = (
        is_placed is True
        and month.is_bought_known
        and month.surely_promised >= limits.min_promised_h
        and ratio(month.surely_promised, possible) >= limits.min_load
    )
    return True if is_sure else None


def _sum(hours: Iterable[Decimal | None]) -> Decimal:
    return sum((h or Decimal(0) for h in hours), Decimal(0))


def months(network: Network, limits: Thresholds) -> list[Month]:
    """Months that count, in order.

    Args:
        network: Scope of kind `promise`.
        limits: Limits.
    """
    org = subject(network)
    last = network.as_of.date() - timedelta(days=limits.grace_days)
    declared = {(e.valid_from, e.valid_to): e for e in own(network, EdgeKind.DECLARED_MONTH)}
    contracts = sorted(network.edges(EdgeKind.PROMISE), key=lambda e: e.edge_id)
    found = []
    for days in each_month(network.month, limits.window_months):
        if days[1] > last:
            continue
        in_force = [e for e in contracts if e.source != e.target and e.overlaps(*days)]
        found.append(
            Month(
                days,
                tuple(e for e in in_force if e.target == org),
                tuple(e for e in in_force if e.source == org),
                declared.get(days),
            )
        )
    return found


def longest(flags: list[bool]) -> int:
    """Length of the longest run that holds."""
    best = run = 0
    for holds in flags:
        run = run + 1 if holds else 0
        best = max(best, run)
    return best


def peak(counted: list[Month], count: int) -> Decimal | None:
    """The highest load that all of some months in a row reach; None when none is known.

    Args:
        counted: Months that count, in order.
        count: Months in a row.
    """
    loads = [month.load() for month in counted]
    runs = [loads[i : i + count] for i in range(len(loads) - count + 1)]
    found = [min(v for v in run if v is not None) for run in runs if run and None not in run]
    return max(found, default=None)


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the supplier of the scope.

    Args:
        network: Scope of kind `promise`.
        thresholds: Limits.
    """
    org = subject(network)
    counted = months(network, thresholds)
    with_owners = [is_over(month, thresholds, owners=True) for month in counted]
    without = [is_over(month, thresholds, owners=False) for month in counted]
    need = thresholds.min_months
    is_sure = longest([over is True for over in with_owners]) >= need
    status, reason = Status.NOT_TRIGGERED, ""
    if is_sure and not network.truncated:
        status = Status.TRIGGERED
    elif longest([over is not False for over in with_owners]) >= need:
        status = Status.NOT_EVALUABLE
    elif longest([over is True for over in without]) >= need:
        status, reason = Status.SUPPRESSED, "owner_labour"
    elif network.truncated:
        status = Status.NOT_EVALUABLE
    contracts = {e.edge_id: e for month in counted for e in (*month.promises, *month.bought)}
    quality = {
        "labour_unknown": any(e.amount_ore is None for e in contracts.values()),
        "days_unknown": any(None in (e.valid_from, e.valid_to) for e in contracts.values()),
        "hours_unknown": any(month.possible(owners=False) is None for month in counted),
        "place_unknown": any(
            is_late_or_deep(e, thresholds) is None for month in counted for e in month.promises
        ),
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, network, counted, [contracts[key] for key in sorted(contracts)])
    over = [month for month, holds in zip(counted, without, strict=True) if holds]
    unsure = any(e.amount_ore is None for month in counted for e in month.promises)
    owners_explain = any(a is True and b is not True for a, b in zip(without, with_owners, strict=True))
    value = peak(counted, need)
    yield Finding(
        indicator_id="A05",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs([org]),
        status=status,
        value=value,
        threshold=thresholds.min_load,
        evidence=citations.evidence(),
        guards=(
            f"owner_labour={'not_ruled_out' if owners_explain else 'ruled_out'}",
            f"material={'unknown' if unsure else 'ruled_out'}",
            "late_reports=ruled_out",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts={
            "months": ", ".join(f"{month.days[0]:%Y-%m}" for month in over),
            "months_n": str(len(over)),
        }
        | ({} if value is None else {"load": plain(value.quantize(Decimal("0.01")))}),
    )


def _cite(citations: Citations, network: Network, counted: list[Month], contracts: list[Edge]) -> None:
    org = subject(network)
    name = company(network, org)
    for month in counted:
        if month.declared is not None:
            citations.edge(month.declared, both(
                "{org} meldte {hours} timer for {people} ansatte i {month}; avtalt arbeid tilsvarer "
                "{promised} timer.",
                "{org} declared {hours} hours of {people} employees in {month}; promised work comes to "
                "{promised} hours.",
                org=name,
                hours=_hours(known(month.declared, "declared_h", Decimal)),
                people=str(known(month.declared, "workers_n", int) or 0),
                month=month_words(month.days[0]),
                promised=_hours(month.surely_promised),
            ))  # fmt: skip
    for edge in contracts:
        citations.edge(edge, both(
            "{supplier} har avtalt arbeid for {client} ({days}): arbeidsverdi {amount}.",
            "{supplier} promised work to {client} ({days}): value of labour {amount}.",
            supplier=company(network, edge.target),
            client=company(network, edge.source),
            days=period(edge),
            amount=sum_of(edge.amount_ore),
        ))  # fmt: skip
    citations.node(org, both("{org} er leverandør.", "{org} is a supplier.", org=name))


def _hours(hours: Decimal | None) -> str:
    return "-" if hours is None else plain(hours.quantize(Decimal(1)))


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="A05",
    version="1.0",
    name=both("Sent avtalt arbeid uten folk nok", "Late-stage capacity mismatch"),
    rationale=both(
        "En liten virksomhet som sent i et prosjekt eller langt ned i kjeden påtar seg mer arbeid enn den "
        "har folk til, kan bruke folk som ingen har meldt.",
        "A small firm that takes on more work than it has people for, late in a project or deep in a chain, "
        "may use people nobody declared."),
    formula=both(
        "Arbeidsverdien av kontraktene, jevnt fordelt og delt på timekostnaden i bransjen, er minst 2 "
        "ganger meldte, innleide og kjøpte timer i minst 2 måneder på rad, og minst 325 timer. Minst "
        "halvparten gjelder kontrakter som begynte etter halve prosjekttiden eller har minst 2 kontrakter "
        "over seg. En måned teller 45 dager etter månedsslutt.",
        "The labour value of the contracts, spread evenly and divided by the cost of an hour in the trade, "
        "is at least 2 times the hours declared, hired in and bought in at least 2 months in a row, and at "
        "least 325 hours. At least half is for contracts that began after half of the project or have at "
        "least 2 contracts above them. A month counts 45 days after its end."),
    subject_type="org",
    scope_kind="promise",
    unit=both("avtalte timer per mulig time", "hours promised per hour possible"),
    edge_kinds=(EdgeKind.PROMISE, EdgeKind.DECLARED_MONTH),
    data_owners=("contracting authorities", "Skatteetaten"),
    thresholds=(
        Threshold(name="min_load", basis=ThresholdBasis.OWN, wording=both(
            "Avtalte timer delt på mulige.", "Hours promised divided by hours possible.")),
        Threshold(name="min_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder på rad.", "Months in a row.")),
        Threshold(name="min_promised_h", basis=ThresholdBasis.OWN, wording=both(
            "Avtalte timer i en slik måned.", "Hours promised in such a month.")),
        Threshold(name="min_project_share", basis=ThresholdBasis.OWN, wording=both(
            "Del av prosjektet som er gått når en sen kontrakt begynner, 0 til 1.",
            "Part of the project gone when a late contract begins, 0 to 1.")),
        Threshold(name="min_late_share", basis=ThresholdBasis.OWN, wording=both(
            "Del av avtalte timer i kontrakter som er sene eller langt ned i kjeden, 0 til 1.",
            "Part of the promised hours in contracts that are late or deep, 0 to 1.")),
        Threshold(name="min_tier", basis=ThresholdBasis.OWN, wording=both(
            "Kontrakter over en som ligger langt ned i kjeden.",
            "Contracts above one that is deep in the chain.")),
        Threshold(name="grace_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager etter månedsslutt før måneden teller.",
            "Days after a month's end before it counts.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder til og med den vurderte.", "Months up to and with the evaluated one.")),
    ),
    guards={
        "owner_labour": both("Ansvarlige eiere kan ha gjort arbeidet selv.",
                             "Liable owners may have done the work themselves."),
        "material": both("Bare arbeidsdelen av verdien regnes; hvor den er ukjent, er utfallet ukjent.",
                         "Only the labour part of a value counts; where it is unknown, so is the outcome."),
        "late_reports": both("En måned teller først 45 dager etter månedsslutt.",
                             "A month counts only 45 days after its end."),
    },
    innocent=(
        both("Nye ansatte kan være meldt senere enn de begynte.",
             "New employees may have been reported later than they began."),
        both("Deler kan være bygget i fabrikk.", "Parts may have been built in a factory."),
        both("Underleverandører kan være meldt sent til oppdragsgiveren.",
             "Subcontractors may have been registered late with the client."),
        both("Noen fag kommer alltid sist på en byggeplass.", "Some trades always come last on a site."),
        both("Arbeidet kan være gjort ujevnt over kontraktens tid.",
             "The work may be done unevenly over the time of the contract."),
    ),
    next_steps=(
        both("Se om ansatte eller underleverandører er meldt siden.",
             "See whether employees or subcontractors were reported since."),
        both("Sammenlign med oversiktslisten for byggeplassen.", "Compare with the list of those on site."),
        both("Be virksomheten i brev om bemanningsplan, timelister og innleieavtaler.",
             "Ask the firm by letter for its staffing plan, time sheets and hire-in agreements."),
        both("Vurder tilsyn på plassen.", "Consider an inspection on site."),
    ),
    missing={
        "labour_unknown": both("Arbeidsdelen av en kontraktsverdi er ukjent.",
                               "The labour part of a contract value is unknown."),
        "days_unknown": both("Start eller slutt på en kontrakt er ukjent.",
                             "The start or the end of a contract is unknown."),
        "hours_unknown": both("Meldte timer eller timekostnad er ukjent for en måned.",
                              "Declared hours or the cost of an hour are unknown for a month."),
        "place_unknown": both("Kontraktens plass i prosjektet eller kjeden er ukjent.",
                              "The contract's place in the project or the chain is unknown."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten har ingen kontrakt som begynte sent eller ligger langt ned i kjeden, eller har meldt "
        "folk nok i alle måneder. Er ingen kontrakt kjent, er utfallet ukjent.",
        "The firm has no contract that began late or is deep in a chain, or declared people enough in every "
        "month. Where no contract is known, the outcome is unknown."),
    follow_up_owner=both("Arbeidstilsynet og Skatteetaten", "Arbeidstilsynet and Skatteetaten"),
    legal_basis="",
    source="socialsecurity.belgium.be/nl/datamining (MiningWatch, OASIS); vero.fi; alle grenser er egne",
    prior=Decimal("0.4"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("overcommit",),
    look_alikes=("ramp_up_before_hiring_is_reported", "prefabricated_or_material_heavy",
                 "material_share_unknown", "hired_in_from_an_approved_agency", "there_from_the_first_week"),
)
# fmt: on
