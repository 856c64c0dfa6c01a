from .signals import failure_signals, signal_table
from .verdict import failure_verdict

__all__ = [
    "failure_signals",
    "failure_verdict",
    "signal_table",
]
