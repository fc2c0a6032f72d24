"""The parts that every raw table is declared with: provenance, and short forms of `Column`.

How a raw column finds its value (`source_field`, notation of the input contract):

- `a.b` is a field of the record, `list[].c` a field of an item of the list the row comes from, or of one of
  the lists around it;
- `{a,b}[].c` follows whichever list the row comes from; `{a,b}.c` elsewhere is the first that is present;
- the path of a list, ending in `[]`, in a whole-number column is the item's running number in the record;
- the path of the row's own list without `[]`, where it offers alternatives, is the name of the one chosen;
- a field of a `*_token` column is replaced by its keyed token; columns without a path are worked out;
- a record may be narrowed to one file of the source: `virksomhet:bemanning.json.gz`.

A missing key, null and an empty text are all null here.
"""

import pyarrow as pa

from expectations.dataset import (
    DAY,
    INSTANT,
    TEXT,
    TEXTS,
    WHOLE,
    YES_NO,
    Column,
    Dataset,
    Partition,
    PersonalData,
)

METRES = pa.decimal128(12, 2)
PERCENT = pa.decimal128(9, 4)
AMOUNT = pa.decimal128(20, 2)
"""An amount in the currency that another column names."""

OPEN = PersonalData.OPEN
PERSONAL = PersonalData.PERSONAL
SPECIAL = PersonalData.SPECIAL

RAW_KEY = ("delivery_id", "file_name", "record_no", "item_no")

PROVENANCE = (
    Column(name="delivery_id", type=TEXT, description="Delivery that the row came in."),
    Column(name="file_name", type=TEXT, description="File of the delivery."),
    Column(name="record_no", type=WHOLE, description="Number of the record in its file, from 1.", minimum=1),
    Column(name="item_no", type=WHOLE, description="Number of the row in its record, from 0."),
    Column(
        name="known_at",
        type=INSTANT,
        description="When the delivery was delivered; nothing in a row can move it.",
        required=True,
    ),
    Column(name="period", type=TEXT, description="Period the delivery is about.", required=True),
)


def text(
    name: str,
    path: str,
    description: str,
    pd: PersonalData = OPEN,
    *,
    required: bool = False,
    codes: tuple[str, ...] = (),
    pattern: str = "",
) -> Column:
    """A text column.

    Args:
        name: Column name.
        path: Path in the source record.
        description: One English sentence.
        pd: Handling class.
        required: Whether a null is a breach.
        codes: Closed list of values.
        pattern: Regular expression the whole value matches.
    """
    return Column(
        name=name,
        type=TEXT,
        description=description,
        personal_data=pd,
        required=required,
        codes=codes,
        pattern=pattern,
        source_field=path,
    )


def texts(name: str, path: str, description: str, pd: PersonalData = OPEN) -> Column:
    """A column with a list of texts."""
    return Column(name=name, type=TEXTS, description=description, personal_data=pd, source_field=path)


def day(name: str, path: str, description: str, pd: PersonalData = OPEN, *, required: bool = False) -> Column:
    """A date column."""
    return Column(
        name=name, type=DAY, description=description, personal_data=pd, required=required, source_field=path
    )


def instant(
    name: str, path: str, description: str, pd: PersonalData = OPEN, *, required: bool = False
) -> Column:
    """A point in time; without a zone in the source it is Europe/Oslo."""
    return Column(
        name=name,
        type=INSTANT,
        description=description,
        personal_data=pd,
        required=required,
        source_field=path,
    )


def whole(
    name: str,
    path: str,
    description: str,
    pd: PersonalData = OPEN,
    *,
    required: bool = False,
) -> Column:
    """A whole number."""
    return Column(
        name=name,
        type=WHOLE,
        description=description,
        personal_data=pd,
        required=required,
        source_field=path,
    )


def money(
    name: str, path: str, description: str, pd: PersonalData = OPEN, *, required: bool = False
) -> Column:
    """Kroner of the source as whole øre; a third decimal is refused.

    Args:
        name: Column name, ending in `_ore`.
        path: Path in the source record.
        description: One English sentence.
        pd: Handling class.
        required: Whether a null is a breach.
    """
    if not name.endswith("_ore"):
        raise ValueError(f"{name}: a money column ends in _ore")
    return whole(name, path, description, pd, required=required)


def number(
    name: str,
    path: str,
    description: str,
    type_: pa.DataType,
    pd: PersonalData = OPEN,
    *,
    required: bool = False,
) -> Column:
    """A fixed-point number that is not money."""
    return Column(
        name=name, type=type_, description=description, personal_data=pd, required=required, source_field=path
    )


