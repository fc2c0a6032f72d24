"""What the register of entities knows about a firm beside name, address and roles.

Also what happens to its owners, and a unit that is taken out of the register for good.
"""

from dataclasses import dataclass, field
from datetime import date

from jobs.synth.model import Building, Firm, Municipality, Person


@dataclass(slots=True, eq=False)
class Entry:
    """One firm's entry.

    Attributes:
        phone: Telephone; empty when it left none.
        email: E-mail address.
        website: Home page.
        postal: Line of a postal address of its own.
        care_of: Whom mail is for, printed before the street.
        vat_on: Day of entry in the VAT register.
        waived_on: Day it waived audit.
        years_behind: How many more years than usual its last accounts lie back.
        never_files: Never sent any accounts.
        moved: Earlier business address, and the day it was given up.
        wrong: First day of the month in which its address is printed wrong.
        presumed_wrong: Day of the remark that its address is presumed wrong.
        branch_closed: Day its establishment was closed though the firm goes on.
    """

    phone: str = ""
    email: str = ""
    website: str = ""
    postal: str = ""
    care_of: str = ""
    vat_on: date | None = None
    waived_on: date | None = None
    years_behind: int = 0
    never_files: bool = False
    moved: tuple[Building, date] | None = None
    wrong: date | None = None
    presumed_wrong: date | None = None
    branch_closed: date | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """Shares of a firm change hands on a day; `before` held them until then.

    `is_reported`: the register of beneficial owners learns of it at once.
    """

    on: date
    before: tuple[tuple[Person | Firm, int], ...]
    is_reported: bool = True


@dataclass(slots=True, eq=False)
class Removal:
    """A sole proprietor who did nothing, and the day on which the register removed the unit for good."""

    orgnr: str
    name: str
    owner: Person
    municipality: Municipality
    address: Building
    registered: date
    removed: date


@dataclass(slots=True)
class Entries:
    """All entries of a world, with what else only this register knows.

    Attributes:
        of: Entry of each firm that was asked about.
        sales: Changes of owners, oldest first.
        removal: The unit that is removed; None where there is none.
        borrowed: Background firms that stand in a look-alike.
    """

    of: dict[Firm, Entry] = field(default_factory=dict)
    sales: dict[Firm, list[Sale]] = field(default_factory=dict)
    removal: Removal | None = None
    borrowed: dict[Firm, None] = field(default_factory=dict)
