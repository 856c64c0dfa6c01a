from .additionality import additional_impact, load_additionality
from .benefits import load_benefits, site_benefits
from .jobs import jobs_capacity

__all__ = [
    "additional_impact",
    "jobs_capacity",
    "load_additionality",
    "load_benefits",
    "site_benefits",
]
