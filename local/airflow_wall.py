"""The wall around Airflow's own pages and API on this machine, as around the store: a plugin of the Airflow that `make up` keeps running.

MWAA has none: its pages stand behind AWS's own sign-in. Not even a link on another page opens one: a GET of Airflow 2.7 can run a DAG.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

import airflow
from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from lineage.wall import Wall
else:  # the same, as it is named beside this file: a folder of DAGs may have a package `lineage` of its own
    from airflow_wall_rules import Wall

Scope = MutableMapping[str, Any]
FORBIDDEN = 403
WALL = Wall()


class WalledApi:
    """The ASGI application of Airflow 3 behind the wall."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", [])}
        reason = WALL.refusal(scope["method"], scope["scheme"], scope["path"], headers) if scope["type"] == "http" else None
        if reason is None:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": FORBIDDEN, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
        await send({"type": "http.response.body", "body": reason.encode()})


class AirflowWall(AirflowPlugin):
    """Registers it, in Airflow 3 and in Airflow 2."""

    name = "wall"
    fastapi_root_middlewares = [{"name": "wall", "middleware": WalledApi}]  # noqa: RUF012 - as Airflow declares it

    @property
    def flask_blueprints(self) -> list[Any]:  # type: ignore[override]
        """Of Airflow 2. Asked for by the web server only: a task has no use for Flask, which takes time to import."""
        if not airflow.__version__.startswith("2."):
            return []
        from flask import Blueprint, Response, request  # noqa: PLC0415

        wall = Blueprint("wall", __name__)

        @wall.before_app_request
        def refuse() -> Response | None:
            reason = WALL.refusal(request.method, request.scheme, request.path, request.headers)
            return Response(reason, status=FORBIDDEN, mimetype="text/plain") if reason else None

        return [wall]
