"""What the synthetic county is made of.

Objects are compared by identity; ids are only what registers print. They print themselves without what they
hold: everything hangs together, and one firm would print the county.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from jobs.synth.terms import Terms

if TYPE_CHECKING:
    from jobs.synth.pay import Payroll

PUBLIC_KINDS = {"kommune": "KOMM", "fylkeskommune": "FYLK", "stat": "STAT"}


@dataclass(slots=True, eq=False, repr=False)
class Municipality:
    """A municipality, or a share of a large one, with the postal places that lie in it.

    `weight` is its part of what it is drawn from; `share` counts from 0 up to `shares`.
    """

    number: str
    name: str
    places: tuple[tuple[str, str], ...]
    north: float
    east: float
    weight: float
    share: int = 0
    shares: int = 1


@dataclass(slots=True, eq=False, repr=False)
class Building:
    """A building with one address; `kind` is the national building type code."""

    number: str
    address_id: str
    municipality: Municipality
    street: str
    street_code: str
    house_no: int
    letter: str
    postcode: str
    place: str
    kind: str
    built: date
    farm_no: int
    holding_no: int
    north: float
    east: float
    dwellings: list["Dwelling"] = field(default_factory=list)
    status: str = "3"
    changes: list["Change"] = field(default_factory=list)

    @property
    def address_text(self) -> str:
        """Street, number and letter as the cadastre writes it."""
        return f"{self.street} {self.house_no}{self.letter}"


@dataclass(frozen=True, slots=True)
class Change:
    """What a building becomes on a day: its status, and its kind where that changes as well."""

    on: date
    status: str
    kind: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Tenure:
    """A registered right in a dwelling."""

    tenure_id: str
    kind: str
    holder: "Person | Firm"
    share: str
    since: date
    until: date | None = None


@dataclass(slots=True, eq=False, repr=False)
class Dwelling:
    """A unit to live in; rooms and area are None where the old register never got them.

    `renumbered` is the day on which it was split off or merged, and the id that it has from then on.
    """

    uuid: str
    building: Building
    unit: str
    section: str
    unit_kind: str = "B"
    rooms: int | None = None
    baths: int | None = None
    area: float | None = None
    tenures: list[Tenure] = field(default_factory=list)
    renumbered: tuple[date, str] | None = None

    @property
    def truth_id(self) -> str:
        """`adresseId:bruksenhet`."""
        return f"{self.building.address_id}:{self.unit}"


@dataclass(slots=True, eq=False, repr=False)
class Stay:
    """One period in one dwelling; known to the population register from `registered`.

    `via` is a c/o name: the mail goes there, which says nothing about who sleeps there.
    """

    dwelling: Dwelling
    since: date
    registered: date
    until: date | None = None
    until_registered: date | None = None
    is_temporary: bool = False
    is_unit_known: bool = True
    correction: "Correction | None" = None
    via: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """The register had a wrong dwelling, or none (`wrong` is None), until the day it was put right."""

    on: date
    wrong: Dwelling | None = None


@dataclass(slots=True, eq=False, repr=False)
class Person:
    """A natural person; a D-number holder may get an ordinary number later.

    `gone` is the day on which somebody died (`doed`) or moved abroad (`utflyttet`), and which of the two.
    """

    number: str
    born: date
    first: str
    last: str
    municipality: Municipality
    is_d_number: bool = False
    later_number: str = ""
    later_from: date | None = None
    is_student: bool = False
    grading: str = "ugradert"
    gone: tuple[date, str] | None = None
    is_planted: bool = False
    is_home_set: bool = False
    stays: list[Stay] = field(default_factory=list)
    relations: list[tuple["Person", str]] = field(default_factory=list)
    jobs: list["Job"] = field(default_factory=list)

    def number_on(self, day: date) -> str:
        """The identity number that is in use on a day."""
        return self.later_number if self.later_from is not None and self.later_from <= day else self.number

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(slots=True, eq=False, repr=False)
class RoleSpell:
    """A role in a firm, held by a person or by another firm."""

    code: str
    holder: "Person | Firm"
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """What a firm lives from: codes in both standards, and how it hires and pays."""

    key: str
    word: str
    sn2007: str
    sn2025: str
    weight: float = 0.0
    median_staff: float = 2.0
    hourly: float = 250.0
    occupation: str = "7121111"
    is_site: bool = False
    is_hourly: bool = True
    temporary_share: float = 0.02


@dataclass(slots=True, eq=False, repr=False)
class Firm:
    """A legal entity with at most one establishment."""

    orgnr: str
    name: str
    form: str
    trade: Trade
    municipality: Municipality
    address: Building
    registered: date
    branch_orgnr: str = ""
    unit: str = ""
    founded: date | None = None
    target_staff: int = 0
    rank: float = 0.0
    is_planted: bool = False
    is_group: bool = False
    bankrupt: date | None = None
    winding_up: date | None = None
    deleted: date | None = None
    branch_owner: "Firm | None" = None
    branch_transferred: date | None = None
    roles: list[RoleSpell] = field(default_factory=list)
    owners: list[tuple["Person | Firm", int]] = field(default_factory=list)
    jobs: list["Job"] = field(default_factory=list)
    staff_by_month: list[int] = field(default_factory=list)
    arrears: dict[str, int] = field(default_factory=dict)
    public_kind: str = ""
    is_vat_registered: bool = True
    payrolls: "dict[str, Payroll] | None" = None
    earlier_name: tuple[str, date] | None = None

    def is_alive(self, day: date) -> bool:
        """Whether it is registered and trading on a day."""
        ended = min((d for d in (self.bankrupt, self.deleted) if d is not None), default=None)
        return self.registered <= day and (ended is None or day < ended)

    @property
    def director(self) -> "Person | None":
        """The first person with a managing role."""
        for role in self.roles:
            if role.code in ("DAGL", "INNH", "LEDE") and isinstance(role.holder, Person):
                return role.holder
        return None


@dataclass(slots=True, eq=False, repr=False)
class Job:
    """One employment.

    Attributes:
        is_unclosed: The employer goes on listing it, without pay, after it has ended.
        is_declared: The employer reports it; nobody reports an undeclared one, but its worker is on site.
        declared_share: Part of the hours worked that is reported and paid over the counter.
        rent: Monthly rent that is deducted from pay, in kroner.
        terms: What else was agreed.
    """

    person: Person
    firm: Firm
    start: date
    end: date | None = None
    percent: float = 100.0
    hourly: float = 250.0
    is_unclosed: bool = False
    rent: int = 0
    end_reason: str = ""
    job_id: str = "1"
    is_declared: bool = True
    declared_share: float = 1.0
    terms: Terms = field(default_factory=Terms)


@dataclass(slots=True, eq=False, repr=False)
class Contract:
    """One contract; an undeclared one happens, but nobody reports it.

    A contract that ended before its `planned_end` was broken off, which is known only when it has happened.

    Attributes:
        labour_share: Part of the value that is labour.
        shows_labour: Whether the client was told that part; None leaves it to chance.
        shows_value: Whether the client was told the value at all; None leaves it to chance.
        signed_by: Who signed for the supplier, if not its director.
        foreign_id: The supplier's foreign id, when it is at home abroad.
    """

    contract_id: str
    project: "Project | None"
    parent: "Contract | None"
    client: Firm
    supplier: Firm
    kind: str
    is_labour: bool
    value: int
    start: date
    end: date
    signed: date
    declared_on: date
    is_declared: bool = True
    is_verified: bool = False
    verified_on: date | None = None
    planned_end: date | None = None
    labour_share: float = 0.7
    shows_labour: bool | None = None
    shows_value: bool | None = None
    signed_by: Person | None = None
    foreign_id: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Project:
    """One project with its contracts, main contract first."""

    project_id: str
    name: str
    client: Firm
    client_kind: str
    work: str
    value: int
    site: Building
    start: date
    end: date
    cpv: str = ""
    tier_limit: int | None = None
    dispensations: list[tuple[Contract, int, date]] = field(default_factory=list)
    is_verified: bool = False
    is_complete: bool = False
    has_invoices: bool = True
    is_planted: bool = False
    contracts: list[Contract] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Invoice:
    """One invoice; `hours` is None for goods."""

    invoice_id: str
    contract: Contract | None
    issuer: Firm
    recipient: Firm
    kind: str
    issued: date
    amount: int
    hours: float | None = None
    paid: date | None = None
    text: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Notice:
    """A notice about accommodation that an employer provides or arranges."""

    notice_id: str
    reported: date
    reporter: str
    is_confirmed: bool
    kind: str
    dwelling: Dwelling
    since: date
    provider: Firm | None = None
    provider_person: Person | None = None
    tenant: Firm | None = None
    owner: Firm | None = None
    capacity: int | None = None
    bedrooms: int | None = None
    showers: int | None = None
    toilets: int | None = None
    area: float | None = None
    permit: str = "ukjent"
    permit_ref: str = ""
    permit_until: date | None = None
    until: date | None = None
    residents: list["Lodger"] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Lodger:
    """A person in a notice."""

    person: Person
    employer: Firm | None
    since: date
    rent: int | None = None
    is_deducted: str = "ukjent"
    has_agreement: str = "ukjent"
    until: date | None = None


@dataclass(slots=True, eq=False, repr=False)
class Event:
    """A dated event about a firm: insolvency, sale from an estate, transfer, quarantine of a person."""

    event_id: str
    kind: str
    on: date
    firm: Firm
    counterpart: Firm | None = None
    origin: str = "konkursregister"
    person: Person | None = None
    until: date | None = None


@dataclass(slots=True, eq=False, repr=False)
class Planted:
    """What one planted ring or look-alike consists of; becomes a line of the truth."""

    planted_id: str
    name: str
    indicators: list[str] = field(default_factory=list)
    companies: list[Firm] = field(default_factory=list)
    dwellings: list[Dwelling] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    key_edges: list[str] = field(default_factory=list)
    subjects: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    acts: dict[str, dict[str, str]] = field(default_factory=dict)
    first_unlawful: date = date.max
    first_observable: date = date.max
    difficulty: str = "medium"
    expected: str = ""
    resembles: str = ""


def cluster_subject(orgnrs: Iterable[str]) -> str:
    """The subject id of a set of companies: a hash of their sorted numbers.

    Args:
        orgnrs: Organisation numbers.
    """
    return f"cluster:{hashlib.sha256(chr(31).join(sorted(orgnrs)).encode()).hexdigest()[:16]}"
