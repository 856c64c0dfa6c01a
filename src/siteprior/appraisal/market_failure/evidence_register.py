"""What a brownfield register alone shows of market failure: one function per signal, sites in, evidence out.

Each returns a row for every site whose signal is known (a known zero among them) and none for the others: a blank
is missing, never a signal. The columns are ``value`` (0–1), ``grade`` (A, B or C), ``reason`` and
``counter_evidence``. The numbers stand in ``parameters/failure.toml``; the rules are this project's proposal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.evidence import column, counted, evidence, ramp
from siteprior.appraisal.market_failure.facts import OF_PUBLIC_WORKS
from siteprior.appraisal.market_failure.registry import reading, signal
from siteprior.appraisal.named_uses import around, named_uses
from siteprior.appraisal.phrases import mentions
from siteprior.appraisal.statements import stated_as_cleaned, states
from siteprior.core import schema
from siteprior.core.parameters import Parameters
from siteprior.core.schema.values import BROWNFIELD

DAYS_PER_YEAR = 365.25
"""Length of the mean calendar year in days: dates become years by it."""

_DECIMALS = 6  # a sum taken in another row order must not differ in its last binary digits


@signal(
    "S", title="Stalled permission", kind="corroborating", meaning="Permitted and not built",
    measured_by="permission kind and date, notes, description", source="planning permission, notes",
    parameters=("stalled",),
)  # fmt: skip
def stalled_permission(sites: pd.DataFrame, as_of: pd.Timestamp, stalled: Parameters) -> pd.DataFrame:
    """Measure a stalled permission (0–1) by the years past its expected start.

    Expected start = permission date + the years within which the law expects a start for that kind of permission
    (TCPA 1990 ss. 91–92: full 3, outline 5, reserved matters 2). The signal is 0 until 3 years past that day and 1
    from 6 years past it: a full permission says nothing until 6 years old, for registers record few starts. A
    permission of no stated kind is given the longest time and grade C. Where the register says that the site is not
    permissioned and that a permission has expired, without a date, the signal is a fixed one of grade C.

    There is no row for a site whose register records a start or a completion, nor of a permission dated after
    ``as_of``.
    """
    started = sites["development_status"].notna()
    starts = stalled.table("expected_start")
    kind = sites["planning_permission_type"]
    typed = kind.isin([name for name in starts if name != "any other"])
    expected = kind.map({name: starts.number(name) for name in starts}).fillna(starts.number("any other"))
    past = years_between(sites["planning_permission_date"], as_of) - expected
    dated = (sites["planning_permission_status"] == "permissioned") & ~started
    dated &= sites["planning_permission_date"] <= as_of
    expired = (sites["planning_permission_status"] == "not permissioned") & ~started
    noted = states(sites["notes"], stalled.texts("expired_phrases"))
    expired &= noted | states(column(sites, "development_description", "text"), stalled.texts("expired_phrases"))

    dates = sites["planning_permission_date"].dt.strftime("%Y-%m-%d")
    named = kind.where(typed, "permission of no stated kind")
    reasons = [
        f"{what} of {day}, {_past(years)}"
        for what, day, years in zip(named[dated], dates[dated], past[dated], strict=True)
    ]
    of_dates = evidence(
        sites.index[dated],
        value=ramp(past[dated], stalled),
        grade=np.where(typed[dated], "B", "C"),
        reason=reasons,
        counter="no start or completion is recorded; registers record few",
    )
    of_notes = evidence(
        sites.index[expired],
        value=stalled.number("stated_expired"),
        grade="C",
        reason=[
            f"the {'notes say' if where else 'description says'} that a planning permission has expired"
            for where in noted[expired]
        ],
        counter="no later permission, start or completion is recorded",
    )
    return pd.concat([of_dates, of_notes])


@signal(
    "A", title="Ageing", kind="corroborating", meaning="Derelict or listed for years",
    measured_by="derelict since, first added", source="derelict_since", parameters=("ageing",),
)  # fmt: skip
def dereliction(sites: pd.DataFrame, as_of: pd.Timestamp, ageing: Parameters) -> pd.DataFrame:
    """Measure ageing (0–1) by the years since the user's own ``derelict_since``: 0 at 3, 1 at 8; grade A.

    A date after ``as_of`` says nothing.
    """
    what = pd.Series("derelict", index=sites.index)
    return _aged(sites, "derelict_since", as_of, ageing, grade="A", what=what)


@reading("A", source="start_date")
def time_listed(sites: pd.DataFrame, as_of: pd.Timestamp, ageing: Parameters) -> pd.DataFrame:
    """Measure ageing (0–1) by the years since the site was first added to the register: 0 at 3, 1 at 8; grade B.

    Most entries begin with the registers in December 2017 and give only a least age. The reason of a site of the
    user's own list, by the column ``register`` where there is one, says so.
    """
    named = sites["register"] if "register" in sites else pd.Series(BROWNFIELD, index=sites.index)
    what = named.fillna(BROWNFIELD).eq(BROWNFIELD).map({True: "on the register", False: "on the list"})
    return _aged(sites, "start_date", as_of, ageing, grade="B", what=what)


def _aged(
    sites: pd.DataFrame, column: str, as_of: pd.Timestamp, ageing: Parameters, *, grade: str, what: pd.Series
) -> pd.DataFrame:
    """Measure ageing from one column of dates."""
    began = pd.Timestamp(ageing.text("registers_began"))
    known = sites[column] <= as_of
    since, years = sites[column][known], years_between(sites[column][known], as_of)
    least = (since <= began) & (column == "start_date")
    reasons = [
        f"{words} since {day:%Y-%m-%d},{' at least' if left_censored else ''} {length:.1f} years"
        for words, day, length, left_censored in zip(what[known], since, years, least, strict=True)
    ]
    stage = sites["development_status"].fillna("no start or completion")[known]
    status = sites["planning_permission_status"].fillna("blank")[known]
    return evidence(
        since.index,
        value=ramp(years, ageing),
        grade=grade,
        reason=reasons,
        counter=[f"{text} is recorded; planning status: {state}" for text, state in zip(stage, status, strict=True)],
    )


@signal(
    "E", title="Area blight", kind="corroborating", meaning="Other listed land close by",
    measured_by="other listed sites within reach", source="hectares of the neighbours", parameters=("blight",),
)  # fmt: skip
def area_blight(sites: pd.DataFrame, neighbours: pd.DataFrame, as_of: pd.Timestamp, blight: Parameters) -> pd.DataFrame:
    """Measure blight (0–1) by the hectares of other listed sites within 400 m: 0 at 0 ha, 1 at 5 ha.

    ``neighbours`` are all rows read of registers and the user's own lists, ranked or not; the counter-evidence counts
    those with a recorded start or completion, and those that had left their list by ``as_of``. Known for every site
    with a place. A row without hectares adds nothing; the site's own row does not count, nor does one it may be the
    same site as, or a part of (``possible_duplicates`` of either, where there is such a column). Distances are straight
    lines between the lists' points.
    """
    from scipy.spatial import cKDTree

    radius = blight.number("radius")
    placed = sites[["easting", "northing"]].dropna()
    columns = ("easting", "northing", "hectares")
    others = pd.DataFrame(
        {name: schema.as_kind(neighbours[name], "number", neighbours.index) for name in columns}
    ).dropna()
    others = others[others["hectares"] > 0]
    near = cKDTree(placed).sparse_distance_matrix(
        cKDTree(others[["easting", "northing"]]), radius, output_type="ndarray"
    )
    one, two = placed.index.to_numpy()[near["i"]], others.index.to_numpy()[near["j"]]
    same = _doubtful(sites) | _doubtful(neighbours)
    other = np.array([a != b and (a, b) not in same for a, b in zip(one, two, strict=True)], dtype=bool)
    site, neighbour = near["i"][other], near["j"][other]
    area = np.bincount(site, weights=others["hectares"].to_numpy()[neighbour], minlength=len(placed))
    hectares = pd.Series(area, index=placed.index).round(_DECIMALS)
    count = np.bincount(site, minlength=len(placed))
    acted, left = (
        np.bincount(site, weights=marked.loc[others.index].to_numpy()[neighbour], minlength=len(placed))
        for marked in (_acted_on(neighbours), _left(neighbours, as_of))
    )
    return evidence(
        placed.index,
        value=ramp(hectares, blight),
        grade="B",
        reason=[
            f"{area:.1f} ha of {counted(n, 'other listed site')} within {radius} m"
            if n
            else f"no other listed site within {radius} m"
            for n, area in zip(count, hectares, strict=True)
        ],
        counter=[
            f"a start or completion is recorded at {int(n) or 'none'} of them"
            + (f"; {int(gone)} of them had left the list by {as_of:%Y-%m-%d}" if gone else "")
            for n, gone in zip(acted, left, strict=True)
        ],
    )


def _acted_on(neighbours: pd.DataFrame) -> pd.Series:
    """Return at which sites a start or completion is recorded; at none where there is no such column."""
    if "development_status" not in neighbours:
        return pd.Series(False, index=neighbours.index)
    return neighbours["development_status"].notna()


def _left(neighbours: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Return which sites had left their list by a day, as the gate ``ended`` has it; none without such a column."""
    if "end_date" not in neighbours:
        return pd.Series(False, index=neighbours.index)
    return schema.as_kind(neighbours["end_date"], "date", neighbours.index) <= as_of


