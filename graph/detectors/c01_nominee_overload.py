"""C01: somebody without any stake formally leads many companies that belong to others.

Whoever owns nothing of a company, is paid nothing by it and yet stands as its leader may have lent a name;
the one who decides is then not the one who answers.

Formula: for each person with a control role in the company at the end of the month, the groups of owners
among the living companies that the person leads; those in which the person owns a share, is a beneficial
owner, answers with own means (sole proprietor, partner) or is paid are left out. The company is in such a
group, and there are at least eight of them, and no fewer than 99.5 % of all who hold that type of role have.
Companies with a common owner of a tenth or more are one group.

The sign never stands alone: it counts only where something else was found about the same company (A04, A06, a
phoenix or tax indicator). That is checked where all findings are known, see `graph.companions`.

Innocent explanations: people who sit on boards for a living, lawyers and accountants who lead companies for
clients, groups of companies. A practice of law or accounting that the person owns or works in holds the
finding back; estate administrators have no control role. The finding is about the company; persons are
evidence only.

Limits of the data: there is no list of authorised professions, so the activity code (SN 69) of the practice
stands for it. Fees for board work are seen only where they are reported as employment. Branches of foreign
companies have no shareholders here; where nobody is registered as beneficial owner either, it is unknown
whose they are.

Source: NTAES 2017 on straw men; Strategi mot arbeidslivskriminalitet 2021, ch. 2; Dagbladet
«Konkursgjengangerne»; the cut-offs are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import networkx as nx

from graph.companions import STANDS_ALONE
from graph.detectors.citing import Citations, both, day_of, employed_words, role_words
from graph.detectors.ownership import cite_owner, cite_owners, is_known, owner_graph, together
from graph.detectors.reading import any_true, company, known, orgnrs, pseudonyms
from graph.detectors.succession import failed_on, is_control
from graph.detectors.tax import subject
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

OWNING_ROLES = ("INNH", "DTPR", "DTSO", "KOMP")
"""Roles of those who answer for the company with their own means."""
PRACTICES = "69."
"""Activity codes of lawyers, accountants and auditors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of C01."""

    min_groups: int = 8
    """Groups of owners without any stake of the person (own)."""
    min_owner_share: Decimal = Decimal("0.1")
    """Share from which a common owner makes companies one group, 0 to 1 (own)."""


@dataclass(frozen=True)
class Name:
    """A person who leads the company, with what else the person leads, owns and is paid by."""

    network: Network
    person: str
    here: tuple[Edge, ...]
    limits: Thresholds

    @cached_property
    def led(self) -> dict[str, list[Edge]]:
        """Control roles at the end of the month, by living company."""
        found: dict[str, list[Edge]] = {}
        last = self.network.month
        for edge in self.network.edges(EdgeKind.HOLDS_ROLE):
            leads = (
                edge.source == self.person and is_control(self.network, edge) and edge.overlaps(last, last)
            )
            if leads and failed_on(self.network.node(edge.target)) is None:
                found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def stakes(self) -> dict[str, list[Edge]]:
        """What the person owns of companies or gets from them, by company."""
        found: dict[str, list[Edge]] = {}
        for edge in self.network.edges(
            EdgeKind.OWNS_SHARE, EdgeKind.BENEFICIAL_OWNER, EdgeKind.EMPLOYED_BY, EdgeKind.HOLDS_ROLE
        ):
            if edge.source == self.person and _is_stake(edge):
                found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def groups(self) -> list[frozenset[str]]:
        """Companies led, by owner, those of the person's own left out."""
        graph = nx.Graph(owner_graph(self.network, self.limits.min_owner_share))
        graph.add_edges_from((e.source, e.target) for e in self.network.edges(EdgeKind.BENEFICIAL_OWNER))
        parts = together(graph, [*self.led, self.person])
        return [part for part in parts if self.person not in part and not part & self.stakes.keys()]

    def is_owner_known(self, org: str) -> bool:
        """Whether anything is known of who owns a company."""
        registered = self.network.edges(EdgeKind.BENEFICIAL_OWNER)
        return is_known(self.network, org) or any(edge.target == org for edge in registered)

    @cached_property
    def certain(self) -> list[frozenset[str]]:
        """Groups whose owners are known."""
        return [part for part in self.groups if all(self.is_owner_known(org) for org in part)]

    @cached_property
    def usual(self) -> int | None:
        """Groups that 99.5 % of those with such a role do not exceed; None when it is not known."""
        roles = {known(edge, "role", str) for edge in self.here}
        rows = [
            known(edge, "groups_p995", int)
            for edge in self.network.edges(EdgeKind.ROLE_LOAD)
            if edge.source == self.person and known(edge, "role", str) in roles
        ]
        return min((n for n in rows if n is not None), default=None)

    @cached_property
    def least(self) -> int:
        """Groups from which the person's roles are unusual."""
        return max(self.limits.min_groups, self.usual or 0)

    @cached_property
    def counts(self) -> bool | None:
        """Whether the rule holds, guards aside; unknown where companies with unknown owners decide."""
        org = self.here[0].target
        mine = [part for part in self.groups if org in part]
        if not mine or len(self.groups) < self.least:
            return False
        is_certain = mine[0] in self.certain and len(self.certain) >= self.least and self.usual is not None
        return True if is_certain else None

    @cached_property
    def practices(self) -> dict[str, list[Edge]]:
        """Practices of law or accounting that the person owns or works in."""
        return {
            org: edges
            for org, edges in self.stakes.items()
            if (known(self.network.node(org), "nace", str) or "").startswith(PRACTICES)
        }


