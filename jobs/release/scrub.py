"""Takes what names a person or a home out of sentences, and checks that nothing of it is left."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from expectations.errors import DataRefused
from expectations.identifiers import is_fnr, is_orgnr
from expectations.share_origins import ORIGINS, Holds
from expectations.sharing import Recipient, Treatment

PERSON = re.compile(r"p1_[a-z2-7]{26}")
DWELLING = re.compile(r"(?<![\w:])\d{1,20}:[HKLU]\d{4}(?!\w)")
NINE_DIGITS = re.compile(r"(?<![\w])\d{9}(?![\w])")
NINE_SPACED = re.compile(r"(?<![\d\u00a0 ])\d{3}[ \u00a0]\d{3}[ \u00a0]\d{3}(?![ \u00a0]?\d)")
ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")
WORD = re.compile(r"[^\s,;:()«»\"]+")
PLACEHOLDER = "[person]"
LONGEST_NAME = 10

MakeToken = Callable[[str, str], str]
"""Domain and value -> token."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Which organisation numbers are companies and which are persons.

    Attributes:
        companies: Numbers known to be of companies; every other number is treated as a person's.
        sole_proprietors: Numbers known to be of sole proprietors.
        names: Name of a sole proprietor, folded, to the number.
    """

    companies: frozenset[str]
    sole_proprietors: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, organisations: pa.Table) -> "Parties":
        """The parties that a month's register of organisations knows.

        Args:
            organisations: `core_org__organisations` with `orgnr`, `is_person` and `name`.
        """
        rows = list(
            zip(*(organisations[name].to_pylist() for name in ("orgnr", "is_person", "name")), strict=True)
        )
        persons = sorted((orgnr, name) for orgnr, is_person, name in rows if is_person is not False)
        names: dict[str, str] = {}
        for orgnr, name in persons:
            if name:
                names.setdefault(_folded(WORD.findall(name)), orgnr)
        return cls(
            companies=frozenset(orgnr for orgnr, is_person, _ in rows if is_person is False),
            sole_proprietors=frozenset(orgnr for orgnr, _ in persons),
            names=names,
        )


@dataclass(frozen=True, slots=True)
class Scrubber:
    """Rewrites sentences for one recipient.

    Attributes:
        recipient: Who receives.
        parties: Companies and sole proprietors.
        token: Makes tokens.
    """

    recipient: Recipient
    parties: Parties
    token: MakeToken

    def company(self, orgnr: str) -> str:
        """An organisation number as the recipient gets it; a token unless it is known to be a company's.

        Args:
            orgnr: Number, or a foreign id.
        """
        known = orgnr in self.parties.companies
        entitled = self.recipient.sole_proprietors is Treatment.CLEAR
        if known or (entitled and orgnr in self.parties.sole_proprietors):
            return orgnr
        return self.token("org", orgnr)

    def dwelling(self, dwelling_id: str) -> str:
        """A dwelling as the recipient gets it.

        Args:
            dwelling_id: `adresseId:bruksenhet`.
        """
        if self.recipient.dwellings is Treatment.CLEAR:
            return dwelling_id
        return self.token("dwelling", dwelling_id)

    def person(self, pseudonym: str) -> str:
        """A person as the recipient gets it.

        Args:
            pseudonym: Core pseudonym.
        """
        if self.recipient.persons is Treatment.TOKEN:
            return self.token("person", pseudonym)
        return PLACEHOLDER

    def subject(self, subject_id: str) -> str:
        """A subject as the recipient gets it: kinds that are neither company nor project become tokens.

        Args:
            subject_id: `<kind>:<identifier>`.
        """
        kind, _, rest = subject_id.partition(":")
        if kind == "project":
            return subject_id
        if kind in ("org", "pair"):
            return ":".join([kind, *(self.company(part) for part in rest.split(":"))])
        if kind == "dwelling":
            return f"{kind}:{self.dwelling(rest)}"
        return f"{kind}:{self.token('subject', subject_id)}"

    def text(self, sentence: str) -> str:
        """A sentence with tokens in place of persons, dwellings and sole proprietors.

        Args:
            sentence: As the pipeline wrote it.

        Raises:
            DataRefused: It holds a national identity number, which should never have come this far.
        """
        if any(is_fnr(digits) for digits in ELEVEN_DIGITS.findall(sentence)):
            raise DataRefused("disclosure", "a sentence of the run holds a national identity number")
        sentence = PERSON.sub(lambda found: self.person(found[0]), sentence)
        sentence = DWELLING.sub(lambda found: self.dwelling(found[0]), sentence)
        sentence = NINE_DIGITS.sub(lambda f: self.company(f[0]) if is_orgnr(f[0]) else f[0], sentence)
        sentence = NINE_SPACED.sub(self._spaced, sentence)
        return self._without_names(sentence)

    def _spaced(self, found: re.Match[str]) -> str:
        orgnr = re.sub(r"\D", "", found[0])
        # Grouped digits may also be an amount: only numbers known to be a person's are taken out.
        return self.company(orgnr) if orgnr in self.parties.sole_proprietors else found[0]

    def _without_names(self, sentence: str) -> str:
        if not self.parties.names or self.recipient.sole_proprietors is Treatment.CLEAR:
            return sentence
        out, at = [], 0
        for start, end, orgnr in _names_in(sentence, self.parties.names):
            out += [sentence[at:start], self.token("org", orgnr)]
            at = end
        return "".join([*out, sentence[at:]])


def _folded(words: Iterable[str]) -> str:
    return " ".join(word.strip(".'").casefold() for word in words)


def _names_in(sentence: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Names that stand in a sentence, longest first at each place, without overlap."""
    words = list(WORD.finditer(sentence))
    n = 0
    while n < len(words):
        for size in range(min(LONGEST_NAME, len(words) - n), 0, -1):
            orgnr = names.get(_folded(word[0] for word in words[n : n + size]))
            if orgnr:
                yield words[n].start(), words[n + size - 1].end(), orgnr
                n += size
                break
        else:
            n += 1


