"""Map tips of QGIS as cards: what stands on a site's card, an opportunity's, a corridor's.

A card is HTML with QGIS expressions in it. Names and facts come from other people's files: QGIS escapes what it fills
in, cuts what is too long for a card, and leaves out a line whose fact is blank.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from siteprior.report import style
from siteprior.report.geopackage.qgis_text import expression_text

LONGEST = 160
"""The longest text on a card; a register's address may have ten thousand letters."""


@dataclass(frozen=True)
class Fact:
    """A line of a card: its title, the QGIS expression of its value, and the columns that needs."""

    title: str
    value: str
    needs: tuple[str, ...]


def _column(title: str, name: str, value: str = "") -> Fact:
    """Return the line of one column: its value as it is, or by an expression of it."""
    return Fact(title, value or f'"{name}"', (name,))


_RANK = "\"rank\" || coalesce(' (between ' || \"rank_p05\" || ' and ' || \"rank_p95\" || ')', '')"
_POUNDS = "'£' || format_number(\"{}\", 0)"

_TOGETHER = (
    'if("opportunity_sites" > 1, "opportunity_sites" || \' sites\' '
    "|| coalesce(', ' || \"opportunity_dwellings\" || ' homes', '') "
    "|| coalesce(', ' || round(\"opportunity_hectares\", 2) || ' ha', ''), NULL)"
)

_RANKED = (
    Fact("Rank", _RANK, ("rank", "rank_p05", "rank_p95")),
    _column("Score", "score", 'format_number("score", 2)'),
    _column("On the shortlist", "top_k_acceptability", "round(100 * \"top_k_acceptability\") || '% of redraws'"),
)
_DECIDED = (
    _column("Programme", "core_class"),
    _column("Market failure", "market_failure"),
)
_SITE = (
    *_RANKED,
    _column("Not ranked because", "gate_reasons"),
    Fact("Decision", "\"decision\" || coalesce(': ' || \"decision_reason\", '')", ("decision", "decision_reason")),
    *_DECIDED,
    _column("Open", "open_facts"),
    _column("Corridor", "corridor"),
    Fact("Walk", "round(\"corridor_walk_m\") || ' m' || coalesce(' to ' || \"corridor_stop\", '')",
         ("corridor_walk_m", "corridor_stop")),
    _column("Homes", "minimum_net_dwellings"),
    _column("Hectares", "hectares", 'round("hectares", 2)'),
    Fact("Bought as one", _TOGETHER, ("opportunity_sites", "opportunity_dwellings", "opportunity_hectares")),
    _column("Council", "organisation_name"),
    _column("Deprivation decile", "imd_decile", "\"imd_decile\" || ' (1 = most deprived)'"),
    _column("Planning", "planning_permission_status"),
    _column("Reference", "reference"),
    _column("Data", "illustrative", "if(\"illustrative\" = 'yes', 'invented, for illustration', NULL)"),
)  # fmt: skip
_OF_DECISION = ("top_k_acceptability", "core_class")
_OPPORTUNITY = (
    *_RANKED,
    *_DECIDED,
    _column("Corridor", "corridor"),
    _column("Homes", "opportunity_dwellings"),
    _column("Hectares", "opportunity_hectares", 'round("opportunity_hectares", 2)'),
    _column("Members", "members"),
    _column("Refused", "refused_members"),
)

