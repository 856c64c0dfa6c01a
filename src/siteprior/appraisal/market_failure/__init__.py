"""The nine signals of market failure, their evidence, and the verdict."""
