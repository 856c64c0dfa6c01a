"""The councils known without a boundary file."""

WEST_MIDLANDS = {
    "E08000025": ("Birmingham", "BIR"),
    "E08000026": ("Coventry", "COV"),
    "E08000027": ("Dudley", "DUD"),
    "E08000028": ("Sandwell", "SAW"),
    "E08000029": ("Solihull", "SOL"),
    "E08000030": ("Walsall", "WLL"),
    "E08000031": ("Wolverhampton", "WLV"),
}
"""ONS code → name and ``local-authority-eng`` code of the seven councils known without a boundary file."""
