"""What the evidence says of one site: how many homes it holds, and whether a market failure keeps it back."""
