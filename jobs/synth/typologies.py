"""What can be planted, as data: one typology per indicator, its act and the lawful things that look like it.

Behaviour is planted, never an indicator: an act makes people and companies do something, and the typology
only says which indicator ought to see it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from jobs.synth.model import Firm, Person, Planted

if TYPE_CHECKING:
    from jobs.synth.plant import Planter

VARIANTS = ("easy", "medium", "hard", "held_out")
"""Guises of an act. `held_out` ones are kept for testing: no method may have been trained on them."""
HELD_OUT = VARIANTS.index("held_out")


@dataclass(slots=True, eq=False)
class Outfit:
    """The companies that act together in one ring, while its acts are being planted.

    Attributes:
        planted: What becomes a line of the truth.
        planter: Carries out acts.
        variant: Index into `VARIANTS`.
        is_adaptive: They know what is looked for and stay below it.
        firms: Companies of the ring that were made for it, the leading one first.
    """

    planted: Planted
    planter: "Planter"
    variant: int
    is_adaptive: bool = False
    firms: list[Firm] = field(default_factory=list)

    def lead(self) -> Firm:
        """The first company that lives through the window, some of it at least; a new one if none does."""
        return self.living(1)[0]

    def living(self, count: int) -> list[Firm]:
        """A number of companies that are still alive on the last day and have been for a quarter.

        Companies are added, with a crew, when the ring has too few.

        Args:
            count: How many.
        """
        world = self.planter.world
        quarter = self.planter.month_day(max(len(world.months) - 4, 0), 1)
        found = [f for f in self.firms if f.is_alive(world.closing) and f.registered <= quarter]
        while len(found) < count:
            home = self.firms[0].municipality if self.firms else None
            firm = self.planter.firm(municipality=home)
            self.planter.crew(firm, self.planter.rng.randrange(5, 9))
            self.firms.append(firm)
            found.append(firm)
        return found[:count]

    def note(
        self,
        indicator: str,
        subjects: Sequence[str],
        members: Sequence[Firm],
        *,
        unlawful: date,
        observable: date,
        edges: Sequence[str] = (),
        persons: Sequence[Person] = (),
        act: str = "",
    ) -> None:
        """Write an act into the truth of the ring.

        Args:
            indicator: Which indicator ought to see it.
            subjects: Subject ids in the grammar of the findings (`org:...`, `project:...`, `pair:...`).
            members: Companies that take part in it.
            unlawful: First day on which it is unlawful.
            observable: First day on which all that is needed to see it has happened and was reported.
            edges: Contracts, invoices, cards or other records it rests on.
            persons: Workers it concerns.
            act: Name of the typology.
        """
        made, world = self.planted, self.planter.world
        if indicator in made.subjects:
            made.subjects[indicator] = list(dict.fromkeys([*made.subjects[indicator], *subjects]))
            made.members[indicator] = list(
                dict.fromkeys([*made.members[indicator], *(f.orgnr for f in members)])
            )
        else:
            made.indicators.append(indicator)
            made.subjects[indicator] = list(subjects)
            made.members[indicator] = [f.orgnr for f in members]
        made.companies += members
        made.key_edges += edges
        made.persons += persons
        made.acts[indicator] = {
            "act": act,
            "variant": VARIANTS[self.variant],
            "first_unlawful_month": f"{unlawful:%Y-%m}",
            "first_observable_month": f"{max(observable, unlawful, world.opening):%Y-%m}",
        }
        made.first_unlawful = min(made.first_unlawful, unlawful)
        seen = max(observable, unlawful, world.opening)
        made.first_observable = (
            seen if made.first_observable == date.max else max(made.first_observable, seen)
        )


Act = Callable[[Outfit], None]
MakeLookAlike = Callable[["Planter"], Planted]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """One kind of lawful arrangement that resembles a typology.

    Attributes:
        kind: Stable key, stands as `kind` in the truth.
        make: Makes one; sets subjects and companies, `resembles` and `expected`.
        least_months: Shortest history it needs.
    """

    kind: str
    make: MakeLookAlike
    least_months: int = 1


@dataclass(frozen=True, slots=True)
class Typology:
    """One thing offenders do.

    Attributes:
        indicator: Indicator that ought to see it.
        name: Stable key of the act.
        act: Plants it in a ring.
        look_alikes: Lawful kinds that resemble it, at least three.
        least_months: Shortest history it needs.
    """

    indicator: str
    name: str
    act: Act
    look_alikes: tuple[LookAlike, ...]
    least_months: int = 1


def resembling(
    kind: str, indicator: str, firms: Sequence[Firm], subjects: Sequence[str], expected: str = "silent"
) -> Planted:
    """A look-alike as a line of the truth.

    Args:
        kind: Its kind.
        indicator: What it resembles.
        firms: Its companies.
        subjects: Subject ids that must not trigger.
        expected: `silent`, `suppressed`, `not_evaluable` or `context`.
    """
    made = Planted("", kind, [indicator], list(firms), expected=expected, resembles=indicator)
    made.subjects[indicator] = list(subjects)
    made.members[indicator] = [f.orgnr for f in firms]
    return made
