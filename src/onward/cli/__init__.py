"""Who reads it: the run folder, tables, the terminal and the command line.

Nothing is imported here, so that ``onward --help`` stays quick.
"""
