"""Who calls the emulated AWS."""

CALLER = "arn:aws:iam::{account}:user/moto"
"""The user when the keys are nobody's: an administrator of the account."""
