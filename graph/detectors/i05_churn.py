"""I05: people move into and out of a dwelling in step with their hires and exits at one employer.

Where move-ins follow hires and move-outs follow the end of the work, the bed belongs to the job: whoever
loses the one loses the other, which makes it hard to complain.

Formula, for dwelling d and employer e over the 12 months up to the month: M is the moves into and out of d
by people not known to be minors, of which those of one family on one day are one. A move in is near when the
person's employment at e begins within 14 days of it, a move out when it ends within 14 days. It triggers for
the employer with the highest share when |M| >= 6, at least half of M is near, and p <= 0.01, where p is the
share of all exchanges of the dates of M within a season (a quarter of the year) that give as many near moves
or more. p is counted, not drawn; of more than ten moves in a season those next to each other are exchanged.

What is unknown stays unknown: fewer than 6 known moves say nothing about a dwelling, and it is not
evaluable. Moves are registered late or never; stays without a known first day or unit are left out.

Innocent explanations: everybody comes and goes with the season, students, a new house that is let while a
firm grows, staff housing with a tenancy of its own. Guards: within a season dates are exchanged, so that a
trade that opens and closes on a day gives no sign; declared student housing and permitted barracks are held
back; tips never count.

Source: own statistic; the ILO's indicators of forced labour name housing that depends on the job.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import networkx as nx

from graph.detectors.citing import Citations, both, employed_words, period
from graph.detectors.exchange import chance, runs
from graph.detectors.lodging import BARRACKS, STUDENT_HOUSING
from graph.detectors.reading import SIX_PLACES, identifier, known, months_ending, orgnrs, plain, pseudonyms
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Node, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of I05."""

    min_moves: int = 6
    """Moves into and out of the dwelling (own)."""
    within_days: int = 14
    """Days between a move and a hire or an exit (own)."""
    min_share: Decimal = Decimal("0.5")
    """Share of the moves, 0 to 1, that are near (own)."""
    min_odds: int = 100
    """Chance gives as many at most once in so many exchanges (statistical)."""
    window_months: int = 12
    """Months up to the evaluated month (own)."""


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """People of one family who moved on one day.

    Attributes:
        on: Day: the first, or the last, of the stay.
        is_in: Into the dwelling.
        people: Who moved, sorted.
    """

    on: date
    is_in: bool
    people: tuple[str, ...]


