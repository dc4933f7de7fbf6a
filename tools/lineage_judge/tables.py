"""The tables that random SQL reads and writes, and the names that it gives."""

READ = {
    "raw.orders": ("custid", "orderid", "amount", "status"),
    "raw.customer": ("custid", "fullname", "city"),
    "raw.item": ("orderid", "itemid", "sku", "price"),
    "raw.tally": ("custid", "orders"),
    "public.region": ("city", "region"),
}
WRITTEN = {"mart.sales": ("a", "b", "c", "d"), "mart.daily": ("orders", "b")}
MADE = {f"mart.made{number}": ("x1", "x2", "x3") for number in (1, 2)}
ALL = {**READ, **WRITTEN, **MADE}
COLUMNS = [(table, column) for table, columns in ALL.items() for column in columns]

ALIASES = ("o", "t", "u", "x", "orders", "item", "region")
CTES = ("p", "q", "orders", "item", "region", "sales")
WORK = ("w", "region", "item", "work")
OUTPUTS = ("n", "m", "k", "city", "sku", "custid", "a", "x1")
