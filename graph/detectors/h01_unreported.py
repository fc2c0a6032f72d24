"""H01: an assignment that must be reported was not, was reported late, or lacks people on its list.

Who gives work in Norway to a contractor with its seat abroad must report it, and so must the contractor, so
that tax is paid where the work is done. Whether a report came, and when, can be checked day by day.

Formula, for a contract for labour worth at least NOK 20 000 whose contractor has its seat abroad: no report
by either party within 14 days from the first day of the work; or, where one came, at least 2 people of the
contractor beyond those on its list of workers were on the site 14 days before the month's end or earlier.
The rule decides which duty applies; it weighs on nobody.

One report is enough, whoever made it. A report up to 7 days late gives context only. Reports reach readers up
to a month after they are made, so none counts as missing before 31 days after the term.

Innocent explanations: the other party reported it under another number, the value was below the limit when it
was agreed, goods, exempt transport (cabotage) or Svalbard, work that began later than planned.

Limits of the data: a report names no contract, so parties, project and time tell which it is about. Where the
client reported a contractor of no known contract, that may be this one under another number, and nothing is
said. A contractor with a Norwegian number may have its seat for tax here, so where nobody reported its
contract nothing is said either. Of people on site the most on one day are counted, beside all lines on the
list; a contract reported in time for a site of which no list came is not evaluable.

Source: skatteforvaltningsloven § 7-6 and its regulation § 7-6; the tolerances are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from graph.detectors.citing import Citations, both, count_of, day_of, sum_of
from graph.detectors.reading import company, known, orgnrs
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Role, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of H01."""

    max_days: int = 14
    """Days from the first day of the work within which a report must come (statute)."""
    min_value_ore: int = 2_000_000
    """Value from which the duty holds, in øre (statute)."""
    late_days: int = 7
    """Days after the term up to which a late report gives context only (own)."""
    arrival_days: int = 31
    """Days after the term from which a report that is not there counts as missing (own)."""
    min_unlisted: int = 2
    """People on site beyond those on the list (own)."""


