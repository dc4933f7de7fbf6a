"""The alarm about the deployment's bill."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetCostFilter, BudgetsBudgetNotification
from constructs import Construct

ALARMS = {"ACTUAL": 80, "FORECASTED": 100}
"""Percent of the budget that is spent, or that AWS expects to be spent by the end of the month: each sends one message a month."""
ACTIVATE = "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=deployment,Status=Active"
"""Bills know a tag only after the organisation's payer has activated it, which AWS allows a day after its first use.

No stack can do this: a first deployment comes before the tag's first use, and most accounts are not the payer.
"""


@dataclass(frozen=True)
class BudgetProps:
    """`usd` is the limit of a month's cost of what bears the tag `deployment`; `email` gets the alarms."""

    name: str
    deployment: str
    usd: int
    email: str


class Budget(Construct):
    """A monthly budget of AWS Budgets that sends mail and does nothing else: it needs no role and costs nothing."""

    def __init__(self, scope: Construct, id_: str, props: BudgetProps) -> None:
        super().__init__(scope, id_)
        BudgetsBudget(
            self,
            "budget",
            name=props.name,
            budget_type="COST",
            limit_amount=str(props.usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            cost_filter=[BudgetsBudgetCostFilter(name="TagKeyValue", values=[f"user:deployment${props.deployment}"])],
            notification=[
                BudgetsBudgetNotification(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=[props.email],
                )
                for kind, percent in ALARMS.items()
            ],
        )
