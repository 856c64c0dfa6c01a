"""What public money would buy: additional homes, land value uplift, jobs, the benefit-cost ratio."""
