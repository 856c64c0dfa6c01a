from .bands import rank_bands
from .criteria import Criterion, criteria_table, criterion, measure, user_criteria
from .gates import Gate, apply_gates, gate, gate_table, user_gates
from .scoring import default_weights, rank, score

__all__ = [
    "Criterion",
    "Gate",
    "apply_gates",
    "criteria_table",
    "criterion",
    "default_weights",
    "gate",
    "gate_table",
    "measure",
    "rank",
    "rank_bands",
    "score",
    "user_criteria",
    "user_gates",
]
