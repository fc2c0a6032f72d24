"""Makes a synthetic county: economy first, then what registers see of it, then the truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path

import orjson

from expectations.errors import UsageError
from jobs.months import checked
from jobs.synth import truth
from jobs.synth.catalogue import FURTHER
from jobs.synth.chains import FIRMS_PER_PROJECT, Chains, Suppliers, contract_background
from jobs.synth.emit_amelding import EmployerReports
from jobs.synth.emit_brreg import EntityRegister
from jobs.synth.emit_chain import DeclaredChains
from jobs.synth.emit_home import cadastre_deliveries, notice_deliveries, population_deliveries
from jobs.synth.emit_outcome import outcome_deliveries
from jobs.synth.emit_tax import arrears_deliveries, share_deliveries
from jobs.synth.firms import Founder, age_background, found_background
from jobs.synth.homes import house_background, make_landlords
from jobs.synth.look_alikes import FIRMS_PER_LOOK_ALIKE, PER_POSITIVE, LookAlikes
from jobs.synth.money import arrears_background, invoice_background
from jobs.synth.outgoing import Noise, Outgoing, Rows
from jobs.synth.oversight import inspect, lodge_background, review
from jobs.synth.people import settle_some
from jobs.synth.places import Builder, lay_streets
from jobs.synth.plant import Planter
from jobs.synth.rings import ADAPTIVE, FIRMS_PER_RING, Rings, Tactics, ring_count
from jobs.synth.spoil import spoil
from jobs.synth.work import LabourMarket
from jobs.synth.world import Parameters, World, instant

GENERATOR_VERSION = "0.2"
"""Raise when the same parameters give other bytes."""
ACTS_PER_RING = 4
FEWEST_LOOK_ALIKES = 40
CODE_LISTS = "kodelister"

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how many steps are done and how many there are."""


@dataclass(frozen=True, slots=True)
class WorldSummary:
    """What was made.

    Attributes:
        parameters: What it was made from.
        firms: Legal entities, ring firms included.
        workers: People that some employer reported.
        persons: People in all.
        dwellings: Units to live in.
        projects: Projects.
        rings: Planted rings.
        look_alikes: Planted look-alikes.
        deliveries: Deliveries in the landing zone.
        stored_bytes: Size of the landing zone.
        records: Records per source.
        is_new: False when the same world lay there already.
    """

    parameters: dict[str, object]
    firms: int
    workers: int
    persons: int
    dwellings: int
    projects: int
    rings: int
    look_alikes: int
    deliveries: int
    stored_bytes: int
    records: dict[str, int] = field(default_factory=dict)
    is_new: bool = True


def generate(
    out: Path,
    *,
    firms: int = 2000,
    months: int = 13,
    seed: int = 1,
    base_rate: float = 0.02,
    last_month: str = "2026-01",
    adaptive: bool = False,
    progress: Progress | None = None,
) -> WorldSummary:
    """Write a county to `out/landing` and what was planted to `out/truth`.

    The same parameters give the same bytes. A folder that holds the same world is left as it is.

    Args:
        out: Folder; empty, new, or made by the same parameters.
        firms: About how many legal entities.
        months: How many months.
        seed: Seed of all random streams.
        base_rate: Part of firms that take part in a ring.
        last_month: Last month, `YYYY-MM`.
        adaptive: Offenders know what is looked for and stay below it.
        progress: Told what is going on.

    Raises:
        UsageError: A parameter makes no sense, or the folder holds something else.
    """
    parameters = Parameters(firms, months, seed, base_rate, checked(last_month), adaptive)
    if firms < 50 or months < 1 or not 0 <= base_rate <= 0.5:
        raise UsageError(
            f"firms {firms} (50 or more), months {months} (1 or more) or base rate {base_rate} (0-0.5)"
        )
    found = _existing(out, parameters)
    if found is not None:
        return found
    tell = progress or (lambda text, done, total: None)
    total = months + 2
    tell("economy", 0, total)
    world = make_world(parameters)
    noise = Noise(world.rng("noise"))
    landing = out / "landing"
    records: dict[str, int] = {}
    stored = count = 0
    workers = EmployerReports(world)
    for delivery in _deliveries(world, workers):
        spoil(delivery, noise, world.months)
        folder = delivery.write(landing)
        count += 1
        records[delivery.source] = records.get(delivery.source, 0) + sum(len(f.rows) for f in delivery.files)
        stored += sum(p.stat().st_size for p in folder.iterdir())
        if delivery.source == "skatteetaten_amelding" and delivery.kind == "ordinary":
            tell(f"a-melding {delivery.period}", world.months.index(delivery.period) + 1, total)
    summary = WorldSummary(
        parameters=parameters.as_dict(),
        firms=len(world.firms),
        workers=len(workers.workers),
        persons=len(world.persons),
        dwellings=len(world.dwellings),
        projects=len(world.projects),
        rings=len(world.rings),
        look_alikes=len(world.look_alikes),
        deliveries=count,
        stored_bytes=stored,
        records=dict(sorted(records.items())),
    )
    tell("truth", total - 1, total)
    truth.write_truth(out / "truth", world, noise.spoiled, _manifest(summary))
    tell("done", total, total)
    return summary


