"""C02: a new leader from outside the trade shortly before a petition, an inspection or an audit.

Control may be passed to somebody with no history in the trade when those who led the company expect it to
fail or to be looked into; whoever answers then is not whoever decided.

Formula: a director (DAGL) or chair (LEDE) was replaced in the 90 days up to a petition for bankruptcy, a
notice of an inspection or a notice of a tax audit; the newcomer had no earlier role or employment in the
trade (first two digits of the activity code), the company itself included; and the turnover did not fall in
both of the two terms that had ended before the swap. Each term is compared with the one before it; one lower
term alone is often only the season. Without a date of such an event nothing is measured.

Innocent explanations: retirement, illness, a sale, a manager called in to save the company. Somebody who
knows the trade, and turnover that was falling already, speak for the last. A newcomer who was registered as
beneficial owner within 60 days of the swap bought the company; that holds the finding back.

Limits of the data: the register gives no start of a role, only the last change of its group, so days are
approximate. Employment is known for the last twelve months. The price of shares has no source.

Source: NTAES 2017 on straw men; Dagbladet «Konkursgjengangerne»; the cut-offs are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from graph.detectors.citing import Citations, both, day_of, employed_words, role_words, sum_of
from graph.detectors.reading import all_true, any_true, company, known, orgnrs, pseudonyms
from graph.detectors.tax import before, own, subject, term_of, term_words
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

LEADERS = ("DAGL", "LEDE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of C02."""

    min_swaps: int = 1
    """Leading roles passed on (own)."""
    swap_days: int = 90
    """Days up to the event in which the role was passed on (own)."""
    look_back_days: int = 180
    """Days up to the end of the month in which the event took place (own)."""
    sale_days: int = 60
    """Days between the swap and the newcomer's registration as beneficial owner (own)."""


@dataclass(frozen=True)
class Swap:
    """One leading role that passed to somebody else before an event."""

    network: Network
    role: Edge
    on: date
    event: Edge
    limits: Thresholds

    @cached_property
    def past(self) -> list[Edge]:
        """What else is known of the newcomer: roles and employments, here and elsewhere."""
        rows = self.network.edges(EdgeKind.HOLDS_ROLE, EdgeKind.EMPLOYED_BY)
        return [e for e in rows if e.source == self.role.source and e.edge_id != self.role.edge_id]

    @cached_property
    def knows_trade(self) -> bool | None:
        """Whether the newcomer had a role or work in the trade before."""
        earlier = [e for e in self.past if e.valid_from is None or e.valid_from < self.on]
        if not self.past and known(self.role, "match", str) == "name_birth_date":
            return None
        here = self._trade(self.role.target)
        answers: list[bool | None] = []
        for edge in earlier:
            there = self._trade(edge.target)
            same = edge.target == self.role.target or (there == here if here and there else None)
            answers.append(same if edge.valid_from is not None or same is False else None)
        return any_true(*answers) if answers else False

    def _trade(self, org: str) -> str | None:
        code = known(self.network.node(org), "nace", str)
        return code[:2] if code else None

    @cached_property
    def terms(self) -> list[Edge | None]:
        """Turnover of the three terms that ended before the swap, the last one first."""
        by_term = {
            term_of(e.valid_from): e for e in own(self.network, EdgeKind.TURNOVER_TERM) if e.valid_from
        }
        last = before(term_of(self.on))
        return [by_term.get(before(last, n)) for n in range(3)]

    @cached_property
    def fell(self) -> bool | None:
        """Whether turnover fell in both terms before the swap."""
        one, two, three = (None if e is None else e.amount_ore for e in self.terms)
        return all_true(
            None if one is None or two is None else one < two,
            None if two is None or three is None else two < three,
        )

    @cached_property
    def purchases(self) -> list[Edge]:
        """The newcomer's registration as beneficial owner around the day of the swap."""
        rows = self.network.edges(EdgeKind.BENEFICIAL_OWNER)
        ends = (self.role.source, self.role.target)
        near = [e for e in rows if (e.source, e.target) == ends and e.valid_from]
        return [
            e for e in near if e.valid_from and abs((e.valid_from - self.on).days) <= self.limits.sale_days
        ]

    @cached_property
    def counts(self) -> bool | None:
        """Whether the rule holds, guards aside."""
        return all_true(
            None if self.knows_trade is None else not self.knows_trade,
            None if self.fell is None else not self.fell,
        )


