"""The signals of market failure, their evidence, and the verdict.

The modules of evidence register the signals and their readings when they are imported. They are imported here, so that
the order of signals and readings is the same whichever module is asked for first.
"""

from siteprior.appraisal.market_failure import evidence_market, evidence_ownership, evidence_register

__all__ = ["evidence_market", "evidence_ownership", "evidence_register"]
