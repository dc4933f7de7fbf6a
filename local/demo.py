"""The main job on one machine: both DAGs run, their lineage is read back through the store's API, checked and shown."""

import shutil
from pathlib import Path

import psycopg2
from psycopg2.sql import SQL, Identifier
from rich.console import Console

from lineage.check import Verdict, check
from lineage.client import Client, StoreUnreachable
from lineage.expected import load
from lineage.graph import read
from lineage.page import render
from lineage.report import show

from local.console import Progress
from local.orchestrator import DagRun
from local.settings import BUCKET, DATABASE, ROOT, WAREHOUSE_NAMESPACE, Settings
from local.system import System, running

EXPECTED = ROOT / "airflow/dags/expected_lineage.yaml"
DAGS = ("rs_source_to_staging", "rs_staging_to_dm")
