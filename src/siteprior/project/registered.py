"""The keys of sources and evidence that modules register: what ``[sources]`` and ``[evidence]`` take beside their own.

A source or an evidence layer is one module (:mod:`siteprior.sources.registry`), and declares here the key it has in the
project file. Nothing in a project file ever loads a module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import (
    JsonValue,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from siteprior.core.errors import unknown
from siteprior.project.faults import Fault, faults_of, keys_of, several
from siteprior.project.files import File
from siteprior.project.kinds import Settings, Stated, entry
from siteprior.project.registered_keys import REGISTERED_KEYS, Place, RegisteredKey

NONE_SHIPS = (
    "no evidence is registered here: siteprior.load_project and the command line load what ships with siteprior, "
    "siteprior.project.load alone does not (siteprior.sources.registry.discover() does)"
)
"""The words for a table that takes registered keys alone, where none is."""


class TakesRegistered(Settings):
    """A table of the project file that takes registered keys beside its own."""

    TABLE: ClassVar[Place]
    _registered: dict[str, tuple[File, ...]] = PrivateAttr(default_factory=dict)

    @classmethod
    def registered_keys(cls) -> Mapping[str, RegisteredKey]:
        """Return the registered keys of the table."""
        return REGISTERED_KEYS[cls.TABLE]

    def named(self, name: str) -> tuple[File, ...]:
        """Return the entries of a registered key; none where the project does not name it."""
        return self._registered.get(name, ())

    @model_validator(mode="wrap")
    @classmethod
    def _with_registered(
        cls, value: Stated | Self, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        if not isinstance(value, Mapping):
            return handler(value)
        declared, faults, read = cls.registered_keys(), list[Fault](), dict[str, tuple[File, ...]]()
        for name in (name for name in declared if name in value):
            read[name], wrong = _entries(declared[name], value[name], info)
            faults += [fault.within((name,)) for fault in wrong]
        try:
            table = handler({name: part for name, part in value.items() if name not in declared})
        except ValidationError as error:
            raise several([*faults_of(error, cls), *faults]) from None
        if faults:
            raise several(faults)
        table._registered = read
        return table

    @model_serializer(mode="wrap")
    def _with_registered_recorded(self, handler: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        recorded: dict[str, JsonValue] = handler(self)
        for name, listed in self._registered.items():
            stated: list[JsonValue] = [part.model_dump(mode="json", exclude_none=True) for part in listed]
            recorded[name] = stated if self.registered_keys()[name].many else stated[0]
        return recorded

    @classmethod
    def unknown_key(cls, name: str) -> str:
        """Say that a key is unknown, and which the table takes."""
        if not (keys_of(cls) or cls.registered_keys()):
            return f"unknown key '{name}'; {NONE_SHIPS}"
        return unknown("key", name, [*keys_of(cls), *cls.registered_keys()])


class Evidence(TakesRegistered):
    """Published evidence siteprior knows by name: what is on or about the land; each has its own reader."""

    TABLE = "evidence"


def _entries(declared: RegisteredKey, value: Stated, info: ValidationInfo) -> tuple[tuple[File, ...], list[Fault]]:
    """Validate what a project file says at a registered key: its entries, and what is wrong in them."""
    many = declared.many and isinstance(value, list | tuple)
    read, faults = list[File](), list[Fault]()
    for place, part in enumerate(value if many and isinstance(value, list | tuple) else [value]):
        try:
            model = declared.keys.model_validate(entry(part), context=info.context)
        except ValidationError as error:
            at = (place,) if many else ()
            faults += [fault.within(at) for fault in faults_of(error, declared.keys)]
        else:
            read += [model] if isinstance(model, File) else []
    return tuple(read), faults
