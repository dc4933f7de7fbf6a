"""The emulated AWS as one WSGI application: understand a request, let a service answer it, check the answer."""

import json
import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from botocore import xform_name
from moto.core.request import Request

from local.aws.emulator import protocol, sessions, zones
from local.aws.emulator.airflow_behind import AirflowBehind
from local.aws.emulator.caller import KEY
from local.aws.emulator.errors import Invalid, NotEmulated, Refused
from local.aws.emulator.gaps import prepare
from local.aws.emulator.inventory import inventory
from local.aws.emulator.ledger import Ledger
from local.aws.emulator.moto_side import Answer, Moto
from local.aws.emulator.protocol import Addressed, Call
from local.aws.emulator.services import OWN, Services
from local.aws.emulator.warehouse_behind import WarehouseBehind

FIRST_ERROR = 400
log = logging.getLogger(__name__)


class Emulator:
    """The one account and everything in it."""

    def __init__(self, airflow: AirflowBehind, warehouse: WarehouseBehind) -> None:
        self.services, self.ledger = Services(airflow, warehouse), Ledger()
        self._moto = Moto()
        self._one_at_a_time = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """The WSGI interface."""
        request = Request(environ)
        if request.path.startswith(("/emulator/", "/moto-api/")):
            return self._control(request).send(start_response)
        return self._answer(request).send(start_response)

    def _answer(self, request: Request) -> Answer:
        addressed, operation = None, ""
        try:
            addressed = protocol.address(request)
            KEY.set(addressed.key)
            model, labels = protocol.operation_of(request, addressed)
            operation = str(model.name)
            self.ledger.called(addressed.service, operation)
            call = protocol.understand(request, addressed, model, labels)
            with self._one_at_a_time:
                sessions.require_permitted(self.services.place(call.region), call, addressed.key)
            return self._own(call) if call.service in OWN else self._from_moto(call, request.environ)
        except Refused as refused:
            self._note(addressed, operation, refused)
            return protocol.failure(addressed, refused)

    def _note(self, addressed: Addressed | None, operation: str, refused: Refused) -> None:
        service = addressed.service if addressed else ""
        if isinstance(refused, Invalid | NotEmulated) or addressed is None:
            log.error("%s %s: %s", service, refused.code, refused.message)
            self.ledger.refused(service, operation, refused)
        else:
            self.ledger.failed(service, operation, refused.code, refused.message)

    def _own(self, call: Call) -> Answer:
        service = self.services.get(call.service, call.region)
        method = getattr(service, xform_name(call.operation.name), None)
        if method is None:
            raise NotEmulated(f"the emulator has no {call.service}.{call.operation.name}")
        try:
            # What waits for an Airflow keeps nobody else waiting: its tasks ask this AWS meanwhile.
            with nullcontext() if call.operation.name == "InvokeRestApi" else self._one_at_a_time:
                return protocol.success(call, method(call.parameters))
        except Refused:
            raise
        except Exception as error:
            log.exception("%s.%s", call.service, call.operation.name)
            raise NotEmulated(f"the emulator broke at {call.service}.{call.operation.name}: {error!r}") from error

    def _from_moto(self, call: Call, environ: dict[str, Any]) -> Answer:
        prepare(call.service)
        protocol.hold(environ)  # a client that sends slowly keeps nobody else waiting
        try:
            with self._one_at_a_time:  # moto's backends are made for one thread: they break, or do a thing twice, while another writes
                answer = self._moto.answer(environ)
        except Exception as error:
            log.exception("%s.%s", call.service, call.operation.name)
            raise NotEmulated(f"moto cannot answer {call.service}.{call.operation.name}: {error!r}") from error
        result = protocol.parsed(call, answer)
        if int(answer.status.split()[0]) >= FIRST_ERROR:
            said = result.get("Error", {})
            self.ledger.failed(call.service, str(call.operation.name), said.get("Code", ""), said.get("Message", ""))
        return answer

    def _control(self, request: Request) -> Answer:
        """What tests ask the emulator itself."""
        reads: dict[str, Callable[[], Any]] = {
            "/emulator/inventory": lambda: inventory(self.services.all()),
            "/emulator/refusals": lambda: self.ledger.refusals,
            "/emulator/errors": lambda: self.ledger.errors,
            "/emulator/calls": lambda: self.ledger.calls,
        }
        writes: dict[str, Callable[[], Any]] = {
            "/emulator/reset": self._reset,
            "/moto-api/reset": self._reset,
            "/emulator/statements/expire": self._expire_statements,
            "/emulator/zones": lambda: zones.put(request.args["region"], request.args["name"], request.args["id"]),
            "/emulator/zones/withhold": lambda: zones.withhold(request.args["service"], request.args["id"]),
            "/emulator/environments/hold": lambda: self.services.get("mwaa", request.args["region"]).hold(),
            "/emulator/environments/keys": lambda: self.services.get("mwaa", request.args["region"]).keys(request.args["name"]),
            "/emulator/environments/release": lambda: self.services.get("mwaa", request.args["region"]).release(),
        }
        action = (reads if request.method == "GET" else writes).get(request.path)
        if action is None:
            return _json("404 Not Found", {"message": f"the emulator knows no {request.method} {request.path}"})
        try:
            return _json("200 OK", action())
        except Refused as refused:
            return _json("400 Bad Request", {"message": refused.message})
        except KeyError as error:
            return _json("400 Bad Request", {"message": f"the emulator has no {error.args[0]} for {request.full_path}"})

    def _reset(self) -> dict[str, str]:
        with self._one_at_a_time:
            self._moto.reset()
            zones.reset()
            self.services.reset()
            self.ledger.reset()
        return {"status": "ok"}

    def _expire_statements(self) -> dict[str, str]:
        for service in self.services.all("redshift-data"):
            service.expire()
        return {"status": "ok"}


def _json(status: str, value: Any) -> Answer:
    return Answer(status, [("Content-Type", "application/json")], json.dumps(value).encode())
