"""Has OpenLineage's integration ask here first for the lineage of a task.

The integrations' own door, `[openlineage] extractors`, knows an operator by the exact name of its class: not a subclass that a person has
written, nor what a function runs with hooks. So what asks the extractors is wrapped. What a user has set there goes before.
"""

import inspect
import logging
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from types import ModuleType
from typing import Any
from weakref import ref

from mwaa_lineage.airflow.stock import aws_hooks, copies, declared, quality
from mwaa_lineage.airflow.stock.observed import observe, observed
from mwaa_lineage.airflow.task_lineage import TaskLineage

_MANAGERS = ("airflow.providers.openlineage.extractors.manager", "openlineage.airflow.extractors.manager")
_INTEGRATIONS = ("airflow.providers.openlineage.", "openlineage.airflow.")
SAYS_THE_END = {"complete", "task_instance_state"}  # the parameters, by version, of what asks the extractors
MOST = 16  # tasks of one process whose lineage is kept between their start and their end

log = logging.getLogger(__name__)


def open_door() -> None:
    """Where an integration is loaded; else nothing."""
    modules = [sys.modules[name] for name in _MANAGERS if name in sys.modules]
    for module in modules:
        manager = module.ExtractorManager
        if not is_open(manager):
            manager.extract_metadata = _asking_here(manager.extract_metadata, module)
    if modules:
        observe()
        aws_hooks.observe()


def is_open(manager: Any) -> bool:
    """Whether a manager of extractors, or all of a class, asks here; somebody else may have wrapped it, too."""
    return hasattr(manager.extract_metadata, "asks_here")


def users(manager: Any) -> dict[str, Any]:
    """{operator: extractor} of those that a user has set."""
    known = getattr(manager, "task_to_extractor", manager).extractors
    return {operator: extractor for operator, extractor in known.items() if not extractor.__module__.startswith(_INTEGRATIONS)}


def _asking_here(extract: Callable[..., Any], module: ModuleType) -> Callable[..., Any]:
    signature = inspect.signature(extract)

    @wraps(extract)
    def extract_metadata(manager: Any, dagrun: Any, task: Any, *given: Any, **named: Any) -> Any:
        asked = signature.bind(manager, dagrun, task, *given, **named).arguments
        at_end = bool(asked.get("complete")) or asked.get("task_instance_state", "running") != "running"
        metadata = None
        with _whatever_happens(task, "it is left to OpenLineage's integration"):
            if type(task).__name__ not in users(manager):
                metadata = _found_here(module, task, at_end, getattr(asked.get("task_instance"), "task", task))
        if metadata is None:
            _forget_another(manager, task)
            metadata = extract(manager, dagrun, task, *given, **named)
            with _whatever_happens(task, "what its hooks have sent is missing"):
                _add_what_hooks_sent(metadata, task, at_end)
        with _whatever_happens(task, "what it has copied in S3 is missing"):
            _add_copies(metadata, task, at_end)
        _add_inlets_and_outlets(manager, metadata, task, asked.get("task_instance"))
        return metadata

    extract_metadata.__dict__["asks_here"] = True
    return extract_metadata


@contextmanager
def _whatever_happens(task: Any, left: str) -> Iterator[None]:
    """Nothing that goes wrong here may cost the task its event."""
    try:
        yield
    except Exception:
        log.warning("The lineage of %s: %s", task.task_id, left, exc_info=True)


def _forget_another(manager: Any, task: Any) -> None:
    """openlineage-airflow keeps its extractors by the task's id: instead of the next part of a mapped task it would ask the first."""
    if hasattr(manager, "task_to_extractor"):
        known = manager.extractors.get(task.task_id)
        if known is not None and known.operator is not task:
            del manager.extractors[task.task_id]


def _found_here(module: ModuleType, task: Any, at_end: bool, executed: Any) -> Any:
    """In the integration's words; None for a task that is not read here. openlineage-airflow gives a copy of the one that is executed."""
    lineage = _lineage(task)
    try:
        sent = declared.sent(task)
    except Exception as error:  # as its connection is not known: an integration would lose the event
        return _metadata(module, task, lineage.without(error, declared.texts(task)))
    if sent is None:
        return None
    if not at_end:
        return _metadata(module, task, lineage.at_start(sent))
    metadata = _metadata(module, task, lineage.at_end(observed.sent() or sent, observed.left_out))
    with _whatever_happens(task, "what it has found out about a table is missing"):
        quality.add(module, executed, metadata)
    return metadata


_lineages: OrderedDict[int, tuple[Any, TaskLineage]] = OrderedDict()


def _lineage(task: Any) -> TaskLineage:
    """The same at the start of a task and at its end."""
    known, lineage = _lineages.get(id(task), (None, None))
    if known is None or lineage is None or known() is not task:
        lineage = TaskLineage(lambda: task.log)
        _lineages[id(task)] = ref(task), lineage
        while len(_lineages) > MOST:
            _lineages.popitem(last=False)
    return lineage


def _add_what_hooks_sent(metadata: Any, task: Any, at_end: bool) -> None:
    """Before what the integration has found."""
    sent = observed.sent()
    if not at_end or declared.has_own_lineage(task) or not (sent or observed.left_out):
        return
    facets = _lineage(task).at_end(sent, observed.left_out)
    metadata.inputs, metadata.outputs = _joined(facets.inputs, metadata.inputs), _joined(facets.outputs, metadata.outputs)
    metadata.run_facets = {**metadata.run_facets, **facets.run_facets}
    metadata.job_facets = {**metadata.job_facets, **facets.job_facets}


def _add_copies(metadata: Any, task: Any, at_end: bool) -> None:
    """Before what else is known."""
    if not declared.has_own_lineage(task):
        inputs, outputs = copies.datasets((observed.copies() if at_end else []) or declared.copies(task))
        metadata.inputs, metadata.outputs = _joined(inputs, metadata.inputs), _joined(outputs, metadata.outputs)


def _metadata(module: ModuleType, task: Any, facets: Any) -> Any:
    parts = {name: getattr(facets, name) for name in ("inputs", "outputs", "job_facets")}
    parts["run_facets"] = {**facets.run_facets, **declared.run_facets(task)}
    if hasattr(module, "TaskMetadata"):  # openlineage-airflow
        return module.TaskMetadata(name=module.get_job_name(task), **parts)
    return module.OperatorLineage(**parts)


def _add_inlets_and_outlets(manager: Any, metadata: Any, task: Any, task_instance: Any) -> None:
    """Those that a user has declared, behind what was found; the integrations take them only where nothing was."""
    inputs, outputs = list(metadata.inputs), list(metadata.outputs)
    metadata.inputs, metadata.outputs = [], []
    with suppress(Exception):  # what cannot be read of them costs nothing else
        add = manager.extract_inlets_and_outlets
        if "inlets" in inspect.signature(add).parameters:
            add(metadata, task.inlets, task.outlets)
        else:
            add(metadata, task, *([task_instance] if "task_instance" in inspect.signature(add).parameters else []))
    metadata.inputs, metadata.outputs = _joined(inputs, metadata.inputs), _joined(outputs, metadata.outputs)


def _joined(first: list[Any], then: list[Any]) -> list[Any]:
    known = {(each.namespace, each.name) for each in first}
    return [*first, *(each for each in then if (each.namespace, each.name) not in known)]
