"""The councils and combined authorities known without a boundary file."""

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

COMBINED_AUTHORITIES = {
    "E47000001": "Greater Manchester Combined Authority",
    "E47000002": "Sheffield City Region Combined Authority",
    "E47000003": "West Yorkshire Combined Authority",
    "E47000004": "Liverpool City Region Combined Authority",
    "E47000006": "Tees Valley Combined Authority",
    "E47000007": "West Midlands Combined Authority",
    "E47000008": "Cambridgeshire and Peterborough Combined Authority",
    "E47000009": "West of England Combined Authority",
    "E47000010": "North East Combined Authority",
    "E47000011": "North of Tyne Combined Authority",
}
"""ONS code → name of the combined authorities (ONS code history): no register is theirs, but sites of their own are."""
