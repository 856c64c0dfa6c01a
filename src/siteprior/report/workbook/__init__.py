"""Workbooks for Excel and its kin: the sheets of a ranking, and how any sheet is written."""
