"""The operations room: a web page and an API over one mission, with accounts, review and release.

Produces replies. May import mission and everything below; touches network, disk and clock. Whatever leaves goes through
`door`, which knows what the caller's role may have and writes down that it was read.
"""
