"""``cxvalue demo``: the main job on a base whose true value is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from cxvalue.cli.folder import folder_beside
from cxvalue.cli.report import answer_lines, compute

SAMPLE: Final = Path("data/sample/study.toml")


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the report.")] = Path("cxvalue-demo"),
) -> None:
    """Report on the sample base, whose true value is known.

    Parameters
    ----------
    out : Path
        Folder of the report.
    """
    with sample_study(beside=out) as study:
        results, page = compute(study, out=out)
    typer.echo("\n".join([*answer_lines(results), f"Report: {page}"]))


@contextmanager
def sample_study(*, beside: Path) -> Iterator[Path]:
    """Give the study of the sample base: the one in ``data/sample``, or one simulated for the time being.

    Parameters
    ----------
    beside : Path
        A temporary folder is made next to this one, and removed in the end.

    Yields
    ------
    Path
        The ``study.toml``.
    """
    if SAMPLE.is_file():
        yield SAMPLE
        return
    from cxvalue.simulate import SCENARIOS, simulate  # noqa: PLC0415  numpy and Arrow; --help has to answer at once

    base = simulate(SCENARIOS["sample"], seed=1)
    with folder_beside(beside) as folder:
        yield base.write(folder)
