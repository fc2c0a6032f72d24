"""Norwegian identifiers: what makes one valid, which are synthetic, and how names and addresses are compared.

Sources: Brønnøysundregistrene, "The organization number" (modulus 11, weights 3 2 7 6 5 4 3 2); Skatteetaten,
documentation of Folkeregisteret, "Nytt fødselsnummer fra 2032" (control digits, remainder 0-3 for the first)
and "Test for konsumenter" (synthetic numbers have 80 added to the month).
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import mul

from expectations.codelists import municipality

_ORGNR = re.compile(r"[0-9]{9}")
_FNR = re.compile(r"[0-9]{11}")
_UNIT = re.compile(r"[HKLU][0-9]{4}")
_ADDRESS_ID = re.compile(r"[0-9]+")
_MUNICIPALITY = re.compile(r"[0-9]{4}")

_ORGNR_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

D_NUMBER_DAYS = 40
"""Added to the day of a D-number."""
SYNTHETIC_MONTHS = (80, 65, 40)
"""Added to the month of a number that belongs to nobody: Tenor (80), NAV's Dolly (65 and 40)."""


def is_orgnr(value: str) -> bool:
    """Whether a text is an organisation number with the right control digit.

    Args:
        value: The text.
    """
    if not _ORGNR.fullmatch(value):
        return False
    check = 11 - sum(map(mul, map(int, value), _ORGNR_WEIGHTS)) % 11
    return (0 if check == 11 else check) == int(value[8])


def is_synthetic_orgnr(value: str) -> bool:
    """Whether a valid organisation number is one of those kept for tests: it starts with 2 or 3.

    Args:
        value: The text.
    """
    return value[:1] in ("2", "3") and is_orgnr(value)


@lru_cache(maxsize=1 << 18)
def is_fnr(value: str) -> bool:
    """Whether a text is a valid national identity number or D-number, of the rule before or after 2032.

    Args:
        value: The text.
    """
    return bool(birth_dates(value))


def birth_dates(value: str) -> tuple[date, ...]:
    """The birth dates that a number allows; none when it is not a valid number.

    A number says the century only by the rule before 2032, and not for D-numbers: where a birth date is
    delivered, that one counts.

    Args:
        value: The text.
    """
    if not _FNR.fullmatch(value):
        return ()
    digits = [int(character) for character in value]
    first = sum(map(mul, digits, _FIRST_WEIGHTS)) % 11
    second = sum(map(mul, digits, _SECOND_WEIGHTS)) % 11
    if second != 0 or first > 3:
        return ()
    day, month = int(value[:2]), int(value[2:4])
    day -= D_NUMBER_DAYS if day > D_NUMBER_DAYS else 0
    month -= next((shift for shift in SYNTHETIC_MONTHS if month > shift), 0)
    found = []
    for year in _years(value, says_century=first == 0 and not is_d_number(value)):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return tuple(found)


def _years(value: str, says_century: bool) -> list[int]:
    short, individual = int(value[4:6]), int(value[6:9])
    if not says_century:
        return [1900 + short, 2000 + short]
    years = []
    if individual <= 499 or (individual >= 900 and short >= 40):
        years.append(1900 + short)
    if individual >= 500 and short <= 39:
        years.append(2000 + short)
    if 500 <= individual <= 749 and short >= 54:
        years.append(1800 + short)
    return years


def is_d_number(value: str) -> bool:
    """Whether a number has the form of a D-number: 40 is added to the day.

    Args:
        value: Eleven digits.
    """
    return value[:1] in ("4", "5", "6", "7")


def is_synthetic_fnr(value: str) -> bool:
    """Whether a valid number belongs to nobody: something is added to its month.

    Args:
        value: The text.
    """
    return is_fnr(value) and int(value[2:4]) > min(SYNTHETIC_MONTHS)


def is_unit_no(value: str) -> bool:
    """Whether a text is a dwelling unit number: main, cellar, loft or basement floor, floor and number on it.

    Args:
        value: The text, for example `H0101`.
    """
    return _UNIT.fullmatch(value) is not None


def is_address_id(value: str) -> bool:
    """Whether a text is an address id of the cadastre.

    Args:
        value: The text.
    """
    return _ADDRESS_ID.fullmatch(value) is not None


