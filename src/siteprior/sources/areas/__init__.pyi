from .deprivation import read_deprivation, with_deprivation
from .lookup import read_area_lookup as read_lookup
from .lsoa import districts, study_area
from .lsoa import read_areas as read

__all__ = [
    "districts",
    "read",
    "read_deprivation",
    "read_lookup",
    "study_area",
    "with_deprivation",
]
