"""Keyed tokens of the clear values that a delivery brings, each worked out once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from jobs.ingest.values import text
from jobs.keys import pseudonym, pseudonyms

DOMAINS = {"name_token": "name", "holder_token": "holder", "card_token": "card"}
"""Domain of a token column; every other one holds persons by their number."""
PERSON = "person"

KNOWN = 1 << 16
"""Tokens of a domain kept in case the value comes again soon; memory must not grow with the file."""


class Tokens:
    """Makes tokens with one key; without a key it refuses."""

    def __init__(self, key: bytes | None) -> None:
        """Tokens of a key.

        Args:
            key: Core key; None where no delivery needs one.
        """
        self._key = key
        self._known: dict[str, Mapping[str, str]] = {}

    def of(self, column: str, values: Sequence[str | None]) -> list[str | None]:
        """The tokens of a column's clear values; missing stays missing.

        Args:
            column: Name of the token column.
            values: Clear values.

        Raises:
            ValueError: There is a value and no key; a caller must have asked for the key.
        """
        domain = DOMAINS.get(column, PERSON)
        # Threads share it: what is known is replaced, never changed.
        known = self._known.get(domain, {})
        new = [value for value in dict.fromkeys(values) if value is not None and value not in known]
        if new:
            made = pseudonyms(self._required(), domain, new)
            fresh = {value: token for value, token in zip(new, made, strict=True) if token is not None}
            known = {**known, **fresh}
            self._known[domain] = known if len(known) <= KNOWN else fresh
        return [None if value is None else known[value] for value in values]

    def of_person(self, number: str) -> str:
        """The token of one person's number.

        Args:
            number: Clear number.
        """
        return pseudonym(self._required(), PERSON, number)

    def of_key(self, record: str, fields: Mapping[str, Any]) -> str:
        """The token of a record's key, by which a purge finds it and forgets it.

        Args:
            record: Record type.
            fields: Key fields with their values; missing ones are left out.
        """
        given = {name: text(value) for name, value in fields.items() if value is not None}
        return pseudonym(
            self._required(), f"key {record}", orjson.dumps(given, option=orjson.OPT_SORT_KEYS).decode()
        )

    def of_keys(self, record: str, fields: Iterable[Mapping[str, Any]]) -> list[str]:
        """The tokens of many keys, in order.

        Args:
            record: Record type.
            fields: Key fields with their values, one mapping per record.
        """
        texts = [
            orjson.dumps(
                {name: text(value) for name, value in one.items() if value is not None},
                option=orjson.OPT_SORT_KEYS,
            ).decode()
            for one in fields
        ]
        return [token for token in pseudonyms(self._required(), f"key {record}", texts) if token is not None]

    def _required(self) -> bytes:
        if self._key is None:
            raise ValueError("a token is needed and there is no key")
        return self._key
