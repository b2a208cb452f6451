"""``tidings evaluate | demo``: see it work, and measure how well."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured

if TYPE_CHECKING:
    from monitors.evaluate.replay import Progress, Replay
    from monitors.settings import Settings
    from monitors.streams import LabelledStream


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (evaluate, demo):
        app.command()(command)


def evaluate(
    stream: Annotated[Path, typer.Argument(help="Folder of a labelled stream.")],
    scores: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="Write one JSON object a decision to this file.")
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List what went wrong.")] = False,
    judge: Annotated[
        bool, typer.Option("--judge", help="Ask JUDGE_URL too, and say what that changes.")
    ] = False,
) -> None:
    """Replay a labelled stream as if it happened now, and score every decision."""
    from monitors import evaluate as scoring
    from monitors.streams import load_stream

    for target in (scores, decisions):  # known before minutes of work, not after
        if target and not target.absolute().parent.is_dir():
            raise typer.BadParameter(f"there is no folder {target.parent} for {target.name}")
    settings = configured()
    if judge and not settings.judge_url:
        raise typer.BadParameter("no judge is named: set JUDGE_URL and JUDGE_MODEL in .env")
    loaded = load_stream(stream)
    alone, advised = _replayed(loaded, settings, judge)
    result = advised or alone
    evaluation = scoring.evaluate(loaded, result.records)
    output.console().print(scoring.render(evaluation))
    if errors:
        output.console().print(scoring.render_errors(scoring.errors(loaded, result.records)))
    figures = scoring.as_json(evaluation)
    if advised:
        before, counts = scoring.evaluate(loaded, alone.records), advised.report.judge
        output.console().print(
            scoring.render_judged(scoring.Judged(settings.judge_model, before, evaluation, counts))
        )
        for problem in advised.report.problems:
            output.say(f"  {problem}")
        figures |= {"judge": dict(counts), "without the judge": scoring.as_json(before)}
    if scores:
        scores.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", "utf-8")
        output.say(f"scores written to {scores}")
    if decisions:
        scoring.write_decisions(decisions, result.records)
        output.say(f"{len(result.records)} decisions written to {decisions}")


def _replayed(
    stream: LabelledStream, settings: Settings, judge: bool
) -> tuple[Replay, Replay | None]:
    """What is decided alone, and with the judge of the settings where it is asked for."""
    from monitors.calibration import MATCHER, adapter_digest, load_calibration
    from monitors.evaluate.replay import remembering, replay
    from monitors.vectors.encoder import SentenceEncoder
    from monitors.wiring import judge_of

    encoders = (
        SentenceEncoder(settings.screen_model),
        SentenceEncoder(settings.reader_model),
        SentenceEncoder(MATCHER, adapter_digest()),
    )
    calibration = load_calibration(settings.reader_model, settings.calibrations)
    with tempfile.TemporaryDirectory(prefix="tidings-") as scratch, bars() as progress:
        folder = Path(scratch)
        if not judge:
            return replay(stream, folder, *encoders, progress, calibration), None
        with remembering(folder / "vectors.db", encoders) as kept:
            alone = replay(stream, folder, *kept, progress, calibration)
            (second := folder / "judged").mkdir()
            asking = _named(progress, "judged: ")
            return alone, replay(stream, second, *kept, asking, calibration, judge_of(settings))


def _named(progress: Progress, before: str) -> Progress:
    """``progress`` with another name for each step."""
    return lambda step, done, of: progress(f"{before}{step}", done, of)


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its database.")] = Path(
        "var/demo"
    ),
    port: Annotated[int, typer.Option(help="Port of the newsroom.")] = 8799,
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Only serve newsroom and Slack, time passing quickly."),
    ] = False,
    day_seconds: Annotated[
        float, typer.Option(help="With --serve: seconds for one day of news.", min=1)
    ] = 60.0,
) -> None:
    """Replay two months of news over HTTP: from feeds to Slack messages, on this machine."""
    import asyncio

    from monitors.demo import play

    if serve:
        play.serve(folder, port, day_seconds)
        return
    with play.opened_world(folder, port) as world:
        asyncio.run(play.play(world, play.plain_run))


def bars() -> _Bars:
    """Shows how far a long command has got."""
    return _Bars()


class _Bars:
    """A progress bar for each step, on standard error."""

    def __enter__(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._shown = Progress(
            TextColumn("{task.description:8}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._shown.start()
        self._tasks: dict[str, object] = {}
        return self._advance

    def __exit__(self, *_: object) -> None:
        self._shown.stop()

    def _advance(self, step: str, done: int, of: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._shown.add_task(step, total=of)
        self._shown.update(self._tasks[step], completed=done)  # type: ignore[arg-type]
