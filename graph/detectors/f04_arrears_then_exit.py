"""F04: public debt that rises while the people leave for a company that is tied to the first one.

Debt that grows faster than the business, and people who go over to a related company one after the other,
come before a failure that leaves the debt behind. Seen in time, the debt can still be secured.

Formula: arrears at the end of a two-month term, divided by the turnover of the last three terms set before
it, rise 3 times in a row up to the last ended term, and come to at least NOK 50 000; at least 0.3 of the
company's workers of the last 180 days, and at least 3, went to one other company in those days; and the two
are tied: a control role-holder or owner in common, a business address that few others use, or a contract or
invoices between them.

Chance: in some trades leavers end up with the same few employers. Of those who left, the share that went to
the one company must exceed by 0.2 what is usual in the same trade and municipality; else the flow is held
back as ordinary. A recorded transfer of the business is held back too, and so is a company that has failed
already: it is too late to look ahead, and B01 looks at what became of it.

Innocent explanations: ordinary decline (people scatter), people won over by a competitor (no tie), a
reorganisation, debt that follows from one large loss.

Source: resource transfer before failure as described for GOTCHA! (abstract); Anderson et al. (SSRN 2536248);
the cut-offs are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from graph.detectors.citing import Citations, both
from graph.detectors.exits import Pair, cite_pair
from graph.detectors.ownership import is_known
from graph.detectors.reading import all_true, any_true, known, orgnrs, plain
from graph.indicator import Indicator, Threshold
from graph.model import EdgeKind, Finding, Network, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of F04."""

    min_rises: int = 3
    """Terms in a row in which arrears divided by turnover rose (own)."""
    min_arrears_ore: int = 5_000_000
    """Least arrears at the end of the last term, in øre (own)."""
    min_moved_share: Decimal = Decimal("0.3")
    """Share of the workers who went to one company, 0 to 1 (own)."""
    min_moved: int = 3
    """Workers who went there (own)."""
    min_excess_share: Decimal = Decimal("0.2")
    """How far the share among the leavers must exceed what is usual, 0 to 1 (own)."""
    link_days: int = 365
    """Days up to the end of the month in which a role, contract or invoice ties the two (own)."""
    max_tenants: int = 10
    """Most organisations at a business address that ties its users (own)."""
    group_share: Decimal = Decimal("0.5")
    """Share of ownership, 0 to 1, from which two companies are taken to belong together (own)."""


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company with arrears, about the one its workers went to.

    Args:
        network: Scope of kind `exit`.
        thresholds: Limits.
    """
    _, source, target = network.scope_id.split(":")
    pair = Pair(network, f"org:{source}", f"org:{target}", thresholds)
    linked = any_true(*pair.ties.values())
    outcome = all_true(pair.is_rising, pair.is_material, pair.is_large, linked)
    quality = {
        "arrears_unknown": pair.is_rising is None or pair.is_material is None,
        "company_unknown": pair.has_failed is None,
        "turnover_older": any(known(edge, "is_turnover_older", bool) for edge in pair.arrears.values()),
        "chance_unknown": pair.flow is not None and pair.is_ordinary is None,
        "link_unknown": linked is None,
        "owner_unknown": not all(is_known(network, org) for org in (pair.source, pair.target)),
        "scope_truncated": bool(network.truncated),
    }
    status, reason = Status.NOT_TRIGGERED, ""
    if outcome:
        held = {
            "already_failed": pair.has_failed,
            "business_transfer": bool(pair.transfers),
            "chance_moves": pair.is_ordinary,
        }
        reason = next((guard for guard, holds in held.items() if holds), "")
        status = Status.SUPPRESSED if reason else Status.TRIGGERED
    elif outcome is None or network.truncated:
        status = Status.NOT_EVALUABLE
    citations = Citations(network)
    cite_pair(citations, pair)
    words = {True: "ruled_out", False: "not_ruled_out", None: "unknown"}
    yield Finding(
        indicator_id="F04",
        indicator_version=INDICATOR.version,
        subject_id=pair.source,
        scope_id=network.scope_id,
        companies=orgnrs([pair.source, pair.target]),
        status=status,
        value=pair.moved_share,
        threshold=thresholds.min_moved_share,
        evidence=citations.evidence(),
        guards=(
            f"no_link={words[linked]}",
            f"chance_moves={words[None if pair.is_ordinary is None else not pair.is_ordinary]}",
            f"business_transfer={words[not pair.transfers]}",
            f"already_failed={words[None if pair.has_failed is None else not pair.has_failed]}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(pair),
    )


def _facts(pair: Pair) -> dict[str, str]:
    found = {name: str(pair.count(name)) for name in ("moved_n", "left_n", "from_n")}
    found["ties"] = ", ".join(name for name, holds in sorted(pair.ties.items()) if holds) or "none"
    for term in pair.terms:
        ratio = pair.ratio(term)
        if ratio is not None:
            found[f"arrears_ratio_{term[0]}_{term[1]}"] = plain(ratio)
    return found


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="F04",
    version="1.0",
    name=both("Restanser og så flukt", "Arrears then exit"),
    rationale=both(
        "Gjeld som vokser mens folkene går over til en tilknyttet virksomhet, kan komme før en konkurs der "
        "gjelden blir igjen.",
        "Debt that grows while people go over to a related company may come before a failure that leaves the "
        "debt behind."),
    formula=both(
        "Restanse delt på omsetning stiger 3 terminer på rad, til minst 50 000 kr, og minst 0,3 av "
        "arbeidstakerne (minst 3) gikk i løpet av 180 dager til én virksomhet som er knyttet til den første "
        "gjennom roller, eier, adresse eller oppdrag, mer enn det som er vanlig i faget.",
        "Arrears divided by turnover rise 3 terms in a row, to at least NOK 50 000, and at least 0.3 of the "
        "workers (at least 3) went within 180 days to one company that is tied to the first by roles, owner, "
        "address or contract, more than is usual in the trade."),
    subject_type="org",
    scope_kind="exit",
    unit=both("andel av arbeidstakerne", "share of the workers"),
    edge_kinds=(EdgeKind.ARREARS_TERM, EdgeKind.WORKER_EXIT, EdgeKind.HOLDS_ROLE, EdgeKind.LOCATED_AT,
                EdgeKind.CONTRACT, EdgeKind.PAYMENT, EdgeKind.OWNS_SHARE, EdgeKind.TRANSFER),
    data_owners=("Skatteetaten", "Brønnøysundregistrene"),
    thresholds=(
        Threshold(name="min_rises", basis=ThresholdBasis.OWN, wording=both(
            "Terminer på rad der restanse delt på omsetning steg.",
            "Terms in a row in which arrears divided by turnover rose.")),
        Threshold(name="min_arrears_ore", basis=ThresholdBasis.OWN, wording=both(
            "Minste restanse ved utgangen av siste termin, i øre.",
            "Least arrears at the end of the last term, in øre.")),
        Threshold(name="min_moved_share", basis=ThresholdBasis.OWN, wording=both(
            "Andel av arbeidstakerne som gikk til én virksomhet (0 til 1).",
            "Share of the workers who went to one company (0 to 1).")),
        Threshold(name="min_moved", basis=ThresholdBasis.OWN, wording=both(
            "Arbeidstakere som gikk dit.", "Workers who went there.")),
        Threshold(name="min_excess_share", basis=ThresholdBasis.OWN, wording=both(
            "Hvor mye andelen av dem som sluttet (0 til 1), må overstige det vanlige i fag og kommune.",
            "How far the share of leavers (0 to 1) must exceed what is usual in trade and municipality.")),
        Threshold(name="link_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager fram til månedens utløp der rolle, kontrakt eller faktura knytter de to sammen.",
            "Days up to the end of the month in which a role, contract or invoice ties the two.")),
        Threshold(name="max_tenants", basis=ThresholdBasis.OWN, wording=both(
            "Flest virksomheter på en adresse som knytter dem sammen.",
            "Most organisations at an address that ties them.")),
        Threshold(name="group_share", basis=ThresholdBasis.OWN, wording=both(
            "Eierandel (0 til 1) som gjør at to virksomheter regnes som knyttet sammen.",
            "Share of ownership (0 to 1) from which two companies are taken to belong together.")),
    ),
    guards={
        "no_link": both("Ingenting knytter de to virksomhetene sammen; en konkurrent kan ha vunnet folkene.",
                        "Nothing ties the two companies; a competitor may have won the people over."),
        "chance_moves": both("Folk i samme fag og kommune går ofte til de samme arbeidsgiverne.",
                             "People of the trade and municipality often go to the same employers."),
        "business_transfer": both("Virksomheten er overdratt, og overdragelsen er registrert.",
                                  "The business was transferred, and the transfer is recorded."),
        "already_failed": both("Virksomheten har opphørt; da gjelder indikatoren for fortsatt drift (B01).",
                               "The company has failed already; the indicator of succession (B01) applies."),
    },
    innocent=(
        both("Et stort tap hos en kunde kan gi restanser uten at noe annet ligger bak.",
             "A large loss with one customer may give arrears with nothing else behind them."),
        both("Ansatte kan søke seg til en kjent arbeidsgiver når lønna blir usikker.",
             "Workers may go to an employer they know when their pay becomes uncertain."),
        both("Et konsern kan samle virksomheten i ett selskap.",
             "A group may gather its business in one company."),
        both("Restansen kan skyldes en skjønnsfastsetting som senere blir endret.",
             "The arrears may come from an assessment that is changed later."),
    ),
    next_steps=(
        both("Følg restanser og roller for begge virksomhetene i registrene.",
             "Follow arrears and roles of both companies in the registers."),
        both("Spør innkrevingen om det er avtalt sikkerhet eller betalingsordning.",
             "Ask the collector whether security or a payment plan is agreed."),
        both("Be virksomheten i brev om å gjøre rede for overgangen.",
             "Ask the company by letter to account for the move."),
        both("Vurder felles kontroll med Skatteetaten før verdier er flyttet.",
             "Consider a joint control with Skatteetaten before values are moved."),
    ),
    missing={
        "arrears_unknown": both("Restanse eller omsetning er ukjent for minst én termin.",
                                "Arrears or turnover are unknown for at least one term."),
        "company_unknown": both("Virksomheten finnes ikke i Enhetsregisteret; opphør kan ikke utelukkes.",
                                "The company is not in the register; failure is not ruled out."),
        "turnover_older": both("Omsetningen er fra eldre terminer, fordi nyere ikke er fastsatt.",
                               "The turnover is of older terms, because later ones were not set."),
        "chance_unknown": both("Hva som er vanlig i næringen og kommunen, er ukjent.",
                               "What is usual in the trade and municipality is unknown."),
        "link_unknown": both("Roller eller adresse er ukjent for minst én av de to.",
                             "Roles or address are unknown for at least one of the two."),
        "owner_unknown": both("Eieren av minst én av de to er ukjent.",
                              "The owner of at least one of the two is unknown."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten har ikke hatt restanser ved utgangen av de tre siste terminene, eller arbeidstakerne "
        "har ikke gått til samme sted. Er det ikke spurt om virksomheten, er utfallet ukjent.",
        "The company did not have arrears at the end of each of the last three terms, or its workers did "
        "not go to one place. Where nobody asked about the company, the outcome is unknown."),
    follow_up_owner=both("Skatteetaten", "Skatteetaten"),
    legal_basis="",
    source="GOTCHA! (sammendrag) og Anderson mfl. (SSRN 2536248) for mekanismen; grensene er egne",
    prior=Decimal("0.50"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("leave_debt_behind",),
    look_alikes=("ordinary_decline", "poached_by_a_competitor", "debt_is_being_paid_back"),
)
# fmt: on
