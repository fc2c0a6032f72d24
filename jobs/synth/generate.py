"""Makes a synthetic country: economy first, then what registers see of it, then the truth.

Each district is made by itself, in a process of its own if there are several; what they wrote is put together
in their order, so that the number of processes does not change a byte.
"""

import gc
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from importlib import resources
from multiprocessing import get_context
from pathlib import Path

from expectations.errors import UsageError
from jobs.months import checked
from jobs.synth import truth
from jobs.synth.approvals import approval_background
from jobs.synth.catalogue import FURTHER
from jobs.synth.chains import Chains, Suppliers
from jobs.synth.districts import District, districts_of
from jobs.synth.emit_amelding import EmployerReports
from jobs.synth.emit_approvals import approval_deliveries
from jobs.synth.emit_assignments import AssignmentRegister
from jobs.synth.emit_brreg import EntityRegister
from jobs.synth.emit_cadastre import cadastre_deliveries
from jobs.synth.emit_chain import DeclaredChains
from jobs.synth.emit_doffin import notice_of_award_deliveries
from jobs.synth.emit_dormant import with_dormant
from jobs.synth.emit_notices import notice_deliveries
from jobs.synth.emit_outcome import outcome_deliveries
from jobs.synth.emit_owners import OwnerRegister
from jobs.synth.emit_population import population_deliveries
from jobs.synth.emit_shares import share_deliveries
from jobs.synth.emit_site import SiteLists, card_deliveries
from jobs.synth.emit_tax import tax_deliveries
from jobs.synth.firm_life import age_planted, change_roles, merge_some, move_some
from jobs.synth.firms import Founder, age_background, found_background
from jobs.synth.foreign import Foreign, foreign_background
from jobs.synth.geography import EVERYWHERE, canonical
from jobs.synth.home_life import age_homes
from jobs.synth.homes import house_background, make_landlords
from jobs.synth.inspections import inspect
from jobs.synth.ledger import tax_background
from jobs.synth.look_alikes import FIRMS_PER_LOOK_ALIKE, PER_POSITIVE, LookAlikes
from jobs.synth.money import arrears_background, invoice_background
from jobs.synth.national import found_dormant, found_large, populate
from jobs.synth.outgoing import Noise, Outgoing, Rows
from jobs.synth.oversight import lodge_background
from jobs.synth.parameters import DISTRICT_FIRMS, FIRMS_PER_RING, NATIONAL_FIRMS, Parameters, check
from jobs.synth.parts import TURNS, Part, put_together, write_parts
from jobs.synth.pay import close_books
from jobs.synth.people import settle_some
from jobs.synth.places import Builder, lay_streets
from jobs.synth.plant import Planter
from jobs.synth.presence import site_background
from jobs.synth.projects import FIRMS_PER_PROJECT, contract_background
from jobs.synth.reviews import review
from jobs.synth.rings import ADAPTIVE, Rings, Tactics
from jobs.synth.seasons import Seasons, house_seasonal
from jobs.synth.spoil import spoil
from jobs.synth.summary import SCRATCH, Made, WorldSummary, existing, manifest_of, summary_of
from jobs.synth.work import LabourMarket, leave_open_jobs, staff_on
from jobs.synth.world import World, instant