def swaps(network: Network, limits: Thresholds) -> list[Swap]:
    """Leading roles of the scope's company that passed to somebody else before an event, by role and day.

    Args:
        network: Scope of kind `swap`.
        limits: Limits.
    """
    org = subject(network)
    start = network.month - timedelta(days=limits.look_back_days)
    events = [
        e for e in own(network, EdgeKind.NOTICE) if e.valid_from and start <= e.valid_from <= network.month
    ]
    roles = [
        e for e in network.edges(EdgeKind.HOLDS_ROLE) if e.target == org and known(e, "role", str) in LEADERS
    ]
    found: dict[tuple[str, str], Swap] = {}
    for role in sorted(roles, key=lambda e: (e.valid_from or date.min, e.edge_id)):
        on, code = role.valid_from, known(role, "role", str)
        if on is None or code is None or not role.source.startswith("person:"):
            continue
        # The register tells when a role was seen to have ended, which may be weeks after it was passed on.
        replaced = any(
            e.source != role.source
            and known(e, "role", str) == code
            and (e.valid_from is None or e.valid_from < on)
            and e.valid_to is not None
            and e.valid_to <= network.month
            for e in roles
        )
        near = [
            e for e in events if e.valid_from and on <= e.valid_from <= on + timedelta(days=limits.swap_days)
        ]
        if replaced and near:
            found.setdefault((code, role.source), Swap(network, role, on, near[0], limits))
    return [found[key] for key in sorted(found)]


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company that the scope names.

    Args:
        network: Scope of kind `swap`.
        thresholds: Limits.
    """
    org = subject(network)
    all_ = swaps(network, thresholds)
    counted = [swap for swap in all_ if swap.counts]
    open_ = [swap for swap in counted if not swap.purchases]
    possible = [swap for swap in all_ if swap.counts is not False]
    is_undated = any(e.valid_from is None for e in own(network, EdgeKind.NOTICE))
    least = thresholds.min_swaps
    status, reason = Status.NOT_TRIGGERED, ""
    if len(open_) >= least:
        status = Status.TRIGGERED
    elif len(counted) >= least:
        status, reason = Status.SUPPRESSED, "share_sale"
    elif is_undated or len(possible) >= least or network.truncated:
        status = Status.NOT_EVALUABLE
    told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    quality = {
        "event_undated": is_undated,
        "newcomer_unknown": any(swap.knows_trade is None for swap in all_),
        "turnover_unknown": any(swap.fell is None for swap in all_),
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, network, org, all_)
    shown = counted or all_
    yield Finding(
        indicator_id="C02",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs([org]),
        persons=pseudonyms(swap.role.source for swap in counted) if told else (),
        status=status,
        value=Decimal(len(counted)),
        threshold=Decimal(least),
        evidence=citations.evidence(),
        guards=(
            f"known_in_trade={_word(any_true(*(s.knows_trade for s in shown)))}",
            f"turnover_fell={_word(any_true(*(s.fell for s in shown)))}",
            f"share_sale={_word(any(s.purchases for s in shown))}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(shown),
    )


def _word(holds: bool | None) -> str:
    return "unknown" if holds is None else "not_ruled_out" if holds else "ruled_out"


def _facts(shown: list[Swap]) -> dict[str, str]:
    if not shown:
        return {}
    first = shown[0]
    days = (first.event.valid_from - first.on).days if first.event.valid_from else 0
    return {
        "roles": ", ".join(sorted({known(swap.role, "role", str) or "-" for swap in shown})),
        "event_kind": known(first.event, "event_kind", str) or "-",
        "days_before": str(days),
    }


def _cite(citations: Citations, network: Network, org: str, found: list[Swap]) -> None:
    citations.node(
        org, both("{org} står i Enhetsregisteret.", "{org} is in the register.", org=company(network, org))
    )
    for edge in own(network, EdgeKind.NOTICE):
        day = day_of(edge.valid_from)
        citations.edge(
            edge,
            both(
                "Hendelsen {kind} {day}.",
                "The event {kind} on {day}.",
                kind=known(edge, "event_kind", str) or "-",
                day=day,
            ),
        )
    for edge in network.edges(EdgeKind.HOLDS_ROLE):
        if edge.target == org and known(edge, "role", str) in LEADERS:
            _cite_tie(citations, network, edge)
    for swap in found:
        for edge in swap.past:
            _cite_tie(citations, network, edge)
            name = company(network, edge.target)
            code = known(network.node(edge.target), "nace", str) or "-"
            citations.node(
                edge.target,
                both("{org} har næringskode {code}.", "{org} has activity code {code}.", org=name, code=code),
            )
        for term in swap.terms:
            if term is not None:
                citations.edge(
                    term,
                    both(
                        "Omsetning i {term}: {sum}.",
                        "Turnover of {term}: {sum}.",
                        term=term_words(term_of(term.valid_from or swap.on)),
                        sum=sum_of(term.amount_ore),
                    ),
                )
        for edge in swap.purchases:
            citations.edge(
                edge,
                both(
                    "Den nye lederen er reell rettighetshaver fra {day}.",
                    "The new leader is a beneficial owner from {day}.",
                    day=day_of(edge.valid_from),
                ),
            )


def _cite_tie(citations: Citations, network: Network, edge: Edge) -> None:
    words = employed_words if edge.kind is EdgeKind.EMPLOYED_BY else role_words
    citations.edge(edge, words(network, edge))


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="C02",
    version="1.0",
    name=both("Rollebytte før konkurs eller kontroll", "Role swap before exit or control"),
    rationale=both(
        "Når en leder uten bakgrunn i bransjen tar over rett før en begjæring eller et varsel, svarer en "
        "annen enn den som tok valgene.",
        "When a leader without a past in the trade takes over just before a petition or a notice, another "
        "answers than whoever made the choices."),
    formula=both(
        "Daglig leder eller styreleder ble byttet i løpet av 90 dager før konkursbegjæring, tilsynsvarsel "
        "eller bokettersynsvarsel; den nye hadde ikke rolle eller arbeid i bransjen før, og omsetningen falt "
        "ikke i begge de to terminene før byttet.",
        "The director or chair was replaced within 90 days before a petition for bankruptcy or a notice of "
        "an inspection or audit; the newcomer had no role or work in the trade before, and turnover did not "
        "fall in both of the two terms before the swap."),
    subject_type="org",
    scope_kind="swap",
    unit=both("lederroller byttet", "leading roles passed on"),
    edge_kinds=(EdgeKind.NOTICE, EdgeKind.HOLDS_ROLE, EdgeKind.EMPLOYED_BY, EdgeKind.TURNOVER_TERM,
                EdgeKind.BENEFICIAL_OWNER),
    data_owners=("Brønnøysundregistrene", "Arbeidstilsynet", "Skatteetaten"),
    thresholds=(
        Threshold(name="min_swaps", basis=ThresholdBasis.OWN, wording=both(
            "Lederroller som ble byttet.", "Leading roles passed on.")),
        Threshold(name="swap_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager fram til hendelsen der rollen ble byttet.",
            "Days up to the event in which the role was passed on.")),
        Threshold(name="look_back_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager fram til månedens utløp der hendelsen fant sted.",
            "Days up to the end of the month in which the event took place.")),
        Threshold(name="sale_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager mellom byttet og den nyes registrering som reell rettighetshaver.",
            "Days between the swap and the newcomer's registration as beneficial owner.")),
    ),
    guards={
        "known_in_trade": both("Den nye lederen kjenner bransjen og kan være hentet inn for å berge driften.",
                               "The newcomer knows the trade and may have come to save the company."),
        "turnover_fell": both("Omsetningen falt allerede før byttet.",
                              "Turnover was falling before the swap."),
        "share_sale": both("Den nye lederen kjøpte virksomheten; eierskiftet er registrert.",
                           "The newcomer bought the company; the change of owner is registered."),
    },
    innocent=(
        both("Lederen kan ha gått av med pensjon eller blitt syk.",
             "The leader may have retired or fallen ill."),
        both("Den nye lederen kan ha erfaring som ikke står i registrene.",
             "The newcomer may have experience that the registers do not show."),
        both("Byttet kan ha vært planlagt lenge før varselet.",
             "The swap may have been planned long before the notice."),
        both("Datoen for byttet er omtrentlig; registeret viser bare når rollegruppen sist ble endret.",
             "The day is approximate; the register shows only when the group of roles was last changed."),
    ),
    next_steps=(
        both("Hent meldingen om rolleendring og se når den ble signert og av hvem.",
             "Get the notice of the change of roles and see when it was signed and by whom."),
        both("Spør hvem som ledet arbeidet i tiden byttet gjelder.",
             "Ask who led the work in the time of the swap."),
        both("Se om tidligere ledere har roller i en ny virksomhet i bransjen.",
             "See whether the earlier leaders have roles in a new company of the trade."),
        both("Gi den nye lederen anledning til å forklare overtakelsen.",
             "Let the newcomer explain the takeover."),
    ),
    missing={
        "event_undated": both("Dagen for en begjæring eller et varsel er ukjent.",
                              "The day of a petition or a notice is unknown."),
        "newcomer_unknown": both("Om den nye lederen har bakgrunn i bransjen, er ukjent.",
                                 "Whether the newcomer has a past in the trade is unknown."),
        "turnover_unknown": both("Omsetningen før byttet er ukjent.",
                                 "The turnover before the swap is unknown."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Ingen ny leder kom inn i tiden før en begjæring eller et varsel. Uten en kjent hendelse er utfallet "
        "ukjent.",
        "No new leader came in the time before a petition or a notice. Without a known event the outcome is "
        "unknown."),
    follow_up_owner=both("Skatteetaten og politiet", "Skatteetaten and the police"),
    legal_basis="",
    source="NTAES 2017 om stråpersoner; Dagbladet «Konkursgjengangerne» (SKUP); grensene er egne",
    prior=Decimal("0.40"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("role_swap",),
    look_alikes=("retirement_foreman_takes_over", "sold_with_share_transfer", "crisis_manager",
                 "swap_without_any_event", "illness_long_before_a_visit"),
)
# fmt: on