@dataclass(frozen=True)
class Dwelling:
    """A dwelling and its moves.

    Attributes:
        network: The scope.
        node: The dwelling.
        limits: Thresholds.
    """

    network: Network
    node: Node
    limits: Thresholds

    @cached_property
    def stays(self) -> tuple[Edge, ...]:
        """Stays of people not known to be minors."""
        return tuple(
            e
            for e in self.network.edges(EdgeKind.STAY)
            if e.target == self.node.node_id
            and known(self.network.node(e.source), "is_adult", bool) is not False
        )

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Moves in the window, in order of time."""
        first, last = months_ending(self.network.month, self.limits.window_months)
        kin = nx.Graph()
        kin.add_nodes_from(e.source for e in self.stays)
        kin.add_edges_from(
            (e.source, e.target)
            for e in self.network.edges(EdgeKind.FAMILY)
            if e.source in kin and e.target in kin
        )
        family = {person: min(part) for part in nx.connected_components(kin) for person in part}
        found: dict[tuple[date, bool, str], set[str]] = {}
        for edge in self.stays:
            for on, is_in in ((edge.valid_from, True), (edge.valid_to, False)):
                if on is not None and first <= on <= last:
                    found.setdefault((on, is_in, family[edge.source]), set()).add(edge.source)
        return tuple(sorted(Move(on, is_in, tuple(sorted(who))) for (on, is_in, _), who in found.items()))

    @cached_property
    def employers(self) -> tuple["Employer", ...]:
        """Those the people who moved have worked for, with pay."""
        movers = {person for move in self.moves for person in move.people}
        spells: dict[str, list[Edge]] = {}
        for edge in self.network.edges(EdgeKind.EMPLOYED_BY):
            if edge.source in movers and known(edge, "is_paid", bool) is not False:
                spells.setdefault(edge.target, []).append(edge)
        return tuple(Employer(self, org, tuple(own)) for org, own in sorted(spells.items()))


@dataclass(frozen=True)
class Employer:
    """An employer beside a dwelling.

    Attributes:
        dwelling: The dwelling.
        org: Node id.
        spells: Employments of the people who moved.
    """

    dwelling: Dwelling
    org: str
    spells: tuple[Edge, ...]

    def _is_near(self, move: Move, on: date) -> bool:
        """Whether a move would be near if it had been made on a day."""
        most = timedelta(days=self.dwelling.limits.within_days)
        days = [e.valid_from if move.is_in else e.valid_to for e in self.spells if e.source in move.people]
        return any(day is not None and abs(day - on) <= most for day in days)

    @cached_property
    def near(self) -> tuple[Move, ...]:
        """Moves near a hire or an exit."""
        return tuple(move for move in self.dwelling.moves if self._is_near(move, move.on))

    @cached_property
    def share(self) -> Decimal:
        """Part of the moves that is near."""
        moves = len(self.dwelling.moves)
        return (Decimal(len(self.near)) / moves).quantize(SIX_PLACES) if moves else Decimal(0)

    @cached_property
    def chance(self) -> Fraction:
        """How often chance gives as many near moves."""
        moves = self.dwelling.moves
        seasons: dict[tuple[int, int], list[int]] = {}
        for number, move in enumerate(moves):
            seasons.setdefault((move.on.year, (move.on.month - 1) // 3), []).append(number)
        groups = [run for season in seasons.values() for run in runs(season)]
        squares = [[[self._is_near(moves[i], moves[j].on) for j in run] for i in run] for run in groups]
        return chance(squares, len(self.near))

    @property
    def holds(self) -> bool:
        """Whether the rule holds, the number of moves apart."""
        limits = self.dwelling.limits
        if not self.near or self.share < limits.min_share:
            return False
        return self.chance * limits.min_odds <= 1

    @property
    def rank(self) -> tuple[bool, Decimal, Fraction]:
        """The one with the highest is told; where too few moves are near, chance is not counted."""
        is_enough = self.share >= self.dwelling.limits.min_share
        return self.holds, self.share, -self.chance if is_enough else Fraction(0)


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding per dwelling that stays are known of.

    Args:
        network: Scope of kind `churn`.
        thresholds: Limits.
    """
    for node_id in sorted({e.target for e in network.edges(EdgeKind.STAY)}):
        yield _evaluate(Dwelling(network, network.node(node_id), thresholds))


def _evaluate(dwelling: Dwelling) -> Finding:
    network, limits = dwelling.network, dwelling.limits
    best = max(dwelling.employers, key=lambda e: (e.rank, e.org), default=None)
    is_many = len(dwelling.moves) >= limits.min_moves
    held = _held(dwelling.node)
    status, reason = Status.NOT_TRIGGERED, ""
    if is_many and best is not None and best.holds:
        status, reason = (Status.SUPPRESSED, held) if held else (Status.TRIGGERED, "")
    elif not is_many or network.truncated:
        status = Status.NOT_EVALUABLE
    is_told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    sources = {known(edge, "source", str) for edge in dwelling.stays}
    tests = {
        "few_moves": not is_many,
        "moves_from_notice": "innkvartering" in sources,
        "scope_truncated": bool(network.truncated),
    }
    return Finding(
        indicator_id="I05",
        indicator_version=INDICATOR.version,
        subject_id=dwelling.node.node_id,
        scope_id=network.scope_id,
        companies=orgnrs([best.org]) if best is not None and is_told else (),
        dwellings=(identifier(dwelling.node.node_id),),
        persons=pseudonyms(p for move in best.near for p in move.people) if best and is_told else (),
        status=status,
        value=None if status is Status.NOT_EVALUABLE else best.share if best else Decimal(0),
        threshold=limits.min_share,
        evidence=_cited(dwelling, best).evidence(),
        guards=_guards(dwelling, best),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in tests.items() if holds)),
        threshold_basis=ThresholdBasis.STATISTICAL,
        facts=_facts(dwelling, best),
    )


