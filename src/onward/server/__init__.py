"""The local web server: runs, scenarios as background jobs, and review of reports.

Needs the extra ``web``. It is made for one person on one computer: it listens on loopback unless told.
"""