ACTS_PER_RING = 4
FEWEST_LOOK_ALIKES = 40
CODE_LISTS = "kodelister"

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how many steps are done and how many there are."""


def generate(
    out: Path,
    *,
    firms: int | None = None,
    months: int = 13,
    seed: int = 1,
    base_rate: float = 0.02,
    last_month: str = "2026-01",
    adaptive: bool = False,
    noise: float = 1.0,
    region: str = "",
    national: bool = False,
    processes: int | None = None,
    district_firms: int = DISTRICT_FIRMS,
    progress: Progress | None = None,
) -> WorldSummary:
    """Write a country to `out/landing` and what was planted to `out/truth`.

    The same parameters give the same bytes. A folder that holds the same country is left as it is.

    Args:
        out: Folder; empty, new, or made by the same parameters.
        firms: About how many active firms; 2,000, or Norway's number if it is national.
        months: How many months.
        seed: Seed of all random streams.
        base_rate: Part of firms that take part in a ring. Rings are of trades at risk; firms of other trades
            are met in about one of twenty of their companies.
        last_month: Last month, `YYYY-MM`.
        adaptive: Offenders know what is looked for and stay below it.
        noise: How much registers miss, delay or get wrong; 1 is the ordinary level.
        region: Counties and municipalities, or `norge`; three municipalities of Innlandet unless given.
        national: The whole of Norway, with dormant entities, large employers and the whole population in
            proportion to the firms.
        processes: How many processes at most; as many as there are processors unless given.
        district_firms: About how many firms a district has.
        progress: Told what is going on.

    Raises:
        UsageError: A parameter makes no sense, or the folder holds something else.
    """
    parameters = Parameters(
        firms=firms if firms is not None else NATIONAL_FIRMS if national else 2000,
        months=months,
        seed=seed,
        base_rate=base_rate,
        last_month=checked(last_month),
        adaptive=adaptive,
        noise=noise,
        region=canonical(region or (EVERYWHERE if national else "")),
        national=national,
        district_firms=district_firms,
    )
    check(parameters)
    if processes is not None and processes < 1:
        raise UsageError(f"processes {processes}: 1 or more")
    districts = districts_of(parameters)
    found = existing(out, parameters)
    if found is not None:
        return found
    tell = progress or (lambda text, done, total: None)
    scratch = out / SCRATCH
    scratch.mkdir(parents=True)
    made = _make_all(parameters, districts, scratch, processes or os.cpu_count() or 1, tell)
    landed = put_together(
        [m.parts for m in made], out / "landing", lambda done, total: tell("deliveries", done, total)
    )
    truth.merge([m.truth for m in made], out / "truth", [m.look_alikes for m in made], landed.moved)
    shutil.rmtree(scratch)
    summary = summary_of(parameters, districts, made, landed)
    truth.finish(out / "truth", manifest_of(summary))
    return summary


def _make_all(
    parameters: Parameters, districts: Sequence[District], scratch: Path, processes: int, tell: Progress
) -> list[Made]:
    """All districts, in their order."""
    if len(districts) == 1:
        return [_make_district(parameters, 0, scratch, tell)]
    made: dict[int, Made] = {}
    tell("districts", 0, len(districts))
    if processes == 1:
        for district in districts:
            made[district.index] = _make_district(parameters, district.index, scratch)
            tell("districts", len(made), len(districts))
    else:
        workers = min(processes, len(districts))
        # Spawned, never forked: a fork of a process with threads can hang.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            waiting = {pool.submit(_make_district, parameters, d.index, scratch): d.index for d in districts}
            try:
                for done in as_completed(waiting):
                    made[waiting[done]] = done.result()
                    tell("districts", len(made), len(districts))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return [made[district.index] for district in districts]


def _make_district(parameters: Parameters, index: int, scratch: Path, tell: Progress | None = None) -> Made:
    """Make a district and leave its parts of all files in a folder of its own."""
    folder = scratch / f"{index:04d}"
    folder.mkdir()
    # Nearly all objects of a district live until it is finished; looking for garbage among them takes long.
    # What the district before left is nothing but garbage.
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        if tell is not None:
            tell("economy", 0, parameters.months + 1)
        district = districts_of(parameters)[index]
        world = make_world(parameters, district)
        noise = Noise(world.rng("noise"))
        reports = EmployerReports(world)
        parts: list[Part] = []
        for delivery in _deliveries(world, reports):
            if parameters.noise:
                spoil(delivery, noise, world.months)
            parts += write_parts(delivery, folder, 1 if district.is_alone else TURNS)
            if (
                tell is not None
                and delivery.source == "skatteetaten_amelding"
                and delivery.kind == "ordinary"
            ):
                tell(
                    f"a-melding {delivery.period}",
                    world.months.index(delivery.period) + 1,
                    parameters.months + 1,
                )
        truth.write_rows(folder / "truth", world, noise.spoiled)
        return _made(world, len(reports.workers), parts, folder / "truth")
    finally:
        if was_enabled:
            gc.enable()


def _made(world: World, workers: int, parts: list[Part], truth_folder: Path) -> Made:
    return Made(
        firms=len(world.firms),
        dormant=len(world.dormant),
        workers=workers,
        employments=sum(staff_on(f, world.closing) for f in world.firms),
        persons=len(world.persons),
        dwellings=len(world.dwellings),
        projects=len(world.projects),
        rings=len(world.rings),
        look_alikes=len(world.look_alikes),
        parts=parts,
        truth=truth_folder,
    )


def make_world(parameters: Parameters, district: District | None = None) -> World:
    """The economy of a district, before any register has looked at it.

    Args:
        parameters: What the country is made from.
        district: Which part of it; all of it unless given.
    """
    world = World(parameters, district)
    parameters, district = world.parameters, world.district
    lay_streets(world, max(40, parameters.firms // (8 if parameters.national else 25)))
    builder = Builder(world)
    make_landlords(world)
    founder = Founder(world, builder)
    look_alikes = max(
        district.rings * ACTS_PER_RING * PER_POSITIVE, FEWEST_LOOK_ALIKES if district.is_alone else 0
    )
    planted = int(district.rings * FIRMS_PER_RING * 1.2) + look_alikes * FIRMS_PER_LOOK_ALIKE
    found_background(world, founder, max(parameters.firms - planted, parameters.firms // 2))
    age_background(world, founder)
    change_roles(world, founder)
    move_some(world, builder)
    if parameters.national:
        found_large(world, founder)
    LabourMarket(world).run()
    seasons = Seasons(world)
    seasons.hire()
    merge_some(world)
    chains, suppliers = Chains(world, builder), Suppliers(world)
    contract_background(world, chains, suppliers, max(4, parameters.firms // FIRMS_PER_PROJECT))
    foreign_background(world, Foreign(world, founder, chains))
    tactics = ADAPTIVE if parameters.adaptive else Tactics()
    Rings(Planter(world, founder, builder, chains, suppliers, "rings"), tactics, FURTHER).plant(
        district.rings, district.first_ring
    )
    LookAlikes(Planter(world, founder, builder, chains, suppliers, "look-alikes")).plant(
        FURTHER, district.first_ring * PER_POSITIVE
    )
    age_planted(world, founder, builder)
    leave_open_jobs(world)
    approval_background(world)
    settle_some(world)
    site_background(world)
    lodge_background(world, builder)
    house_seasonal(world, builder, seasons)
    house_background(world, builder)
    if parameters.national:
        populate(world, builder)
        found_dormant(world)
    age_homes(world)
    builder.fit_out(world.rng("empty flats"))
    invoice_background(world)
    close_books(world.firms)
    arrears_background(world)
    tax_background(world)
    inspect(world)
    review(world)
    return world


def _deliveries(world: World, reports: EmployerReports) -> Iterator[Outgoing]:
    if world.district.index == 0:
        yield _code_lists(world)
    yield from share_deliveries(world)
    yield from cadastre_deliveries(world)
    yield from population_deliveries(world)
    yield from with_dormant(world, EntityRegister(world).deliveries())
    yield from OwnerRegister(world).deliveries()
    yield from DeclaredChains(world).deliveries()
    yield from notice_of_award_deliveries(world)
    yield from AssignmentRegister(world).deliveries()
    yield from approval_deliveries(world)
    yield from SiteLists(world).deliveries()
    yield from card_deliveries(world)
    yield from tax_deliveries(world)
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
