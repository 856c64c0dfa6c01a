from . import benefits, funds, market_failure, prices, viability
from .benefits.jobs import jobs_capacity
from .capacity import capacity_profiles, default_profile, homes_capacity
from .deadweight import site_deadweight

__all__ = [
    "benefits",
    "capacity_profiles",
    "default_profile",
    "funds",
    "homes_capacity",
    "jobs_capacity",
    "market_failure",
    "prices",
    "site_deadweight",
    "viability",
]
