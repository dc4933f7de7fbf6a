"""What Marquez is inside the cluster: the facts that the AWS side and the chart must agree on."""

from dataclasses import dataclass

NAMESPACE = "marquez"
RELEASE = "marquez"
SERVICE_ACCOUNT = f"{RELEASE}-api"
MIGRATION_SERVICE_ACCOUNT = f"{RELEASE}-migration"

DATABASE_NAME = "marquez"
DATABASE_USER = "marquez"
DATABASE_PORT = 5432


@dataclass(frozen=True)
class Service:
    """One of Marquez's two processes, as a load balancer reaches it: the same port on every node."""

    name: str
    node_port: int
    health_path: str


API = Service("api", node_port=30500, health_path="/healthcheck")
WEB = Service("web", node_port=30300, health_path="/healthcheck")
