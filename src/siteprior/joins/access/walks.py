"""How walks are measured, parsed once: over which streets, from which shapes, and by which factor without streets."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import SITE_SHAPES, SITES, check
from siteprior.core.short_repr import short_repr
from siteprior.joins._geometry import site_origins
from siteprior.walking.network import Floats, Ints, WalkNetwork


def _factor() -> float:
    """Return the ratio of walk to straight line of the parameters."""
    return load_parameters("access").number("walk_factor")


def _snap() -> float:
    """Return the farthest a street may lie from a place, in metres, of the parameters."""
    return load_parameters("access").number("max_snap_m")


@short_repr
@dataclass(frozen=True, eq=False)
class Walking:
    """How walks are measured, in metres; every join that measures one takes this object.

    Attributes
    ----------
    network
        The streets; straight lines times ``walk_factor`` are measured when ``None``.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`, to measure from the edges of polygons; sites are points without.
    walk_factor
        Ratio of walk to straight line, at least 1; parameter ``access.walk_factor`` by default.
    max_snap_m
        Farthest a street may lie from a site or stop, in metres; parameter ``access.max_snap_m`` by default.

    Raises
    ------
    InputError
        When the network or the shapes are none, the factor is below 1, or the snap is no length.

    Examples
    --------
    >>> walking = Walking()
    >>> walking.basis, walking.walk_factor, walking.max_snap_m
    ('straight-line', 1.3, 250)
    """

    network: WalkNetwork | None = None
    shapes: gpd.GeoDataFrame | None = None
    walk_factor: float = field(default_factory=_factor)
    max_snap_m: float = field(default_factory=_snap)

    def __post_init__(self) -> None:
        """Refuse what is no way to walk."""
        if self.network is not None and not isinstance(self.network, WalkNetwork):
            raise InputError(
                f"network: needs a WalkNetwork or None, got {type(self.network).__name__}; read one from streets"
            )
        if self.shapes is not None:
            check(self.shapes, SITE_SHAPES, name="shapes", needs=("shape_basis",))
        if not self.walk_factor >= 1:
            raise InputError(f"walk_factor: {self.walk_factor} is below 1; no walk is shorter than the straight line")
        if not 0 < self.max_snap_m < np.inf:
            raise InputError(f"max_snap_m: {self.max_snap_m} is not a length; give metres above 0")

    @property
    def basis(self) -> str:
        """``network`` or ``straight-line``."""
        return "straight-line" if self.network is None else "network"

    def origins(self, sites: gpd.GeoDataFrame) -> tuple[Floats, Ints]:
        """Return the places walks start at, eastings and northings, and the position of the site each belongs to.

        They lie along the edges of polygons over streets; by straight line they are the sites' points.
        """
        check(sites, SITES, name="sites", needs=())
        shapes = None if self.network is None else self.shapes
        return site_origins(sites, shapes, load_parameters("access").number("site_edge_m"))

    def margin(self, sites: gpd.GeoDataFrame) -> Floats:
        """Return how much longer or shorter a walk over streets may be, in metres, for not knowing the exact place."""
        check(sites, SITES, name="sites", needs=(), may_have=("position_uncertainty_m",))
        if "position_uncertainty_m" not in sites.columns:
            return np.full(len(sites), np.nan)
        return sites["position_uncertainty_m"].to_numpy(dtype=np.float64) * self.walk_factor
