"""Serve the door on a loopback port until it is ended."""

import argparse
import asyncio

from local.redshift.door import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.redshift", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--server", type=int, required=True, help="the port of the PostgreSQL behind it")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.server))


if __name__ == "__main__":
    main()
