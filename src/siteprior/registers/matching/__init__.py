"""Which records are the same site: through the vintages of a register, and within one reading."""
