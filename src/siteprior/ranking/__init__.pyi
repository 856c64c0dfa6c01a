from .band_parts import rank_band_parts
from .bands import rank_bands
from .criteria import Criterion, criteria_table, criterion
from .decision_matrix import measure
from .eligibility import apply_gates
from .gates import Gate, gate, gate_table
from .other_weights import Reweighted, reweight
from .scoring import default_weights, rank, score
from .sensitivity import sobol_indices, weight_moves
from .smaa import Acceptability, acceptability, rank_acceptability
from .user_layers import user_criteria, user_gates
from .weight_draws import draw_weights

__all__ = [
    "Acceptability",
    "Criterion",
    "Gate",
    "Reweighted",
    "acceptability",
    "apply_gates",
    "criteria_table",
    "criterion",
    "default_weights",
    "draw_weights",
    "gate",
    "gate_table",
    "measure",
    "rank",
    "rank_acceptability",
    "rank_band_parts",
    "rank_bands",
    "reweight",
    "score",
    "sobol_indices",
    "user_criteria",
    "user_gates",
    "weight_moves",
]
