from .by_name import evidence_specs, read_evidence
from .reader import read_layer as read

__all__ = [
    "evidence_specs",
    "read",
    "read_evidence",
]
