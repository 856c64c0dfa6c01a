from .surface import PriceSurface, site_values
from .surface import fit_prices as fit

__all__ = [
    "PriceSurface",
    "fit",
    "site_values",
]
