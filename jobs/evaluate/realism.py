"""Is the synthetic country believable? Its registers, counted, beside public aggregates.

Everything is counted in the deliveries, as a register's owner would count. What a published figure is about
and where it stands is said per row; `sure` tells whether the page was read (`seen`) or the figure stands here
from memory and must be looked up before anybody rests on it (`recall`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jobs.evaluate.registers import Registers, count_registers

SIZE_CLASSES = ((1, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, 10**9))
AGE_CLASSES = ((0, 0), (1, 2), (3, 4), (5, 9), (10, 19), (20, 10**3))
ROLE_CLASSES = ((1, 1), (2, 2), (3, 4), (5, 9), (10, 10**9))
BREADTH_CLASSES = ((0, 0), (1, 2), (3, 4), (5, 9), (10, 19), (20, 10**9))


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One published figure.

    Attributes:
        key: Stable key.
        what: What is counted, in words.
        unit: `share` (0 to 1) or what else it is counted in.
        public: The published figure.
        low: Lowest value that is taken as believable.
        high: Highest value that is taken as believable.
        source: Where it was published.
        sure: `seen` or `recall`.
    """

    key: str
    what: str
    unit: str
    public: float
    low: float
    high: float
    source: str
    sure: str


AGGREGATES = (
    Aggregate(
        "failures_construction", "Construction firms that go bankrupt in a year", "share", 0.030, 0.015, 0.05,
        "bygg.no: 1 715 of about 57 000 in 2018", "seen",
    ),
    Aggregate(
        "inactive_jobs", "Registered jobs that are not active employment", "share", 0.242, 0.12, 0.32,
        "Statistics Norway, arbmark-docs-amelding: November 2022", "seen",
    ),
    Aggregate(
        "several_jobs", "People at work with more than one employer", "share", 0.08, 0.02, 0.13,
        "Statistics Norway, labour market", "recall",
    ),
    Aggregate(
        "part_time", "Active jobs below full time", "share", 0.26, 0.15, 0.40,
        "Statistics Norway, labour force survey", "recall",
    ),
    Aggregate(
        "one_firm_people", "Role-holders with roles in one firm only", "share", 0.75, 0.6, 0.95,
        "Register of Business Enterprises", "recall",
    ),
    Aggregate(
        "crowded", "Households that live crowded (more people than rooms and under 25 m² each)", "share",
        0.06, 0.02, 0.15, "Statistics Norway: 6 % in the country, 13 % in Oslo (2021)", "seen",
    ),
    Aggregate(
        "residents", "People per inhabited dwelling", "people", 2.1, 1.7, 2.7,
        "Statistics Norway, families and households", "recall",
    ),
    Aggregate(
        "dwelling_area", "Median area of a dwelling", "m²", 100.0, 60.0, 130.0,
        "Statistics Norway, dwellings", "recall",
    ),
    Aggregate(
        "any_breach", "Inspections with any breach", "share", 0.73, 0.65, 0.80,
        "Arbeidstilsynet 2023 and 2024: 74 % and 72 %", "seen",
    ),
    Aggregate(
        "stops", "Inspections with a stop decision", "share", 0.11, 0.05, 0.18,
        "Arbeidstilsynet 2023: 1 420 of 12 808", "seen",
    ),
)  # fmt: skip


def measure(landing: Path) -> dict[str, Any]:
    """The table and the distributions.

    Args:
        landing: Landing zone of the synthetic country.

    Returns:
        `rows`: one per published aggregate with `made`, `n` and `is_matched` (None where the deliveries are
        too few to tell, less than 30). `distributions`: one per picture, with the shares that were made and,
        where one is published, the public ones.
    """
    seen = count_registers(landing)
    made = _figures(seen)
    rows = [asdict(a) | _verdict(a, *made[a.key]) for a in AGGREGATES]
    return {"rows": rows, "distributions": _distributions(seen)}


