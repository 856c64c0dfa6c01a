from .bands import rank_bands
from .criteria import Criterion, criteria_table, criterion
from .decision_matrix import measure
from .eligibility import apply_gates
from .gates import Gate, gate, gate_table
from .other_weights import Reweighted, reweight
from .scoring import default_weights, rank, score
from .user_layers import user_criteria, user_gates

__all__ = [
    "Criterion",
    "Gate",
    "Reweighted",
    "apply_gates",
    "criteria_table",
    "criterion",
    "default_weights",
    "gate",
    "gate_table",
    "measure",
    "rank",
    "rank_bands",
    "reweight",
    "score",
    "user_criteria",
    "user_gates",
]
