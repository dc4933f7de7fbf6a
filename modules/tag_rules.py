"""What AWS takes as a tag, of the deployment's owner and of its further tags.

Sources: Tagging AWS Resources User Guide, "Tag naming limits and requirements"; IAM User Guide, "Tags for AWS Identity and Access
Management resources", whose keys are the same in upper and in lower case; Amazon S3 User Guide, "Categorizing your objects using tags".
"""

import re

LONGEST_KEY, LONGEST_VALUE = 128, 256
MOST_TAGS = 10
"""An object in S3 takes no more."""
ALLOWED = "letters, digits, spaces and .:/=+-@_ only"
NOT_FIRST = "may not begin with aws:, which is AWS's own"


def owner(value: str) -> str:
    """A text that may be a tag's value; the message of ValueError says the whole rule."""
    if not _is_tag(value, LONGEST_VALUE):
        raise ValueError(f"tags everything, and a tag may hold {ALLOWED}, {LONGEST_VALUE} at most, and {NOT_FIRST}")
    return value


def extra_tags(tags: dict[str, str], reserved: tuple[str, ...]) -> dict[str, str]:
    """Tags that do not hide the `reserved` ones and that AWS accepts; the message of ValueError has all that is wrong."""
    keys = [key.lower() for key in tags]
    problems = []
    if taken := [key for key in tags if key.lower() in reserved]:
        problems.append(f"may not set {', '.join(taken)}: {', '.join(reserved)} are set for you")
    if twice := [key for key in tags if keys.count(key.lower()) > 1]:
        problems.append(f"are one to AWS, which may not tell upper from lower case: {', '.join(twice)}")
    if len(tags) + len(reserved) > MOST_TAGS:
        problems.append(f"are more than {MOST_TAGS - len(reserved)}: with those set for you an object in S3 takes {MOST_TAGS}")
    if wrong := [key for key, value in tags.items() if not (key and _is_tag(key, LONGEST_KEY) and _is_tag(value, LONGEST_VALUE))]:
        lengths = f"a key 1 to {LONGEST_KEY}, a value {LONGEST_VALUE} at most"
        problems.append(f"may hold {ALLOWED}, {lengths}, and {NOT_FIRST}: mend {', '.join(map(repr, wrong))}")
    if problems:
        raise ValueError("; ".join(problems))
    return tags


def _is_tag(text: str, longest: int) -> bool:
    return re.fullmatch(r"(?!aws:)[\w .:/=+@-]*", text, re.IGNORECASE) is not None and len(text) <= longest
