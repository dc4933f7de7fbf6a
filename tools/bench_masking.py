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
        "'authorization:x ",
        "-H 'authorization: Basic ",
        "'Authorization: Basic abcdefgh' ",
        "curl -H 'authorization:",
        "authorization: basic x ",
        "authorization: null ",
        "--token\n",
        "--token\\n",
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
    *(
        "key=token ",
        "token -> ",
        "token was: ",
        "tokens ",
        "secret: &a ",
        "AccountKey=x;",
        "/password:x1 ",
        "--password=x1 ",
        "ENV TOKEN x1\n",
        "user u password ",
        "connect to x password ",
        "machine h login l password p\n",
    ),
    *(
        "'x' <> token ",
        "'x'::varchar(9) as token, ",
        "password varchar(20) default 'x', ",
        "password='a' || 'b' ",
        "(password)=(",
        "insert into t (a, password) values ('a', 'b'), ",
        "copy t from 's3://b/k' iam_role 'arn:aws:iam::1:role/r' secret_access_key 'x';\n",
        "select 'a', 'b', 'c', 1.5, null, ",
    ),
    *(
        '\\\\\\"token\\\\\\": \\\\\\"x\\\\\\", ',
        '\\"password\\": \\"x1\\", ',
        'password=\\"x\\" ',
        "password=\\'",
        "E'a\\'b' ",
        "a:\\/\\/u:p@h ",
        "Authorization: Basic dTpw\\n",
        "$body$ select 1 $body$ ",
        "password = '''",
        "/* password */ ",
        "-- password = x\n",
    ),
    *(
        "postgresql://user:p4ss@db.example.com:5432/wh?sslmode=require ",
        "Server=h;User Id=u;Password=p4;Database=d;",
        "host=h user=u password=p4 dbname=d\n",
        "a=b&token=c1&",
        "password%3Ds3cr3t%26",
        "a://a://",
        "http://:@",
        "jdbc:oracle:thin:u/p4@h ",
    ),
    *(
        "Set-Cookie: a=b; Path=/\r\n",
        "auth=('u', 'p'), ",
        "mysql -u root -ps3cret -h h db\n",
        "htpasswd -b a ",
        "aws configure set a ",
        "['--token', 'x1'], ",
        "curl\\\n",
    ),
    *(
        "password: Optional[str] = None\n",
        "password=%(password)s ",
        "password=<password> ",
        "password=(((",
        "token = a or ",
        'password = os.environ["PASSWORD"]\n',
        '<add key="password" value="x1"/>',
        'value val="x" name="password" ',
        "password: !!str x1\n",
    ),
    *(
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
        "secret abcdefghij1234567890 ",
        "sk-a-",
        "passwordpassword",
        "Password123 ",
        "İ",
        "\u200b",
        "пароль=тайна ",
    ),
    *(
        "[2026-01-31T00:00:00.000+0000] {sql.py:418} INFO - Running statement: select 1, parameters: None\n",
        'Traceback (most recent call last):\n  File "a.py", line 3\nValueError: invalid password for user "u"\n',
        "A sentence of a letter, which has commas, and 12 words.\n",
    ),
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
