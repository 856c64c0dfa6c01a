"""The kinds of values of a project file, and the base of its tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializationInfo,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypeAliasType

from siteprior.core.errors import unknown
from siteprior.core.shown_text import without_keys
from siteprior.project.faults import refuse
from siteprior.project.names import Names

Stated = TypeAliasType("Stated", "str | int | float | bool | date | list[Stated] | dict[str, Stated]")
"""A value as the TOML states it."""


class Settings(BaseModel):
    """A frozen table of the project file that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:  # as pydantic declares it
        """Yield what the table's repr shows, the keys of addresses hidden."""
        for name, value in super().__repr_args__():
            yield name, without_keys(value) if isinstance(value, str) else value


def with_keys_hidden(value: Stated, *, name: str = "", but: Collection[str] = ()) -> Stated:
    """Return what a TOML states with the keys of addresses hidden in every text.

    Parameters
    ----------
    value
        A value, list or table.
    name
        The key it stands under.
    but
        The keys whose texts stay as they are, also those of a table under one.

    Examples
    --------
    >>> with_keys_hidden({"url": "https://example.org/a?key=1", "publisher": "https://example.org/?key=1"}, but=["url"])
    {'url': 'https://example.org/a?key=1', 'publisher': 'https://example.org/?key=HIDDEN'}
    """
    if isinstance(value, str):
        return value if name in but else without_keys(value)
    if isinstance(value, list):
        return [with_keys_hidden(each, name=name, but=but) for each in value]
    if isinstance(value, dict):
        return {
            each: with_keys_hidden(inner, name=name if name in but else each, but=but) for each, inner in value.items()
        }
    return value


class AsStated(Settings):
    """A table whose record repeats what the user stated, key by key, rather than what was made of it."""

    _stated: dict[str, Stated] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _keep(cls, value: Stated | Self, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping):
            return handler(value)
        stated = {key: entry for key, entry in value.items() if entry is not None}
        table = handler(cls.completed(stated))
        table._stated = stated
        return table

    @classmethod
    def completed(cls, stated: dict[str, Stated]) -> dict[str, Stated]:
        """Return what was stated with what follows from it."""
        return stated

    def as_stated(self) -> dict[str, Stated]:
        """Return the table as the user stated it."""
        return dict(self._stated)

    @model_serializer
    def _recorded(self, info: SerializationInfo) -> dict[str, Stated]:
        """Return what is asked for of the table as it was stated."""
        asked = info.include if isinstance(info.include, set) else None
        stated = self.as_stated().items()
        return {name: with_keys_hidden(value) for name, value in stated if asked is None or name in asked}


def key(
    meaning: str,
    *,
    example: Stated | None = None,
    unit: str = "",
    title: str | None = None,
    needs: Mapping[str, Stated | None] | None = None,
) -> FieldInfo:
    """Declare a key for the reference: what it means, its unit, an example of its value, and its name in messages.

    ``needs`` are the keys without which the example would be refused; ``None`` stands for one that is then left out.
    """
    extra: dict[str, object] = {"unit": unit} if unit else {}
    if needs is not None:
        extra["needs"] = dict(needs)
    found: FieldInfo = Field(
        description=meaning,
        examples=None if example is None else [example],
        title=title,
        json_schema_extra=extra or None,  # type: ignore[arg-type]  # its JSON has no dates; examples here have
    )
    return found


class OneOf:
    """Marks a text as one of the names there are when the file is loaded.

    Parameters
    ----------
    what
        The kind of thing named, for messages.
    names
        Gives the valid names, looked up anew each time.
    """

    def __init__(self, what: str, names: Callable[[Names], Iterable[str]]) -> None:
        self.what, self.names = what, names

    def __get_pydantic_core_schema__(self, source: type[str], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the name after its kind."""
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str, info: ValidationInfo) -> str:
        names = list(self.names(names_in(info)))
        if value not in names:
            raise refuse(unknown(self.what, value, names))
        return value


def names_in(info: ValidationInfo) -> Names:
    """Return the names of the project file that is being validated; none of its own where not stated."""
    return info.context if isinstance(info.context, Names) else Names()


def _day(value: Stated) -> date | str:
    """Refuse what is no date before pydantic takes a number for the seconds since 1970."""
    if not isinstance(value, date | str):
        raise refuse(f"needs a day such as 2029-04-01, not {value!r}")
    return value


def entry(value: Stated) -> Stated:
    """Let a bare path stand for a table with only a path."""
    return {"path": value} if isinstance(value, str) else value


def entries(value: Stated) -> list[Stated]:
    """Let one entry stand for a list of one, and bare paths for tables."""
    return [entry(item) for item in (value if isinstance(value, list | tuple) else [value])]


def _words(value: Stated) -> Stated:
    """Let a day or a number stand for its text."""
    return str(value) if isinstance(value, date | int | float) and not isinstance(value, bool) else value


def _texts(value: Stated) -> Stated:
    """Let one text or number stand for a list of one, and numbers for their text."""
    listed = [value] if isinstance(value, str | int | float) else value
    return [str(item).strip() for item in listed] if isinstance(listed, list | tuple) else listed


def _file_path(path: str) -> str:
    r"""Refuse a path no system can have; one written as Windows does (``a\b.csv``) is the same with ``/``."""
    if "\0" in path:
        raise refuse(f"{path!r} is no path; give that of a file")
    if any(ord(character) < ord(" ") for character in path):
        made = 'as "\\t" in double quotes makes of a backslash'
        raise refuse(f"{path!r} holds a control character, {made}; write / in paths, or single quotes")
    return path.replace("\\", "/")


Text = Annotated[str, Field(pattern=r"\S")]
"""A text that is not blank."""

FilePath = Annotated[str, Field(pattern=r"\S"), AfterValidator(_file_path)]
"""The path of a file, or a pattern of some."""

Words = Annotated[str, BeforeValidator(_words)]
"""A text, or a day or number that is taken as text."""

Texts = Annotated[tuple[str, ...], BeforeValidator(_texts), Field(min_length=1)]
"""A list of texts or numbers, compared as text; one may stand alone."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day, as a date of TOML or as text."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
