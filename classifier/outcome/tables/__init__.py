"""
The tables a run leaves behind: written piece by piece as CSV, JSON Lines, Parquet or a workbook, and read back.

JSON Lines and Parquet hold every text as it is. CSV and workbooks are opened by people, so their
cells are never live (`comma_separated`, `workbook`). The only loss anywhere is that half a character
(a lone surrogate) becomes U+FFFD, which keeps every offset.
No file holds the time it was written: equal runs give equal bytes.
"""