def check_nothing_leaks(
    tables: Mapping[str, pa.Table], recipient: Recipient, parties: Parties, internal_ids: frozenset[str]
) -> None:
    """Refuse a release in which a value names what the recipient may not see: the last look at the bytes.

    Args:
        tables: Tables as they were read back from the staged files.
        recipient: Who receives.
        parties: Companies and sole proprietors.
        internal_ids: Ids of cases and findings of the run, which are unkeyed hashes.

    Raises:
        DataRefused: Something is left; the message counts, it does not quote.
    """
    found: dict[str, int] = {}
    for name, table in tables.items():
        for column in table.column_names:
            is_text = ORIGINS[name][column].holds is Holds.TEXT
            for value in _texts(table[column].to_pylist()):
                for what in _named(value, recipient, parties, internal_ids, is_text):
                    where = f"{name}.{column}: {what}"
                    found[where] = found.get(where, 0) + 1
    if found:
        listed = ", ".join(f"{where} ({n})" for where, n in sorted(found.items()))
        raise DataRefused("disclosure", f"release to {recipient.id} would disclose {listed}")


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts(value)


def _named(
    value: str, recipient: Recipient, parties: Parties, internal_ids: frozenset[str], is_text: bool
) -> Iterator[str]:
    if PERSON.search(value):
        yield "core pseudonym"
    if any(is_fnr(digits) for digits in ELEVEN_DIGITS.findall(value)):
        yield "national identity number"
    if recipient.dwellings is not Treatment.CLEAR and DWELLING.search(value):
        yield "dwelling"
    if value in internal_ids:
        yield "internal id"
    if recipient.sole_proprietors is not Treatment.CLEAR:
        digits = {re.sub(r"\D", "", n) for n in (*NINE_DIGITS.findall(value), *NINE_SPACED.findall(value))}
        if digits & parties.sole_proprietors:
            yield "sole proprietor's number"
        # Names are looked for in sentences only: a code word elsewhere may happen to be somebody's name.
        if is_text and next(_names_in(value, parties.names), None):
            yield "sole proprietor's name"
