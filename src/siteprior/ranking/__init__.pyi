from .agreement import kendalls_w, rank_agreement, rank_reversals, where_methods_part
from .band_parts import rank_band_parts
from .bands import rank_bands
from .criteria import Criterion, criteria_table, criterion
from .cross_checks import compare_methods, vikor
from .decision_matrix import measure, value
from .diagnostics import spread_weights
from .elicitation import direct_weights, interval_weights, ordinal_weights, swing_weights
from .eligibility import apply_gates
from .explanation import Explanation, compare_sites, contributions, explain
from .fact_values import information_value
from .gates import Gate, gate, gate_table
from .options import run_values
from .other_weights import Reweighted, reweight
from .pairwise import PairwiseWeights, ahp_weights
from .scoring import default_weights, rank, score
from .sensitivity import sobol_indices, weight_moves
from .smaa import Acceptability, acceptability, rank_acceptability
from .stakeholders import Stakeholders, compare_stakeholders, correlated_criteria
from .turning_points import fact_changes, weight_changes
from .uncertainty import value_ranges
from .user_layers import user_criteria, user_gates
from .weight_distance import nearest_weights
from .weight_draws import draw_weights

__all__ = [
    "Acceptability",
    "Criterion",
    "Explanation",
    "Gate",
    "PairwiseWeights",
    "Reweighted",
    "Stakeholders",
    "acceptability",
    "ahp_weights",
    "apply_gates",
    "compare_methods",
    "compare_sites",
    "compare_stakeholders",
    "contributions",
    "correlated_criteria",
    "criteria_table",
    "criterion",
    "default_weights",
    "direct_weights",
    "draw_weights",
    "explain",
    "fact_changes",
    "gate",
    "gate_table",
    "information_value",
    "interval_weights",
    "kendalls_w",
    "measure",
    "nearest_weights",
    "ordinal_weights",
    "rank",
    "rank_acceptability",
    "rank_agreement",
    "rank_band_parts",
    "rank_bands",
    "rank_reversals",
    "reweight",
    "run_values",
    "score",
    "sobol_indices",
    "spread_weights",
    "swing_weights",
    "user_criteria",
    "user_gates",
    "value",
    "value_ranges",
    "vikor",
    "weight_changes",
    "weight_moves",
    "where_methods_part",
]
