"""The interactive part of the report: map, tables and weights in one page that loads nothing."""
