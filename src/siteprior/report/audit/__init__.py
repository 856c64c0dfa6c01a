"""The audit of registers as tables, a page, a map and a workbook per council."""
