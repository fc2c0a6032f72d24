"""One world in which everything about failure and control was planted once, and facts about it."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pytest

from jobs.synth.acts_org import TYPOLOGIES
from jobs.synth.firms import Founder
from jobs.synth.model import Person, Planted
from jobs.synth.typologies import VARIANTS
from jobs.synth.world import World
from tests.unit.jobs.synth.org_rows import CONTROL, OrgRows, Who, who
from tests.unit.jobs.synth.staged import busiest_hotels, lawful_of, plant_all

SWAP_DAYS = 90


@dataclass
class Stage:
    """One world in which everything about failure and control was planted once."""

    world: World
    rows: OrgRows
    degree: dict[tuple[str, object], int]
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)


def _hubs(world: World, founder: Founder) -> None:
    founder.accountants = [f for f in world.firms if f.trade.key == "accountant"]
    busiest_hotels(world, founder)


@cache
def make_stage() -> Stage:
    """The world, made once for all tests that look at it."""
    made = plant_all(TYPOLOGIES, _hubs)
    rows = OrgRows(made.world)
    return Stage(made.world, rows, rows.degree(), made.rings, made.lawful)


LAWFUL = lawful_of(TYPOLOGIES)
each_guise = pytest.mark.parametrize("guise", VARIANTS)


def lawful(indicator: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", [k for k in LAWFUL if k.startswith(indicator)])


def swaps(stage: Stage, orgnr: str) -> list[tuple[date, set[Who]]]:
    """Days on which a leading role changed hands, and who came, as the versions tell."""
    found: list[tuple[date, set[Who]]] = []
    before: dict[str, set[Who]] = {}
    for _, row in stage.rows.roles[orgnr]:
        for group in row["rollegrupper"]:
            for code in ("DAGL", "LEDE"):
                mine = {
                    who(r["person"])
                    for r in group["roller"]
                    if r["type"]["kode"] == code and "person" in r and not r["fratraadt"]
                }
                if mine and before.get(code, mine) != mine:
                    found.append((date.fromisoformat(group["sistEndret"]), mine - before[code]))
                if mine:
                    before[code] = mine
    return found


def exits(stage: Stage, orgnr: str) -> list[date]:
    kinds = ("konkursbegjaering", "tilsynsvarsel", "bokettersynsvarsel")
    return [date.fromisoformat(e["dato"]) for e in stage.rows.events
            if e.get("orgnr") == orgnr and e["type"] in kinds]  # fmt: skip


def strangers_before_an_event(stage: Stage, orgnr: str, most_days: int = SWAP_DAYS) -> list[int]:
    """Days from each swap to a newcomer without any past in the trade to the next event."""
    rows, found = stage.rows, []
    for on, came in swaps(stage, orgnr):
        past = [
            person
            for person in stage.world.persons
            if (person.born.isoformat(), person.first, person.last) in came
            and (any(j.start < on for j in person.jobs) or _led_before(rows, person.number, on))
        ]
        if past:
            continue
        found += [(event - on).days for event in exits(stage, orgnr) if 0 <= (event - on).days <= most_days]
    return sorted(found)


def _led_before(rows: OrgRows, number: str, on: date) -> bool:
    return any(
        isinstance(role.holder, Person) and role.holder.number == number
        and role.since < on and role.code in CONTROL
        for firm in rows.world.firms for role in firm.roles
    )  # fmt: skip
