"""`Score`: exactly what is sent for one request, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isinf
from random import Random
from typing import TYPE_CHECKING, Literal

from .cut import Beat, Cut
from .faults import Faults
from .pace import Pace
from .retelling import retold
from .take import datas, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .faults import AnyFaults, Stop
    from .profiles import KeyOrder, ServerProfile
    from .take import Take

End = Literal["whole", "reset", "close", "stall"]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Score:
    """The beats of one answer.

    Args:
        beats: In order; times in seconds since the request.
        end_at: When it ends.
        end: How it ends.
        delay: Seconds before its head.
        content_type: Of the body.
        status: Of the answer.
        joined: Beats that are due together may go out in one write.
        length: Of the body in bytes, told in its head; None for a body in chunks.
        allow: The method that the path takes, told in its head; None for not to be told.
    """

    beats: tuple[Beat, ...]
    end_at: float
    end: End = "whole"
    delay: float = 0.0
    content_type: str = "text/event-stream"
    status: int = 200
    joined: bool = False
    length: int | None = None
    allow: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """How takes are played.

    Args:
        pace: How fast.
        cut: In what chunks.
        faults: What goes wrong: with every answer, by turns, or by a seed.
        profile: As which server; None as recorded.
        key_order: Where `type` stands in each event; None as recorded.
        seed: Of jitter and of random cuts: the n-th answer of a seed is always the same.
    """

    pace: Pace = field(default_factory=Pace)
    cut: Cut = field(default_factory=Cut)
    faults: AnyFaults = field(default_factory=Faults)
    profile: ServerProfile | None = None
    key_order: KeyOrder | None = None
    seed: int = 0

    @property
    def is_random(self) -> bool:
        """Whether one answer may differ from the next."""
        return bool(self.pace.jitter) or self.cut.by == "random" or not isinstance(self.faults, Faults)

    def score(self, take: Take, number: int, *, after: int | None = None) -> Score:
        """Compose the n-th answer over HTTP.

        Args:
            take: What to play.
            number: Of the answer, from 0.
            after: Play only what is behind this `sequence_number`.
        """
        draw = Random(f"{self.seed}/{number}")  # noqa: S311 - chance, no secret
        faults, events = self._events(take, number, after)
        recorded = self.cut.by == "recorded" and after is None and self._is_untouched(take, faults)
        beats = self.cut.applied(take.recorded if recorded else events, draw)
        return self._paced(take, faults, beats, draw, end=take.capture.end_ns / 1e9)

    def messages(self, take: Take, number: int) -> Score:
        """Compose the n-th answer over WebSocket: a beat a message."""
        draw = Random(f"{self.seed}/{number}")  # noqa: S311 - chance, no secret
        faults, events = self._events(take, number, None)
        told = [Beat(beat.at, text.encode()) for beat in events for text in texts(beat.data) if text != "[DONE]"]
        score = self._paced(take, faults, told, draw, end=take.capture.end_ns / 1e9)
        if score.end == "whole" or not score.beats:
            return score
        last = score.beats[-1].data
        is_cut = last != told[len(score.beats) - 1].data
        return replace(score, beats=score.beats[:-1] if is_cut else score.beats)

    def whole(self, take: Take, number: int, body: bytes) -> Score:
        """Compose the n-th answer as one JSON body, which comes when the stream would have ended.

        Args:
            take: What is answered; its end is the time of the body.
            number: Of the answer, from 0.
            body: The final response. Delay, stop and content type go wrong with it; faults of events have none here.
        """
        draw = Random(f"{self.seed}/{number}")  # noqa: S311 - chance, no secret
        late = draw.uniform(0.0, self.pace.jitter) if self.pace.jitter else 0.0
        at = take.capture.end_ns / 1e9 / self.pace.speed + late
        beats = [Beat(at, body)]
        faults = self.faults if isinstance(self.faults, Faults) else self.faults.drawn(number, beats)
        stop = faults.stop
        how: End = "whole"
        if stop is not None and stop.at < len(body):
            beats, how = stopped(beats, stop.at), stop.how
        return Score(tuple(beats), at, how, faults.delay, faults.content_type or JSON, length=len(body))

    def _events(self, take: Take, number: int, after: int | None) -> tuple[Faults, list[Beat]]:
        events: Sequence[Beat] = take.events
        if self.profile is not None or self.key_order is not None:
            events = retold(events, self.profile, self.key_order)
        if after is not None:
            events = behind(events, after)
        faults = self.faults if isinstance(self.faults, Faults) else self.faults.drawn(number, events)
        return faults, faults.disturbed(events)

    def _is_untouched(self, take: Take, faults: Faults) -> bool:
        is_retold = self.profile is not None or self.key_order is not None
        return not (take.capture.messages or is_retold or faults.repeated or faults.swapped)

    def _paced(self, take: Take, faults: Faults, beats: list[Beat], draw: Random, *, end: float) -> Score:
        stop: Stop | None = faults.stop
        how: End = "whole" if take.whole else "close"
        if stop is not None and stop.at < sum(len(beat.data) for beat in beats):
            beats, how = stopped(beats, stop.at), stop.how
            end = beats[-1].at if beats else 0.0
        timed: list[Beat] = []
        now = 0.0
        for beat in beats:
            late = draw.uniform(0.0, self.pace.jitter) if self.pace.jitter else 0.0
            now = max(now, beat.at / self.pace.speed + late)
            timed.append(Beat(now, beat.data))
        return Score(
            tuple(timed),
            max(now, end / self.pace.speed),
            how,
            faults.delay,
            faults.content_type or take.capture.headers.get("content-type", "text/event-stream"),
            take.capture.status or 200,
            isinf(self.pace.speed) and self.cut.by not in {"bytes", "random"},
        )


def stopped(beats: Sequence[Beat], at: int) -> list[Beat]:
    """Give the first bytes of a body."""
    kept: list[Beat] = []
    for beat in beats:
        if at <= 0:
            break
        kept.append(Beat(beat.at, beat.data[:at]))
        at -= len(beat.data)
    return kept


def behind(events: Sequence[Beat], after: int) -> list[Beat]:
    """Give the events behind a `sequence_number`, the first of them at once; those without a number stay."""
    kept = [beat for beat in events if not _is_before(beat, after)]
    start = kept[0].at if kept else 0.0
    return [Beat(beat.at - start, beat.data) for beat in kept]


def _is_before(beat: Beat, after: int) -> bool:
    numbers = [data.get("sequence_number") for data in datas(beat.data)]
    return any(isinstance(number, int) and number <= after for number in numbers)
