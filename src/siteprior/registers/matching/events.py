"""The events in a site's life on its register, and the observation each was read from."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from siteprior.registers.matching.link_versions import Observation


class Event(NamedTuple):
    """One event: the columns of :data:`siteprior.core.schema.HISTORY` but the site's id."""

    published: dt.date
    event: str
    field: str | None = None
    before: str | None = None
    after: str | None = None
    basis: str | None = None
    file: str | None = None
    row: int | None = None


def event_of(
    observation: Observation,
    event: str,
    *,
    field: str | None = None,
    before: str | None = None,
    after: str | None = None,
    basis: str | None = None,
) -> Event:
    """Return an event read from one row of one vintage."""
    attributes = observation.attributes
    return Event(observation.date, event, field, before, after, basis, attributes.file, attributes.row)
