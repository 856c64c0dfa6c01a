"""What the audit says to a council: the names of its own template, what is wrong in plain words, what to do."""

from __future__ import annotations

from siteprior.core.issues import ISSUE_TYPES
from siteprior.core.schema import REGISTER

FILE, ROW = "whole file", "whole row"
"""Stand for the field where an issue is about a file or a row as a whole."""

FIELD_NAMES = {
    "organisation": "OrganisationURI",
    "reference": "SiteReference",
    "site_name": "SiteNameAddress",
    "site_plan_url": "SiteplanURL",
    "coordinates": "GeoX, GeoY",
    "coordinate_system": "CoordinateReferenceSystem",
    "hectares": "Hectares",
    "ownership_status": "OwnershipStatus",
    "deliverable": "Deliverable",
    "planning_permission_status": "PlanningStatus",
    "planning_permission_type": "PermissionType",
    "planning_permission_date": "PermissionDate",
    "planning_permission_history": "PlanningHistory",
    "minimum_net_dwellings": "MinNetDwellings",
    "maximum_net_dwellings": "NetDwellingsRangeTo",
    "hazardous_substances": "HazardousSubstances",
    "notes": "Notes",
    "start_date": "FirstAddedDate",
    "entry_date": "LastUpdatedDate",
    "end_date": "EndDate",
}
"""Declared column → field of the brownfield register template (MHCLG 2017; ``EndDate`` of its successor of 2019)."""

CONFIDENCE_WORDS = {
    "high": "certain",
    "medium": "likely: the one reading that fits",
    "low": "doubtful: left as stated",
    "none": "not known",
}

_WRONG = {
    "OSGB": "The values were read as OSGB eastings and northings.",
    "invalid coordinates": "The coordinates cannot be read as a place.",
    "invalid date": "The value cannot be read as a date.",
    "invalid category value": "The value is not one the field allows, nor a known variant of one.",
    "future entry-date": "The entry date lies in the future.",
    "too small": "The number is below the smallest the field allows.",
    "too large": "The number is above the largest the field allows.",
    "missing value": "A value the field requires is blank.",
    "unknown entity - missing reference": "The entry has no reference.",
    "reference values are not unique": "A reference stands more than once.",
    "patch": "A value was changed while it was read, by a declared rule.",
    "default-value": "The value was derived from other data.",
}
"""What a code means of a register, where its public meaning is wider."""

_PLACE = (
    "State GeoX, GeoY as longitude, latitude (for example -1.898575, 52.483012: WGS84) or as easting, northing "
    "(OSGB36), and say which in CoordinateReferenceSystem; compare the point with the site plan."
)
_ADVICE = {
    "OSGB": "Eastings and northings need OSGB36 as their CoordinateReferenceSystem; degrees in WGS84 are preferred.",
    "invalid date": "Write the date as YYYY-MM-DD.",
    "invalid decimal": "Write one number without unit, range or remark.",
    "invalid integer": "Write one whole number, without text or range.",
    "invalid flag": "Write yes, or leave it blank.",
    "invalid URI": "Give a full web address that begins with http:// or https://.",
    "invalid category value": "Use one of the words the field allows{allowed}.",
    "invalid organisation": "State your own council's address in every row; do not fill the column by dragging.",
    "future entry-date": "Correct the date; an entry cannot be made in the future.",
    "too small": "Correct the number, or leave it blank where it is not known.",
    "missing value": "Fill it in{allowed}.",
    "unknown entity - missing reference": "Give the site a reference, and keep it from one publication to the next.",
    "reference values are not unique": "Give each site a reference of its own; keep one row per site.",
    "invalid geometry - fixed": "Mend the shape at its source.",
    "invalid geometry - not fixable": "Draw the shape again.",
    "Unexpected geom type": "Give a point or a polygon.",
}
_TOO_LARGE = {
    "minimum_net_dwellings": "Correct the range of homes: its lowest number cannot be above its highest; leave the "
    "highest blank where there is none.",
    "hectares": "Give the area in hectares (10,000 square metres).",
}
_NO_SITE = {
    FILE: ("The file cannot be read as a register.",
           "Publish the register as CSV with one row per site and the template's headers in the first row."),
    ROW: ("Nothing that could be a site stands here.",
          "Delete the row, or give its reference, address and coordinates."),
}  # fmt: skip


def field_name(field: str) -> str:
    """Return what a council calls a field.

    Examples
    --------
    >>> field_name("hectares"), field_name("coordinates"), field_name("Owner")
    ('Hectares', 'GeoX, GeoY', 'Owner')
    """
    return FIELD_NAMES.get(field, field)


def wrong(issue_type: str, field: str) -> str:
    """Return what is wrong in plain words.

    Examples
    --------
    >>> wrong("missing value", "hectares"), wrong("missing value", "coordinates")
    ('A value the field requires is blank.', 'The site has no coordinates.')
    """
    if issue_type == "missing value" and field == "coordinates":
        return "The site has no coordinates."
    if field in _NO_SITE and issue_type == "missing value":
        return _NO_SITE[field][0]
    if issue_type == "too large" and field == "minimum_net_dwellings":
        return "The lowest number of homes is above the highest."
    return _WRONG.get(issue_type) or ISSUE_TYPES[issue_type].meaning


def advice(issue_type: str, field: str) -> str:
    """Return what the council can do about it.

    Examples
    --------
    >>> advice("missing value", "planning_permission_status")
    'Fill it in: permissioned, not permissioned, pending decision.'
    >>> advice("invalid date", "end_date")
    'Write the date as YYYY-MM-DD.'
    """
    if field in _NO_SITE and issue_type == "missing value":
        return _NO_SITE[field][1]
    if issue_type == "too large":
        return _TOO_LARGE.get(field, _ADVICE["too small"])
    if issue_type not in _ADVICE:
        return _PLACE
    if field == "coordinates" and issue_type == "missing value":
        return _PLACE
    allowed = next((column.allowed for column in REGISTER.columns if column.name == field), ())
    return _ADVICE[issue_type].format(allowed=f": {', '.join(allowed)}" if allowed else "")
