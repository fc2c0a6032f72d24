"""What a synthetic country is made from."""

from dataclasses import asdict, dataclass

from expectations.errors import UsageError
from jobs.months import shift

DISTRICT_FIRMS = 2500
NATIONAL_FIRMS = 270_000
"""Active firms of the whole country."""
EARLIEST, LATEST = "2000-01", "2036-12"
"""Months for which identity numbers and code lists make sense."""
MOST_MONTHS = 60
MOST_NOISE = 10.0
FIRMS_PER_RING = 4.5


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a country is made from; the same parameters give the same bytes.

    Attributes:
        firms: About how many active firms.
        months: How many months.
        seed: Seed of all random streams.
        base_rate: Part of firms that take part in a ring.
        last_month: Last month, `YYYY-MM`.
        adaptive: Offenders know what is looked for and stay below it.
        noise: Multiplies what registers miss, delay or get wrong; 1 is the ordinary level.
        region: Counties and municipalities, `norge`, or nothing for those of the demonstration.
        national: Everything else in proportion: dormant entities, large employers, the whole population.
        district_firms: About how many firms a district has.
    """

    firms: int
    months: int
    seed: int
    base_rate: float
    last_month: str
    adaptive: bool
    noise: float = 1.0
    region: str = ""
    national: bool = False
    district_firms: int = DISTRICT_FIRMS

    def as_dict(self) -> dict[str, object]:
        """The parameters in plain types."""
        return asdict(self)


def ring_count(firms: int, base_rate: float) -> int:
    """How many rings a world gets: the base rate is the share of firms that take part in one.

    Args:
        firms: Firms in the world.
        base_rate: Part of them in a ring.
    """
    return max(1, round(firms * base_rate / FIRMS_PER_RING)) if base_rate > 0 else 0


def check(parameters: Parameters) -> None:
    """Refuse parameters that make no sense.

    Args:
        parameters: What a country shall be made from.

    Raises:
        UsageError: Says which, and what would be right.
    """
    first = shift(parameters.last_month, 1 - parameters.months)
    wrong = {
        f"firms {parameters.firms}: 50 to {2 * NATIONAL_FIRMS}": not 50
        <= parameters.firms
        <= 2 * NATIONAL_FIRMS,
        f"months {parameters.months}: 1 to {MOST_MONTHS}": not 1 <= parameters.months <= MOST_MONTHS,
        f"base rate {parameters.base_rate}: 0 to 0.5": not 0 <= parameters.base_rate <= 0.5,
        f"noise {parameters.noise}: 0 to {MOST_NOISE:g}": not 0 <= parameters.noise <= MOST_NOISE,
        f"district of {parameters.district_firms} firms: 50 or more": parameters.district_firms < 50,
        f"months {first} to {parameters.last_month}: {EARLIEST} to {LATEST}": first < EARLIEST
        or parameters.last_month > LATEST,
        f"region {parameters.region}: national is all of Norway": parameters.national
        and parameters.region != "norge",
    }
    if found := [text for text, is_wrong in wrong.items() if is_wrong]:
        raise UsageError("; ".join(found))
