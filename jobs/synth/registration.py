"""Entries in the register of entities: contacts, remarks, moves, audit, accounts, and changes of owners."""

from datetime import date, timedelta
from random import Random

from jobs.synth.entries import Entry, Removal, Sale
from jobs.synth.model import Building, Firm, Person
from jobs.synth.trades import BY_KEY
from jobs.synth.world import World, some_day

PHONE_SHARE = 0.55
EMAIL_SHARE = 0.48
WEBSITE_SHARE = 0.3
BORROWED_CONTACT_SHARE = 0.04
"""Part of firms that leave their accountant's telephone and e-mail address."""
GROUP_CONTACT_SHARE = 0.7
POSTAL_SHARE = 0.12
CARE_OF_SHARE = 0.012
WRONG_ADDRESS_SHARE = 0.006
"""Part of firms whose address is printed wrong in one month of the window and right in the next."""
REMARK_SHARE = 0.005
"""Part of firms whose business address is presumed wrong."""
WAIVED_AUDIT_SHARE = 0.75
"""Part of companies without an auditor that have waived audit."""
LATE_ACCOUNTS_SHARE = 0.05
NEVER_FILES_SHARE = 0.015
CLOSED_BRANCH_SHARE = 0.02
"""Part of establishments without people that are closed while their firm goes on."""
VAT_DAYS = 45


def entry_of(world: World, firm: Firm) -> Entry:
    """The entry of a firm, drawn when it is first asked for.

    Args:
        world: The world.
        firm: A firm.
    """
    found = world.entries.of.get(firm)
    if found is None:
        found = world.entries.of[firm] = _draw(world, world.rng("entries"), firm)
    return found


def _draw(world: World, rng: Random, firm: Firm) -> Entry:
    noise = world.parameters.noise
    entry = Entry()
    if firm.form == "KBO":
        return entry
    _contact(world, rng, firm, entry)
    if rng.random() < POSTAL_SHARE:
        entry.postal = f"Postboks {rng.randrange(10, 2000)}"
    if rng.random() < CARE_OF_SHARE * noise and firm.director is not None:
        entry.care_of = f"c/o {firm.director.name}"
    if firm.is_vat_registered and not firm.public_kind:
        entry.vat_on = firm.registered + timedelta(days=rng.randrange(VAT_DAYS))
    has_auditor = any(role.code == "REVI" for role in firm.roles)
    if firm.form == "AS" and not has_auditor and rng.random() < WAIVED_AUDIT_SHARE:
        entry.waived_on = firm.registered + timedelta(days=rng.choice((0, 0, rng.randrange(300, 1500))))
    if rng.random() < LATE_ACCOUNTS_SHARE * noise:
        entry.years_behind = 1
    entry.never_files = rng.random() < NEVER_FILES_SHARE
    if rng.random() < WRONG_ADDRESS_SHARE * noise:
        entry.wrong = some_day(rng, world.opening, world.closing).replace(day=1)
    if rng.random() < REMARK_SHARE * noise:
        entry.presumed_wrong = some_day(rng, max(firm.registered, world.opening), world.closing)
    if firm.branch_orgnr and not firm.target_staff and not firm.jobs and rng.random() < CLOSED_BRANCH_SHARE:
        entry.branch_closed = some_day(rng, max(firm.registered, world.opening), world.closing)
    return entry


def _contact(world: World, rng: Random, firm: Firm, entry: Entry) -> None:
    owner = firm.owners[0][0] if firm.owners else None
    bureau = next((r.holder for r in firm.roles if r.code == "REGN" and isinstance(r.holder, Firm)), None)
    draw = rng.random()
    if isinstance(owner, Firm) and draw < GROUP_CONTACT_SHARE:
        share_contact(entry_of(world, owner), entry)
    elif bureau is not None and draw < BORROWED_CONTACT_SHARE:
        share_contact(entry_of(world, bureau), entry)
    else:
        if rng.random() < PHONE_SHARE:
            entry.phone = new_phone(world, rng)
        if rng.random() < EMAIL_SHARE:
            entry.email = new_email(world, rng)
        if entry.email and rng.random() < WEBSITE_SHARE:
            entry.website = "www." + entry.email.partition("@")[2]


def share_contact(source: Entry, target: Entry) -> None:
    """Give one entry the telephone and e-mail address of another.

    Args:
        source: Whose they are.
        target: Who uses them as well.
    """
    target.phone, target.email, target.website = source.phone, source.email, source.website


def new_phone(world: World, rng: Random) -> str:
    """A telephone number that nobody has: none of eight digits starts with 1.

    Args:
        world: The world.
        rng: The caller's stream.
    """
    digits = world.numbers.code(rng, "1", 7)
    return f"{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"


def new_email(world: World, rng: Random) -> str:
    """An e-mail address in a domain that is reserved for examples.

    Args:
        world: The world.
        rng: The caller's stream.
    """
    return f"post@{world.numbers.code(rng, 'f', 7)}.example"


def address_on(world: World, firm: Firm, day: date) -> Building:
    """The business address of a firm on a day.

    Args:
        world: The world.
        firm: The firm.
        day: The day.
    """
    moved = entry_of(world, firm).moved
    return moved[0] if moved is not None and day < moved[1] else firm.address


def sell(
    world: World,
    firm: Firm,
    on: date,
    owners: list[tuple[Person | Firm, int]],
    *,
    is_reported: bool = True,
) -> None:
    """Let the shares of a firm change hands; the lists of shareholders and of beneficial owners will show it.

    Args:
        world: The world.
        firm: Whose shares.
        on: The day.
        owners: Who holds them from then on.
        is_reported: The register of beneficial owners learns of it at once.
    """
    world.entries.sales.setdefault(firm, []).append(Sale(on, tuple(firm.owners), is_reported))
    firm.owners = owners


def owners_on(world: World, firm: Firm, day: date) -> list[tuple[Person | Firm, int]]:
    """Who holds the shares of a firm at the end of a day, in parts of a hundred.

    Args:
        world: The world.
        firm: The firm.
        day: The day.
    """
    for sale in world.entries.sales.get(firm, ()):
        if day < sale.on:
            return list(sale.before)
    return firm.owners


def found_removed(world: World, address: Building, owner: Person, *, fewest_months: int = 6) -> None:
    """A sole proprietor without jobs, contracts or tax, removed for good in the middle of the window.

    A country has one, in its first district, when the window is long enough.

    Args:
        world: The world.
        address: Where it is registered.
        owner: Whose it is.
        fewest_months: Shortest window with a removal.
    """
    months = world.months
    if len(months) < fewest_months or world.district.index:
        return
    rng = world.rng("removal")
    middle = months[len(months) // 2]
    world.entries.removal = Removal(
        orgnr=world.numbers.orgnr(rng),
        name=f"{BY_KEY['software'].word} {owner.first} {owner.last}",
        owner=owner,
        municipality=address.municipality,
        address=address,
        registered=world.opening - timedelta(days=rng.randrange(200, 3000)),
        removed=date(int(middle[:4]), int(middle[5:]), rng.randrange(4, 25)),
    )
