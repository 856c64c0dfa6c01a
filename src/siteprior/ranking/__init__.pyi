from .agreement import kendalls_w, rank_agreement, rank_reversals, where_methods_part
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
from .other_weights import Reweighted, reweight
from .pairwise import PairwiseWeights, ahp_weights
from .scoring import default_weights, rank, score
from .stakeholders import Stakeholders, compare_stakeholders, correlated_criteria
from .turning_points import fact_changes, weight_changes
from .uncertainty import value_ranges
from .user_layers import user_criteria, user_gates

__all__ = [
    "Criterion",
    "Explanation",
    "Gate",
    "PairwiseWeights",
    "Reweighted",
    "Stakeholders",
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
    "explain",
    "fact_changes",
    "gate",
    "gate_table",
    "information_value",
    "interval_weights",
    "kendalls_w",
    "measure",
    "ordinal_weights",
    "rank",
    "rank_agreement",
    "rank_bands",
    "rank_reversals",
    "reweight",
    "score",
    "spread_weights",
    "swing_weights",
    "user_criteria",
    "user_gates",
    "value",
    "value_ranges",
    "vikor",
    "weight_changes",
    "where_methods_part",
]
