"""Who calls the emulated AWS."""

from contextvars import ContextVar

CALLER = "arn:aws:iam::{account}:user/moto"
"""The user when the keys are nobody's: an administrator of the account."""
DATABASE_ROLES = "loader"
"""The value of that user's tag RedshiftDbRoles."""
KEY: ContextVar[str] = ContextVar("access key")
"""Of the request that is being answered."""
