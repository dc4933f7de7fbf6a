"""The alarm about the deployment's bill."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Leftover, commands
from operations.reading import DENIED, code


def leftovers(client: Any, belongings: Belongings) -> Iterator[Leftover]:
    """The budget, if no stack holds it. Raises ClientError; not where the settings want none, and nobody needs a permission for it."""
    name = belongings.settings.budget_name
    try:
        client.describe_budget(AccountId=belongings.account, BudgetName=name)
    except ClientError as error:
        if code(error) == "NotFoundException" or (code(error) in DENIED and not belongings.settings.budget_usd):
            return
        raise
    if not belongings.has("aws_budgets_budget", name):
        step = ["budgets", "delete-budget", "--account-id", belongings.account, "--budget-name", name]
        yield Leftover("Budget", name, commands([step], belongings.settings.region))
