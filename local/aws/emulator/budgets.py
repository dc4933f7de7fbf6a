"""What moto's budgets lack: to be changed and tagged, and to tell whom they mail. Each function is an operation, given moto's request."""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget


def keep_tags(request: Any) -> None:
    """Those that a budget is created with."""
    made = _budget(request, request._get_param("Budget")["BudgetName"])
    _tags(made).update(_given(request))


def update_budget(request: Any) -> str:
    """All of it but its notifications, which have operations of their own."""
    wanted = request._get_param("NewBudget")
    budget = _budget(request, wanted["BudgetName"])
    budget.budget = Budget({"TimePeriod": budget.budget["TimePeriod"], **wanted}, []).budget
    return "{}"


def describe_subscribers_for_notification(request: Any) -> str:
    """Whom one notification goes to."""
    budget, wanted = _budget(request, request._get_param("BudgetName")), _identity(request._get_param("Notification"))
    for notification in budget.notifications:
        if _identity(notification.details) == wanted:
            return json.dumps({"Subscribers": notification.subscribers})
    raise NotFoundException(f"Unable to find the notification {wanted} of the budget.")


def list_tags_for_resource(request: Any) -> str:
    """The tags of a budget, by its ARN."""
    tags = _tags(_by_arn(request))
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def tag_resource(request: Any) -> str:
    """Add tags, or change their values."""
    _tags(_by_arn(request)).update(_given(request))
    return "{}"


def untag_resource(request: Any) -> str:
    """Take tags away."""
    tags = _tags(_by_arn(request))
    for key in request._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


OPERATIONS = (update_budget, describe_subscribers_for_notification, list_tags_for_resource, tag_resource, untag_resource)


def _budget(request: Any, name: str) -> Any:
    budgets = request.backend.budgets[request._get_param("AccountId") or request.current_account]
    if name not in budgets:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return budgets[name]


def _by_arn(request: Any) -> Any:
    return _budget(request, request._get_param("ResourceARN").partition(":budget/")[2])


def _tags(budget: Any) -> dict[str, str]:
    tags: dict[str, str] = vars(budget).setdefault("tags", {})
    return tags


def _given(request: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request._get_param("ResourceTags") or []}


def _identity(notification: dict[str, Any]) -> tuple[str, str, float]:
    """Whether it counts percents or dollars need not be said to find it."""
    return notification["NotificationType"], notification["ComparisonOperator"], float(notification["Threshold"])