def _is_stake(edge: Edge) -> bool:
    if edge.kind is EdgeKind.HOLDS_ROLE:
        return known(edge, "role", str) in OWNING_ROLES
    # Whether it was paid may be unknown; that is read in the person's favour.
    return edge.kind is not EdgeKind.EMPLOYED_BY or known(edge, "is_paid", bool) is not False


def names(network: Network, limits: Thresholds) -> list[Name]:
    """Persons with a control role in the scope's company at the end of the month, in order of id.

    Args:
        network: Scope of kind `names`.
        limits: Limits.
    """
    org, last = subject(network), network.month
    found: dict[str, list[Edge]] = {}
    for edge in network.edges(EdgeKind.HOLDS_ROLE):
        leads = edge.target == org and edge.source.startswith("person:") and is_control(network, edge)
        if leads and edge.overlaps(last, last):
            found.setdefault(edge.source, []).append(edge)
    return [Name(network, person, tuple(found[person]), limits) for person in sorted(found)]


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company that the scope names.

    Args:
        network: Scope of kind `names`.
        thresholds: Limits.
    """
    org = subject(network)
    has_ended = failed_on(network.node(org)) is not None
    leaders = names(network, thresholds)
    counted = [name for name in leaders if name.counts]
    open_ = [name for name in counted if not name.practices]
    told = max(open_ or counted or leaders, key=lambda n: (len(n.certain), n.person), default=None)
    outcome = False if has_ended else any_true(*(name.counts for name in leaders))
    status, reason = Status.NOT_TRIGGERED, ""
    if outcome:
        status = Status.TRIGGERED if open_ else Status.SUPPRESSED
        reason = "" if open_ else "own_practice"
    elif not has_ended and (outcome is None or not leaders or network.truncated):
        status = Status.NOT_EVALUABLE
    quality = {
        "leader_unknown": not leaders,
        "owners_unknown": any(len(name.certain) < len(name.groups) for name in leaders),
        "usual_unknown": any(name.usual is None and name.counts is None for name in leaders),
        "identity_by_register_text": any(
            known(edge, "match", str) == "name_birth_date"
            for name in counted
            for edges in name.led.values()
            for edge in edges
        ),
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, network, org, leaders)
    is_told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    yield Finding(
        indicator_id="C01",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs([org]),
        persons=pseudonyms(name.person for name in (open_ or counted)) if is_told else (),
        status=status,
        value=None if told is None else Decimal(len(told.certain)),
        threshold=Decimal(told.least if told else thresholds.min_groups),
        evidence=citations.evidence(),
        guards=(f"own_practice={'not_ruled_out' if told and told.practices else 'ruled_out'}",),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(told) if told else {},
    )


def _facts(name: Name) -> dict[str, str]:
    return {
        "groups_n": str(len(name.certain)),
        "companies_n": str(len(name.led)),
        "own_n": str(len(name.led.keys() & name.stakes.keys())),
        "usual_n": "-" if name.usual is None else str(name.usual),
        "roles": ", ".join(sorted({known(edge, "role", str) or "-" for edge in name.here})),
    }


def _cite(citations: Citations, network: Network, org: str, leaders: list[Name]) -> None:
    citations.node(
        org, both("{org} står i Enhetsregisteret.", "{org} is in the register.", org=company(network, org))
    )
    for name in leaders:
        for edge in name.here:
            citations.edge(edge, role_words(network, edge))
        for edges in name.led.values():
            citations.edge(edges[0], role_words(network, edges[0]))
        for edge in network.edges(EdgeKind.ROLE_LOAD):
            if edge.source == name.person:
                citations.edge(
                    edge,
                    both(
                        "Rollen {role} hos {n} eiere; 99,5 % av alle med rollen har den hos høyst {usual}.",
                        "The role {role} for {n} owners; 99.5% of all with it have it for at most {usual}.",
                        role=known(edge, "role", str) or "-",
                        n=str(known(edge, "groups_n", int) or 0),
                        usual=str(known(edge, "groups_p995", int) or 0),
                    ),
                )
        cite_owners(citations, network, name.led, name.limits.min_owner_share)
        for edge in network.edges(EdgeKind.BENEFICIAL_OWNER):
            if edge.target in name.led:
                citations.edge(
                    edge,
                    both(
                        "Reell rettighetshaver i {org} fra {day}.",
                        "Beneficial owner of {org} from {day}.",
                        org=company(network, edge.target),
                        day=day_of(edge.valid_from),
                    ),
                )
        for edges in (name.stakes[o] for o in sorted(name.stakes) if o in name.led or o in name.practices):
            _cite_stake(citations, network, edges[0])


def _cite_stake(citations: Citations, network: Network, edge: Edge) -> None:
    if edge.kind is EdgeKind.OWNS_SHARE:
        cite_owner(citations, network, edge)
    elif edge.kind is EdgeKind.HOLDS_ROLE:
        citations.edge(edge, role_words(network, edge))
    elif edge.kind is EdgeKind.EMPLOYED_BY:
        citations.edge(edge, employed_words(network, edge))
    citations.node(
        edge.target,
        both(
            "{org} har næringskode {code}.",
            "{org} has activity code {code}.",
            org=company(network, edge.target),
            code=known(network.node(edge.target), "nace", str) or "-",
        ),
    )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="C01",
    version="1.0",
    name=both("Mange roller uten eierskap eller lønn", "Nominee overload"),
    rationale=both(
        "Den som formelt leder mange urelaterte virksomheter uten eierandel eller lønn, kan ha lånt bort "
        "navnet sitt.",
        "A person who formally runs many unrelated companies without stake or pay may be lending a name."),
    formula=both(
        "Den som har en rolle med kontroll i virksomheten, har slike roller i levende virksomheter hos minst "
        "åtte ulike eiergrupper uten selv å eie noe eller få lønn der, og ikke færre enn 99,5 % av alle med "
        "samme rolletype; virksomheten hører til en av gruppene. Det teller bare når et annet tegn gjelder "
        "samme virksomhet.",
        "Somebody with a control role in the company has such roles in living companies of at least eight "
        "groups of owners without owning anything there or being paid, and no fewer than 99.5% of all with "
        "that type of role; the company belongs to one of the groups. It counts only where another sign was "
        "found about the same company."),
    subject_type="org",
    scope_kind="names",
    unit=both("eiergrupper", "groups of owners"),
    edge_kinds=(EdgeKind.HOLDS_ROLE, EdgeKind.ROLE_LOAD, EdgeKind.OWNS_SHARE, EdgeKind.BENEFICIAL_OWNER,
                EdgeKind.EMPLOYED_BY),
    data_owners=("Brønnøysundregistrene", "Skatteetaten"),
    thresholds=(
        Threshold(name="min_groups", basis=ThresholdBasis.OWN, wording=both(
            "Eiergrupper uten egen eierandel eller lønn.", "Groups of owners without any stake or pay.")),
        Threshold(name="min_owner_share", basis=ThresholdBasis.OWN, wording=both(
            "Eierandel, 0 til 1, som gjør virksomheter med samme eier til én gruppe.",
            "Share, 0 to 1, from which companies with a common owner are one group.")),
    ),
    guards={
        "own_practice": both("Personen eier eller arbeider i en advokat- eller regnskapspraksis.",
                             "The person owns or works in a practice of law or accounting."),
        STANDS_ALONE: both("Ingen andre tegn er funnet om virksomheten; mange roller alene sier lite.",
                             "No other sign was found about the company; many roles alone say little."),
    },
    innocent=(
        both("Personen kan leve av styreverv og få honorar som ikke er meldt som arbeidsforhold.",
             "The person may sit on boards for a living, with fees not reported as employment."),
        both("Personen kan lede virksomheter for klienter som advokat, regnskapsfører eller forvalter.",
             "The person may lead companies for clients as a lawyer, accountant or manager."),
        both("Virksomhetene kan høre sammen på en måte eierregistrene ikke viser.",
             "The companies may belong together in a way that the registers of owners do not show."),
        both("Rollene kan være hvilende selskaper som venter på sletting.",
             "The roles may be in dormant companies that wait for deletion."),
    ),
    next_steps=(
        both("Se hva de andre tegnene om virksomheten bygger på; dette funnet alene er ingen sak.",
             "See what the other signs about the company rest on; this finding alone is no case."),
        both("Se hvem som har signaturrett, prokura og bankfullmakt.",
             "See who may sign, holds procuration and has access to the bank account."),
        both("Spør lederen hva arbeidet består i, og hvem som gir beskjed.",
             "Ask the leader what the work consists of, and who gives the orders."),
        both("Husk at den som låner bort navnet sitt, selv kan være utnyttet.",
             "Remember that whoever lends a name may be exploited as well."),
    ),
    missing={
        "leader_unknown": both("Ingen person er registrert med kontroll over virksomheten.",
                               "No person is registered with control over the company."),
        "owners_unknown": both("Hvem som eier noen av virksomhetene, er ukjent.",
                               "Who owns some of the companies is unknown."),
        "usual_unknown": both("Hva som er vanlig for rolletypen, er ukjent.",
                              "What is usual for the type of role is unknown."),
        "identity_by_register_text": both(
            "Personen er kjent igjen på navn og fødselsdato, ikke på fødselsnummer.",
            "The person was recognised by name and birth date, not by number."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Ingen som leder virksomheten, leder sju eller flere levende virksomheter som andre eier.",
        "Nobody who leads the company leads seven or more living companies that others own."),
    follow_up_owner=both("Brønnøysundregistrene og Skatteetaten", "Brønnøysundregistrene and Skatteetaten"),
    legal_basis="",
    source="NTAES 2017 om stråpersoner; Strategi mot arbeidslivskriminalitet 2021, kap. 2; Dagbladet "
           "«Konkursgjengangerne»; grensene er egne",
    prior=Decimal("0.20"),
    detect=detect,
    default_thresholds=Thresholds(),
    names_leaders=True,
    counts_beside=("A04", "A06", "B", "F"),
    planted=("nominee",),
    look_alikes=("professional_board_member", "authorised_professional", "group_companies_of_one_owner",
                 "estate_administrator_of_many", "owns_a_part_of_each"),
)
# fmt: on
