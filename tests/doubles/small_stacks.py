"""The app of a project that cdktf and Terraform deploy within seconds: the deployment's stacks by name, each of `terraform_data` alone.

It writes what CDKTF would synthesize. `work.json` beside it holds {stack: a text} of each: `work`, a shell command that making the stack's
second resource takes, `inputs`, which the first one has, and `triggers`, whose change makes the second one anew.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modules.graph import READS

OUTPUTS = {
    "network": {"lineage_endpoint": "http://marquez.tickit.internal:5000", "password": "hidden-from-all"},
    "lake": {"crawler_name": "tickit-lake", "glue_database": "tickit_lake"},
    "mwaa": {"airflow_ui_url": "https://airflow.example.com"},
    "redshift": {"endpoint_host": "tickit.example.com"},
    "marquez": {"marquez_ui_url": "http://marquez.example.com"},
}


def synthesize(outdir: Path, chosen: Mapping[str, Mapping[str, str]]) -> None:
    """Write all stacks, as CDKTF does."""
    manifest = {}
    for name, upstream in READS.items():
        path = f"stacks/{name}/cdk.tf.json"
        (outdir / path).parent.mkdir(parents=True, exist_ok=True)
        (outdir / path).write_text(json.dumps(stack(name, upstream, {part: texts.get(name, "") for part, texts in chosen.items()})))
        manifest[name] = {
            "name": name,
            "constructPath": name,
            "workingDirectory": f"stacks/{name}",
            "synthesizedStackPath": path,
            "annotations": [],
            "dependencies": list(upstream),
        }
    (outdir / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": manifest}))


def stack(name: str, upstream: Sequence[str], chosen: Mapping[str, str]) -> dict[str, Any]:
    """A stack whose `first` is what its upstream put out, and whose `second` takes the command."""
    states = {up: {"backend": "local", "config": {"path": f"../../../tickit.{up}.tfstate"}} for up in upstream}
    read = [f"${{data.terraform_remote_state.{up}.outputs.id}}" for up in upstream]
    second: dict[str, Any] = {"triggers_replace": chosen["triggers"]} if chosen["triggers"] else {}
    second |= {"depends_on": ["terraform_data.first"], "provisioner": [{"local-exec": {"command": chosen["work"] or "true"}}]}
    outputs = {
        output: {"value": value, "description": f"The {output}", "sensitive": output == "password"}
        for output, value in OUTPUTS.get(name, {}).items()
    }
    return {
        "//": {"metadata": {"version": "0.21.0", "stackName": name, "backend": "local"}, "outputs": {}},
        "terraform": {"backend": {"local": {"path": f"../../../tickit.{name}.tfstate"}}},
        **({"data": {"terraform_remote_state": states}} if states else {}),
        "resource": {"terraform_data": {"first": {"input": ",".join([name + chosen["inputs"], *read])}, "second": second}},
        "output": {"id": {"value": "${terraform_data.first.id}", "description": "The id"}} | outputs,
    }


if __name__ == "__main__":
    synthesize(Path(os.environ["CDKTF_OUTDIR"]), json.loads(Path("work.json").read_text()))
