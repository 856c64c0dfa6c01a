from .acquisition import acquisition_cost
from .headroom import site_headroom
from .inputs import cost_table, load_costs, load_scheme
from .remediation import remediation_range
from .residual import residual_land_value, site_viability
from .residual import viability_lines as lines
from .sensitivity import driver_summary

__all__ = [
    "acquisition_cost",
    "cost_table",
    "driver_summary",
    "lines",
    "load_costs",
    "load_scheme",
    "remediation_range",
    "residual_land_value",
    "site_headroom",
    "site_viability",
]
