#!/usr/bin/python3
"""faults.py [GROUP[=PART,...]]...: the table of faults.

Called by tests/check.sh in an empty folder with XB, LIBEXEC, ETC, BUILD and TOP
as tests/cli/lib.sh describes them.  Ends with "N passed, N failed".  FAULTS_FULL
in the environment tries every point where else a sample is tried, FAULTS_TIMES=10
ten times as many."""
import importlib
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lib  # noqa: E402

GROUPS = ["kill", "disk", "around", "unchanged", "bundles", "inject"]


def main():
    # Who starts this in the background has it ignore them, and runs would, too.
    for sig in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(sig, signal.SIG_DFL)
    table = lib.Table()
    for group in sys.argv[1:] or GROUPS:
        name, _, parts = group.partition("=")
        lib.small_plugin()
        module = importlib.import_module(name)
        module.rows(table, parts.split(",") if parts else None)
    lib.fresh_etc()
    table.end()


main()