CARDS: dict[str, tuple[tuple[str, ...], tuple[Fact, ...]]] = {
    "shortlist": (("site_name", "reference", "site_id"), _SITE),
    "sites": (
        ("site_name", "reference", "site_id"),
        tuple(fact for fact in _SITE if fact.needs[0] not in _OF_DECISION),
    ),
    "opportunities": (("site_name", "site_id"), _OPPORTUNITY),
    "programme": (
        ("site_name", "site_id"),
        (
            _column("Rank", "rank"),
            _column("Programme", "core_class"),
            _column("Core index", "core_index", 'format_number("core_index", 2)'),
            _column("Cost", "programme_cost", _POUNDS.format("programme_cost")),
            _column("Homes", "opportunity_dwellings"),
            _column("Year", "year"),
            _column("Fund", "fund"),
            _column("Market failure", "market_failure"),
            _column("Corridor", "corridor"),
            _column("Deprivation decile", "imd_decile", "\"imd_decile\" || ' (1 = most deprived)'"),
            _column("Members", "members"),
        ),
    ),
    "corridors": (
        ("corridor",),
        (
            _column("Kind", "kind"),
            Fact("Stops", "\"stops\" || coalesce(', ' || \"open_stops\" || ' open', '')", ("stops", "open_stops")),
            _column("Length", "length_m", "format_number(\"length_m\" / 1000, 1) || ' km'"),
        ),
    ),
    "stops": (
        ("stop_name",),
        (_column("Mode", "mode"), _column("State", "state"), _column("Who says so", "state_basis")),
    ),
    "areas": (
        ("lsoa_name", "lsoa_code"),
        (
            _column("Code", "lsoa_code"),
            _column("IMD decile", "imd_decile", "\"imd_decile\" || ' (1 = most deprived)'"),
            _column("IMD percentile", "imd_percentile", 'round("imd_percentile", 1)'),
            _column("Edition", "imd_edition"),
        ),
    ),
    "site_shapes": (
        ("site_name", "site_id"),
        (
            _column("Shape from", "shape_basis"),
            _column("Hectares registered", "hectares", 'round("hectares", 2)'),
            _column("Hectares of the shape", "shape_hectares", 'round("shape_hectares", 2)'),
            _column("Position", "position_uncertainty_m", "'± ' || round(\"position_uncertainty_m\") || ' m'"),
        ),
    ),
    "catchments": (
        ("corridor",),
        (
            _column("Walk", "band_m", "\"band_m\" || ' m'"),
            _column("Drawn by", "basis"),
            _column("Hectares", "hectares", 'round("hectares")'),
        ),
    ),
    "corridor_stops": (
        ("stop_name",),
        (_column("Corridor", "corridor"), _column("State", "state"), _column("Who says so", "state_basis")),
    ),
    "service_stops": (("stop_name",), (_column("Code", "stop_code"), _column("Place from", "place_basis"))),
    "access_grid": (("access_band",), (_column("Access index", "access_index", 'round("access_index", 2)'),)),
}
"""The columns a card is headed by, the first known of them, and its facts in order."""


def card(layer: str, columns: Collection[str]) -> str:
    """Return the card of a layer's features as HTML with QGIS expressions, of the columns it has.

    Parameters
    ----------
    layer
        Name of the layer in the GeoPackage.
    columns
        The columns the layer has; a fact that needs another is left out.

    Examples
    --------
    >>> print(card("corridors", ["corridor"]))  # doctest: +ELLIPSIS
    <div style="..."><b style="font-size:14px">[% coalesce(replace(...), '') %]</b><table ...></table></div>
    """
    heads, facts = CARDS[layer]
    names = [f"nullif(trim(\"{name}\"), '')" for name in heads if name in columns]
    name = f"coalesce({', '.join(names)})" if names else "''"
    lines = [_line(fact) for fact in facts if set(fact.needs) <= set(columns)]
    return (
        f'<div style="font-family:sans-serif;font-size:12px;color:{style.INK};background:{style.WHITE};'
        'width:300px;word-wrap:break-word">'
        f"<b style=\"font-size:14px\">[% coalesce({_as_html(name)}, '') %]</b>"
        f'<table style="margin-top:4px;border-collapse:collapse">{"".join(lines)}</table></div>'
    )


def _line(fact: Fact) -> str:
    """Return a line as one expression: nothing where the value is blank."""
    head = (
        f'<tr><td style="color:{style.GREY};padding:1px 8px 1px 0;vertical-align:top;white-space:nowrap">'
        f'{fact.title}</td><td style="padding:1px 0;vertical-align:top">'
    )
    value = _as_html(f"nullif(trim(to_string({fact.value})), '')")
    return f"[% coalesce({expression_text(head)} || {value} || '</td></tr>', '') %]"


def _as_html(expression: str) -> str:
    """Wrap a QGIS expression of a text so that markup in it shows as text, and what is too long ends in dots."""
    short = f"if(length({expression}) > {LONGEST}, left({expression}, {LONGEST - 1}) || '…', {expression})"
    return f"replace(replace(replace({short}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
