"""What was read of the registered sources and evidence a project names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from siteprior.core.short_repr import short_repr
from siteprior.project.layers import Layer, LayerSpec


@short_repr
@dataclass(frozen=True, eq=False)
class Registered:
    """What was read of the registered sources and evidence a project names.

    Attributes
    ----------
    tables
        The sources' tables, by their key in ``[sources]``.
    layers, specs
        The evidence layers and their declarations, in one order.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    layers: tuple[Layer, ...] = ()
    specs: tuple[LayerSpec, ...] = ()
