"""What things are called in a dossier: register names for companies, labels for persons."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph.explain import NO_BREAK_SPACE, Language
from graph.indicator import Wording

PSEUDONYM = re.compile(r"p1_[a-z2-7]{26}")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """A register text without control and direction characters, which could reorder what stands around it."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return _SPACE.sub(" ", "".join(c for c in kept if unicodedata.category(c) != "Cf")).strip()


def short(pseudonym: str) -> str:
    """The first part of a pseudonym, enough to tell persons of one case apart."""
    return f"{pseudonym[:9]}…"


def spaced(orgnr: str) -> str:
    """An organisation number as it is written: `912 345 678`."""
    if len(orgnr) != 9 or not orgnr.isdigit():
        return clean(orgnr)
    return NO_BREAK_SPACE.join((orgnr[:3], orgnr[3:6], orgnr[6:]))


@dataclass(frozen=True, slots=True)
class Company:
    """What the register says of one company.

    Attributes:
        orgnr: Organisation number.
        name: Registered name; empty when unknown.
        is_person: A sole proprietorship: number and name are personal data.
    """

    orgnr: str
    name: str = ""
    is_person: bool = False


@dataclass(frozen=True)
class Names:
    """Labels of everything in one case.

    Attributes:
        companies: Companies by number.
        persons: Pseudonyms in the order of their labels (Person 1, Person 2, …).
        projects: Names of projects by id, where known.
        withheld: Node ids whose text is not shown, as the business address of a sole proprietor.
        is_sealed: The reader is entitled to identities: sole proprietors are named.
    """

    companies: Mapping[str, Company]
    persons: tuple[str, ...] = ()
    projects: Mapping[str, str] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    is_sealed: bool = False

    def masked(self) -> list[Company]:
        """Sole proprietors whose number and name are not shown, in order of number."""
        if self.is_sealed:
            return []
        return [c for _, c in sorted(self.companies.items()) if c.is_person]

    def is_masked(self, orgnr: str) -> bool:
        """Whether number and name of a company are not shown."""
        return not self.is_sealed and orgnr in self.companies and self.companies[orgnr].is_person

    def company(self, orgnr: str, lang: Language) -> str:
        """Name of a company; a numbered label for a sole proprietor; the number when there is no name."""
        if self.is_masked(orgnr):
            n = [c.orgnr for c in self.masked()].index(orgnr) + 1
            word = "Enkeltpersonforetak" if lang == "nb" else "Sole proprietorship"
            return f"{word}{NO_BREAK_SPACE}{n}"
        known = self.companies.get(orgnr)
        return clean(known.name) if known and clean(known.name) else spaced(orgnr)

    def orgnr(self, orgnr: str, lang: Language) -> str:
        """Number of a company, or that it is not shown."""
        if self.is_masked(orgnr):
            return "nummer skjermet" if lang == "nb" else "number withheld"
        return spaced(orgnr)

    def person(self, pseudonym: str) -> str:
        """Label of a person, the same in both languages."""
        if pseudonym in self.persons:
            return f"Person{NO_BREAK_SPACE}{self.persons.index(pseudonym) + 1}"
        return short(pseudonym)

    def node(self, node_id: str, lang: Language) -> tuple[str, str]:
        """Label of a node and what stands under it."""
        kind, _, rest = node_id.partition(":")
        if kind == "org":
            return self.company(rest, lang), self.orgnr(rest, lang)
        if kind == "person":
            return self.person(rest), short(rest) if PSEUDONYM.fullmatch(rest) else ""
        if kind == "dwelling":
            address, _, unit = rest.rpartition(":")
            return f"{KINDS['dwelling'].of(lang)} {clean(unit)}", f"adr.id{NO_BREAK_SPACE}{clean(address)}"
        if kind == "project" and self.projects.get(rest):
            return clean(self.projects[rest]), f"{KINDS['project'].of(lang)} {clean(rest)}"
        word = KINDS[kind].of(lang) if kind in KINDS else kind
        if node_id in self.withheld and not self.is_sealed:
            return word, "skjermet" if lang == "nb" else "withheld"
        return clean(rest) or word, word if rest else ""

    def subject(self, subject_id: str, lang: Language) -> str:
        """Label of the subject of a finding."""
        kind, _, rest = subject_id.partition(":")
        if kind == "pair":
            return " → ".join(self.company(orgnr, lang) for orgnr in rest.split(":"))
        if kind in ("chain", "site"):
            project = f"project:{rest.split(':')[0]}"
            return f"{SUBJECTS[kind].of(lang)} {self.node(project, lang)[0]}"
        if kind in SUBJECTS:
            return f"{SUBJECTS[kind].of(lang)} {self.text(rest, lang)}"
        label, under = self.node(subject_id, lang)
        return f"{label} ({under})" if under else label

    def text(self, text: str, lang: Language) -> str:
        """A text with pseudonyms and sole proprietors replaced by their labels."""
        told = PSEUDONYM.sub(lambda found: self.person(found.group(0)), clean(text))
        for company in self.masked():
            label = self.company(company.orgnr, lang)
            told = re.sub(
                rf"(enkeltpersonforetak|sole proprietorship)\s+{company.orgnr}", label, told, flags=re.I
            )
            told = told.replace(company.orgnr, label).replace(spaced(company.orgnr), label)
            if len(clean(company.name)) > 2:
                told = re.sub(rf"\b{re.escape(clean(company.name))}\b", label, told, flags=re.IGNORECASE)
        return told

    def key(self, key: str, lang: Language) -> str:
        """The key of a row, with pseudonyms cut short and sole proprietors' numbers withheld."""
        told = PSEUDONYM.sub(lambda found: short(found.group(0)), clean(key))
        for company in self.masked():
            told = told.replace(company.orgnr, self.orgnr(company.orgnr, lang))
        return told


@dataclass(frozen=True, slots=True)
class Term:
    """A word in both languages."""

    nb: str
    en: str

    def of(self, lang: Language) -> str:
        """The word in one language."""
        return self.nb if lang == "nb" else self.en


def term(wording: Wording | Term, lang: Language) -> str:
    """A declared wording in one language."""
    return wording.nb if lang == "nb" else wording.en


def terms(pairs: Iterable[tuple[str, str, str]]) -> dict[str, Term]:
    """Words by code."""
    return {code: Term(nb, en) for code, nb, en in pairs}


KINDS = terms(
    [
        ("org", "Virksomhet", "Company"),
        ("person", "Person", "Person"),
        ("project", "Prosjekt", "Project"),
        ("dwelling", "Bolig", "Dwelling"),
        ("address", "Adresse", "Address"),
        ("building", "Bygning", "Building"),
        ("place", "Forretningsadresse", "Business address"),
    ]
)
SUBJECTS = terms(
    [
        ("chain", "Kjeden i prosjekt", "The chain of project"),
        ("contract", "Kontrakt", "Contract"),
        ("site", "Byggeplassen i prosjekt", "The site of project"),
        ("cluster", "Gruppe av virksomheter", "Set of companies"),
    ]
)
