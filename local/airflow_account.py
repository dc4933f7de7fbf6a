"""Airflow's own command line, run by its Python, with the password from the environment: all users of a machine can read command lines."""

import os
import runpy
import sys

if __name__ == "__main__":
    sys.argv.append(f"--password={os.environ.pop('ACCOUNT_PASSWORD')}")
    runpy.run_module("airflow", run_name="__main__")
