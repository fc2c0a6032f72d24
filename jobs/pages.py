"""What every page that people open has: templates that escape, one style sheet, a policy for only it."""

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(package: str) -> Environment:
    """The templates of a package; a name that is missing is an error, text is escaped.

    Args:
        package: Package with a folder `templates`.
    """
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style_sheet(package: str, name: str, colours: Mapping[str, str]) -> str:
    """A style sheet with its colours filled in.

    Args:
        package: Package with a folder `templates`.
        name: File in it.
        colours: Colour by variable.
    """
    text = files(package).joinpath("templates", name).read_text(encoding="utf-8")
    for variable, colour in colours.items():
        text = text.replace(f"var(--{variable})", colour)
    return text


def policy(css: str, *, has_pictures: bool = False) -> str:
    """Content security policy that allows exactly one style sheet and nothing else.

    Args:
        css: The style sheet as it stands in the page.
        has_pictures: Pictures that stand in the page itself are allowed as well.
    """
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    pictures = " img-src data:;" if has_pictures else ""
    return f"default-src 'none'; style-src 'sha256-{digest}';{pictures} base-uri 'none'; form-action 'none'"
