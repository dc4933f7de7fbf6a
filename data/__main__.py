"""`python -m data OUT`: generate TICKIT into a folder."""

from pathlib import Path

import click

from data import tickit


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--scale", type=float, default=1.0, show_default=True, help="Size, as a factor of the public data set's row counts.")
@click.option("--seed", type=int, default=2008, show_default=True, help="The same seed and scale give the same files.")
def main(out: Path, scale: float, seed: int) -> None:
    """Generate TICKIT as OUT/tickit/TABLE/TABLE.parquet."""
    try:
        files = tickit.generate(out, scale=scale, seed=seed)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    rows = tickit.row_counts(scale)
    for table, file in files.items():
        click.echo(f"{table:<10}{rows[table]:>12,} rows{file.stat().st_size / 1024:>12,.1f} KiB")


if __name__ == "__main__":
    main(prog_name="python -m data")
