from .deprivation import read_deprivation, with_deprivation
from .lsoa import districts, study_area
from .lsoa import read_areas as read

__all__ = [
    "districts",
    "read",
    "read_deprivation",
    "study_area",
    "with_deprivation",
]
