"""Who is tested and who may be learnt from: no ring on both sides, and some guises never learnt from.

Companies that the truth names together (one ring, one look-alike, or several that share a company) are one
group and stay together; every other company is a group of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from jobs.evaluate.ranking import drawn
from jobs.evaluate.truth import HELD_OUT, Truth

FOLDS = 5
REGION_SHARE = 0.25
"""Part of the rings that the region set aside should hold."""
REGION_DIGITS = (2, 4)
"""Leading digits of a municipality number that name a region: the county, else the municipality."""


@dataclass(frozen=True)
class Groups:
    """Which companies belong together by the truth.

    Attributes:
        truth: What was planted.
    """

    truth: Truth

    @cached_property
    def ring_of(self) -> dict[str, str]:
        """Company of a ring -> the first ring that has it."""
        found: dict[str, str] = {}
        for ring in self.truth.rings:
            for orgnr in sorted(ring.companies):
                found.setdefault(orgnr, ring.ring_id)
        return found

    @cached_property
    def look_alike_of(self) -> dict[str, str]:
        """Company of a look-alike and of no ring -> the first look-alike that has it."""
        found: dict[str, str] = {}
        for alike in self.truth.look_alikes:
            for orgnr in sorted(alike.companies - self.truth.ring_companies):
                found.setdefault(orgnr, alike.look_alike_id)
        return found

    @cached_property
    def group_of(self) -> dict[str, str]:
        """Planted company -> group; a company that is not here is a group of its own."""
        leader: dict[str, str] = {}

        def top(orgnr: str) -> str:
            leader.setdefault(orgnr, orgnr)
            while leader[orgnr] != orgnr:
                leader[orgnr] = leader[leader[orgnr]]
                orgnr = leader[orgnr]
            return orgnr

        planted = [own.companies for own in self.truth.rings]
        planted += [own.companies for own in self.truth.look_alikes]
        for companies in planted:
            together = sorted(companies)
            for orgnr in together:
                one, other = top(together[0]), top(orgnr)
                leader[max(one, other)] = min(one, other)
        return {orgnr: f"group:{top(orgnr)}" for orgnr in sorted(leader)}

    @cached_property
    def held_out(self) -> frozenset[str]:
        """Groups with an act in a guise that nothing may be learnt from."""
        return frozenset(
            self.group_of[orgnr]
            for ring in self.truth.rings
            if HELD_OUT in (ring.difficulty, *(act.guise for act in ring.acts))
            for orgnr in ring.companies
        )

    def group(self, orgnr: str) -> str:
        """The group of a company.

        Args:
            orgnr: Company.
        """
        return self.group_of.get(orgnr, orgnr)

    def visible(self, month: str) -> dict[str, str]:
        """Companies that could be found by a month, with their ring.

        Args:
            month: `YYYY-MM`; what is not observable by then is not asked for.
        """
        found: dict[str, str] = {}
        for act in self.truth.acts:
            if act.observable_month <= month:
                for orgnr in sorted(act.members):
                    found.setdefault(orgnr, act.ring_id)
        return found


@dataclass(frozen=True, slots=True)
class Fold:
    """One way to part companies into those learnt from and those tested.

    Attributes:
        name: For example `ring:1` or `region:34`.
        train: Companies that may be learnt from.
        test: Companies that are scored; no group has companies on both sides.
    """

    name: str
    train: frozenset[str]
    test: frozenset[str]


def by_ring(companies: Iterable[str], groups: Groups, seed: int, folds: int = FOLDS) -> list[Fold]:
    """Every company is tested once, its whole group in the same fold.

    Rings are dealt to the folds in turn, look-alikes too, so that all folds hold about as many.

    Args:
        companies: Organisation numbers.
        groups: Who belongs together.
        seed: Decides who goes where.
        folds: How many.
    """
    listed = sorted(set(companies))
    members_of: dict[str, list[str]] = {}
    for orgnr in listed:
        members_of.setdefault(groups.group(orgnr), []).append(orgnr)
    guilty = {groups.group(o) for o in groups.ring_of}
    resembling = {groups.group(o) for o in groups.look_alike_of} - guilty
    fold_of: dict[str, int] = {}
    # Held-out rings are dealt by themselves: each fold should have ring to learn from as well as to test.
    kinds = (
        guilty & groups.held_out,
        guilty - groups.held_out,
        resembling,
        set(members_of) - guilty - resembling,
    )
    start = 0
    for kind in kinds:
        shuffled = sorted(kind & set(members_of), key=lambda g: drawn(seed, "fold", g))
        fold_of |= {group: (start + n) % folds for n, group in enumerate(shuffled)}
        start += len(shuffled)
    made = []
    for number in range(folds):
        test = {o for g, members in members_of.items() if fold_of[g] == number for o in members}
        train = {o for o in listed if o not in test and groups.group(o) not in groups.held_out}
        made.append(Fold(f"ring:{number + 1}", frozenset(train), frozenset(test)))
    return made


def by_region(companies: Mapping[str, str | None], groups: Groups, seed: int) -> list[Fold]:
    """One region is tested and all others are learnt from.

    Regions are counties, or municipalities in a world that has only one county. A group with a company in the
    region is tested whole.

    Args:
        companies: Organisation number -> municipality number.
        groups: Who belongs together.
        seed: Decides between regions that would do as well.

    Returns:
        One fold, or none when there is only one region or the rings are all in one.
    """
    guilty = {groups.group(o) for o in groups.ring_of if o in companies}
    for digits in REGION_DIGITS:
        groups_in: dict[str, set[str]] = {}
        for orgnr, municipality_no in companies.items():
            if municipality_no:
                groups_in.setdefault(municipality_no[:digits], set()).add(groups.group(orgnr))
        share = {c: len(g & guilty) / max(len(guilty), 1) for c, g in groups_in.items()}
        fit = [c for c in share if share[c] > 0 and (guilty - groups.held_out) - groups_in[c]]
        if len(groups_in) > 1 and fit:
            chosen = min(fit, key=lambda c: (abs(share[c] - REGION_SHARE), drawn(seed, "region", c)))
            test = {o for o in companies if groups.group(o) in groups_in[chosen]}
            train = {o for o in companies if o not in test and groups.group(o) not in groups.held_out}
            return [Fold(f"region:{chosen}", frozenset(train), frozenset(test))]
    return []


def problems(folds: Iterable[Fold], groups: Groups) -> list[str]:
    """What is wrong with a split; nothing when it holds.

    Args:
        folds: The split.
        groups: Who belongs together.
    """
    found = []
    for fold in folds:
        learnt = {groups.group(o) for o in fold.train}
        both = learnt & {groups.group(o) for o in fold.test}
        found += [f"{fold.name}: {group} is learnt from and tested" for group in sorted(both)]
        kept = learnt & groups.held_out
        found += [f"{fold.name}: {group} is held out and learnt from" for group in sorted(kept)]
    return found


def months_before(months: Iterable[str], month: str, most: int) -> list[str]:
    """The months to learn from when one is tested: the latest before it, or itself when there is none.

    Args:
        months: Months that have been run.
        month: Month that is tested.
        most: How many at most.
    """
    earlier = sorted(m for m in set(months) if m < month)
    return earlier[-most:] or [month]
