"""The commands of a rehearsal know nothing of the person's own AWS, Terraform and settings."""

import pytest

from rehearsal.variables import clean, forget

OF_A_PERSON = {
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL_S3": "https://elsewhere.example",
    "AWS_SESSION_TOKEN": "token",
    "TF_CLI_ARGS_apply": "-target=x",
    "TF_WORKSPACE": "mine",
    "EXTERNAL_IP": "198.51.100.7/32",
    "REGION": "eu-west-1",
    "LINEAGE_URL": "https://lineage.example.com:443",
    "MAKEFLAGS": "-n",
    "STACK": "network",
    "CDKTF_OUTDIR": "/elsewhere",
    "AIRFLOW_HOME": "/elsewhere",
}
OF_THE_MACHINE = {"PATH": "/bin", "HTTPS_PROXY": "http://proxy.example:3128", "TF_PLUGIN_MIRROR": "/mirror", "HOME": "/home"}


def test_what_the_machine_needs_stays_and_nothing_else() -> None:
    assert clean(OF_A_PERSON | OF_THE_MACHINE) == OF_THE_MACHINE


@pytest.mark.parametrize("name", OF_A_PERSON)
def test_each_is_left_out(name: str) -> None:
    assert clean({name: OF_A_PERSON[name]}) == {}


def test_a_process_forgets_them_too_and_reaches_its_own_machine_without_a_proxy() -> None:
    environ = OF_A_PERSON | OF_THE_MACHINE | {"NO_PROXY": "intranet.example"}
    forget(environ)
    assert not {name for name in OF_A_PERSON if name in environ}
    assert environ["AWS_CONFIG_FILE"] == environ["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert environ["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"
    assert environ["no_proxy"] == "127.0.0.1,localhost"
    assert environ["HTTPS_PROXY"] == OF_THE_MACHINE["HTTPS_PROXY"]
