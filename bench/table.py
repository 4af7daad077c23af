"""What a row reports, on the screen and as JSON."""
import dataclasses
import json

COLUMNS = ("id", "work", "agt", "nginx", "ratio (min–max)", "goal", "")
WIDTHS = (4, 50, 10, 10, 20, 9, 3)


@dataclasses.dataclass
class Line:
    """One figure. The goal bounds the ratio when there is one, else the figure itself."""
    id: str
    work: str
    ours: float
    unit: str
    peer: float | None = None
    ratio: tuple | None = None  # median, lowest, highest
    goal: float | None = None
    details: dict = dataclasses.field(default_factory=dict)

    @property
    def met(self):
        if self.goal is None:
            return None
        return (self.ratio[0] if self.ratio else self.ours) <= self.goal

    def cells(self):
        ratio = "{:.2f} ({:.2f}–{:.2f})".format(*self.ratio) if self.ratio else ""
        goal = "" if self.goal is None else f"≤ {self.goal:g}" + (" ×" if self.ratio else f" {self.unit}")
        mark = {None: "", True: "ok", False: "—"}[self.met]
        return (self.id, self.work, figure(self.ours, self.unit), figure(self.peer, self.unit), ratio, goal, mark)


def figure(value, unit):
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def row(cells):
    return "  ".join(str(cell).ljust(width) for cell, width in zip(cells, WIDTHS)).rstrip()


def heading():
    return row(COLUMNS) + "\n" + row("─" * width for width in WIDTHS)


def save(folder, row_id, lines, run):
    folder.mkdir(parents=True, exist_ok=True)
    content = {"row": row_id, "run": run, "lines": [dataclasses.asdict(line) | {"met": line.met} for line in lines]}
    (folder / f"{row_id}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