def is_municipality_no(value: str, on: date) -> bool:
    """Whether a text is a municipality number that was in use on a day.

    Args:
        value: The text.
        on: The day that the number is used about.
    """
    return _MUNICIPALITY.fullmatch(value) is not None and municipality(value, on) is not None


UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2400-\u2421\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What nobody sees: controls but tab and line ends (and the signs that readers put for them), marks without
width, and marks that turn the direction of writing."""

_NORDIC = str.maketrans({"Ä": "Æ", "Ö": "Ø"})
_KEPT = "ÆØÅ"
_WITHOUT_KEPT = str.maketrans("", "", _KEPT)


def _plain(text: str) -> str:
    """Capitals without accents or marks that nobody sees, letters of the Norwegian alphabet kept."""
    if text.isascii():
        return text.upper()
    text = UNSEEN.sub("", text)
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper()).translate(_NORDIC)
    if composed.translate(_WITHOUT_KEPT).isascii():
        return composed
    bare = (
        c
        if c in _KEPT
        else "".join(p for p in unicodedata.normalize("NFKD", c) if not unicodedata.combining(p))
        for c in composed
    )
    return "".join(bare)


def normalise_name(text: str) -> str:
    """A name as it is compared: capitals, no accents or punctuation, single spaces.

    `Ä` and `Ö` count as `Æ` and `Ø`; a hyphen divides words, an apostrophe or full stop does not.

    Args:
        text: A person's or company's name.
    """
    joined = re.sub(r"['`´\u2018\u2019.]", "", text)
    words = re.sub(r"[^\w]|_", " ", _plain(joined))
    return " ".join(words.split())


_CARE_OF = re.compile(r"^(C/O|C\.O\.|C O|CO|V/|ATT\.?:?)\s", re.IGNORECASE)
_UNIT_AT_END = re.compile(r"[\s,]+(?:LEIL(?:IGHET)?\.?\s*)?([HKLU]\s?[0-9]{4})$")
_STREET_ENDINGS = (
    (re.compile(r"(VEIEN|VEGEN|VEI|VEG|VN|V)$"), "VEG"),
    (re.compile(r"(GATEN|GATA|GATE|GT|G)$"), "GATE"),
    (re.compile(r"(ALLEEN|ALLE)$"), "ALLE"),
    (re.compile(r"(PLASSEN|PLASS|PL)$"), "PLASS"),
)
_WORDS_ONLY = {"V", "G", "PL"}
_NUMBER = re.compile(r"^([0-9]+)([A-ZÆØÅ]?)$")


def normalise_address_text(lines: Sequence[str], postcode: str | None) -> str:
    """An address text as it is compared: street, number and letter, unit where written, and postcode.

    Care-of lines are left out, the usual spellings of street endings count as one, and `12 B` as `12B`. Two
    texts that differ after this may still be the same place; the cadastre decides that, not this.

    Args:
        lines: Address lines as registered.
        postcode: Postcode; None abroad or where missing.

    Returns:
        `STREET 12B|H0101|0150` with empty parts left out between the bars; empty when there is no text.
    """
    kept = [
        plain
        for line in lines
        if line.strip() and not _CARE_OF.match(line.strip())
        for plain in [_plain(line)]
    ]
    text = re.sub(r"[^\w/]|_", " ", re.sub(r"['`´.]", "", " ".join(kept)))
    text = " ".join(text.split())
    if not text:
        return ""
    unit = ""
    if found := _UNIT_AT_END.search(" " + text):
        unit = found.group(1).replace(" ", "")
        text = (" " + text)[: found.start()].strip()
    words: list[str] = []
    for word in text.split():
        number = _NUMBER.match(words[-1]) if words else None
        if number and not number.group(2) and re.fullmatch(r"[A-ZÆØÅ]", word):
            words[-1] += word
        else:
            words.append(word)
    return "|".join((" ".join(_street(words)), unit, (postcode or "").strip()))


def _street(words: list[str]) -> list[str]:
    """The word before the house number with its ending in one spelling."""
    at = next((i for i, word in enumerate(words) if i and _NUMBER.match(word)), None)
    if at is None:
        return words
    word = words[at - 1]
    for pattern, ending in _STREET_ENDINGS:
        found = pattern.search(word)
        # One letter ends many words: it stands for a street only as a word of its own.
        if found and (found.group(1) not in _WORDS_ONLY or found.start() == 0):
            return [*words[: at - 1], word[: found.start()] + ending, *words[at:]]
    return words
