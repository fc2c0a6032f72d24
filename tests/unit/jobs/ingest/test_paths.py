import pytest

from jobs.ingest.paths import Segment, getter, levels, occurrences, parse

RECORD = {
    "id": "1",
    "a": {"b": {"c": "deep"}},
    "list": [{"v": 1, "in": [{"w": "x"}]}, {"v": 2}],
    "second": {"n": "late"},
    "Navn aksjonær": "N",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("id", "1"),
        ("a.b.c", "deep"),
        ("a.x.c", None),
        ("list[0].v", 1),
        ("list[5].v", None),
        ("list[].v", [1, 2]),
        ("nolist[].v", None),
        ("{first,second}.n", "late"),
        ("Navn aksjonær", "N"),
    ],
)
def test_values_at_paths(path: str, expected: object) -> None:
    assert getter(parse(path))(RECORD) == expected


def test_segments_and_levels() -> None:
    assert parse("a.{b,c}[].d") == (Segment(("a",)), Segment(("b", "c"), is_list=True), Segment(("d",)))
    assert [len(part) for part in levels(parse("a.b[].c[]"))] == [2, 1, 0]
    with pytest.raises(ValueError, match="cannot be read"):
        parse("a..b")


def test_occurrences_carry_exact_places() -> None:
    assert list(occurrences(RECORD, parse("list[].v"))) == [("$.list[0].v", 1), ("$.list[1].v", 2)]
    assert list(occurrences(RECORD, parse("list[].in[].w"))) == [("$.list[0].in[0].w", "x")]
    assert list(occurrences(RECORD, parse("list[1].v"))) == [("$.list[1].v", 2)]
    assert list(occurrences(RECORD, parse("{first,second}.n"))) == [("$.second.n", "late")]