def _verdict(aggregate: Aggregate, value: float | None, n: int) -> dict[str, Any]:
    is_told = value is not None and n >= 30
    return {
        "made": None if value is None else round(value, 4),
        "n": n,
        "is_matched": aggregate.low <= value <= aggregate.high if is_told and value is not None else None,
    }


def _figures(seen: Registers) -> dict[str, tuple[float | None, int]]:
    inspections = sum(seen.inspections.values())
    people_at_work = len(seen.employers_of)
    holders = len(seen.firms_of_holder)
    return {
        "failures_construction": _share(
            seen.construction_failures / max(seen.years, 1 / 12), seen.construction_firms
        ),
        "inactive_jobs": _share(seen.jobs - seen.paid_jobs, seen.jobs),
        "several_jobs": _share(sum(1 for n in seen.employers_of.values() if n > 1), people_at_work),
        "part_time": _share(seen.part_time_jobs, seen.paid_jobs),
        "one_firm_people": _share(sum(1 for n in seen.firms_of_holder.values() if n == 1), holders),
        "crowded": _share(seen.crowded, seen.sized_households),
        "residents": (seen.residents / seen.households if seen.households else None, seen.households),
        "dwelling_area": (_median(seen.areas), len(seen.areas)),
        "any_breach": _share(inspections - seen.inspections["none"], inspections),
        "stops": _share(seen.inspections["stop"], inspections),
    }


def _distributions(seen: Registers) -> list[dict[str, Any]]:
    return [
        _distribution(
            "firm_size", "Employers by reported staff", "Share of employers", seen.staff, SIZE_CLASSES,
            (0.53, 0.20, 0.13, 0.09, 0.03, 0.02), "Statistics Norway, enterprises with employees (recall)",
        ),
        _distribution(
            "firm_age", "Firms by years since registration", "Share of firms", seen.ages, AGE_CLASSES,
            (0.09, 0.15, 0.12, 0.22, 0.25, 0.17), "Register of Legal Entities (recall)",
        ),
        _distribution(
            "roles", "Role-holders by number of firms", "Share of people",
            list(seen.firms_of_holder.values()), ROLE_CLASSES, None, "",
        ),
        _distribution(
            "breadth", "Projects by subcontractors of the main supplier", "Share of projects", seen.breadths,
            BREADTH_CLASSES, None, "",
        ),
        _distribution(
            "depth", "Projects by links below the main supplier", "Share of projects", seen.depths,
            ((0, 0), (1, 1), (2, 2), (3, 3), (4, 10**9)), None, "",
        ),
        _distribution(
            "residents", "Inhabited dwellings by residents", "Share of dwellings", seen.household_sizes,
            ((1, 1), (2, 2), (3, 3), (4, 4), (5, 10**9)), (0.39, 0.29, 0.13, 0.13, 0.06),
            "Statistics Norway, households (recall)",
        ),
    ]  # fmt: skip


def _distribution(
    key: str,
    title: str,
    axis: str,
    values: Sequence[int],
    classes: Sequence[tuple[int, int]],
    public: Sequence[float] | None,
    source: str,
) -> dict[str, Any]:
    counts = [sum(1 for v in values if low <= v <= high) for low, high in classes]
    total = sum(counts)
    return {
        "key": key,
        "title": title,
        "axis": axis,
        "labels": [_label(low, high) for low, high in classes],
        "made": [round(c / total, 4) if total else 0.0 for c in counts],
        "n": total,
        "public": list(public) if public is not None else None,
        "source": source,
    }


def _label(low: int, high: int) -> str:
    if low == high:
        return str(low)
    return f"{low}+" if high >= 10**3 else f"{low}-{high}"


def _share(part: float, whole: int) -> tuple[float | None, int]:
    return (part / whole if whole else None), whole


def _median(values: Iterable[float]) -> float | None:
    listed = sorted(values)
    if not listed:
        return None
    middle = len(listed) // 2
    return listed[middle] if len(listed) % 2 else (listed[middle - 1] + listed[middle]) / 2