@dataclass(frozen=True)
class Duty:
    """One contract that must be reported."""

    edge: Edge
    month: date
    limits: Thresholds

    @property
    def due_on(self) -> date:
        """Last day of the term."""
        return (self.edge.valid_from or date.max - timedelta(days=60)) + timedelta(days=self.limits.max_days)

    @property
    def reported_on(self) -> date | None:
        """Day of the first report."""
        return known(self.edge, "reported_on", date)

    @property
    def late_by(self) -> int:
        """Days after the term until the report, or until the month's end when there is none."""
        return ((self.reported_on or self.month) - self.due_on).days

    @property
    def unlisted_n(self) -> int:
        """People on site beyond those on the list."""
        present, listed = known(self.edge, "present_n", int), known(self.edge, "listed_n", int)
        return 0 if present is None or self.reported_on is None else max(present - (listed or 0), 0)


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the contract that the scope names.

    Args:
        network: Scope of kind `reporting`.
        thresholds: Limits.
    """
    contract = network.scope_id.split(":", 1)[1]
    edges = [e for e in network.edges(EdgeKind.REPORTING_DUTY) if known(e, "contract_id", str) == contract]
    for edge in edges[:1]:
        yield _finding(network, contract, Duty(edge, network.month, thresholds))


def _finding(network: Network, contract: str, duty: Duty) -> Finding:
    limits, edge = duty.limits, duty.edge
    is_missing = duty.reported_on is None
    late = duty.late_by > 0
    is_short = duty.unlisted_n >= limits.min_unlisted
    value, exemption = edge.amount_ore, known(edge, "exemption", str)
    is_breach = late or is_short
    is_due = value is not None and value >= limits.min_value_ore
    has_others = (known(edge, "open_reports_n", int) or 0) > 0
    quality = {
        "value_unknown": value is None,
        "report_on_its_way": is_missing and late and duty.late_by < limits.arrival_days,
        "other_contractor_reported": is_missing and has_others,
        "site_not_seen": not is_missing and known(edge, "present_n", int) is None,
        "seat_unknown": is_missing and known(edge, "is_registered_here", bool) is not False,
        "scope_truncated": bool(network.truncated),
    }
    status, role = Status.NOT_TRIGGERED, Role.TRIGGER
    unsure = {name for name, holds in quality.items() if holds}
    if (is_breach or "site_not_seen" in unsure) and (value is None or is_due):
        if unsure - {"site_not_seen"} or not is_breach:
            status = Status.NOT_EVALUABLE
        elif exemption is not None:
            status = Status.SUPPRESSED
        else:
            status = Status.TRIGGERED
            is_small = not is_missing and duty.late_by <= limits.late_days and not is_short
            role = Role.CONTEXT if is_small else Role.TRIGGER
    citations = Citations(network)
    citations.node(
        edge.source,
        both(
            "{org} står i Enhetsregisteret.", "{org} is in the register.", org=company(network, edge.source)
        ),
    )
    citations.edge(
        edge,
        both(
            "{client} ga {contractor} arbeid for {value} fra {start}. Meldt: {reported}; på plassen: "
            "{present}, på listen: {listed}.",
            "{client} gave {contractor} work for {value} from {start}. Reported: {reported}; on site: "
            "{present}, on the list: {listed}.",
            client=company(network, edge.source),
            contractor=company(network, edge.target),
            value=sum_of(value),
            start=day_of(edge.valid_from),
            reported={"nb": "nei", "en": "no"} if is_missing else day_of(duty.reported_on),
            present=count_of(known(edge, "present_n", int)),
            listed=count_of(known(edge, "listed_n", int)),
        ),
    )
    return Finding(
        indicator_id="H01",
        indicator_version=INDICATOR.version,
        subject_id=f"contract:{contract}",
        scope_id=network.scope_id,
        companies=orgnrs([edge.source, edge.target]),
        status=status,
        role=role,
        value=Decimal(max(duty.late_by, 0)),
        threshold=Decimal(0),
        evidence=citations.evidence(),
        guards=(
            "other_party=ruled_out",
            f"other_number={'not_ruled_out' if has_others else 'ruled_out'}",
            f"exempt={'not_ruled_out' if exemption is not None else 'ruled_out'}",
        ),
        suppressed_reason="exempt" if status is Status.SUPPRESSED else "",
        truncated=network.truncated,
        data_quality=tuple(sorted(unsure)),
        threshold_basis=ThresholdBasis.STATUTE if late else ThresholdBasis.OWN,
        legal_basis_ref=INDICATOR.legal_basis if late else "",
        facts={
            "reported": "no" if is_missing else f"{duty.reported_on:%Y-%m-%d}",
            "due_on": f"{duty.due_on:%Y-%m-%d}",
            "unlisted_n": str(duty.unlisted_n),
            "value_nok": "-" if value is None else str(value // 100),
        },
    )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="H01",
    version="1.0",
    name=both("Oppdrag som ikke er meldt, eller meldt for sent",
              "Assignment not reported (RF-1199) or reported late"),
    rationale=both(
        "Oppdrag til en oppdragstaker med sete i utlandet skal meldes raskt, så skatt betales der arbeidet "
        "gjøres. Om det er meldt, kan kontrolleres.",
        "Work given to a contractor with its seat abroad must be reported soon, so that tax is paid where it "
        "is done. Whether it was reported can be checked."),
    formula=both(
        "Kontrakt om arbeid for minst 20 000 kr: ingen av partene meldte den innen 14 dager fra arbeidets "
        "første dag, eller minst to på plassen er flere enn listen over arbeidstakere har.",
        "A contract for labour of at least NOK 20,000: neither party reported it within 14 days from the "
        "first day of the work, or at least two on the site are more than the list of workers has."),
    subject_type="contract",
    scope_kind="reporting",
    unit=both("dager for sent", "days late"),
    edge_kinds=(EdgeKind.REPORTING_DUTY,),
    data_owners=("Skatteetaten", "contracting authorities"),
    thresholds=(
        Threshold(name="max_days", basis=ThresholdBasis.STATUTE, source="skatteforvaltningsforskriften § 7-6",
                  wording=both("Dager fra arbeidets første dag til meldingen.",
                               "Days from the first day of the work to the report.")),
        Threshold(name="min_value_ore", basis=ThresholdBasis.STATUTE,
                  source="skatteforvaltningsforskriften § 7-6",
                  wording=both("Minste verdi, i øre.", "Least value, in øre.")),
        Threshold(name="late_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager etter fristen der en melding bare gir bakgrunn.",
            "Days after the term within which a report gives context only.")),
        Threshold(name="arrival_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager etter fristen før en melding regnes som uteblitt.",
            "Days after the term before a report counts as missing.")),
        Threshold(name="min_unlisted", basis=ThresholdBasis.OWN, wording=both(
            "Personer på plassen utover listen.", "People on site beyond the list.")),
    ),
    guards={
        "other_party": both("Det er søkt etter meldinger fra begge parter.",
                            "Reports by both parties were searched."),
        "other_number": both(
            "Oppdragsgiveren har meldt en oppdragstaker uten kjent kontrakt; det kan være denne under et "
            "annet nummer.",
            "The client reported a contractor of no known contract; it may be this one under another "
            "number."),
        "exempt": both("Oppdraget er meldt som unntatt.", "The assignment is reported as exempt."),
    },
    innocent=(
        both("Den andre parten kan ha meldt oppdraget under et annet nummer.",
             "The other party may have reported it under another number."),
        both("Arbeidet kan ha begynt senere enn avtalt.", "The work may have begun later than agreed."),
        both("Kontrakten kan gjelde varer, eller transport som er unntatt.",
             "The contract may be for goods, or for exempt transport."),
        both("En ny oppdragsgiver kan ha misforstått fristen.",
             "A new client may have misunderstood the term."),
    ),
    next_steps=(
        both("Søk i registeret på begge parter, også andre nummer, og se om meldingen er kommet siden.",
             "Search the register for both parties, other numbers too; the report may have come since."),
        both("Be oppdragsgiveren i brev om kontrakten og kvittering for meldingen.",
             "Ask the client by letter for the contract and the receipt of the report."),
        both("Be oppdragstakeren om liste over arbeidstakere, A1 og arbeidstid.",
             "Ask the contractor for its list of workers, A1 certificates and hours."),
        both("Vurder felles kontroll på plassen med Skatteetaten.",
             "Consider a joint control on the site with Skatteetaten."),
    ),
    missing={
        "value_unknown": both("Kontraktens verdi er ukjent; plikten gjelder fra 20 000 kr.",
                              "The value of the contract is unknown; the duty holds from NOK 20,000."),
        "report_on_its_way": both("En melding kan være gjort og ikke framme ennå.",
                                  "A report may have been made and not be here yet."),
        "other_contractor_reported": both("En annen melding fra oppdragsgiveren kan gjelde denne kontrakten.",
                                          "Another report by the client may be about this contract."),
        "site_not_seen": both("Ingen liste fra plassen er levert; om alle er på listen, er ukjent.",
                              "No list of the site came; whether all are on the list is unknown."),
        "seat_unknown": both("Oppdragstakeren har norsk nummer og kan ha skattemessig sete her.",
                             "The contractor has a Norwegian number and may have its seat for tax here."),
        "scope_truncated": both("Utsnittet er avkortet.", "The scope was cut."),
    },
    not_candidate=both(
        "Oppdraget er meldt i tide, eller fristen er ikke ute.",
        "The assignment was reported in time, or its term has not passed."),
    follow_up_owner=both("Skatteetaten", "Skatteetaten"),
    legal_basis="skatteforvaltningsloven § 7-6",
    source="Skatteetaten, skatteforvaltningshåndboken § 7-6; toleransene er egne",
    prior=Decimal("0.50"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("unreported_assignment",),
    look_alikes=("late_report_by_an_honest_first_timer", "reported_by_the_other_party",
                 "value_below_the_reporting_limit", "goods_bought_abroad", "exempt_assignment",
                 "value_unknown", "reported_in_time_and_handed_on_late"),
    statutory_hard_evidence=True,
)
# fmt: on
