"""B01: a company fails with public claims left behind; its people, hands and customers go on in a new one.

Debt stays in the failed company F while workers, control role-holders, address and customers continue in
the successor S. Transfer of resources between companies is the mechanism described in research on
social-security data.

Formula, for F failed at t0 and S registered from 365 days before to 180 days after: w = persons with active
employment in both within 180 days of t0, divided by the smaller of the two workforces; it counts from 3
persons and 0.4, and must exceed by 0.2 the share that chance gives in the same NACE x municipality. r = a
person or unit with a control role in F in the 12 months before t0 and in S at any time. a = a shared
business address that no more than 10 organisations use. k = a shared client or site in contracts of both. d
= public claims left in F of NOK 50 000 or more, or F is at least the second failure around the same
role-holders. It triggers when d and ((w and (r or a or k)) or (r and k)).

Known and unknown are kept apart: without known roles r is unknown, without known addresses a is unknown,
and without an answer about public claims d is unknown unless F is a second failure. When what is unknown
decides, the finding is not evaluable. Contracts are known only as far as they are declared; k that is not
seen counts as not seen.

Innocent explanations: a lawful rescue, a purchase from the estate, a business transfer, people who find
local jobs together. Guards: an estate sale or business transfer from F to S on record, or at least half of
the moved workers reported as moved by a change of organisation, hold the finding back.

Source: GOTCHA! (Van Vlasselaer et al. 2017) and Anderson et al. (SSRN 2536248) for the mechanism; cut-offs
are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from graph.detectors.citing import Citations, both, day_of, sum_of
from graph.detectors.reading import (
    all_true,
    company,
    days_around,
    identifier,
    known,
    orgnrs,
    plain,
    pseudonyms,
)
from graph.detectors.succession import Pair, cite_ties, failed_on
from graph.indicator import Indicator, Threshold
from graph.model import EdgeKind, Finding, Network, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of B01."""

    look_back_days: int = 365
    """Days before the end of the evaluated month in which F failed (own)."""
    registered_before_days: int = 365
    """Days before the failure from which S may be registered (published mechanism, own length)."""
    registered_after_days: int = 180
    """Days after the failure up to which S may be registered (published mechanism, own length)."""
    min_moved: int = 3
    """Persons employed by both from which a shared workforce means something (own)."""
    min_worker_share: Decimal = Decimal("0.4")
    """Share of the smaller workforce, 0 to 1, that worked for both (own)."""
    min_excess_share: Decimal = Decimal("0.2")
    """How far that share must exceed what chance gives, 0 to 1 (own)."""
    role_days: int = 365
    """Days before the failure in which a control role in F counts (own)."""
    max_tenants: int = 10
    """Organisations at an address above which sharing it means nothing (own)."""
    min_claims_ore: int = 5_000_000
    """Public claims left in F, in øre (own)."""
    failures_look_back_days: int = 1826
    """Days before the failure in which an earlier one around the same role-holders counts (own; 5 years)."""
    max_reorganised_share: Decimal = Decimal("0.5")
    """Share of moved workers, 0 to 1, from which reported reorganisation explains the move (own)."""


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding per pair of a failed company and a possible successor.

    Args:
        network: Scope of kind `succession`. The pair is the one its id names; a scope whose id names none is
            evaluated for every flow of workers in it.
        thresholds: Limits.
    """
    parts = network.scope_id.split(":")[1:]
    if len(parts) == 2:
        pairs = [(f"org:{parts[0]}", f"org:{parts[1]}")]
    else:
        pairs = sorted({(e.source, e.target) for e in network.edges(EdgeKind.WORKER_FLOW)})
    for failed, successor in pairs:
        flows = [
            e for e in network.edges(EdgeKind.WORKER_FLOW) if (e.source, e.target) == (failed, successor)
        ]
        on = failed_on(network.node(failed)) or next((e.valid_from for e in flows), None)
        yield _evaluate(Pair(network, failed, successor, on or network.month, thresholds), on)


def _in_time(pair: Pair, on: date | None) -> bool | None:
    """Whether F failed and S was registered in the windows; None when a date is unknown."""
    limits = pair.thresholds
    registered = known(pair.network.node(pair.successor), "registered_on", date)
    if on is None:
        return None
    first = pair.network.month - timedelta(days=limits.look_back_days)
    if not first < on <= pair.network.month:
        return False
    if registered is None:
        return None
    start, end = days_around(on, limits.registered_before_days, limits.registered_after_days)
    return start <= registered <= end


def _evaluate(pair: Pair, on: date | None) -> Finding:
    network = pair.network
    in_time = _in_time(pair, on)
    rule = all_true(in_time, pair.linked, pair.debt)
    reason = "estate_or_transfer" if pair.transfers else "organisation_change" if pair.reorganised else ""
    status = {True: Status.TRIGGERED, False: Status.NOT_TRIGGERED, None: Status.NOT_EVALUABLE}[rule]
    if rule and reason:
        status = Status.SUPPRESSED
    elif status is Status.NOT_TRIGGERED and network.truncated:
        status = Status.NOT_EVALUABLE
    by_workers = pair.workers or not rule
    told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    workers = [person for person, _, _ in pair.moves]
    return Finding(
        indicator_id="B01",
        indicator_version=INDICATOR.version,
        subject_id=f"pair:{identifier(pair.failed)}:{identifier(pair.successor)}",
        scope_id=network.scope_id,
        companies=orgnrs((pair.failed, pair.successor)),
        persons=pseudonyms([*workers, *pair.shared_holders]) if told else (),
        status=status,
        value=pair.worker_share,
        threshold=pair.thresholds.min_worker_share if by_workers else None,
        evidence=_cited(pair, on, told).evidence(),
        guards=_guards(pair),
        suppressed_reason=reason if status is Status.SUPPRESSED else "",
        truncated=network.truncated,
        data_quality=_quality(pair, on),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(pair, on, rule),
    )


def _guards(pair: Pair) -> tuple[str, ...]:
    words = {True: "not_ruled_out", False: "ruled_out", None: "unknown"}
    by_chance = None if pair.chance_share is None else pair.excess_share < pair.thresholds.min_excess_share
    office = pair.address is False and bool(pair.shared_places)
    found = {
        "estate_or_transfer": bool(pair.transfers),
        "organisation_change": pair.reorganised if pair.moves else None,
        "chance_moves": by_chance,
        "shared_office": None if pair.address is None else office,
    }
    return tuple(f"{guard}={words[holds]}" for guard, holds in found.items())


def _quality(pair: Pair, on: date | None) -> tuple[str, ...]:
    network = pair.network
    answer = known(network.node(pair.failed), "arrears_status", str)
    roles = [e for edges in pair.control.values() for e in edges if e.source in pair.shared_holders]
    out_of_failed = [e for e in network.edges(EdgeKind.TRANSFER) if e.source == pair.failed]
    tests = {
        "failure_date_unknown": on is None,
        "registration_unknown": known(network.node(pair.successor), "registered_on", date) is None,
        "claims_not_asked": pair.claims is None and answer is None,
        "claims_refused": pair.claims is None and answer == "avslag",
        "claims_no_data": pair.claims is None and answer not in (None, "avslag"),
        "no_shared_workers_known": pair.flow is None,
        "chance_unknown": pair.flow is not None and pair.chance_share is None,
        "roles_unknown": pair.roles is None,
        "role_match_weak": bool(roles) and not any(known(e, "match", str) in ("fnr", "orgnr") for e in roles),
        "address_unknown": pair.address is None,
        "transfer_to_other": bool(out_of_failed) and not pair.transfers,
        "scope_truncated": bool(network.truncated),
    }
    return tuple(sorted(code for code, holds in tests.items() if holds))


def _cited(pair: Pair, on: date | None, told: bool) -> Citations:
    network = pair.network
    citations = Citations(network)
    failed, successor = company(network, pair.failed), company(network, pair.successor)
    new = day_of(known(network.node(pair.successor), "registered_on", date))
    citations.node(
        pair.failed, both("{org} opphørte {day}.", "{org} failed on {day}.", org=failed, day=day_of(on))
    )
    citations.node(
        pair.successor,
        both("{org} ble registrert {day}.", "{org} was registered on {day}.", org=successor, day=new),
    )
    citations.attribute(
        pair.failed,
        "arrears_status",
        both(
            "Offentlige krav mot {org}: {sum}.",
            "Public claims against {org}: {sum}.",
            org=failed,
            sum=sum_of(pair.claims_ore),
        ),
    )
    if pair.flow is not None:
        moved, before, after = pair.counts
        citations.edge(
            pair.flow,
            both(
                "{moved} personer har arbeidet i begge ({before} i {failed}, {after} i {successor}).",
                "{moved} persons worked for both ({before} in {failed}, {after} in {successor}).",
                moved=str(moved),
                before=str(before),
                after=str(after),
                failed=failed,
                successor=successor,
            ),
        )
    cite_ties(pair, citations, told=told)
    return citations


def _facts(pair: Pair, on: date | None, rule: bool | None) -> dict[str, str]:
    moved, before, after = pair.counts
    facts = {
        "earlier_failures_n": str(len(pair.earlier_failures)),
        "failed_workforce_n": str(before),
        "moved_n": str(moved),
        "shared_addresses_n": str(len(pair.shared_places)),
        "shared_control_holders_n": str(len(pair.shared_holders)),
        "shared_contracts_n": str(len(pair.shared_work)),
        "successor_workforce_n": str(after),
        "worker_share": plain(pair.worker_share),
    }
    if rule:
        facts["rule"] = "workers_and_tie" if pair.workers else "role_and_work"
    if pair.chance_share is not None:
        facts["chance_share"] = plain(pair.chance_share)
    if pair.claims_ore is not None:
        facts["claims_nok"] = plain(Decimal(pair.claims_ore) / 100)
    registered = known(pair.network.node(pair.successor), "registered_on", date)
    for name, day in (("failed_on", on), ("registered_on", registered)):
        if day:
            facts[name] = day.isoformat()
    if on and registered:
        facts["days_between"] = str((registered - on).days)
    return facts


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="B01",
    version="1.0",
    name=both("Ny virksomhet viderefører en som har opphørt", "Phoenix successor"),
    rationale=both(
        "Gjeld blir igjen i en virksomhet som opphører, mens folk, ledelse, adresse og kunder fortsetter i "
        "en ny.",
        "Debt stays in a company that fails while people, management, address and customers go on in a new "
        "one."),
    formula=both(
        "Virksomheten opphørte (konkurs, tvangsoppløsning eller sletting) det siste året, og den nye ble "
        "registrert fra 365 dager før til 180 dager etter. Minst 3 personer og 40 % av den minste "
        "arbeidsstokken arbeidet i begge, klart mer enn tilfeldighet gir, og ledelse, adresse eller kunder "
        "er felles; eller både ledelse og kunder er felles. Offentlige krav på minst 50 000 kr er igjen, "
        "eller det er minst den andre virksomheten som opphører under de samme rolleinnehaverne.",
        "The company failed in the last year and the new one was registered from 365 days before to 180 "
        "days after. At least 3 persons and 40% of the smaller workforce worked for both, clearly more "
        "than chance gives, and management, address or customers are shared; or both management and "
        "customers are. Public claims of at least NOK 50,000 are left, or it is at least the second "
        "company to fail under the same role-holders."),
    subject_type="pair",
    scope_kind="succession",
    unit=both("andel av den minste arbeidsstokken", "share of the smaller workforce"),
    edge_kinds=(EdgeKind.WORKER_FLOW, EdgeKind.EMPLOYED_BY, EdgeKind.HOLDS_ROLE, EdgeKind.LOCATED_AT,
                EdgeKind.CONTRACT, EdgeKind.TRANSFER),
    data_owners=("Brønnøysundregistrene", "Skatteetaten", "contracting authorities"),
    thresholds=(
        Threshold(name="look_back_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager før månedsslutt der virksomheten må ha opphørt.",
            "Days before the month's end in which the company must have failed.")),
        Threshold(name="registered_before_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager før den opphørte da den nye tidligst kan være registrert.",
            "Days before the failure from which the new company may be registered.")),
        Threshold(name="registered_after_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager etter at den opphørte da den nye senest kan være registrert.",
            "Days after the failure up to which the new company may be registered.")),
        Threshold(name="min_moved", basis=ThresholdBasis.OWN, wording=both(
            "Færrest personer som har arbeidet i begge.",
            "Fewest persons who worked for both.")),
        Threshold(name="min_worker_share", basis=ThresholdBasis.OWN, wording=both(
            "Minste andel (0 til 1) av den minste arbeidsstokken.",
            "Least share (0 to 1) of the smaller workforce.")),
        Threshold(name="min_excess_share", basis=ThresholdBasis.OWN, wording=both(
            "Hvor mye andelen (0 til 1) må overstige det tilfeldighet gir i samme næring og kommune.",
            "How far the share (0 to 1) must exceed what chance gives in the same trade and municipality.")),
        Threshold(name="role_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager før virksomheten opphørte der en rolle med kontroll teller.",
            "Days before the failure in which a control role counts.")),
        Threshold(name="max_tenants", basis=ThresholdBasis.OWN, wording=both(
            "Flest virksomheter på en adresse for at den skal bety noe at den er felles.",
            "Most organisations at an address for sharing it to mean anything.")),
        Threshold(name="min_claims_ore", basis=ThresholdBasis.OWN, wording=both(
            "Minste offentlige krav som er igjen, i øre.",
            "Least public claims left behind, in øre.")),
        Threshold(name="failures_look_back_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager tilbake der en tidligere virksomhet under samme ledelse teller.",
            "Days back in which an earlier failure under the same management counts.")),
        Threshold(name="max_reorganised_share", basis=ThresholdBasis.OWN, wording=both(
            "Andel (0 til 1) av de flyttede som er meldt flyttet ved omorganisering, som forklarer "
            "flyttingen.",
            "Share (0 to 1) of those who moved, reported as reorganised, that explains the move.")),
    ),
    guards={
        "estate_or_transfer": both("Virksomheten er kjøpt fra boet eller overdratt og meldt.",
                                   "The business was bought from the estate or transferred and reported."),
        "organisation_change": both(
            "De ansatte er meldt flyttet ved omorganisering eller bytte av lønnssystem.",
            "The staff were reported as moved by reorganisation or a change of payroll."),
        "chance_moves": both("Folk i samme fag og kommune fant nye jobber på samme sted.",
                             "People of one trade and municipality found new jobs in the same place."),
        "shared_office": both("Adressen er et kontorhotell eller et bygg med mange virksomheter.",
                              "The address is an office hotel or a building with many organisations."),
    },
    innocent=(
        both("En redning av levedyktig drift kan være lovlig og ønsket.",
             "Rescuing a viable business may be lawful and wanted."),
        both("Driften kan være kjøpt fra boet uten at salget er registrert ennå.",
             "The business may have been bought from the estate before the sale is registered."),
        both("Kolleger søker ofte nytt arbeid sammen når en arbeidsgiver opphører.",
             "Colleagues often look for new work together when an employer fails."),
        both("Kravene kan være bestridt, feil eller dekket senere.",
             "The claims may be disputed, wrong or paid later."),
    ),
    next_steps=(
        both("Kontroller kunngjøringer, roller og eventuelle avtaler med boet i registrene.",
             "Check announcements, roles and any agreement with the estate in the registers."),
        both("Spør bostyreren i brev om salg av drift og utstyr.",
             "Ask the trustee by letter about sale of business and equipment."),
        both("Be om kontrakter, lønnslister og eventuelle overdragelsesavtaler.",
             "Request contracts, payrolls and any transfer agreement."),
        both("Vurder felles kontroll med Skatteetaten og NAV (lønnsgaranti).",
             "Consider a joint control with Skatteetaten and NAV (wage guarantee)."),
    ),
    missing={
        "failure_date_unknown": both("Datoen virksomheten opphørte, er ukjent.",
                                     "The date of the failure is unknown."),
        "registration_unknown": both("Datoen den nye ble registrert, er ukjent.",
                                     "The date the new company was registered is unknown."),
        "claims_not_asked": both("Det er ikke spurt om offentlige krav mot virksomheten som opphørte.",
                                 "Public claims against the failed company were not asked about."),
        "claims_refused": both("Opplysninger om offentlige krav ble ikke gitt.",
                               "Information on public claims was refused."),
        "claims_no_data": both("Svaret om offentlige krav hadde ingen opplysninger; det betyr ikke null.",
                               "The answer on public claims had no data; that does not mean zero."),
        "no_shared_workers_known": both("Ingen kjente personer arbeidet i begge.",
                                        "No persons are known to have worked for both."),
        "chance_unknown": both("Hva tilfeldighet gir i næringen og kommunen, er ukjent.",
                               "What chance gives in the trade and municipality is unknown."),
        "roles_unknown": both("Roller med kontroll er ukjent for minst én av virksomhetene.",
                              "Control roles are unknown for at least one of the companies."),
        "role_match_weak": both("Felles rolleinnehaver er kjent igjen på navn og fødselsdato alene.",
                                "The shared role-holder was matched by name and birth date alone."),
        "address_unknown": both("Adressen, eller hvor mange som bruker den, er ukjent.",
                                "The address, or how many use it, is unknown."),
        "transfer_to_other": both("En overdragelse til en annen virksomhet er registrert.",
                                  "A transfer to another company is on record."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten har ikke opphørt, eller ingen ny virksomhet deler folk, ledelse, adresse eller "
        "kunder med den.",
        "The company has not failed, or no new company shares people, management, address or customers "
        "with it."),
    follow_up_owner=both("Skatteetaten (innkreving) og bostyrer; NAV for lønnsgaranti",
                         "Skatteetaten (collection) and the trustee; NAV for the wage guarantee"),
    legal_basis="",
    source="GOTCHA! (Van Vlasselaer mfl. 2017), Anderson mfl. (SSRN 2536248); grensene er egne",
    prior=Decimal("0.60"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("phoenix",),
    look_alikes=("sold_by_the_estate", "recorded_business_transfer", "workers_went_many_ways",
                 "first_failure_with_tiny_claims", "two_workers_moved", "registered_much_later"),
)
# fmt: on
