"""Columns that many tables share: the same quantity has the same name, type and words everywhere."""

from expectations.dataset import DAY, TEXT, TEXTS, WHOLE, Column, PersonalData

MONTH_PATTERN = r"\d{4}-(0[1-9]|1[0-2])"

MONTH = Column(
    name="month",
    type=TEXT,
    required=True,
    pattern=MONTH_PATTERN,
    description="Month that the row describes, YYYY-MM.",
    description_nb="Måneden raden gjelder, ÅÅÅÅ-MM.",
)
RAW_REFS = Column(
    name="raw_refs",
    type=TEXTS,
    required=True,
    description="Raw rows behind this row, each `table|delivery_id|file_name|record_no|item_no`, sorted; "
    "the first fifty where there are more.",
    description_nb="Rårader bak denne raden, hver som `tabell|leveranse|fil|post|del`, sortert; "
    "de femti første der det er flere.",
)
VALID_FROM = Column(
    name="valid_from",
    type=DAY,
    description="First day it holds; missing means unknown.",
    description_nb="Første dag det gjelder; mangler betyr ukjent.",
)
VALID_TO = Column(
    name="valid_to",
    type=DAY,
    description="Last day it holds; missing means still open.",
    description_nb="Siste dag det gjelder; mangler betyr fortsatt åpent.",
)


def orgnr(name: str, description: str, description_nb: str = "", *, required: bool = False) -> Column:
    """A column of organisation numbers, checked by their control digit."""
    return Column(
        name=name,
        type=TEXT,
        required=required,
        identifier="orgnr",
        pattern=r"\d{9}",
        description=description,
        description_nb=description_nb,
    )


def person(name: str, description: str, description_nb: str = "", *, required: bool = False) -> Column:
    """A column of keyed pseudonyms of persons."""
    return Column(
        name=name,
        type=TEXT,
        required=required,
        personal_data=PersonalData.PERSONAL,
        pattern=r"p1_[a-z2-7]{26}",
        description=description,
        description_nb=description_nb,
    )


def text(
    name: str,
    description: str,
    description_nb: str = "",
    *,
    required: bool = False,
    codes: tuple[str, ...] = (),
    personal_data: PersonalData = PersonalData.OPEN,
) -> Column:
    """A column of text."""
    return Column(
        name=name,
        type=TEXT,
        required=required,
        codes=codes,
        personal_data=personal_data,
        description=description,
        description_nb=description_nb,
    )


def whole(
    name: str, description: str, description_nb: str = "", *, required: bool = False, minimum: int | None = 0
) -> Column:
    """A column of whole numbers, counts and øre; not negative unless said otherwise."""
    special = name.endswith("_ore")
    return Column(
        name=name,
        type=WHOLE,
        required=required,
        minimum=minimum,
        personal_data=PersonalData.SPECIAL if special else PersonalData.OPEN,
        description=description,
        description_nb=description_nb,
    )


def day(name: str, description: str, description_nb: str = "", *, required: bool = False) -> Column:
    """A column of dates."""
    return Column(
        name=name, type=DAY, required=required, description=description, description_nb=description_nb
    )
