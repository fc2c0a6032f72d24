"""Reviews by investigators: what is looked at, and verdicts that are right most of the time."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jobs.synth.model import Firm, Planted
from jobs.synth.outcomes import Review
from jobs.synth.world import World, some_day

FIRMS_PER_REVIEW = 50
"""For one review a year."""
ARMS = (("score", 0.52), ("tip", 0.20), ("plan", 0.12), ("random", 0.08), ("followup", 0.08))
"""Why something was reviewed; the random arm is drawn evenly among firms and logged as such."""
OFFENDERS_AMONG = {"score": 0.30, "tip": 0.16, "plan": 0.06, "followup": 0.25}
"""Part of what is looked at that has to do with offenders. A lead is no proof: most turn out lawful."""
LOOK_ALIKES_AMONG = {"score": 0.35, "tip": 0.10, "plan": 0.05, "followup": 0.10}
RIGHT_SUBJECT_SHARE = 0.55
"""Part of reviews about offenders that look at the act itself rather than at one of its firms."""

OF_OFFENCE = (
    ("confirmed_serious", 0.62), ("confirmed_minor", 0.10), ("insufficient_data", 0.13),
    ("lawful_explanation", 0.07), ("data_error", 0.02), ("handed_over", 0.06),
)  # fmt: skip
"""Verdicts when there is an offence: seven of a hundred are explained away, two blamed on the data."""
OF_NOTHING = (
    ("lawful_explanation", 0.58), ("insufficient_data", 0.14), ("data_error", 0.08),
    ("confirmed_minor", 0.12), ("confirmed_serious", 0.02), ("not_reviewed_capacity", 0.06),
)  # fmt: skip
"""Verdicts when there is none: two of a hundred are held to be serious by mistake."""
APPEAL_SHARE = 0.08
CORRECTED_SHARE = {True: 0.05, False: 0.35}
"""Part of confirmations that are reversed later, by whether they were right."""
INDICATORS = (
    "A01",
    "A02",
    "A04",
    "A05",
    "A07",
    "B01",
    "B02",
    "B03",
    "C01",
    "C02",
    "D03",
    "F01",
    "I01",
    "I02",
)
REASONS = (
    "ordinary_trade",
    "corporate_group",
    "estate_sale",
    "shared_hub",
    "family_household",
    "late_report",
)
TIERS = {"confirmed_serious": ("stop", "fine", "police_report"), "confirmed_minor": ("guidance", "order")}
FIRST_REVIEW_DAYS = 40


@dataclass(frozen=True, slots=True)
class Shown:
    """What an investigator gets to see, and whether something is behind it."""

    kind: str
    subject: str
    indicator: str
    is_offence: bool
    since: date


def review(world: World) -> None:
    """Reviews of cases of earlier months, right and wrong ones, and one that was sent by mistake.

    Args:
        world: The finished world.
    """
    rng = world.rng("reviews")
    firms = [f for f in world.firms if f.trade.sn2007 and not f.public_kind]
    first = world.opening + timedelta(days=FIRST_REVIEW_DAYS)
    count = round(world.parameters.firms * len(world.months) / 12 / FIRMS_PER_REVIEW)
    for number in range(max(3, count)):
        arm = rng.choices([a for a, _ in ARMS], [w for _, w in ARMS])[0]
        shown = _show(world, rng, arm, firms)
        reviewed = some_day(rng, max(first, shown.since + timedelta(days=FIRST_REVIEW_DAYS)), world.closing)
        if reviewed > world.closing:
            continue
        as_of = reviewed - timedelta(days=rng.randrange(20, 40))
        case = f"S-{world.district.index * 10_000 + number + 1:05d}"
        world.reviews.append(_judge(world, rng, shown, case, arm, as_of, reviewed))


def _show(world: World, rng: Random, arm: str, firms: list[Firm]) -> Shown:
    draw, offenders = rng.random(), OFFENDERS_AMONG.get(arm, 0.0)
    if world.rings and draw < offenders:
        return _planted(rng, rng.choice(world.rings), is_offence=True)
    if world.look_alikes and offenders <= draw < offenders + LOOK_ALIKES_AMONG.get(arm, 0.0):
        return _planted(rng, rng.choice(world.look_alikes), is_offence=False)
    firm = rng.choice(firms)
    mine = next((r for r in world.rings if firm in r.companies), None)
    since = mine.first_unlawful if mine is not None else firm.registered
    return Shown("virksomhet", firm.orgnr, rng.choice(INDICATORS), mine is not None, since)


def _planted(rng: Random, planted: Planted, *, is_offence: bool) -> Shown:
    indicator = rng.choice(sorted(planted.subjects))
    kind, subject = "virksomhet", ""
    members = planted.members.get(indicator) or [f.orgnr for f in planted.companies]
    if rng.random() < RIGHT_SUBJECT_SHARE or not members:
        named, _, number = rng.choice(planted.subjects[indicator]).partition(":")
        kinds = {"project": "prosjekt", "dwelling": "bruksenhet", "cluster": "klynge", "org": "virksomhet"}
        kind = kinds.get(named, "")
        subject = f"cluster:{number}" if kind == "klynge" else number
    if not kind or not subject:
        kind, subject = "virksomhet", rng.choice(members)
    since = date.min + timedelta(days=FIRST_REVIEW_DAYS)
    if is_offence:
        year, month = planted.acts[indicator]["first_unlawful_month"].split("-")
        since = date(int(year), int(month), 1)
    return Shown(kind, subject, indicator, is_offence, since)


def _judge(
    world: World, rng: Random, shown: Shown, case: str, arm: str, as_of: date, reviewed: date
) -> Review:
    # What began after the day the case is about cannot be in it.
    is_offence = shown.is_offence and shown.since <= as_of
    verdicts = OF_OFFENCE if is_offence else OF_NOTHING
    outcome = rng.choices([v for v, _ in verdicts], [w for _, w in verdicts])[0]
    confirmed = outcome.startswith("confirmed")
    made = Review(
        world.numbers.code(rng, "V-", 7), case, shown.kind, shown.subject, as_of, reviewed, arm, outcome,
        shown.indicator, _verdict(rng, outcome, confirmed=confirmed),
        rng.choice(REASONS) if outcome == "lawful_explanation" else "",
        basis=rng.choice(("desk", "documents", "documents", "inspection")),
        tier=rng.choice(TIERS[outcome]) if confirmed else "",
        minutes=rng.randrange(15, 240, 5),
        is_right=confirmed == is_offence,
    )  # fmt: skip
    if confirmed:
        made.is_appealed = rng.random() < APPEAL_SHARE
        if rng.random() < CORRECTED_SHARE[is_offence]:
            made.corrected_on = reviewed + timedelta(days=rng.randrange(30, 120))
    return made


def _verdict(rng: Random, outcome: str, *, confirmed: bool) -> str:
    if confirmed or outcome == "handed_over":
        return "correct_fact_and_relevant"
    if outcome == "data_error":
        return "wrong_fact"
    if outcome == "not_reviewed_capacity":
        return "not_assessed"
    return "correct_fact_irrelevant" if rng.random() < 0.9 else "not_assessed"
