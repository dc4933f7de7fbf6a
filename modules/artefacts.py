"""Files that a make target builds and Terraform uploads.

Their content is read when Terraform plans, not when the stacks are synthesized: a stack can be synthesized before anything is built, and a
file that changed is seen by the next plan.
"""

from dataclasses import dataclass

from cdktf import Precondition, TerraformResourceLifecycle

APP = "${path.module}/../../.."
"""The folder of main.py, seen from cdktf.out/stacks/<stack>, where Terraform runs."""


@dataclass(frozen=True)
class Artefact:
    """A file, by its path from the folder of main.py, and the make target that builds it."""

    path: str
    target: str

    @property
    def source(self) -> str:
        """The path for Terraform."""
        return f"{APP}/{self.path}"

    @property
    def content_hash(self) -> str:
        """An expression that changes with the file's content."""
        return f'${{fileexists("{self.source}") ? filesha256("{self.source}") : ""}}'

    @property
    def lifecycle(self) -> TerraformResourceLifecycle:
        """Without the file the plan fails, and names the target."""
        missing = f"{self.path} is missing: run `make {self.target}` in the project's folder."
        return TerraformResourceLifecycle(precondition=[Precondition(condition=f'${{fileexists("{self.source}")}}', error_message=missing)])
