-- A set is a text of eleven parts, each with a letter for every column there is, in upper case for those that are in it: the columns that
-- form a value (part 0); those that decide about the value, by the six roles (1 to 6); and those that decide which rows its table has, by the
-- first four roles (7 to 10). {{column}}: the length of a part.
create macro nothing() as repeat('a', 11 * {column});
create macro bits(x) as translate(x, 'aA', '01')::bit;
create macro letters(x) as translate(x::varchar, '01', 'aA');
create macro either(l) as letters(list_aggr(list_transform(l, lambda v: bits(v)), 'bit_or'));
create macro mixall(x) as letters(bit_or(bits(x)));
create macro moved(x, part) as rpad(lpad(x, part * {column}, 'a'), 11 * {column}, 'a');

-- A value with what decides about another's rows; an expression, which knows nothing of rows.
create macro rowed(x, rows) as left(x, 7 * {column}) || right(rows, 4 * {column});
create macro mix(l) as rpad(left(either(l), 7 * {column}), 11 * {column}, 'a');

-- A query as a value: what decides which rows it has decides about the value. EXISTS asks for nothing else.
create macro asked(x) as moved(right(x, 4 * {column}), 5);
create macro scalar(x) as list_transform([x], lambda u: mix([u, asked(u)]))[1];

-- What decides in a role of its own, where something with the set x is used for that: a filter, join, group or order stays what it is.
create macro core(x) as letters(bits(left(x, {column})) | bits(x[5 * {column} + 1:6 * {column}]) | bits(x[6 * {column} + 1:7 * {column}]));
create macro used(x, role) as list_transform([x], lambda u: letters(bits(u) | bits(moved(core(u), 1 + role))))[1];
create macro decides(x, role) as list_transform([x], lambda u: letters(
    bits(moved(core(u), 7 + role)) | bits(moved(u[{column} + 1:5 * {column}], 11))
))[1];
