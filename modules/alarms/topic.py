"""The topic to which all alarms go."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.place import Place


@dataclass(frozen=True)
class TopicProps:
    """`email` gets a mail of each alarm, once it has confirmed the subscription; without one nobody is told until somebody subscribes."""

    name: str
    place: Place
    kms_key_arn: str
    email: str | None


class Topic(Construct):
    """Encrypted with the deployment's key, as SNS's own key admits no other service; `arn`.

    Alarms of this account publish to it, over TLS; rules do so in roles of their own.
    Source: Amazon SNS Developer Guide, "Key management".
    """

    def __init__(self, scope: Construct, id_: str, props: TopicProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        topic = SnsTopic(self, "topic", name=props.name, kms_master_key_id=props.kms_key_arn)
        self.arn = topic.arn
        document = DataAwsIamPolicyDocument(self, "document", statement=[self._alarms(), self._tls_only()])
        SnsTopicPolicy(self, "policy", arn=self.arn, policy=document.json)
        if props.email:
            SnsTopicSubscription(self, "mail", topic_arn=self.arn, protocol="email", endpoint=props.email)

    def _alarms(self) -> Statement:
        place = self._props.place
        own = Condition(test="ArnLike", variable="aws:SourceArn", values=[place.arn("cloudwatch", "alarm:*")])
        return Statement(
            sid="Alarms",
            actions=["sns:Publish"],
            resources=[self.arn],
            principals=[Principals(type="Service", identifiers=["cloudwatch.amazonaws.com"])],
            condition=[own, place.only_for_this_account],
        )

    def _tls_only(self) -> Statement:
        return Statement(
            sid="TlsOnly",
            effect="Deny",
            actions=["sns:Publish"],
            resources=[self.arn],
            principals=[Principals(type="*", identifiers=["*"])],
            condition=[Condition(test="Bool", variable="aws:SecureTransport", values=["false"])],
        )
