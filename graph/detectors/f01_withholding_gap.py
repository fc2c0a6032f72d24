"""F01: tax withheld from workers and employer contribution that are not paid over.

What an employer withholds from pay belongs to the treasury and the worker. Keeping it, term after term while
the payroll goes on, is a way of financing a business that competitors do not have.

Formula: for each of the last 3 two-month terms, gap = tax withheld and employer contribution that is due and
unpaid, divided by what the employer itself reported as due. Only claims that fell due at least 45 days ago
count, and on the other side only months of pay that ended at least that long ago, so that both sides are
about the same months. It triggers when the gap is >= 0.5 in at least 2 terms, at least NOK 50 000 is unpaid
in all, and the payroll is not falling: the last term's payroll is at least 0.7 of the smaller of those of
the two terms before it (holiday pay in June and holidays in July move single terms by as much).

Innocent explanations: a claim that is disputed, an instalment plan, a payment not booked yet, a business
that is being wound down. Guards: suspended claims and an instalment plan hold it back; a falling payroll is
not what the rule is about. Without reports of what was due, or without an answer on the company's standing,
it is not evaluated.

Source: fields of Skatteetaten's arrears service (data-altinn-no/plugin-skatteetaten); the cut-offs are own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from graph.detectors.citing import Citations, both, day_of, sum_of
from graph.detectors.reading import SIX_PLACES, known, orgnrs, plain, share
from graph.detectors.tax import (
    Term,
    before,
    month_words,
    newest,
    own,
    start_of,
    subject,
    term_of,
    term_words,
)
from graph.explain import LANGUAGES, Language, number
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

PAYROLL_TERMS = 3
"""Terms whose payroll is compared: the last one with those before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of F01."""

    window_terms: int = 3
    """Terms that are looked at (published fields, own length)."""
    min_gap: Decimal = Decimal("0.5")
    """Unpaid divided by reported, 0 to 1 (own)."""
    min_terms: int = 2
    """Terms with such a gap (own)."""
    min_overdue_ore: int = 5_000_000
    """Least unpaid sum of the terms together, in øre (own)."""
    min_age_days: int = 45
    """Days since a claim fell due, at the end of the month (own)."""
    min_payroll_ratio: Decimal = Decimal("0.7")
    """Payroll of the last term divided by the smaller of the two before; below it the payroll falls (own)."""


@dataclass(frozen=True, slots=True)
class TermGap:
    """What was due and is unpaid of one term."""

    term: Term
    expected_ore: int | None
    """Reported as due; None when a month of it has no report."""
    overdue_ore: int
    disputed_ore: int

    def gap(self, *, with_disputed: bool) -> Decimal | None:
        """Unpaid divided by reported; None when it cannot be told."""
        unpaid = self.overdue_ore - (0 if with_disputed else self.disputed_ore)
        if self.expected_ore is None or (self.expected_ore == 0 and unpaid > 0):
            return None
        return share(unpaid, self.expected_ore) if self.expected_ore else Decimal(0)


@dataclass(frozen=True, slots=True)
class Measure:
    """The gaps of the window, with or without what is disputed."""

    gaps: Mapping[Term, Decimal | None]
    overdue_ore: int

    def highest(self, count: int) -> Decimal | None:
        """The gap that at least so many terms have."""
        known_gaps = sorted((gap for gap in self.gaps.values() if gap is not None), reverse=True)
        return known_gaps[count - 1] if len(known_gaps) >= count else None

    def reaches(self, limits: Thresholds, *, unknown_counts: bool = False) -> bool:
        """Whether enough terms have the gap and enough is unpaid; unknown gaps may be counted as such."""
        found = sum(unknown_counts if gap is None else gap >= limits.min_gap for gap in self.gaps.values())
        return found >= limits.min_terms and self.overdue_ore >= limits.min_overdue_ore


def window_of(month: date, limits: Thresholds) -> tuple[list[Term], date]:
    """Terms that are looked at, the last first, and the last day of the last month that counts.

    Args:
        month: Last day of the evaluated month.
        limits: Limits.
    """
    ripe = month - timedelta(days=limits.min_age_days)
    if (ripe + timedelta(days=1)).day > 1:
        ripe = ripe.replace(day=1) - timedelta(days=1)
    return [before(term_of(ripe), n) for n in range(limits.window_terms)], ripe


def term_gaps(edges: Iterable[Edge], month: date, limits: Thresholds) -> list[TermGap]:
    """The gaps of the window out of the months of pay in it.

    Args:
        edges: Edges of kind `tax_due` in the window, from `in_window`.
        month: Last day of the evaluated month.
        limits: Limits.
    """
    terms, ripe = window_of(month, limits)
    listed = list(edges)
    found = []
    for term in terms:
        first = start_of(term)
        starts = {s for s in (first, (first + timedelta(days=31)).replace(day=1)) if s <= ripe}
        rows = [e for e in listed if e.valid_from in starts]
        due = [e for e in rows if _is_old(e, month, limits)]
        expected = [known(e, "expected_ore", int) for e in rows]
        is_whole = starts == {e.valid_from for e in rows} and None not in expected
        found.append(
            TermGap(
                term,
                sum(e or 0 for e in expected) if is_whole else None,
                sum(e.amount_ore or 0 for e in due),
                sum(min(known(e, "suspended_ore", int) or 0, e.amount_ore or 0) for e in due),
            )
        )
    return found


def in_window(network: Network, limits: Thresholds) -> list[Edge]:
    """Months of pay of the company that count.

    Args:
        network: Scope of kind `withholding`.
        limits: Limits.
    """
    terms, ripe = window_of(network.month, limits)
    first = start_of(terms[-1])
    return [e for e in own(network, EdgeKind.TAX_DUE) if e.valid_from and first <= e.valid_from <= ripe]


def _is_old(edge: Edge, month: date, limits: Thresholds) -> bool:
    due_on = known(edge, "due_on", date)
    return due_on is not None and due_on <= month - timedelta(days=limits.min_age_days)


def payrolls(network: Network) -> list[Edge]:
    """Payroll of the last three terms that have ended, in order of time.

    Args:
        network: Scope of kind `withholding`.
    """
    last = before(term_of(network.month + timedelta(days=1)))
    first, after = start_of(before(last, PAYROLL_TERMS - 1)), start_of(before(last, -1))
    rows = own(network, EdgeKind.PAYROLL_TERM)
    return [e for e in rows if e.valid_from and first <= e.valid_from < after and e.amount_ore is not None]


def payroll_ratio(edges: list[Edge]) -> Decimal | None:
    """Payroll of the last term divided by the smaller of those before; None when it cannot be told.

    Args:
        edges: From `payrolls`.
    """
    sums: dict[date, int] = {}
    for edge in edges:
        if edge.valid_from:
            sums[edge.valid_from] = sums.get(edge.valid_from, 0) + (edge.amount_ore or 0)
    *earlier, last = [sums[day] for day in sorted(sums)] or [0]
    if not earlier:
        return None
    least = min(earlier)
    return share(last, least) if least > 0 else Decimal(1)


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company of the scope.

    Args:
        network: Scope of kind `withholding`.
        thresholds: Limits.
    """
    rows = in_window(network, thresholds)
    gaps = term_gaps(rows, network.month, thresholds)
    paid = payrolls(network)
    ratio = payroll_ratio(paid)
    standing = newest(own(network, EdgeKind.TAX_STANDING))
    has_answer = standing is not None and known(standing, "answer", str) == "data"
    plan = known(standing, "has_instalment_plan", bool) if standing is not None else None
    told = known(standing, "pay_arrears_ore", int) if standing is not None else None
    whole, net = (_measure(gaps, told, with_disputed=flag) for flag in (True, False))
    quality = {
        "payroll_unknown": ratio is None,
        "payroll_falling": ratio is not None and ratio < thresholds.min_payroll_ratio,
        "standing_unknown": not has_answer,
        "plan_unknown": has_answer and plan is None,
        "part_disputed": any(gap.disputed_ore > 0 for gap in gaps),
        "expected_unknown": None in net.gaps.values(),
        "answers_differ": told is not None and told < sum(gap.overdue_ore for gap in gaps),
        "scope_truncated": bool(network.truncated),
    }
    status, reason = Status.NOT_TRIGGERED, ""
    if whole.reaches(thresholds):
        if quality["payroll_unknown"] or quality["standing_unknown"]:
            status = Status.NOT_EVALUABLE
        elif not quality["payroll_falling"]:
            reason = "" if net.reaches(thresholds) else "disputed_claim"
            reason = "instalment_plan" if plan else reason
            status = Status.SUPPRESSED if reason else Status.TRIGGERED
    elif _is_open(whole, thresholds) or network.truncated:
        status = Status.NOT_EVALUABLE
    decisive = whole if reason == "disputed_claim" else net
    citations = Citations(network)
    _cite(citations, rows, paid, standing)
    return_value = decisive.highest(thresholds.min_terms)
    disputed = "ruled_out" if net.reaches(thresholds) or not quality["part_disputed"] else "not_ruled_out"
    has_plan = "unknown" if plan is None or not has_answer else "not_ruled_out" if plan else "ruled_out"
    falling = "unknown" if ratio is None else "not_ruled_out" if quality["payroll_falling"] else "ruled_out"
    yield Finding(
        indicator_id="F01",
        indicator_version=INDICATOR.version,
        subject_id=subject(network),
        scope_id=network.scope_id,
        companies=orgnrs([subject(network)]),
        status=status,
        value=return_value,
        threshold=thresholds.min_gap,
        evidence=citations.evidence(),
        guards=(
            f"disputed_claim={disputed}",
            f"instalment_plan={has_plan}",
            f"payroll_falls={falling}",
            "recent_claim=ruled_out",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(gaps, net, ratio, thresholds),
    )


def _measure(gaps: list[TermGap], told: int | None, *, with_disputed: bool) -> Measure:
    unpaid = sum(gap.overdue_ore - (0 if with_disputed else gap.disputed_ore) for gap in gaps)
    return Measure(
        {gap.term: gap.gap(with_disputed=with_disputed) for gap in gaps},
        unpaid if told is None else min(unpaid, told),
    )


def _is_open(measure: Measure, limits: Thresholds) -> bool:
    """Whether what is unknown could make it reach, or too little is known to say anything."""
    return measure.reaches(limits, unknown_counts=True) or measure.highest(limits.min_terms) is None


def _cite(citations: Citations, rows: list[Edge], paid: list[Edge], standing: Edge | None) -> None:
    for edge in rows:
        due_on = known(edge, "due_on", date)
        citations.edge(
            edge,
            both(
                "For {month} er {unpaid} forfalt og ubetalt av {expected} i trekk og avgift{due}.",
                "For {month}, {unpaid} is unpaid of {expected} in withheld tax and contribution{due}.",
                month=month_words(edge.valid_from),
                unpaid=sum_of(edge.amount_ore),
                expected=sum_of(known(edge, "expected_ore", int)),
                due=_due_words(due_on),
            ),
        )
    for edge in paid:
        citations.edge(
            edge,
            both(
                "Avgiftspliktig lønn for {term}: {amount}.",
                "Pay liable to contribution for {term}: {amount}.",
                term=term_words(term_of(edge.valid_from or date.min)),
                amount=sum_of(edge.amount_ore),
            ),
        )
    if standing is not None:
        plan = known(standing, "has_instalment_plan", bool)
        words = {None: ("ikke opplyst", "not stated"), True: ("ja", "yes"), False: ("nei", "no")}[plan]
        citations.edge(
            standing,
            both(
                "Restanse på trekk og avgift: {amount}; betalingsordning: {plan}.",
                "Arrears of withheld tax and contribution: {amount}; instalment plan: {plan}.",
                amount=sum_of(known(standing, "pay_arrears_ore", int)),
                plan=dict(zip(LANGUAGES, words, strict=True)),
            ),
        )


def _due_words(due_on: date | None) -> dict[Language, str]:
    if due_on is None:
        return {"nb": "", "en": ""}
    day = day_of(due_on)
    return {"nb": f" (forfall {day['nb']})", "en": f" (due {day['en']})"}


def _facts(gaps: list[TermGap], net: Measure, ratio: Decimal | None, limits: Thresholds) -> dict[str, str]:
    found = {
        "overdue_nok": number(Decimal(net.overdue_ore) / 100, "en", 0).replace(",", ""),
        "terms_n": str(sum(gap is not None and gap >= limits.min_gap for gap in net.gaps.values())),
        "terms_known_n": str(sum(gap is not None for gap in net.gaps.values())),
        "min_age_days": str(limits.min_age_days),
    }
    for gap in gaps:
        value = net.gaps[gap.term]
        if value is not None:
            found[f"gap_{gap.term[0]}_{gap.term[1]}"] = plain(value)
    if ratio is not None:
        found["payroll_ratio"] = plain(ratio.quantize(SIX_PLACES))
    return found


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="F01",
    version="1.0",
    name=both("Trekk og avgift som ikke betales inn", "Withholding and employer-contribution gap"),
    rationale=both(
        "Skattetrekk er de ansattes og statens penger. Blir det ikke betalt inn termin etter termin mens "
        "lønna løper, finansieres driften av andre.",
        "Tax withheld belongs to the workers and the treasury. When it is not paid over term after term "
        "while pay goes on, others finance the business."),
    formula=both(
        "Forfalt og ubetalt forskuddstrekk og arbeidsgiveravgift er minst 0,5 av det som er innrapportert, i "
        "minst 2 av de 3 siste terminene; kravene forfalt for minst 45 dager siden, minst 50 000 kr i alt, "
        "og lønnsgrunnlaget faller ikke.",
        "Withheld tax and employer contribution due and unpaid is at least 0.5 of what was reported, in at "
        "least 2 of the last 3 terms; due at least 45 days ago, at least NOK 50 000 in all, and the payroll "
        "is not falling."),
    subject_type="org",
    scope_kind="withholding",
    unit=both("ubetalt delt på innrapportert", "unpaid divided by reported"),
    edge_kinds=(EdgeKind.TAX_DUE, EdgeKind.PAYROLL_TERM, EdgeKind.TAX_STANDING),
    data_owners=("Skatteetaten",),
    thresholds=(
        Threshold(name="window_terms", basis=ThresholdBasis.OWN, wording=both(
            "Tomånedersterminer som ses på.", "Two-month terms that are looked at.")),
        Threshold(name="min_gap", basis=ThresholdBasis.OWN, wording=both(
            "Ubetalt delt på innrapportert i en termin (0 til 1).",
            "Unpaid divided by reported in a term (0 to 1).")),
        Threshold(name="min_terms", basis=ThresholdBasis.OWN, wording=both(
            "Terminer med så stort gap.", "Terms with such a gap.")),
        Threshold(name="min_overdue_ore", basis=ThresholdBasis.OWN, wording=both(
            "Minste ubetalte sum for terminene samlet, i øre.",
            "Least unpaid sum of the terms together, in øre.")),
        Threshold(name="min_age_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager siden kravet forfalt, ved månedens utløp.",
            "Days since the claim fell due, at the end of the month.")),
        Threshold(name="min_payroll_ratio", basis=ThresholdBasis.OWN, wording=both(
            "Lønnsgrunnlag i siste termin delt på det minste av de to før; lavere betyr at det faller.",
            "Payroll of the last term divided by the smaller of the two before; less means it falls.")),
    ),
    guards={
        "disputed_claim": both("Kravene er omtvistet, og iverksettingen er utsatt.",
                               "The claims are disputed and their execution is suspended."),
        "instalment_plan": both("Det er avtalt en betalingsordning.", "An instalment plan is in force."),
        "payroll_falls": both("Lønnsgrunnlaget faller; driften kan være under avvikling.",
                              "The payroll is falling; the business may be winding down."),
        "recent_claim": both("Nylig forfalte krav kan være betalt, men ikke bokført; de er utelatt.",
                             "Claims that fell due lately may be paid but not booked; they are left out."),
    },
    innocent=(
        both("Et krav kan være omtvistet uten at det er registrert ennå.",
             "A claim may be disputed before that is registered."),
        both("En avtale om betaling kan være inngått etter svaret.",
             "A payment agreement may have been made after the answer."),
        both("Innbetalinger kan være ført på feil termin eller krav.",
             "Payments may have been booked on the wrong term or claim."),
        both("Virksomheten kan ha fått utbetalt for sent fra egne kunder.",
             "The company may have been paid late by its own customers."),
    ),
    next_steps=(
        both("Kontroller restanser, betalingsordning og klager i Skatteetatens registre.",
             "Check arrears, payment agreements and complaints in the registers of Skatteetaten."),
        both("Be virksomheten i brev om å gjøre rede for innbetalingene.",
             "Ask the company by letter to account for the payments."),
        both("Be om kontoutskrift for skattetrekkskontoen.",
             "Request statements of the account for withheld tax."),
        both("Overlat innkreving til Skatteetaten.", "Leave collection to Skatteetaten."),
    ),
    missing={
        "payroll_unknown": both("Lønnsgrunnlaget er kjent for færre enn to terminer.",
                                "The payroll is known for fewer than two terms."),
        "payroll_falling": both("Lønnsgrunnlaget faller; regelen gjelder løpende drift.",
                                "The payroll is falling; the rule is about a going business."),
        "standing_unknown": both("Det finnes ikke noe svar om restanser og betalingsordning.",
                                 "There is no answer on arrears and instalment plans."),
        "plan_unknown": both("Svaret sier ikke om det finnes en betalingsordning.",
                             "The answer does not say whether there is an instalment plan."),
        "part_disputed": both("En del av kravene er omtvistet og ikke regnet med.",
                              "Part of the claims is disputed and left out."),
        "expected_unknown": both("Innrapportert trekk og avgift mangler for minst én måned.",
                                 "Reported withholding and contribution are missing for at least one month."),
        "answers_differ": both("Restansen er mindre enn de åpne kravene; den minste summen er brukt.",
                               "The arrears are less than the open claims; the smaller sum is used."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten har ikke vesentlig forfalt forskuddstrekk eller arbeidsgiveravgift for flere måneder. "
        "Er det ikke spurt om virksomheten, er utfallet ukjent.",
        "The company has no considerable overdue withholding or contribution for several months. Where "
        "nobody asked about the company, the outcome is unknown."),
    follow_up_owner=both("Skatteetaten (innkreving)", "Skatteetaten (collection)"),
    legal_basis="",
    source="Felt i Skatteetatens restansetjeneste (data-altinn-no/plugin-skatteetaten); grensene er egne",
    prior=Decimal("0.60"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("keep_withheld",),
    look_alikes=("instalment_plan", "disputed_claim", "one_month_late_with_payment", "small_part_unpaid"),
)
# fmt: on
