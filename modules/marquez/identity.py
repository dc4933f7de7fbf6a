"""What a pod of Marquez's may do in AWS: read the secrets that it starts with, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.eks_pod_identity_association import EksPodIdentityAssociation
from constructs import Construct

from modules.marquez.workload import NAMESPACE
from modules.place import Place
from modules.service_role import ServiceRole, ServiceRoleProps


@dataclass(frozen=True)
class PodIdentityProps:
    """The cluster, the service account there that takes on the role, and {what it is: ARN} of the secrets that it may read."""

    name: str
    place: Place
    cluster_name: str
    cluster_arn: str
    service_account: str
    secret_arns: Mapping[str, str]
    kms_key_arn: str


class PodIdentity(Construct):
    """A service account, bound to a role by EKS Pod Identity: no keys, and no role of the node's."""

    def __init__(self, scope: Construct, id_: str, props: PodIdentityProps) -> None:
        super().__init__(scope, id_)
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                name=props.name,
                place=props.place,
                service="pods.eks.amazonaws.com",
                trusted_actions=["sts:AssumeRole", "sts:TagSession"],
                source_arn=props.cluster_arn,
                statements=_reading_secrets(props),
            ),
        )
        EksPodIdentityAssociation(
            self,
            "association",
            cluster_name=props.cluster_name,
            namespace=NAMESPACE,
            service_account=props.service_account,
            role_arn=role.arn,
            depends_on=role.permissions,
        )


def _reading_secrets(props: PodIdentityProps) -> list[Statement]:
    through_secrets_manager = Condition(
        test="StringEquals", variable="kms:ViaService", values=[f"secretsmanager.{props.place.region}.amazonaws.com"]
    )
    return [
        *(Statement(sid=sid, actions=["secretsmanager:GetSecretValue"], resources=[arn]) for sid, arn in props.secret_arns.items()),
        Statement(sid="Decrypt", actions=["kms:Decrypt"], resources=[props.kms_key_arn], condition=[through_secrets_manager]),
    ]
