"""What a browser saw, as values. What a page says of itself is held to these shapes: pages are made by others."""

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

State = Literal["fresh", "gpc", "declined", "accepted", "withdrawn"]
# In this order findings name them; the earliest says what is wrong.
STATES: tuple[State, ...] = ("fresh", "gpc", "declined", "accepted", "withdrawn")
Kind = Literal["cookie", "local-storage", "session-storage", "indexed-db", "cache", "service-worker"]

MOST = 500
_Text = Annotated[str, StringConstraints(max_length=300)]


class Part(BaseModel):
    """One thing on a page, as the page's own script world describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Control(Part):
    """Something to fill in: how it is named, what kind of input it says it is, whether it is demanded or ticked."""

    name: _Text
    kind: _Text
    autocomplete: _Text
    label: _Text
    required: bool
    ticked: bool


class Form(Part):
    """The controls of one form; `action` is where it is sent, `names` what it or its address may be called."""

    action: Annotated[str, StringConstraints(max_length=2000)]
    post: bool
    search: bool
    names: tuple[_Text, ...] = Field(max_length=10)
    controls: tuple[Control, ...] = Field(max_length=MOST)


class Look(Part):
    """How a control looks: sizes in CSS pixels; contrasts as WCAG counts them, absent where a picture is behind."""

    role: _Text
    width: float
    height: float
    size: float
    weight: float
    padding: _Text
    contrast: float | None
    prominence: float | None
    focused: bool


class Probe(Part):
    """What one frame of a page holds."""

    local: tuple[_Text, ...] = Field(max_length=MOST)
    session: tuple[_Text, ...] = Field(max_length=MOST)
    databases: tuple[_Text, ...] = Field(max_length=MOST)
    caches: tuple[_Text, ...] = Field(max_length=MOST)
    workers: tuple[_Text, ...] = Field(max_length=MOST)
    forms: tuple[Form, ...] = Field(max_length=MOST)
    ticked: tuple[_Text, ...] = Field(max_length=MOST)
    links: tuple[Annotated[str, StringConstraints(max_length=2000)], ...] = Field(max_length=MOST)


class Stored(NamedTuple):
    """A cookie or an entry of some storage, by its name; `days` it stays, None where it has no such end."""

    kind: Kind
    name: str
    host: str
    days: float | None = None


class Trouble(NamedTuple):
    """Something about a page that kept it from being seen as it should be."""

    code: str
    detail: str = ""


class Banner(NamedTuple):
    """The first layer of what asks for a choice: how its two answers look, and in how many steps each is given."""

    accept: Look
    decline: Look | None
    decline_steps: int
    accept_steps: int


class Page:
    """One page in one state, as it is being seen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stored = set[Stored]()
        self.hosts = set[str]()
        self.forms = list[Form]()
        self.ticked = list[str]()
        self.links = list[str]()
        self.troubles = list[Trouble]()
        self.reopen: bool | None = None
        self.is_html = False
        self.is_file = False  # fetched, not shown: that is what a link to a file is for

    def codes(self) -> set[str]:
        """What is wrong with it."""
        return {trouble.code for trouble in self.troubles}


class Visit:
    """A site in one state: its pages in the order they were visited."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.pages = list[Page]()
        self.reached = False
        self.banner: Banner | None = None
        self.banner_page = ""
        self.asked_again = False
        self.gpc_declared: bool | None = None
