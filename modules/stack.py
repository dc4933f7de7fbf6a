"""What every stack has: a provider with the mandatory tags, a state, and outputs that other stacks read.

How values get from one stack to another: a stack publishes an output and gets back the Terraform expression by which any *other* stack
reads it. A stack that others read collects these expressions in a frozen dataclass, its `outputs`. A stack that uses them names the
publishing stacks as its `upstream`: it then has their states as data sources, and is deployed after them. CDKTF would make such references
by itself when a resource of one stack is used in another, with outputs that come and go with their consumers: every new consumer would
mean to deploy the producer again.
"""

from collections.abc import Sequence

import jsii
from cdktf import (
    Aspects,
    DataTerraformRemoteStateLocal,
    DataTerraformRemoteStateS3,
    IAspect,
    LocalBackend,
    S3Backend,
    TerraformOutput,
    TerraformStack,
)
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct, IConstruct

from modules.settings import Settings
from modules.state_place import StatePlace, state_place


@jsii.implements(IAspect)
class MandatoryTags:
    """Every AWS provider of a stack tags all that it makes, also one that was added for a second region."""

    def __init__(self, tags: dict[str, str]) -> None:
        self._tags = tags

    def visit(self, node: IConstruct) -> None:
        """Called by CDKTF for every construct of the stack."""
        if isinstance(node, AwsProvider):
            node.default_tags = [AwsProviderDefaultTags(tags=self._tags)]


class DeploymentStack(TerraformStack):
    """A stack of the deployment; `upstream` are the stacks whose outputs it reads."""

    def __init__(self, scope: Construct, id_: str, settings: Settings, *, upstream: Sequence["DeploymentStack"] = ()) -> None:
        super().__init__(scope, id_)
        self.stack_id = id_
        self.settings = settings
        AwsProvider(self, "aws", region=settings.region, allowed_account_ids=[settings.account_id] if settings.account_id else None)
        Aspects.of(self).add(MandatoryTags(settings.all_tags))
        self._keep_state()
        for stack in upstream:
            self.add_dependency(stack)
            self._read_state_of(stack)

    def publish(self, name: str, value: str, description: str) -> str:
        """Make an output; returns the expression by which other stacks read it."""
        TerraformOutput(self, name, value=value, description=description)
        return f"${{data.terraform_remote_state.{self.stack_id}.outputs.{name}}}"

    def publish_list(self, name: str, values: list[str], description: str) -> list[str]:
        """The same for a list of known length: one expression an item."""
        TerraformOutput(self, name, value=values, description=description)
        return [f"${{data.terraform_remote_state.{self.stack_id}.outputs.{name}[{index}]}}" for index in range(len(values))]

    def _keep_state(self) -> None:
        where = state_place(self.settings, self.stack_id)
        if where.bucket is None:
            LocalBackend(self, path=_beside_main(where))
            return
        S3Backend(self, bucket=where.bucket, key=where.name, region=self.settings.region, encrypt=True)
        self.add_override("terraform.backend.s3.use_lockfile", True)  # the binding does not know the argument

    def _read_state_of(self, stack: "DeploymentStack") -> None:
        where = state_place(self.settings, stack.stack_id)
        id_ = f"state of {stack.stack_id}"
        state = (
            DataTerraformRemoteStateLocal(self, id_, path=_beside_main(where))
            if where.bucket is None
            else DataTerraformRemoteStateS3(self, id_, bucket=where.bucket, key=where.name, region=self.settings.region)
        )
        state.override_logical_id(stack.stack_id)


def _beside_main(where: StatePlace) -> str:
    """A local state's path: Terraform runs in cdktf.out/stacks/<stack>. CDKTF's own is absolute: it would tie the JSON to this machine."""
    return f"../../../{where.name}"
