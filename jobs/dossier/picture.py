"""The picture of a case: what stands in its boxes, and what it says to those who cannot see it."""

from collections import Counter
from datetime import date

from graph.explain import Language, counted, joined, number, short_day
from graph.indicator import Wording
from graph.layout import Item
from jobs.dossier.lettering import SOFT_HYPHEN, Label, numbers_text
from jobs.dossier.parts import CaseFile
from jobs.dossier.svg import draw

KINDS_MANY = {
    "org": (Wording(nb="virksomhet", en="company"), Wording(nb="virksomheter", en="companies")),
    "person": (Wording(nb="person", en="person"), Wording(nb="personer", en="persons")),
    "project": (Wording(nb="prosjekt", en="project"), Wording(nb="prosjekter", en="projects")),
    "dwelling": (Wording(nb="bolig", en="dwelling"), Wording(nb="boliger", en="dwellings")),
    "address": (Wording(nb="adresse", en="address"), Wording(nb="adresser", en="addresses")),
    "building": (Wording(nb="bygning", en="building"), Wording(nb="bygninger", en="buildings")),
    "place": (Wording(nb="forretningsadresse", en="business address"),
              Wording(nb="forretningsadresser", en="business addresses")),
}  # fmt: skip


def picture(file: CaseFile, lang: Language, title: str) -> str:
    """The picture of a case as SVG.

    Args:
        file: The case.
        lang: Language.
        title: Short name of the picture.
    """
    boxes = Counter(item.kind for item in file.layout.items for _ in item.members)
    parts = [counted(boxes[kind], *words, lang) for kind, words in KINDS_MANY.items() if boxes[kind]]
    told, links = joined(parts, lang), number(len(file.layout.links), lang)
    if lang == "nb":
        description = f"Tegningen viser {told} og {links} forbindelser. Bevistabellen sier det samme."
    else:
        description = f"The picture shows {told} and {links} connections; the evidence table says the same."
    return draw(
        file.layout,
        {item.item_id: _label(file, item, lang) for item in file.layout.items},
        file.element_numbers,
        lang,
        prefix=f"{lang}-svg",
        title=title,
        description=description,
    )


def _label(file: CaseFile, item: Item, lang: Language) -> Label:
    """Text of one box."""
    names = file.names
    if len(item.members) > 1:
        title = counted(len(item.members), *KINDS_MANY[item.kind], lang)
        people = [m.removeprefix("person:") for m in item.members if m.startswith("person:")]
        places = [names.persons.index(p) + 1 for p in people if p in names.persons]
        told = numbers_text(places, most=len(places)).replace("E", "")
        return Label(title, f"{'nr.' if lang == 'nb' else 'no.'} {told}" if told else "")
    title, under = names.node(item.item_id, lang)
    if item.kind == "place":
        under = ""  # the shape says what it is
    title = title.replace("Enkeltpersonforetak", f"Enkeltperson{SOFT_HYPHEN}foretak")
    return Label(title, under, _note(file, item, lang))


def _note(file: CaseFile, item: Item, lang: Language) -> str:
    """The end of a company, its place outside the chain, or the size of a dwelling."""
    nb = lang == "nb"
    known = file.network.node(item.item_id).attributes
    ends = (
        ("bankrupt_on", "konkurs", "bankrupt"),
        ("dissolved_on", "oppløst", "dissolved"),
        ("deleted_on", "slettet", "deleted"),
    )
    for name, word_nb, word_en in ends:
        at = known.get(name)
        if isinstance(at, date) and item.lane == "former":
            return f"{word_nb if nb else word_en} {short_day(at, lang)}"
    has_project = any(other.lane == "project" for other in file.layout.items)
    if item.lane == "chain" and item.tier is None and has_project:
        return "utenfor kjeden" if nb else "outside the chain"
    if item.kind == "dwelling" and "rooms_n" in known:
        return f"{known['rooms_n']} {'rom' if nb else 'rooms'}"
    return ""
