"""House sales of HM Land Registry: read whole in bounded memory, placed, measured and screened openly."""
