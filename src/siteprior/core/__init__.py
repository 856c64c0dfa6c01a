"""The ground floor: errors, issue log, files, parameters, random streams; no domain beyond columns and CRS."""
