"""The residual appraisal: land value, viability gap and remediation, with ranges."""
