from .gaps import deciding_files, evidence_gaps
from .signals import failure_signals, signal_table
from .verdict import failure_verdict

__all__ = [
    "deciding_files",
    "evidence_gaps",
    "failure_signals",
    "failure_verdict",
    "signal_table",
]
