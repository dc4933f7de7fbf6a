"""Long chains of one operator, such as a thousand ANDs or UNION ALLs, as trees that are as shallow as can be.

A parser makes a list of them, as deep as it is long, which takes sqlglot a time that grows with its square. Neither the tables nor the
columns depend on where the brackets stand, as long as the order stays.
"""

from collections.abc import Iterator

from sqlglot import exp

LONG = 16  # operands
_OPERATORS = (exp.And, exp.Or, exp.Add, exp.DPipe, exp.Union)


def balanced(tree: exp.Expr) -> exp.Expr:
    """`tree`, its long chains balanced. It is changed in place."""
    for node in [found for found in tree.find_all(*_OPERATORS) if not _continues(found.parent, found)]:
        operands = list(_operands(node))
        if len(operands) > LONG:
            middle = len(operands) // 2
            node.set("this", _joined(node, operands[:middle]))
            node.set("expression", _joined(node, operands[middle:]))
    return tree


def _operands(node: exp.Expr) -> Iterator[exp.Expr]:
    todo = [node.expression, node.this]
    while todo:
        operand = todo.pop()
        if _continues(node, operand):
            todo += [operand.expression, operand.this]
        else:
            yield operand


def _continues(node: exp.Expr | None, operand: exp.Expr) -> bool:
    """Whether `operand` is a part of the same chain as the node above it: the same operator, and nothing said of it alone."""
    if node is None or type(node) is not type(operand) or operand.comments:
        return False
    return all(value == node.args.get(name) and _is_flag(value) for name, value in _said(operand).items())


def _said(node: exp.Expr) -> dict[str, object]:
    """What is said of an operator beside its operands: that a UNION is distinct, that a query with it is ordered."""
    return {name: value for name, value in node.args.items() if value and name not in ("this", "expression")}


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | str)


def _joined(like: exp.Expr, operands: list[exp.Expr]) -> exp.Expr:
    if len(operands) == 1:
        return operands[0]
    middle = len(operands) // 2
    flags = {name: value for name, value in _said(like).items() if _is_flag(value)}
    return type(like)(this=_joined(like, operands[:middle]), expression=_joined(like, operands[middle:]), **flags)
