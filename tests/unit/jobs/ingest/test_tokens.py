"""Tokens: the same whatever was asked before, and memory that does not grow with what was asked."""

import pytest

from jobs.ingest import tokens as module
from jobs.ingest.tokens import Tokens
from jobs.keys import pseudonym

KEY = b"k" * 32


def test_tokens_are_pseudonyms_in_the_domain_of_their_column() -> None:
    tokens = Tokens(KEY)
    assert tokens.of("worker_token", ["1", None, "2", "1"]) == [
        pseudonym(KEY, "person", "1"),
        None,
        pseudonym(KEY, "person", "2"),
        pseudonym(KEY, "person", "1"),
    ]
    assert tokens.of("name_token", ["1"]) == [pseudonym(KEY, "name", "1")]
    assert tokens.of_person("1") == tokens.of("any_token", ["1"])[0]


def test_without_a_key_only_nothing_has_a_token() -> None:
    assert Tokens(None).of("worker_token", [None, None]) == [None, None]
    with pytest.raises(ValueError, match="no key"):
        Tokens(None).of("worker_token", ["1"])


def test_what_is_kept_is_bounded_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KNOWN", 5)
    tokens = Tokens(KEY)
    for start in range(0, 40, 3):
        values = [str(n % 11) for n in range(start, start + 4)]
        assert tokens.of("worker_token", values) == [pseudonym(KEY, "person", value) for value in values]
        assert len(tokens._known["person"]) <= 5
