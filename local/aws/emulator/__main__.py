"""Serve the emulated AWS on a loopback port, and MWAA's web servers on another, with TLS."""

import argparse
import threading
from pathlib import Path

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from local.aws.emulator.airflow_behind import AirflowBehind
from local.aws.emulator.app import Emulator
from local.aws.emulator.walled import Walled
from local.aws.emulator.warehouse_behind import WarehouseBehind
from local.aws.emulator.web_server import WebServer
from local.certificates import issue

HOST = "127.0.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.aws.emulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--authority", type=Path, required=True, help="where the certificate goes that clients of the web servers trust")
    parser.add_argument("--airflow", type=Path, help="which Airflow stands behind MWAA: airflow_behind.py says how")
    parser.add_argument("--warehouse", type=Path, help="which PostgreSQL stands behind Redshift: warehouse_behind.py says how")
    arguments = parser.parse_args()
    emulator = Emulator(AirflowBehind(arguments.airflow), WarehouseBehind(arguments.warehouse))
    _serve_airflow(emulator, arguments.authority)
    make_server(HOST, arguments.port, Walled(emulator), threaded=True, request_handler=MotoRequestHandler).serve_forever()


def _serve_airflow(emulator: Emulator, authority: Path) -> None:
    certificate = issue(authority)
    pages = Walled(WebServer(emulator.services), forms=True)  # which want a token in each
    server = make_server(HOST, 0, pages, threaded=True, ssl_context=(str(certificate), str(certificate)))
    certificate.unlink()
    emulator.services.web_server = f"{HOST}:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    main()