def yes_no(
    name: str, path: str, description: str, pd: PersonalData = OPEN, *, required: bool = False
) -> Column:
    """A column that is true, false or not stated."""
    return Column(
        name=name,
        type=YES_NO,
        description=description,
        personal_data=pd,
        required=required,
        source_field=path,
    )


def org(name: str, path: str, description: str, pd: PersonalData = OPEN, *, required: bool = False) -> Column:
    """An organisation number; a value of another length (a person's number) is null here."""
    return Column(
        name=name,
        type=TEXT,
        description=description,
        personal_data=pd,
        required=required,
        source_field=path,
        identifier="orgnr",
    )


def person(prefix: str, path: str, who: str) -> tuple[Column, Column]:
    """The two columns of a person's number: clear, which never leaves raw, and its token.

    Args:
        prefix: First part of both column names.
        path: Path of the number in the source record.
        who: Whose number it is, as the end of a sentence.
    """
    return (
        Column(
            name=f"{prefix}_fnr",
            type=TEXT,
            description=f"National identity number or D-number of {who}; clear, raw only.",
            personal_data=SPECIAL,
            source_field=path,
            identifier="fnr",
        ),
        Column(
            name=f"{prefix}_token",
            type=TEXT,
            description=f"Keyed pseudonym of {who}.",
            personal_data=PERSONAL,
            source_field=path,
        ),
    )


def card(path: str, whose: str) -> tuple[Column, Column]:
    """The two columns of an HSE card's number: clear, which never leaves raw, and its token.

    Args:
        path: Path of the number in the source record.
        whose: Whose card it is, as the end of a sentence.
    """
    return (
        Column(
            name="card_number",
            type=TEXT,
            description=f"Number of the HSE card of {whose}; clear, raw only.",
            personal_data=SPECIAL,
            source_field=path,
        ),
        Column(
            name="card_token",
            type=TEXT,
            description=f"Keyed pseudonym of the card of {whose}; joins site lists to the card register.",
            personal_data=PERSONAL,
            source_field=path,
        ),
    )


def term(prefix: str, label: str, year: str, what: str, pd: PersonalData = SPECIAL) -> tuple[Column, ...]:
    """A two-month tax term: as the service wrote it, and as year and term 1-6, which intake works out.

    Services spell terms in their own ways (`mai-jun`, `mai-juni`, `2026-T3`). A term that is not one of the
    six, such as a yearly one, has no number.

    Args:
        prefix: First part of the column names, ending in `term`.
        label: Path of the label in the source record.
        year: Path of the year; empty where the label has it.
        what: What the term is, as the start of a sentence.
        pd: Handling class.
    """
    as_given: tuple[Column, ...] = (text(prefix, label, f"{what}, as the service spells it.", pd),)
    if year:
        as_given += (text(f"{prefix}_year_given", year, f"Year of {what.lower()}, as given.", pd),)
    return (
        *as_given,
        worked_out(f"{prefix}_year", WHOLE, f"Year of {what.lower()}.", pd),
        term_no(prefix, pd),
    )


def term_no(prefix: str, pd: PersonalData = SPECIAL) -> Column:
    """The column of a term's number in its year.

    Args:
        prefix: First part of the column name, ending in `term`.
        pd: Handling class.
    """
    return Column(
        name=f"{prefix}_no",
        type=WHOLE,
        description="Two-month term of the year, 1-6; null for anything else.",
        personal_data=pd,
        minimum=1,
        maximum=6,
    )


def worked_out(
    name: str, type_: pa.DataType, description: str, pd: PersonalData = OPEN, codes: tuple[str, ...] = ()
) -> Column:
    """A column that intake works out from several fields of the record."""
    return Column(name=name, type=type_, description=description, personal_data=pd, codes=codes)


def raw_table(
    name: str,
    description: str,
    source: str,
    record: str,
    *parts: Column | tuple[Column, ...],
    rows: str = "",
    owner: str = "",
) -> Dataset:
    """Declare one raw table; provenance comes first.

    Args:
        name: What one row is, in the plural; the table is named after the source and it.
        description: What one row is.
        source: Delivered source.
        record: Record type inside the source.
        parts: Columns, or groups of columns.
        rows: Path of the list that gives one row each; empty means one row per record.
        owner: Who answers for the content.
    """
    columns = list(PROVENANCE)
    for part in parts:
        columns.extend((part,) if isinstance(part, Column) else part)
    return Dataset(
        name=f"raw_{source}__{name}",
        description=description,
        owner=owner,
        key=RAW_KEY,
        columns=tuple(columns),
        partition=Partition.DELIVERY,
        source=source,
        record=record,
        rows=rows,
    )
