"""`make bench-masking`: seconds in which 250,000 characters of each shape are masked; plain words first, then the slowest.

The shapes are pieces that come time and again: beginnings of names, literals, pairs, addresses and options that never end as they should.
"""

import sys
import time
from pathlib import Path

LENGTH = 250_000
SHAPES = (
    *("a ", "a", "a.b-", "'", '"', "\\", '\\"', "\n", "é", "...", "--", "=", ":", "{", "[", "(", "''", "$$", "`", "&amp;", "\x1b[32m"),
    *(
        "password ",
        "password=",
        "password=\n",
        "password: {",
        "password: [",
        "password = cast(",
        "password '",
        "password $a$",
        "password /*",
    ),
    *(
        "password --",
        "password -- x\n",
        "password={",
        "password={a}",
        "password: |\n  x\n",
        "password or ",
        "password: str = ",
        "password=\\",
    ),
    *(
        "token=",
        "token=x ",
        "token='",
        "token='x' ",
        '"token": [',
        '"token": ["x", ',
        "password in ('",
        "is not distinct from ",
        "identified by ",
    ),
    *("name=password ", '{"name": "password", ', '{"value": "x", "name": "password"}, ', '["password", "x"], ', "<name>password</name>"),
    *("'x' = password ", "set_config('password', ", "login a password ", "arn:aws:secretsmanager:::secret:", "secret access key ", "pass_"),
    *(
        "authorization: ",
        "authorization: digest ",
        '"authorization: ',
        "Cookie: ",
        "bearer a1",
        "://",
        "u:p@",
        "a://u:p@h ",
        "a://u:",
        "a://@",
        "?sig=",
    ),
    *(
        "--password ",
        "/password:",
        "'--password', '",
        "curl -u ",
        "curl -u a:",
        "mysql -p",
        "docker login ",
        "aws --type SecureString ",
        "echo x ",
    ),
    *(
        "AKIA",
        "eyJa.",
        "ghp_",
        "xox",
        "$2b$",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "password\\n",
        "\\u0022password\\u0022",
        "''password'': ''x''",
    ),
    *("select 1 from t where a = 'b' and token = 'c';\n", "(1, 'a password', null), ", '{"user": 0, "token": "tok-1"}, '),
)


def seconds(piece: str) -> float:
    """Of this process, for a text that is this piece again and again."""
    from mwaa_lineage.masking.texts import mask  # noqa: PLC0415 - a plugin, which is on no search path of the tools

    text = (piece * (LENGTH // len(piece) + 1))[:LENGTH]
    begun = time.process_time()
    mask(text)
    return time.process_time() - begun


def main() -> None:
    """Print a line for each shape."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "airflow/plugins"))
    plain, *others = SHAPES
    print(f"{seconds(plain):8.2f} s  {plain!r}")
    for spent, piece in sorted(((seconds(piece), piece) for piece in others), reverse=True):
        print(f"{spent:8.2f} s  {piece!r}")


if __name__ == "__main__":
    main()
