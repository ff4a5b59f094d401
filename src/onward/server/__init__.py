"""The local web server: runs, scenarios as background jobs, and review of reports.

It needs the extra ``web``. It is meant for one person on one computer and listens on loopback only, unless another host
is given.
"""
