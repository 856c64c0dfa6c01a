from .measure_effects import scenario_effects as effects
from .measure_effects import scenario_summary as summary
from .scenarios import Scenario, Supply
from .scenarios import apply_scenario as apply

__all__ = [
    "Scenario",
    "Supply",
    "apply",
    "effects",
    "summary",
]
