"""Facts that would decide a signal: what each is, and what it costs to get. Declared with the signals they decide."""

from __future__ import annotations

from dataclasses import dataclass

from siteprior.core import schema
from siteprior.core.errors import SitePriorError, unknown

FACT_KINDS = schema.FACT_KINDS
"""The kinds of fact, the cheapest to get first."""

FREE_FILE, QUESTION, OWN_APPRAISAL, GROUND_REPORT = FACT_KINDS


@dataclass(frozen=True)
class Fact:
    """A fact that would decide a signal, or that could be counter-evidence to it.

    Attributes
    ----------
    kind
        What it costs: one of :data:`FACT_KINDS`.
    what
        The fact, in words.
    keys
        Of a free file: the keys of ``[evidence]`` or ``[sources]`` it is read by; all of them are needed.
    grade
        Of a free file: the best evidence grade its reading has.
    average
        Of a free file: whether it gives an area's average, which alone decides nothing.
    looked
        Of a free file: the column of the sites that is known where such a file looked. Where one was read and the
        column is blank, a further file of the kind would decide the signal; without it what was read has shown all.
    of_extent
        Of a free file: whether it is measured on the extent of a site, so that it decides nothing where there is none.
    against
        Whether it could only be counter-evidence: listed where a reading below grade A shows the signal.
    whole
        Of a free file: one of its keys, and the column of the sites with the whole units, such as years, its file
        covers: with none the file is lacking, though one was read.

    Raises
    ------
    SitePriorError
        When the kind is none of :data:`FACT_KINDS`, or keys and grade are not those of a free file.

    Examples
    --------
    >>> landfill = Fact("free file", "historic landfill", keys=("historic_landfill",), grade="B")
    >>> landfill.order, landfill.named
    (1, 'historic_landfill')
    """

    kind: str
    what: str
    keys: tuple[str, ...] = ()
    grade: str = ""
    average: bool = False
    looked: str = ""
    of_extent: bool = False
    against: bool = False
    whole: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        if self.kind not in FACT_KINDS:
            raise SitePriorError(unknown("kind of fact", self.kind, FACT_KINDS))
        if (self.kind == FREE_FILE) != bool(self.keys and self.grade in schema.GRADES):
            raise SitePriorError(f"fact '{self.what}': a {FREE_FILE}, and nothing else, has keys and a grade")

    @property
    def order(self) -> int:
        """Its place by what it costs to get, 1 the cheapest."""
        return FACT_KINDS.index(self.kind) + 1

    @property
    def named(self) -> str:
        """What it is called in a list: the keys of a free file, else the fact in words."""
        return " with ".join(self.keys) or self.what


OF_VIABILITY = (
    Fact(
        FREE_FILE,
        "published land values of the council",
        keys=("land_values",),
        grade="B",
        average=True,
        looked="land_value_council",
    ),
    Fact(OWN_APPRAISAL, "an appraisal with sourced costs"),
)
OF_CONTAMINATION = (
    Fact(
        FREE_FILE,
        "historic landfill on the site",
        keys=("historic_landfill",),
        grade="B",
        looked="historic_landfill",
        of_extent=True,
    ),
    Fact(QUESTION, "what the council's records say of contamination"),
    Fact(QUESTION, "whether the land was cleaned, and by whom", against=True),
    Fact(GROUND_REPORT, "a ground investigation"),
)
OF_COORDINATION = (
    Fact(
        FREE_FILE,
        "registered land parcels on the site",
        keys=("parcels",),
        grade="B",
        looked="inspire_parcels",
        of_extent=True,
    ),
    Fact(QUESTION, "how many owners there are"),
)
OF_PUBLIC_WORKS = (
    Fact(
        FREE_FILE,
        "the share of the site in a flood zone",
        keys=("flood_zones",),
        grade="B",
        looked="flood_zone_3",
        of_extent=True,
    ),
    Fact(QUESTION, "which public works the site needs"),
)
OF_THIN_MARKET = (
    Fact(
        FREE_FILE,
        "sales over whole years by private household",
        keys=("households", "sales"),
        grade="B",
        looked="thin_market_percentile",
        whole=("sales", "sales_years_covered"),
    ),
    Fact(OWN_APPRAISAL, "an agent's evidence of demand near the site"),
)
"""The facts that decide the signals of this project, the cheapest first."""

SCREEN_STATED = (
    ("development_status", Fact(QUESTION, "whether building has started or is complete")),
    ("planning_permission_status", Fact(QUESTION, "whether there is a permission or an application")),
)
"""Columns of the register on which the deadweight screen rests, and what to ask where one is blank."""

EXTENT = Fact(QUESTION, "how large the site is, or its outline")
"""What to ask where a site has neither hectares nor a polygon, so that no layer can say what lies on it."""

PERMISSION_DATED = Fact(QUESTION, "which kind of permission it is, and of which day")
NOT_SCREENED = Fact(QUESTION, "the deadweight screen as a whole")
"""What to ask where a permission has no kind or day; where the deadweight screen was not made."""