def _held(node: Node) -> str:
    if known(node, "housing_kind", str) == BARRACKS and known(node, "permit", str) == "ja":
        return "permitted_barracks"
    return "student_housing" if known(node, "hub_kind", str) == STUDENT_HOUSING else ""


def _guards(dwelling: Dwelling, best: Employer | None) -> tuple[str, ...]:
    words = {True: "not_ruled_out", False: "ruled_out", None: "unknown"}
    held = _held(dwelling.node)
    limits = dwelling.limits
    by_season = None
    if best is not None:
        by_season = best.share >= limits.min_share and best.chance * limits.min_odds > 1
    found: dict[str, bool | None] = {
        "season": by_season,
        "student_housing": held == "student_housing",
        "permitted_barracks": held == "permitted_barracks",
        "own_tenancy": None,
        "tip_only": False,
    }
    return tuple(f"{guard}={words[holds]}" for guard, holds in found.items())


def _cited(dwelling: Dwelling, best: Employer | None) -> Citations:
    network, citations = dwelling.network, Citations(dwelling.network)
    citations.node(dwelling.node.node_id, both("Boligen i matrikkelen.", "The dwelling in the cadastre."))
    for name in ("housing_kind", "permit"):
        citations.attribute(
            dwelling.node.node_id,
            name,
            both("Melding om innkvartering i boligen.", "Notice of lodging in the dwelling."),
        )
    for edge in dwelling.stays:
        citations.edge(
            edge,
            both(
                "En person bodde i boligen ({days}).",
                "A person lived in the dwelling ({days}).",
                days=period(edge),
            ),
        )
        citations.node(
            edge.source,
            both("Personen er registrert som voksen eller barn.", "The person is an adult or a child."),
        )
    people = {edge.source for edge in dwelling.stays}
    for edge in network.edges(EdgeKind.FAMILY):
        if edge.source in people and edge.target in people:
            citations.edge(edge, both("To av dem er i familie.", "Two of them are family."))
    for edge in best.spells if best else ():
        citations.edge(edge, employed_words(network, edge))
    return citations


def _facts(dwelling: Dwelling, best: Employer | None) -> dict[str, str]:
    facts = {
        "employers_n": str(len(dwelling.employers)),
        "moves_n": str(len(dwelling.moves)),
        "persons_n": str(len({person for move in dwelling.moves for person in move.people})),
    }
    if best is not None:
        facts["near_n"] = str(len(best.near))
        facts["near_in_n"] = str(sum(move.is_in for move in best.near))
        facts["chance"] = plain(_decimal(best.chance))
    return facts


