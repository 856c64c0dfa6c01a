"""The dated rules of the funds, checked per site."""
