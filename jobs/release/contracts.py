"""Writes what follows from the declarations into docs/contracts, and checks that it is up to date."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import expectations
from expectations.catalogue import datasets
from expectations.dataset import Dataset
from expectations.dictionary import LANGUAGES, dictionary, json_schema, layer_markdown, odcs, yaml_text
from expectations.errors import UsageError
from expectations.recipients import LEGAL_BASES, RECIPIENTS
from expectations.sharing import Recipient, Treatment, contract
from expectations.tables_share import DATASETS as SHARED

DOCS = Path("docs/contracts")
INPUT_CONTRACT = Path(expectations.__path__[0]) / "contract"
SUMS = "SHA256SUMS"
NOT_SUMMED = (".py", ".pyc")
LAYERS = {
    "raw": ("Delivered records, as typed rows", "Leverte poster som typede rader"),
    "core": ("One truth per entity and month", "Én sannhet per enhet og måned"),
    "net": ("Nodes, edges and scopes", "Noder, kanter og utsnitt"),
    "out": ("Findings, evidence, coverage and cases", "Funn, bevis, dekning og saker"),
    "share": ("The most that a recipient may get", "Det meste en mottaker kan få"),
}


def generated() -> dict[str, str]:
    """Every generated document by path below `docs/contracts`."""
    found: dict[str, str] = {"README.md": _index()}
    for layer, tables in _layers().items():
        english, norwegian = LAYERS[layer]
        for language in LANGUAGES:
            title = f"{layer}: {norwegian if language == 'nb' else english}"
            found[f"{layer}.{language}.md"] = layer_markdown(title, tables, language)
        found[f"{layer}.json"] = _json([dictionary(table) for table in tables])
    for recipient in RECIPIENTS.values():
        base = f"recipients/{recipient.id}"
        found[f"{base}/README.md"] = _who_gets_what(recipient)
        for shared in recipient.datasets:
            found[f"{base}/{shared.name}.odcs.yaml"] = yaml_text(odcs(recipient, shared))
            found[f"{base}/{shared.name}.schema.json"] = _json(json_schema(contract(shared)))
    return found


def build(folder: Path) -> list[str]:
    """Write every generated document, and remove what is no longer generated.

    Args:
        folder: `docs/contracts` of a checkout.

    Returns:
        Paths that changed.
    """
    wanted = generated()
    changed = drift(folder)
    for path, text in wanted.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    for path in _present(folder):
        if path not in wanted:
            (folder / path).unlink()
    return changed


def drift(folder: Path) -> list[str]:
    """Paths where the folder is not what would be generated, in order.

    Args:
        folder: `docs/contracts` of a checkout.
    """
    wanted = generated()
    present = set(_present(folder))
    stale = {path for path in present & wanted.keys() if (folder / path).read_text("utf-8") != wanted[path]}
    return sorted(stale | (present ^ wanted.keys()))


def check_folder(folder: Path) -> Path:
    """The folder itself.

    Raises:
        UsageError: It does not exist.
    """
    if not folder.is_dir():
        raise UsageError(
            f"no folder {folder}; run this in a checkout, or build it with `kjede contracts build`"
        )
    return folder


def sums(folder: Path = INPUT_CONTRACT) -> str:
    """The digests of the input contract's files, as `sha256sum` writes them.

    Args:
        folder: The input contract.
    """
    paths = sorted(path.relative_to(folder).as_posix() for path in _contract_files(folder))
    return "".join(f"{hashlib.sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in paths)


def input_drift(folder: Path = INPUT_CONTRACT) -> list[str]:
    """Files of the input contract that are not as they were accepted: changed, added or gone.

    Args:
        folder: The input contract.

    Raises:
        UsageError: It was never accepted.
    """
    try:
        accepted = _by_path((folder / SUMS).read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"no {SUMS} in {folder}; `kjede contracts build --accept-input` makes it") from None
    now = _by_path(sums(folder))
    return sorted(path for path in accepted.keys() | now.keys() if accepted.get(path) != now.get(path))


def accept_input(folder: Path = INPUT_CONTRACT) -> None:
    """Accept the input contract as it lies there now.

    Args:
        folder: The input contract.
    """
    (folder / SUMS).write_text(sums(folder), encoding="utf-8", newline="\n")


def _contract_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != SUMS and path.suffix not in NOT_SUMMED:
            yield path


def _by_path(text: str) -> dict[str, str]:
    return {path: digest for digest, path in (line.split("  ", 1) for line in text.splitlines())}


def _present(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _layers() -> dict[str, list[Dataset]]:
    shared = {table.name for table in SHARED}
    found: dict[str, list[Dataset]] = {layer: [] for layer in LAYERS}
    for table in datasets().values():
        found["share" if table.name in shared else table.layer].append(table)
    return {layer: sorted(tables, key=lambda t: t.name) for layer, tables in found.items() if tables}


def _index() -> str:
    lines = [
        "# Contracts and dictionary",
        "",
        "Generated from `expectations/` by `kjede contracts build`; `kjede contracts check` fails when "
        "they differ.",
        "",
        "| Layer | Tables | What | English | Norsk | JSON |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for layer, tables in _layers().items():
        links = f"[en]({layer}.en.md) | [nb]({layer}.nb.md) | [json]({layer}.json)"
        lines.append(f"| {layer} | {len(tables)} | {LAYERS[layer][0]} | {links} |")
    lines += ["", "| Recipient | Tables | Valid |", "| --- | --- | --- |"]
    for recipient in RECIPIENTS.values():
        tables_ = ", ".join(f"{s.name} {s.version}" for s in recipient.datasets)
        link = f"[{recipient.name_en}](recipients/{recipient.id}/README.md)"
        lines.append(f"| {link} | {tables_} | {recipient.valid_from} to {recipient.valid_to} |")
    return "\n".join(lines) + "\n"


def _who_gets_what(recipient: Recipient) -> str:
    lines = [
        f"# {recipient.name_nb} / {recipient.name_en}",
        "",
        recipient.purpose_nb,
        "",
        recipient.purpose_en,
        "",
        f"**Utvalg** {recipient.rows.description_nb}",
        "",
        f"**Rows** {recipient.rows.description_en}",
        "",
        f"Indicators {', '.join(recipient.rows.indicators)} · persons {recipient.persons.value} · dwellings "
        f"{recipient.dwellings.value} · sole proprietors {recipient.sole_proprietors.value} · controller "
        f"{recipient.controller} · valid {recipient.valid_from} to {recipient.valid_to}",
        "",
    ]
    for basis_id in recipient.legal_basis:
        basis = LEGAL_BASES[basis_id]
        state = "confirmed" if basis.is_confirmed else "not confirmed by a lawyer: synthetic data only"
        lines.append(f"- **{basis.id}** {basis.title_nb} / {basis.title_en} ({state}). {basis.limits_en}")
    for shared in recipient.datasets:
        lines += ["", f"## {shared.name} {shared.version}", ""]
        lines += [
            "| Column | Treatment | Legal basis | Withheld for | Why |",
            "| --- | --- | --- | --- | --- |",
        ]
        for column in shared.columns:
            why = column.reason_en if column.treatment is Treatment.DROP or column.withheld_for else ""
            cells = [
                f"`{column.name}`",
                column.treatment.value,
                ", ".join(column.legal_basis),
                ", ".join(column.withheld_for),
                why,
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
