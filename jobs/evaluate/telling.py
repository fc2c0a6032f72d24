"""Does the form of deliveries tell who was planted? Ids, order, clocks and gaps, never content.

A ring rightly has other content than the rest: more contracts, shorter lives, more arrears. So one record is
drawn per subject and place, and gaps that are facts (`FACTS`) are left out. Three comparisons: all that was
planted against the rest (being made by hand must not show), rings against look-alikes (guilt must not), and
rings against everybody else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm

from jobs.evaluate import models
from jobs.evaluate.form import PLACE_IN_FILE, Drawn, Forms, Place, columns, forms, registered
from jobs.evaluate.marks import Marks, as_table, beyond_number, own_numbers
from jobs.evaluate.ranking import LEVEL, Floats, area_interval, drawn, percentiles
from jobs.evaluate.splits import FOLDS, Groups

MOST_OTHERS = 12_000
"""Companies that were not planted, drawn from all of them."""
CHANCE = 0.5
COMPARISONS = 6
"""Three of companies and three of addresses; their intervals hold together at 95 %."""
REPEATS = 3
"""Partings into folds that a score is the mean of."""
ROUNDS = 40
"""Trees of the classifier."""
FAMILY_WISE = 0.01
"""Chance that any mark of a comparison is named although none tells."""
LEAST_CLUSTERS = 5
"""Rings or look-alikes, or others, on a side without which a mark is not tested."""
MOST_LIKES = 10
"""Subjects of the same kind for each one looked for, at most."""
MATCHED_PART = 0.8
"""Part of those looked for that should have their likes; fewer likes each are taken for it."""
LEAST_LIST = 20
"""Length of a list from which on standing side by side means anything."""
BY_SITE = frozenset({"byggeplass_oversiktslister"})
"""Sources whose files stand site by site: who works together rightly stands together."""
ORDERS = 200
"""Random orders that an order is compared with."""

FACTS: tuple[tuple[str, str], ...] = (
    (r"konkurs|slett|slutt|nedlegg|opphoer|avvikling|eierskifte|aarsak|fratraad", "an end or a failure"),
    (r"^til$", "whether a stay has ended"),
    (
        r"^(forelder_|prosjekt_|kontrakt_|oppdragstaker_)|^motpart|^leietaker|^tilbyder",
        "who deals with whom",
    ),
    (r"familierelasjon|oppholdsadresse", "how people live"),
    (r"^antallansatte$|^harregistrertantallansatte$", "how many are employed"),
    (r"^(enhet|person)$", "whether a role is held by a person or a unit"),
    (r"^(oppgave|virksomhet|inntekt|fradrag|forskuddstrekk|betalingsinformasjon)$", "what was paid"),
    (r"^(antall|timer)$", "whether pay or an invoice is by the hour"),
    (r"^(restanser|betalingsordning)$|^aapentkrav", "whether anything is known of the company"),
    (r"dispensasjon|ledd_grense|brudd|lawful_reason|reaction_tier|endelig|^referanse$", "a decision"),
    (r"^betalt_|^verifisert|^komplett", "what has happened since"),
    (r"^tilskuddogpremietilpensjon$", "whether there is more than one worker"),
    (r"^(registrertavgiftssubjekt|mvaalminnelignaering)$", "whether VAT is reported"),
    (r"^samletfastsatt|^ansvarligformvamelding$", "whether VAT is reported"),
    (r"^(mvaavgift|mvagrunnlag)$|^fastsattmerverdiavgift$|^mvaspesifikasjonslinje$", "whether a return came"),
    (r"^sisteinnsendteaarsregnskap$", "whether accounts came"),
    (r"^mellomliggendevirksomheter$", "how it is owned"),
    (r"^sisteloennsendringsdato$", "whether pay has changed"),
    (r"^endringer$", "whether the unit is new"),
    (r"^hmskort_nummer$", "whether a visitor came, or the list is kept by hand"),
    (r"bokstav$|seksjonsnummer|festenummer|undernummer|bruksenhetsnummer", "part of an address"),
)
"""Names of fields whose presence is itself what happened, or what is, and what it says; small letters."""

SERIALS = frozenset({"brreg_oppdateringer"})
"""Sources that list and number what happened in its order: number and place say when, which is content."""

Json = dict[str, Any]


def is_fact(place: Place, path: str) -> bool:
    """Whether presence of a field, or a number given in a row, is content.

    Args:
        place: Source, record type and path of the subject.
        path: The field.
    """
    leaf = path.rpartition(".")[2].lower()
    return (place[0] in SERIALS and leaf in ("id", PLACE_IN_FILE)) or any(
        re.search(pattern, leaf) for pattern, _ in FACTS
    )


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who is compared.

    Attributes:
        kind: `company` or `address`.
        ring_of: Subject -> ring or group of rings.
        look_alike_of: Subject -> look-alike or group of them.
        others: Subjects of neither.
        kind_of: Subject -> what it is by the registers; like is compared with like.
    """

    kind: str
    ring_of: Mapping[str, str]
    look_alike_of: Mapping[str, str]
    others: Sequence[str]
    kind_of: Mapping[str, str] = field(default_factory=dict)

    def all(self) -> list[str]:
        """Everybody."""
        return sorted({*self.ring_of, *self.look_alike_of, *self.others})

    def cluster(self, subject: str) -> str:
        """What a subject belongs to.

        Args:
            subject: One of them.
        """
        return self.ring_of.get(subject) or self.look_alike_of.get(subject) or subject

    def comparisons(self, seed: int) -> dict[str, tuple[list[str], list[str]]]:
        """Name -> those looked for and those they are compared with.

        Args:
            seed: Seed of who is drawn among many of the same kind.
        """
        rings, alike, others = sorted(self.ring_of), sorted(self.look_alike_of), sorted(self.others)
        return {
            "planted_or_not": self.matched(sorted({*rings, *alike}), others, seed),
            "ring_or_look_alike": (rings, alike),
            "ring_or_not": self.matched(rings, sorted({*alike, *others}), seed),
        }

    def matched(self, wanted: Sequence[str], rest: Sequence[str], seed: int) -> tuple[list[str], list[str]]:
        """As many of each kind for every one looked for: kinds are then equally frequent on both sides.

        Args:
            wanted: Those looked for.
            rest: Those to compare with.
            seed: Seed.

        Returns:
            Those looked for that have their like, and their likes.
        """
        sides: dict[str, tuple[list[str], list[str]]] = {}
        for place, side in enumerate((wanted, rest)):
            for subject in sorted(side, key=lambda s: drawn(seed, "matched", s)):
                sides.setdefault(self.kind_of.get(subject, ""), ([], []))[place].append(subject)
        for each in range(MOST_LIKES, 0, -1):
            kept = {kind: min(len(own), len(likes) // each) for kind, (own, likes) in sides.items()}
            if sum(kept.values()) >= MATCHED_PART * len(wanted) or each == 1:
                break
        hits = [s for kind, (own, _) in sides.items() for s in own[: kept[kind]]]
        misses = [s for kind, (_, likes) in sides.items() for s in likes[: kept[kind] * each]]
        return sorted(hits), sorted(misses)


def form_gates(landing: Path, groups: Groups, seed: int, most_others: int = MOST_OTHERS) -> list[Json]:
    """Do ids, order, clocks or gaps of the deliveries tell who was planted?

    Args:
        landing: Landing zone.
        groups: Who belongs together by the truth.
        seed: Seed.
        most_others: How many of the rest are looked at.
    """
    known_companies, known_addresses = registered(landing)
    of_group = groups.group_of
    companies = Subjects(
        "company",
        {o: of_group[o] for o in groups.ring_of},
        {o: of_group[o] for o in groups.look_alike_of},
        _drawn_others(set(known_companies) - set(of_group), seed, most_others),
        known_companies,
    )
    of_rings = {d.split(":")[0]: r.ring_id for r in groups.truth.rings for d in sorted(r.dwellings)}
    of_alike = {
        subject.split(":")[1]: alike.look_alike_id
        for alike in groups.truth.look_alikes
        for subject in alike.subjects
        if subject.startswith(("dwelling:", "address:")) and subject.split(":")[1] not in of_rings
    }
    rest = set(known_addresses) - set(of_rings) - set(of_alike)
    addresses = Subjects(
        "address", of_rings, of_alike, _drawn_others(rest, seed, most_others), known_addresses
    )
    known = {*known_companies, *known_addresses}
    seen = forms(landing, companies.all(), addresses.all(), known, seed)
    return [
        *compare_form(seen.companies, companies, seed),
        *compare_form(seen.addresses, addresses, seed),
        order_gate(seen, companies, seed),
    ]


def compare_form(drawn_at: Mapping[Place, Mapping[str, Drawn]], subjects: Subjects, seed: int) -> list[Json]:
    """One gate per comparison of one kind of subject.

    Args:
        drawn_at: Drawn records by place and subject.
        subjects: Who is compared.
        seed: Seed.
    """
    marks = {
        name: (family, beyond_number(name, listed))
        for name, (family, listed) in columns(drawn_at, is_fact).items()
    }
    marks |= {f"own number: {name}": ("ids", listed) for name, listed in own_numbers(subjects.all()).items()}
    return [
        _form_gate(f"form_{subjects.kind}_{name}", marks, wanted, rest, subjects, seed)
        for name, (wanted, rest) in subjects.comparisons(seed).items()
    ]


def _form_gate(
    name: str,
    marks: Marks,
    wanted: Sequence[str],
    rest: Sequence[str],
    subjects: Subjects,
    seed: int,
) -> Json:
    clusters = {s: subjects.cluster(s) for s in (*wanted, *rest)}
    row: Json = {
        "gate": name,
        "what": "Ids, order, clocks and gaps of the deliveries do not tell who was planted.",
        "passed": None,
        "detail": "",
        "rate": None,
        "tells": [],
    }
    sides = [len({clusters[s] for s in side}) for side in (wanted, rest)]
    if min(sides) < LEAST_CLUSTERS:
        return row | {"detail": f"not tested: {sides[0]} and {sides[1]} groups, {LEAST_CLUSTERS} needed"}
    tells = telling_marks(marks, wanted, rest, clusters)
    listed = [*wanted, *rest]
    positive = np.array([True] * len(wanted) + [False] * len(rest))
    table = as_table(marks, listed, positive, seed)
    scores = crossed(table, positive, [clusters[s] for s in listed], seed)
    level = 1 - (1 - LEVEL) / COMPARISONS
    rate = area_interval(scores, positive, [clusters[s] for s in listed], level)
    # A classifier that does worse than chance on groups it has not seen has found nothing either.
    is_chance = rate["low"] is None or rate["low"] <= CHANCE
    return row | {
        "passed": bool(is_chance and not tells),
        "detail": f"{len(wanted)} against {len(rest)}, {table.shape[1]} of {len(marks)} marks classified",
        "rate": rate,
        "tells": tells,
    }


def telling_marks(
    marks: Marks,
    wanted: Sequence[str],
    rest: Sequence[str],
    clusters: Mapping[str, str],
) -> list[Json]:
    """Marks that by themselves tell one side from the other, most certain first.

    Args:
        marks: Name -> family and value per subject.
        wanted: Those looked for.
        rest: Those they are compared with.
        clusters: What each subject belongs to.

    Returns:
        One row per mark whose area differs from chance, corrected for how many marks were tried.
    """
    tried = []
    for name, (family, listed) in marks.items():
        hits, misses = [s for s in wanted if s in listed], [s for s in rest if s in listed]
        both = [*hits, *misses]
        if min(len({clusters[s] for s in side}) for side in (hits, misses)) < LEAST_CLUSTERS:
            continue
        values = np.array([listed[s] for s in both])
        positive = np.array([True] * len(hits) + [False] * len(misses))
        own = [clusters[s] for s in both]
        for shown, scores in (
            (name, values),
            (f"{name} (from the middle)", np.abs(values - np.median(values))),
        ):
            area = area_interval(scores, positive, own)
            if area["p"] is not None:
                tried.append({"mark": shown, "family": family, "area": area["value"], "p": area["p"]})
    return sorted((t for t in tried if t["p"] * len(tried) < FAMILY_WISE), key=lambda t: (t["p"], t["mark"]))


def crossed(table: Floats, positive: models.Flags, clusters: Sequence[str], seed: int) -> Floats:
    """Scores by a classifier that has not seen the subject's group, mean of several partings.

    Args:
        table: One row per subject.
        positive: Whether it is looked for.
        clusters: What each subject belongs to.
        seed: Seed.

    Returns:
        One score per row, as a share of its fold that scores lower.
    """
    of_hits = {c for c, hit in zip(clusters, positive, strict=True) if hit}
    total = np.zeros(len(clusters))
    for repeat in range(REPEATS):
        fold_of: dict[str, int] = {}
        for kind in (of_hits, set(clusters) - of_hits):
            for n, cluster in enumerate(sorted(kind, key=lambda c: drawn(seed + repeat, "gate", c))):
                fold_of[cluster] = n % FOLDS
        folds = np.array([fold_of[c] for c in clusters])
        scores = np.full(len(clusters), CHANCE)
        for fold in range(FOLDS):
            test, train = folds == fold, folds != fold
            if test.any() and positive[train].any() and not positive[train].all() and table.shape[1]:
                scores[test] = percentiles(
                    models.gradient_boosting(table[train], positive[train], table[test], seed, ROUNDS)
                )
        total += scores
    return np.asarray(total / REPEATS, dtype=np.float64)


def order_gate(seen: Forms, subjects: Subjects, seed: int) -> Json:
    """Do companies that were planted together stand side by side in a file?

    Args:
        seen: Form of the deliveries.
        subjects: Who is compared.
        seed: Seed of the random orders.

    Returns:
        One gate; `area` in what tells is the mean distance as a part of the list (by chance a third).
    """
    longest: dict[Place, list[str]] = {}
    for (place, _), order in seen.orders.items():
        if place[0] not in BY_SITE and len(order) > len(longest.get(place, ())):
            longest[place] = order
    rng = np.random.default_rng(drawn(seed, "orders"))
    tells: list[Json] = []
    tried = 0
    for place, order in longest.items():
        at: dict[str, dict[str, float]] = {}
        # In a drawn order, so that of a company with many records not always the first is taken.
        for n in rng.permutation(len(order)).tolist():
            group = subjects.ring_of.get(order[n]) or subjects.look_alike_of.get(order[n])
            if group:
                at.setdefault(group, {}).setdefault(order[n], (n + 0.5) / len(order))
        together = [np.array(list(firms.values())) for firms in at.values() if len(firms) > 1]
        if len(order) < LEAST_LIST or len(together) < LEAST_CLUSTERS:
            continue
        tried += 1
        distance = _distance(together)
        by_chance = [_distance([rng.random(len(g)) for g in together]) for _ in range(ORDERS)]
        p = float(2 * norm.sf(abs(distance - np.mean(by_chance)) / np.std(by_chance)))
        mark = f"{place[0]}/{place[1]}@{place[2]}: distance between companies of one group"
        tells.append({"mark": mark, "family": "order", "area": distance, "p": p})
    tells = sorted((x for x in tells if x["p"] * tried < FAMILY_WISE), key=lambda x: (x["p"], x["mark"]))
    return {
        "gate": "order_of_groups",
        "what": "Companies that were planted together do not stand side by side in a file.",
        "passed": not tells if tried else None,
        "detail": f"{tried} kinds of lists",
        "rate": None,
        "tells": tells,
    }


def _distance(together: Sequence[Floats]) -> float:
    """Mean distance of two of one group, every group counting once."""
    return float(np.mean([np.abs(g[:, None] - g[None, :]).sum() / (len(g) * (len(g) - 1)) for g in together]))


def _drawn_others(subjects: set[str], seed: int, most: int) -> list[str]:
    return sorted(sorted(subjects, key=lambda s: drawn(seed, "others", s))[:most])