def make_world(parameters: Parameters) -> World:
    """The economy, before any register has looked at it.

    Args:
        parameters: What it is made from.
    """
    world = World(parameters)
    lay_streets(world, max(40, parameters.firms // 25))
    builder = Builder(world)
    make_landlords(world)
    founder = Founder(world, builder)
    rings = ring_count(parameters.firms, parameters.base_rate)
    look_alikes = max(rings * ACTS_PER_RING * PER_POSITIVE, FEWEST_LOOK_ALIKES)
    planted = int(rings * FIRMS_PER_RING * 1.2) + look_alikes * FIRMS_PER_LOOK_ALIKE
    found_background(world, founder, max(parameters.firms - planted, parameters.firms // 2))
    age_background(world, founder)
    LabourMarket(world).run()
    chains, suppliers = Chains(world, builder), Suppliers(world)
    contract_background(world, chains, suppliers, max(4, parameters.firms // FIRMS_PER_PROJECT))
    tactics = ADAPTIVE if parameters.adaptive else Tactics()
    Rings(Planter(world, founder, builder, chains, suppliers, "rings"), tactics, FURTHER).plant(rings)
    LookAlikes(Planter(world, founder, builder, chains, suppliers, "look-alikes")).plant(FURTHER)
    settle_some(world)
    lodge_background(world, builder)
    house_background(world, builder)
    invoice_background(world)
    arrears_background(world)
    inspect(world)
    review(world)
    return world


def _deliveries(world: World, reports: EmployerReports) -> Iterator[Outgoing]:
    yield _code_lists(world)
    yield from share_deliveries(world)
    yield from cadastre_deliveries(world)
    yield from population_deliveries(world)
    yield from EntityRegister(world).deliveries()
    yield from DeclaredChains(world).deliveries()
    yield from arrears_deliveries(world)
    yield from notice_deliveries(world)
    yield from outcome_deliveries(world)
    yield from reports.deliveries()


def _code_lists(world: World) -> Outgoing:
    """The project's own code lists as they are, before everything else."""
    day = date(world.opening.year - 1, 1, 1)
    folder = resources.files("expectations") / "contract" / CODE_LISTS
    files = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".csv"):
            header, *rows = entry.read_bytes().rstrip(b"\n").split(b"\n")
            files.append(Rows(entry.name, rows, header, "csv"))
    return Outgoing(CODE_LISTS, day.isoformat(), "snapshot", instant(day, 0), files, "LB-OPEN-01")


def _manifest(summary: WorldSummary) -> dict[str, object]:
    counts = {
        name: getattr(summary, name)
        for name in (
            "firms", "workers", "persons", "dwellings", "projects", "rings", "look_alikes", "deliveries",
            "stored_bytes", "records",
        )
    }  # fmt: skip
    return {"generator_version": GENERATOR_VERSION, "parameters": summary.parameters, "counts": counts}


def _existing(out: Path, parameters: Parameters) -> WorldSummary | None:
    """The summary of the same world, if it lies there whole already.

    Raises:
        UsageError: Something else lies there.
    """
    if not out.exists():
        return None
    if not out.is_dir():
        raise UsageError(f"{out} is no folder")
    if not any(out.iterdir()):
        return None
    path = out / "truth" / truth.MANIFEST
    if not path.exists():
        raise UsageError(f"{out} is not empty and holds no finished synthetic county; choose another folder")
    manifest = orjson.loads(path.read_bytes())
    made_by, wanted = manifest["parameters"], parameters.as_dict()
    differ = [f"{k} {made_by.get(k)} instead of {v}" for k, v in wanted.items() if made_by.get(k) != v]
    if manifest["generator_version"] != GENERATOR_VERSION:
        differ.append(f"generator {manifest['generator_version']} instead of {GENERATOR_VERSION}")
    if differ:
        raise UsageError(f"{out} holds another synthetic county ({', '.join(differ)}); choose another folder")
    return WorldSummary(parameters=wanted, is_new=False, **manifest["counts"])
