"""The command line: commands, terminal tables, progress and error messages.

Nothing is imported here, so that ``onward --help`` stays quick.
"""
