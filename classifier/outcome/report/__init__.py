"""
The report on a scored folder, first as plain data, then as one page that opens offline.

`build` counts, orders and cuts the excerpts; nothing in it knows HTML. `page` only draws.
A post is hostile until it is drawn: the template escapes everything, an address is text and never a link, and
characters that hide or turn text round are shown by name.
"""
