"""What is known at building sites: who keeps a list, who is there on which days, who carries which card."""

import math
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from jobs.months import first_day
from jobs.synth.model import Firm, Job, Person, Project

if TYPE_CHECKING:
    from jobs.synth.world import World

SHARED_MONTHS = 7
"""Clients hand over the month that ends and the half year before it, for which they must keep their lists."""
DAY_BEGINS, DAY_MINUTES = 7 * 60, 480
WEEKDAYS = 0b11111
"""Monday to Friday; Monday is the lowest bit."""
WORKER, MANAGER, VISITOR, DELIVERY, CONTROL = (
    "arbeider", "byggeplassleder", "besoekende", "leveranse", "kontroll",
)  # fmt: skip
NO_CARD, KEPT = "no card", "kept"
"""Fates of a card that is not ordered for a job, and of one that is never handed back."""


@dataclass(slots=True, eq=False)
class Card:
    """One HSE card.

    Attributes:
        number: Card number.
        person: Holder.
        employer: Whom it was issued for.
        trade: `bygg`, `renhold` or `bilpleie`.
        ground: Why it could be issued: `ansatt`, `oar`, `eier`, `innleid` or `unntak`.
        ordered: Day of the order.
        issued: Day of issue.
        valid_to: Last day.
        orderer: Who ordered it, where that is known.
        orderer_firm: On whose behalf, if that is not the employer.
        changes: Later states with their first day, in order.
    """

    number: str
    person: Person
    employer: Firm
    trade: str
    ground: str
    ordered: date
    issued: date
    valid_to: date
    orderer: Person | None = None
    orderer_firm: Firm | None = None
    changes: list[tuple[date, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Orderer:
    """Who orders the cards of a firm: a person, who may do it for another firm."""

    person: Person | None
    firm: Firm | None = None


@dataclass(slots=True, eq=False)
class SiteList:
    """The list that the client of a project keeps.

    Attributes:
        project: The project.
        is_measured: Gates read cards and note times; otherwise a list is kept by hand, without times.
        is_clock_checked: Clocks of the gates are right; None when nobody says.
        gates: Readers.
        drift: Minutes that clocks are wrong by.
        shows_births: It holds dates of birth.
        shows_numbers: The client may hold national identity numbers.
        shows_cards: Part of the lines of a list kept by hand that hold a card number.
    """

    project: Project
    is_measured: bool
    is_clock_checked: bool | None
    gates: tuple[str, ...]
    drift: int = 0
    shows_births: bool = True
    shows_numbers: bool = False
    shows_cards: float = 0.5


@dataclass(slots=True, eq=False)
class Attendance:
    """One person who comes to one site for one employer during a period.

    Attributes:
        project: Where.
        person: Who, as the list will have it.
        employer: For whom.
        first: First day.
        last: Last day.
        role: Role on the site.
        hirer: Who hired the person in.
        foreign_id: Id of an employer at home abroad, where the list has that instead of a number.
        listed_as: Another number of the employer that the list has, such as that of its establishment.
        card: Card that is shown; the one that the employer had issued for the person unless given.
        is_carded: Whether any card is shown.
        weekdays: Bits of the days of the week, Monday lowest.
        dates: Exactly these days, instead of days of the week.
        begins: Minutes after midnight.
        minutes: From coming in to going out.
        absence: Part of the days on which the person does not come after all.
        habit: How the gate is used, if not as usual: `computed` (nobody checks out), `group` (somebody checks
            in for all), `two gates` (two readers note the same stay), `one gate` (one reader, two lists).
        is_nameless: The list has no more than a first name.
    """

    project: Project
    person: Person
    employer: Firm
    first: date
    last: date
    role: str = WORKER
    hirer: Firm | None = None
    foreign_id: str = ""
    listed_as: str = ""
    card: Card | None = None
    is_carded: bool = True
    weekdays: int = WEEKDAYS
    dates: tuple[date, ...] = ()
    begins: int = DAY_BEGINS
    minutes: int = DAY_MINUTES
    absence: float = 0.09
    habit: str = ""
    is_nameless: bool = False


@dataclass(slots=True)
class SiteBook:
    """Everything about sites and cards, in the order it was made.

    Attributes:
        lists: Projects with a list; None is a project that was looked at and keeps none.
        attendances: Who comes where.
        cards: All cards.
        held: Cards by holder and employer.
        fates: What is unusual about the card of a job.
        orderers: Who orders the cards of a firm, where it is not left to chance.
    """

    lists: dict[Project, SiteList | None] = field(default_factory=dict)
    attendances: list[Attendance] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    held: dict[tuple[Person, Firm], list[Card]] = field(default_factory=dict)
    fates: dict[Job, str] = field(default_factory=dict)
    orderers: dict[Firm, Orderer] = field(default_factory=dict)


def lists_from(world: "World") -> date:
    """The first day whose lists clients hand over."""
    return first_day(world.months[-SHARED_MONTHS:][0])


def keep_list(
    world: "World", rng: Random, project: Project, *, is_measured: bool, is_clock_checked: bool | None = True
) -> SiteList:
    """Let the client of a project keep a list.

    Args:
        world: The world.
        rng: The caller's stream.
        project: The project.
        is_measured: Whether gates read cards.
        is_clock_checked: Whether their clocks are right.
    """
    count = rng.choice((1, 1, 2, 2, 3)) if is_measured else 0
    made = SiteList(
        project, is_measured, is_clock_checked if is_measured else None,
        tuple(f"PORT-{rng.randrange(1000, 10_000)}" for _ in range(count)),
        shows_births=rng.random() < (0.75 if is_measured else 0.9),
        shows_numbers=rng.random() < 0.12,
        shows_cards=rng.uniform(0.2, 0.8),
    )  # fmt: skip
    world.site.lists[project] = made
    return made


def attend(world: "World", usual: Attendance, **changes: object) -> Attendance:
    """Let somebody come to a site.

    Args:
        world: The world.
        usual: Who, where and when.
        changes: What is different about it.
    """
    made = replace(usual, **changes) if changes else usual  # type: ignore[arg-type]
    world.site.attendances.append(made)
    return made


def part_time(percent: float) -> tuple[int, int]:
    """Days of the week and minutes a day that make up a position.

    Args:
        percent: Position in percent of a full one.

    Returns:
        How many days a week, and minutes from coming in to going out.
    """
    days = min(max(math.ceil(percent / 20), 1), 5)
    return days, min(round(5 * DAY_MINUTES * percent / 100 / days), DAY_MINUTES)
