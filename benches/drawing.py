"""Pictures as SVG text, by hand: bars and lines on logarithmic scales, readable on light and dark pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .quiet { fill: #57606a; font-size: 12px }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .ours { fill: #0969da } .peer { fill: #8c959f }
  .line { fill: none; stroke-width: 2.5 } .line.ours { stroke: #0969da } .line.peer { stroke: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 } .grid { stroke: #3d444d }
    .ours { fill: #4493f8 } .peer { fill: #656c76 } .line.ours { stroke: #4493f8 } .line.peer { stroke: #9198a1 }
  }
"""
WIDTH = 760


@dataclass(frozen=True)
class Bar:
    """One bar: what, how much, and whether it is ours."""

    label: str
    value: float
    ours: bool


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale from pixel `start` to pixel `end`, beginning at a whole power of ten."""

    low: int
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> "Scale":
        """The scale that holds these values."""
        return cls(floor(log10(min(values))), log10(max(values)), start, end)

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten on it."""
        return [10.0**power for power in range(self.low, floor(self.high) + 1)]


def bars(title: str, axis: str, groups: Mapping[str, Sequence[Bar]]) -> str:
    """Groups of horizontal bars on one scale.

    Args:
        title: What is shown.
        axis: What the scale counts.
        groups: The bars of each group, from top to bottom.
    """
    left, row, head = 250, 26, 64
    scale = Scale.over([bar.value for group in groups.values() for bar in group], left, WIDTH - 90)
    body, top = [], head
    for name, group in groups.items():
        body.append(_text(16, top + 6, name, "quiet"))
        top += row - 6
        for bar in group:
            side = "ours" if bar.ours else "peer"
            width = scale.at(bar.value) - left
            body.append(_text(left - 10, top + 13, bar.label, anchor="end"))
            body.append(f'<rect class="{side}" x="{left}" y="{top}" width="{width:.1f}" height="18" rx="3"/>')
            body.append(_text(left + width + 8, top + 13, _number(bar.value)))
            top += row
        top += 18
    grid = [_tick_x(scale, tick, head - 8, top - 12) for tick in scale.ticks]
    return _picture(title, axis, top + 22, [*grid, *body])


def lines(title: str, axes: tuple[str, str], series: Mapping[str, Mapping[float, float]], ours: Sequence[str]) -> str:
    """Lines with their names at the right end.

    Args:
        title: What is shown.
        axes: What the horizontal and the vertical scale count.
        series: Points by the name of their line.
        ours: The names of our lines.
    """
    height, right = 400, WIDTH - 220
    across = Scale.over([x for points in series.values() for x in points], 56, right)
    up = Scale.over([y for points in series.values() for y in points.values()], height - 48, 64)
    body = [_tick_x(across, tick, 64, height - 48) for tick in across.ticks]
    for tick in up.ticks:
        body.append(f'<path class="grid" d="M56 {up.at(tick):.1f}H{right}"/>')
        body.append(_text(48, up.at(tick) + 4, _number(tick), "quiet", anchor="end"))
    places = _apart({name: up.at(list(points.values())[-1]) + 4 for name, points in series.items()})
    for name, points in series.items():
        side = "ours" if name in ours else "peer"
        path = "L".join(f"{across.at(x):.1f} {up.at(y):.1f}" for x, y in points.items())
        body.append(f'<path class="line {side}" d="M{path}"/>')
        body += [
            f'<circle class="{side}" cx="{across.at(x):.1f}" cy="{up.at(y):.1f}" r="4"/>' for x, y in points.items()
        ]
        body.append(_text(across.at(max(points)) + 12, places[name], name))
    return _picture(title, f"{axes[1]}, against {axes[0]}", height, body)


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """Labels moved down until none covers another."""
    moved: dict[str, float] = {}
    last = float("-inf")
    for name in sorted(places, key=places.__getitem__):
        last = moved[name] = max(places[name], last + 16)
    return moved


def _tick_x(scale: Scale, tick: float, top: float, bottom: float) -> str:
    x = scale.at(tick)
    label = _text(x, bottom + 18, _number(tick), "quiet", anchor="middle")
    return f'<path class="grid" d="M{x:.1f} {top}V{bottom}"/>{label}'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _picture(title: str, axis: str, height: float, body: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
    titles = [f"<title>{escape(title)}</title>", _text(16, 24, title, "title"), _text(16, 44, axis, "quiet")]
    return "\n".join([head, f"<style>{STYLE}</style>", *titles, *body, "</svg>"]) + "\n"