def _decimal(part: Fraction) -> Decimal:
    return (Decimal(part.numerator) / Decimal(part.denominator)).quantize(SIX_PLACES)


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="I05",
    version="1.0",
    name=both("Inn- og utflytting i takt med ansettelser", "Tenant churn in step with hiring"),
    rationale=both(
        "Når innflytting følger ansettelse og utflytting følger oppsigelse, hører sengen til jobben, og den "
        "som klager, kan miste begge.",
        "When move-ins follow hires and move-outs follow exits, the bed belongs to the job, and whoever "
        "complains may lose both."),
    formula=both(
        "Minst 6 inn- og utflyttinger på 12 måneder, minst halvparten innen 14 dager fra at personens "
        "ansettelse hos samme arbeidsgiver begynte eller sluttet, og høyst 1 % sannsynlighet for så mange "
        "når datoene byttes om innen hvert kvartal.",
        "At least 6 moves in and out in 12 months, at least half within 14 days of the start or the end of "
        "the person's employment with one employer, and at most 1% probability of as many when dates are "
        "exchanged within each quarter."),
    subject_type="dwelling",
    scope_kind="churn",
    unit=both("andel av flyttingene", "share of the moves"),
    edge_kinds=(EdgeKind.STAY, EdgeKind.EMPLOYED_BY, EdgeKind.FAMILY),
    data_owners=("Skatteetaten (Folkeregisteret)", "Skatteetaten", "Arbeidstilsynet"),
    thresholds=(
        Threshold(name="min_moves", basis=ThresholdBasis.OWN, wording=both(
            "Inn- og utflyttinger.", "Moves in and out.")),
        Threshold(name="within_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager mellom flytting og ansettelse eller slutt.",
            "Days between a move and a hire or an exit.")),
        Threshold(name="min_share", basis=ThresholdBasis.OWN, wording=both(
            "Andel av flyttingene, fra 0 til 1.", "Share of the moves, 0 to 1.")),
        Threshold(name="min_odds", basis=ThresholdBasis.STATISTICAL, wording=both(
            "Tilfeldigheter gir så mange høyst én gang av så mange ombyttinger.",
            "Chance gives as many at most once in so many exchanges.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder det ses tilbake.", "Months looked back.")),
    ),
    guards={
        "season": both("Alle kommer og går med sesongen; da gir ombytting av datoer det samme.",
                       "Everybody comes and goes with the season; exchanged dates then give the same."),
        "student_housing": both("Boligen er oppgitt som studentbolig.",
                                "The dwelling is declared student housing."),
        "permitted_barracks": both("Boligen er en brakkerigg med tillatelse.",
                                   "The dwelling is a barracks with a permit."),
        "own_tenancy": both("Beboerne har egne leieavtaler som ikke følger jobben.",
                            "The residents have tenancies of their own that do not follow the job."),
        "tip_only": both("Opphold som bare er kjent fra tips; de er aldri regnet med.",
                         "Stays known by a tip alone; they are never counted."),
    },
    innocent=(
        both("Sesongbedrifter og prosjekter begynner og slutter på bestemte dager.",
             "Seasonal businesses and projects begin and end on set days."),
        both("Mange flytter når de får ny jobb, og personalbolig er lovlig.",
             "Many move when they find a new job, and staff housing is lawful."),
        both("Flyttinger meldes sent eller ikke i det hele tatt.", "Moves are reported late or not at all."),
    ),
    next_steps=(
        both("Se hvem som eier eller leier ut boligen, og om leie trekkes i lønn.",
             "See who owns or lets the dwelling and whether rent is deducted from pay."),
        both("Be arbeidsgiveren i brev om avtalene om bolig.",
             "Ask the employer by letter for the agreements on housing."),
        both("Sammenhold lønnsslipper og husleie for dem som har sluttet.",
             "Compare pay slips and rent of those who have left."),
        both("Snakk med beboerne på et trygt sted, med tolk, om hva som skjer når jobben slutter.",
             "Talk with residents in a safe place, with an interpreter, about what happens after the job."),
    ),
    missing={
        "few_moves": both("Færre flyttinger er kjent enn det trengs for å si noe.",
                          "Fewer moves are known than it takes to say anything."),
        "moves_from_notice": both("Noen av flyttingene er bare kjent fra en melding om innkvartering.",
                                  "Some of the moves are known from a notice of lodging only."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Ingen arbeidsgiver har minst to ansettelser eller slutt nær flyttinger til eller fra boligen.",
        "No employer has at least two hires or exits near moves into or out of the dwelling."),
    follow_up_owner=both("Arbeidstilsynet", "Arbeidstilsynet"),
    legal_basis="",
    source="Egen statistikk; ILOs indikatorer på tvangsarbeid nevner bolig som følger jobben",
    prior=Decimal("0.45"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("bed_with_the_job",),
    look_alikes=("seasonal_crew_of_a_hotel", "student_town_turnover", "new_housing", "tenants_who_stay_on"),
)
# fmt: on
