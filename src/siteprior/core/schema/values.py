"""The lists of allowed values by the names the rest of siteprior uses; they stand in ``values.toml``, once."""

from __future__ import annotations

import re

from siteprior.core.errors import unknown
from siteprior.core.schema.load import load_declarations
from siteprior.core.schema.model import REGISTERED_VALUES, SchemaError

VALUES = load_declarations().values
"""Every list of ``values.toml`` by its name there."""

BROWNFIELD = "brownfield register"
"""The value of the column ``register`` for sites of a register; others are lists of the user's own."""

OWNERSHIP = VALUES["ownership"]
REGISTER_STATES = VALUES["register state"]
HISTORY_EVENTS = VALUES["history event"]
PLANNING_STATUS = VALUES["planning permission status"]
PERMISSION_TYPE = VALUES["planning permission type"]
DEVELOPMENT = VALUES["building stage"]
CONFIDENCE = VALUES["coordinate confidence"]
SHAPE_BASES = VALUES["shape basis"]
HECTARES_BASES = VALUES["hectares basis"]
MODES = VALUES["stop mode"]
RAIL_OR_METRO = VALUES["rail or metro"]
SIDES = VALUES["side of a corridor"]
STOP_STATES = VALUES["stop state"]
CATCHMENT_BASES = VALUES["catchment basis"]
"""How a walk catchment was drawn: buffered streets, a hull of what was reached, or a disc without streets."""

ACCESS_MODES = VALUES["access mode"]
"""Modes the access index keeps apart."""

SERVICE_MODES = VALUES["service mode"]
WINDOWS = VALUES["window of the day"]
"""Windows of the day departures are counted in; parameters/timetables.toml says from when to when."""

PROPERTY_TYPES = VALUES["property type"]
REMEDIATION_CLASSES = VALUES["remediation class"]
"""Former uses by how much they leave in the ground, A least to D most; stated as cleaned; or not known."""

SIGNAL_LETTERS = VALUES["market failure signal"]
SIGNAL_KINDS = VALUES["signal kind"]
GRADES = VALUES["evidence grade"]
VERDICTS = VALUES["market failure verdict"]
FACT_KINDS = VALUES["open fact"]
"""What would decide a verdict that is open, the cheapest to get first."""

RULE_RESULTS = VALUES["rule result"]
EFFECTS = VALUES["scenario effect"]
DEADWEIGHT_VERDICTS = VALUES["deadweight verdict"]
CLEANED_BY = VALUES["cleaned by"]
DEADWEIGHT_KINDS = VALUES["deadweight evidence"]
DEADWEIGHT_WEIGHTS = VALUES["deadweight weight"]
"""Of evidence: it fails the screen; it indicates deadweight without failing it; it is counter-evidence."""

DEADWEIGHT_LOOKED = VALUES["deadweight coverage"]
"""What follows the evidence in a site's ``deadweight_reasons``: where it was looked for, and where it could not be."""


def extend_values(name: str, values: tuple[str, ...]) -> None:
    """Allow further values in every column of a list, as a module does that registers a signal or a mode of its own.

    To be called when the module is imported. What a list allows already is passed over.

    Parameters
    ----------
    name
        The list's name in ``values.toml``, such as ``"market failure signal"``.
    values
        The values to allow.

    Raises
    ------
    SchemaError
        When there is no such list.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.schema.extend_values("market failure signal", sp.schema.SIGNAL_LETTERS)
    >>> "V" in sp.schema.SIGNAL_LETTERS
    True
    """
    if name not in VALUES:
        raise SchemaError(unknown("list of values", name, VALUES))
    present = allowed_values(name)
    more = tuple(value for value in dict.fromkeys(values) if value not in present)
    if more:
        REGISTERED_VALUES[name] = (*REGISTERED_VALUES.get(name, ()), *more)


def allowed_values(name: str) -> tuple[str, ...]:
    """Return the values of a list, those registered since last.

    Examples
    --------
    >>> allowed_values("signal a layer shows")
    ('X', 'C', 'I', 'P')
    """
    return (*VALUES[name], *REGISTERED_VALUES.get(name, ()))


def deadweight_parts(reasons: str) -> dict[str, str]:
    """Take a site's ``deadweight_reasons`` apart: what stands under each weight, and where evidence was looked for.

    Examples
    --------
    >>> deadweight_parts("fails: a start on 2019-01-01, 2.0 years ago. looked at: live applicant")
    {'fails': 'a start on 2019-01-01, 2.0 years ago', 'looked at': 'live applicant'}
    """
    names = "|".join((*DEADWEIGHT_WEIGHTS, *DEADWEIGHT_LOOKED))
    return dict(re.findall(rf"(?:^|\. )({names}): (.*?)(?=\. (?:{names}): |$)", reasons))
