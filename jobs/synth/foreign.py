"""Foreign contractors: their assignments, the people they post, and who told the tax authority of it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from jobs.synth.chains import Chains
from jobs.synth.firms import Founder
from jobs.synth.model import Building, Contract, Firm, Person, Project, Trade
from jobs.synth.names import FIRM_WORDS
from jobs.synth.people import new_person
from jobs.synth.trades import SITE_TRADES
from jobs.synth.world import World, some_day

FORMS_ABROAD = (("SE", "AB"), ("DK", "ApS"), ("DE", "GmbH"), ("PL", "SPZOO"), ("LT", "UAB"), ("NL", "BV"))
"""Where a contractor is at home decides which duty applies; it is drawn alike for everybody."""
FIRMS_PER_CONTRACTOR = 45
BRANCH_SHARE = 0.55
"""Part of foreign contractors with a Norwegian branch and thus an organisation number."""
DAYS_TO_REPORT = 14
LATE_SHARE, NEVER_SHARE, BOTH_SHARE = 0.03, 0.008, 0.12
SLOW_SHARE = 0.05
"""Part of reports that were made in time and handed on a month later."""
OCCUPATION_SHARE = 0.6
NUMBER_SHARE = 0.65
"""Part of posted workers who already have a D-number when they are listed."""


@dataclass(slots=True, eq=False, repr=False)
class Posting:
    """One worker at one place of work for one assignment; may be on site without being on the list.

    Attributes:
        line_id: His line in the list of workers.
        person: Who; has a D-number, which the list may not know yet.
        employer: Whose list he is on.
        assignment: Why he is here.
        start: First day on site.
        end: Last day on site; None when it goes on.
        occupation: Occupation code.
        home_key: What the list calls him while it lacks his number; empty when it has it.
        is_listed: The contractor reports him.
        certificate: Social security certificate: `ja`, `nei` or `ukjent`.
        is_extended: Notice of more than twelve months was given.
        shows_end: The list says when he left.
    """

    line_id: str
    person: Person
    employer: "ForeignFirm"
    assignment: "Assignment"
    start: date
    end: date | None
    occupation: str
    home_key: str = ""
    is_listed: bool = True
    certificate: str = "ja"
    is_extended: bool = False
    shows_end: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """One report of an assignment, by `oppdragsgiver` or `oppdragstaker`; some reach readers a month late."""

    report_id: str
    reporter: str
    on: date
    is_slow: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Assignment:
    """A contract with a foreign contractor as the tax authority should hear of it.

    Attributes:
        contract: The contract.
        contractor: Who does the work.
        reports: By either party or both; none when nobody reported it.
        exemption: `kabotasje`, `svalbard`, `under_grense` or empty.
        currency: Currency of the sum.
        shows_occupation: The list of workers names their occupation.
        postings: Its workers.
    """

    contract: Contract
    contractor: "ForeignFirm"
    reports: list[Report] = field(default_factory=list)
    exemption: str = ""
    currency: str = "NOK"
    shows_occupation: bool = True
    postings: list[Posting] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class ForeignFirm:
    """A contractor at home abroad.

    Attributes:
        foreign_id: What contract chains, site lists and the assignment register call it.
        country: Two letters.
        name: Name.
        representative: Its Norwegian branch, if it has one.
        party: Who stands in contracts: the branch, else a firm without an organisation number that is in no
            register (`orgnr` is empty and it is not among the firms of the world).
        assignments: Its assignments in Norway.
    """

    foreign_id: str
    country: str
    name: str
    representative: Firm | None
    party: Firm
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def postings(self) -> list[Posting]:
        """All its people in Norway, by assignment."""
        return [p for a in self.assignments for p in a.postings]


class Foreign:
    """Makes foreign contractors, their assignments, reports and postings."""

    def __init__(self, world: World, founder: Founder, chains: Chains) -> None:
        self._world = world
        self._founder = founder
        self._chains = chains

    def contractor(
        self,
        rng: Random,
        trade: Trade,
        *,
        has_branch: bool | None = None,
        registered: date | None = None,
        address: Building | None = None,
        director: Person | None = None,
        is_planted: bool = False,
    ) -> ForeignFirm:
        """A foreign contractor, known to nobody yet or with a branch.

        Args:
            rng: The caller's stream.
            trade: What it does.
            has_branch: Whether it has an organisation number; drawn unless given.
            registered: When the branch was registered; years ago unless given.
            address: Business address of the branch.
            director: Who leads the branch.
            is_planted: Belongs to a ring or a look-alike.
        """
        world = self._world
        country, form = rng.choice(FORMS_ABROAD)
        since = registered or world.opening - timedelta(days=rng.randrange(300, 2600))
        wants_branch = rng.random() < BRANCH_SHARE if has_branch is None else has_branch
        branch = None
        if wants_branch:
            branch = self._founder.found(
                rng, trade, registered=since, form="NUF", director=director, address=address,
                municipality=address.municipality if address else None, is_planted=is_planted,
            )  # fmt: skip
        place = branch.municipality if branch else world.municipality(rng)
        name = branch.name if branch else f"{rng.choice(FIRM_WORDS)} {rng.choice(FIRM_WORDS)} {form}"
        party = branch or Firm(
            orgnr="", name=name, form="UTL", trade=trade, municipality=place,
            address=self._founder.hotels[place.number], registered=since, rank=1.0 + rng.random(),
            is_planted=is_planted,
        )  # fmt: skip
        made = ForeignFirm(world.numbers.code(rng, "UTL", 9), country, name, branch, party)
        world.foreign.append(made)
        return made

    def assign(
        self,
        rng: Random,
        contractor: ForeignFirm,
        project: Project | None,
        parent: Contract | None,
        value: int,
        start: date,
        end: date,
        *,
        client: Firm | None = None,
        kind: str = "underentreprise",
        is_labour: bool = True,
    ) -> Assignment:
        """A contract with a foreign contractor; nobody has reported it yet.

        Args:
            rng: The caller's stream.
            contractor: Who does the work.
            project: None outside any project.
            parent: The contract above.
            value: In kroner.
            start: First day of the work.
            end: Last day.
            client: Who orders, where there is no contract above.
            kind: Kind of contract.
            is_labour: Whether it is labour-bearing.
        """
        contract = self._chains.contract(
            rng,
            project,
            parent,
            contractor.party,
            kind,
            value,
            start,
            end,
            is_labour=is_labour,
            client=client,
        )
        contract.foreign_id = contractor.foreign_id
        made = Assignment(contract, contractor, shows_occupation=rng.random() < OCCUPATION_SHARE)
        contractor.assignments.append(made)
        return made

    def report(self, rng: Random, assignment: Assignment, on: date, reporter: str = "") -> Report:
        """One party reports an assignment.

        Args:
            rng: The caller's stream.
            assignment: What is reported.
            on: When.
            reporter: `oppdragsgiver` or `oppdragstaker`; drawn unless given.
        """
        who = reporter or rng.choice(("oppdragsgiver", "oppdragsgiver", "oppdragstaker"))
        is_slow = rng.random() < SLOW_SHARE * self._world.parameters.noise
        made = Report(self._world.numbers.code(rng, "O-", 7), who, on, is_slow)
        assignment.reports.append(made)
        return made

    def post(
        self,
        rng: Random,
        assignment: Assignment,
        start: date,
        end: date | None,
        *,
        occupation: str = "",
        person: Person | None = None,
        certificate: str = "",
        is_listed: bool = True,
    ) -> Posting:
        """One worker comes to work on an assignment.

        Args:
            rng: The caller's stream.
            assignment: Why he comes.
            start: First day on site.
            end: Last day on site; None when he stays.
            occupation: Occupation code; the trade's unless given.
            person: Somebody who was here before; a new one unless given.
            certificate: `ja`, `nei` or `ukjent`; drawn unless given.
            is_listed: Whether the contractor puts him on its list.
        """
        world, party = self._world, assignment.contract.supplier
        worker = person or new_person(
            world, rng, municipality=party.municipality, ages=(20, 58), is_d_number=True,
            is_planted=party.is_planted,
        )  # fmt: skip
        made = Posting(
            line_id=world.numbers.code(rng, "L-", 8),
            person=worker,
            employer=assignment.contractor,
            assignment=assignment,
            start=start,
            end=end,
            occupation=occupation or party.trade.occupation,
            home_key="" if rng.random() < NUMBER_SHARE else world.numbers.code(rng, "EKS-", 6),
            is_listed=is_listed,
            certificate=certificate or rng.choices(("ja", "ukjent"), (62, 38))[0],
            shows_end=rng.random() < 0.4,
        )
        assignment.postings.append(made)
        return made


def foreign_background(world: World, foreign: Foreign) -> None:
    """Ordinary foreign contractors on some projects, most of them reported in time.

    Args:
        world: The world; its contracts are there already.
        foreign: Makes them.
    """
    rng = world.rng("foreign")
    contractors = [
        foreign.contractor(rng, rng.choice(SITE_TRADES[1:]))
        for _ in range(max(2, world.parameters.firms // FIRMS_PER_CONTRACTOR))
    ]
    noise = world.parameters.noise
    projects = [p for p in world.projects if p.end > world.opening]
    for contractor in contractors:
        for project in rng.sample(projects, min(rng.choice((1, 1, 2)), len(projects))):
            _on_project(world, foreign, rng, contractor, project, noise)


def _on_project(
    world: World, foreign: Foreign, rng: Random, contractor: ForeignFirm, project: Project, noise: float
) -> None:
    main = project.contracts[0]
    days = max((project.end - project.start).days, 40)
    start = project.start + timedelta(days=rng.randrange(days // 2))
    end = min(start + timedelta(days=rng.randrange(30, 240)), project.end)
    if not contractor.party.is_alive(start):
        return
    value = max(int(main.value * rng.uniform(0.02, 0.12)), 30_000)
    made = foreign.assign(rng, contractor, project, main, value, start, end)
    # Clients forget foreign links more often; the tax authority then knows what the chain does not.
    made.contract.is_declared = project.is_complete or rng.random() > min(0.3 * noise, 0.6)
    report_background(foreign, rng, made, noise)
    for _ in range(rng.randrange(2, 7)):
        came = some_day(rng, start, start + timedelta(days=12))
        foreign.post(rng, made, came, max(came, end - timedelta(days=rng.randrange(0, 20))))


def report_background(foreign: Foreign, rng: Random, made: Assignment, noise: float) -> None:
    """Report an assignment as most do: in time, seldom late, hardly ever not at all.

    Args:
        foreign: Makes reports.
        rng: The caller's stream.
        made: The assignment.
        noise: Level of noise; 1 is ordinary.
    """
    draw, start = rng.random(), made.contract.start
    if draw < NEVER_SHARE * noise:
        return
    if draw < (NEVER_SHARE + LATE_SHARE) * noise:
        foreign.report(rng, made, start + timedelta(days=DAYS_TO_REPORT + rng.randrange(1, 50)))
        return
    first = foreign.report(rng, made, start + timedelta(days=rng.randrange(-20, DAYS_TO_REPORT)))
    if rng.random() < BOTH_SHARE:
        other = "oppdragstaker" if first.reporter == "oppdragsgiver" else "oppdragsgiver"
        foreign.report(rng, made, start + timedelta(days=rng.randrange(-5, DAYS_TO_REPORT)), other)
