"""The local web page: several runs in one place, what-ifs as background jobs, and reports to review.

Needs the extra ``web``. It is made for one person on one computer: it listens on loopback unless told.
"""
