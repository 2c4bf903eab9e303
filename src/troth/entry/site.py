"""The example site's content, from ``site.yaml`` beside the statement; an installation may have none."""

from functools import cache
from typing import Annotated

from django.conf import settings
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from troth.entry.errors import Unfit
from troth.statement.model import Name, Prose


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Spec(Part):
    label: Prose
    value: Name


class Product(Part):
    """A product; it `fits` whoever gave one of these answers in a field that recommendations may use (P19)."""

    id: str
    name: Name
    family: Prose
    fits: dict[str, tuple[str, ...]] = {}
    summary: Prose
    specs: tuple[Spec, ...] = ()


class Highlight(Part):
    title: Prose
    text: Prose
    point: str


class Site(Part):
    """What the example site shows besides the statement."""

    title: Name
    tagline: Prose
    hero: Prose
    notice: Prose
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] = "#1d5fa8"
    products: tuple[Product, ...] = ()
    highlights: tuple[Highlight, ...] = ()


@cache
def site() -> Site | None:
    """The content of this installation's site, read once."""
    file = settings.TROTH_DIR / "site.yaml"
    if not file.exists():
        return None
    try:
        return Site.model_validate(YAML(typ="safe", pure=True).load(file.read_text("utf-8")))
    except (ValidationError, YAMLError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read: {str(error).splitlines()[0]}"
        raise Unfit(message) from error