def _doubtful(sites: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the pairs of sites that may be one, either way round; none where there is no such column."""
    if "possible_duplicates" not in sites:
        return set()
    pairs = sites["possible_duplicates"].dropna().astype("str").str.split("; ").explode()
    return {pair for one, other in pairs.items() for pair in ((str(one), other), (other, str(one)))}


@reading("X", source="previous_use")
def former_use(sites: pd.DataFrame, contamination: Parameters) -> pd.DataFrame:
    """Measure contamination (0–1) where the previous use as registered is a contaminative one; grade B.

    The proxy of industrial land with the whole site taken as meant, open up to 1: nobody measured it. Notes that say
    the land was cleaned end it: with the user's ``cleaned_by`` the statement whose blank would make a record stronger.
    """
    used = contaminative_use(sites, contamination) & ~stated_as_cleaned(column(sites, "notes", "text"))
    return evidence(
        sites.index[used],
        value=contamination.number("stated"),
        high=1.0,
        grade="B",
        reason="previous use: " + sites["previous_use"][used],
        counter=no_word_of_remediation(sites)[used],
    )


def contaminative_use(sites: pd.DataFrame, contamination: Parameters) -> pd.Series:
    """Return at which sites the previous use as registered is a contaminative one, and no street or place."""
    words = contamination.table("words")
    uses = (*contamination.texts("previous_uses"), *words.texts("heavy_trades"), *words.texts("heavy_in_names"))
    return named_uses(column(sites, "previous_use", "text"), uses, around(words)).ne("")


def no_word_of_remediation(sites: pd.DataFrame) -> pd.Series:
    """Return the counter-evidence of contamination where no word says that the land was cleaned."""
    noted = column(sites, "notes", "text").notna()
    words = np.where(noted, "no word of remediation in the notes", "there are no notes that could mention remediation")
    return pd.Series(words, index=sites.index, dtype="str") + "; no ground investigation is available"


@reading("X", source="notes")
def stated_contamination(sites: pd.DataFrame, contamination: Parameters) -> pd.DataFrame:
    """Measure contamination (0–1) where the notes state it; grade C.

    The hazardous-substances flag is a consent matter and says nothing here. Notes that call it possible, mention a
    planning condition or say that the land was cleaned state nothing.
    """
    open_question = mentions(sites["notes"], contamination.texts("hedges"))
    stated = states(sites["notes"], contamination.texts("phrases"))
    stated &= ~stated_as_cleaned(column(sites, "notes", "text")) & ~open_question
    return evidence(
        sites.index[stated],
        value=contamination.number("stated"),
        grade="C",
        reason="the notes state contamination",
        counter="no word of remediation in the notes; no ground investigation is available",
    )


@signal(
    "I", title="Information", kind="primary", meaning="One side cannot know what the ground or the title hides",
    measured_by="notes, own layers", source="notes", parameters=("information",),
    positive_only=True,
)  # fmt: skip
def open_information(sites: pd.DataFrame, information: Parameters) -> pd.DataFrame:
    """Measure the want of information (0–1) where the notes state an open investigation or title; grade C."""
    words = {"inconclusive": "an inconclusive investigation", "unregistered": "an unregistered title"}
    tables = []
    before = pd.Series(False, index=sites.index)
    for key, parameters in information.tables().items():
        stated = states(sites["notes"], parameters.texts("phrases")) & ~before
        before |= stated
        tables.append(
            evidence(
                sites.index[stated],
                value=parameters.number("stated"),
                grade="C",
                reason=f"the notes state {words[key]}",
                counter="no later investigation or registration is known",
            )
        )
    return pd.concat(tables)


@signal(
    "P", title="Public good", kind="primary", meaning="Works that serve many and that no one owner pays for",
    measured_by="flood zone 3, notes, own layers", source="notes", parameters=("public_works",),
    facts=OF_PUBLIC_WORKS,
)  # fmt: skip
def stated_public_works(sites: pd.DataFrame, public_works: Parameters) -> pd.DataFrame:
    """Measure the want of a public good (0–1) where the notes state a public work needed to develop; grade C."""
    stated = states(sites["notes"], public_works.texts("phrases"))
    return evidence(
        sites.index[stated],
        value=public_works.number("stated"),
        grade="C",
        reason="the notes state a public work needed to develop",
        counter="whether it is funded or built is not known",
    )


def years_between(dates: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Return the years from each date to ``as_of``."""
    days: pd.Series = (as_of - dates).dt.days
    return days / DAYS_PER_YEAR


def _past(years: float) -> str:
    """Return how far past its expected start a permission is, in words."""
    return f"{years:.1f} years past its expected start" if years > 0 else "its expected start is not past"


NEEDS = (
    "ownership_status", "planning_permission_status", "planning_permission_type", "planning_permission_date",
    "development_status", "previous_use", "derelict_since", "notes", "start_date", "hectares", "easting", "northing",
)  # fmt: skip
"""The columns of :data:`siteprior.core.schema.REGISTER` the evidence is read from."""


def conformed(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites as a plain table, the register columns the evidence is read from each of its declared kind."""
    kinds = {column.name: column.kind for column in schema.REGISTER.columns}
    return pd.DataFrame(sites).assign(**{name: schema.as_kind(sites[name], kinds[name], sites.index) for name in NEEDS})
