"""What a row reports, on the screen, as JSON and as Markdown."""
import dataclasses
import json

MARKS = ("<!-- the table of a run -->\n", "<!-- end of the table -->\n")
COLUMNS = ("id", "work", "agt", "peer", "ratio (min–max)", "goal", "")
WIDTHS = (4, 64, 10, 10, 20, 9, 3)


@dataclasses.dataclass
class Line:
    """One figure. The goal bounds the ratio when there is one, else the figure itself. The peer is nginx unless `work`
    names another. A line with a failure has no figure."""
    id: str
    work: str
    ours: float | None = None
    unit: str = ""
    peer: float | None = None
    ratio: tuple | None = None  # median, lowest, highest
    goal: float | None = None
    details: dict = dataclasses.field(default_factory=dict)
    at_least: bool = False  # the ratio is the peer's figure by ours, the goal its lower bound
    failure: str = ""

    @property
    def met(self):
        if self.goal is None or self.failure:
            return None
        figure = self.ratio[0] if self.ratio else self.ours
        return figure >= self.goal if self.at_least else figure <= self.goal

    def cells(self):
        if self.failure:
            return (self.id, f"{self.work}: not measured: {self.failure.splitlines()[0]}", "", "", "", "", "")
        ratio = "{} ({}–{})".format(*map(times, self.ratio)) if self.ratio else ""
        sign = "≥" if self.at_least else "≤"
        goal = "" if self.goal is None else f"{sign} {self.goal:g}" + (" ×" if self.ratio else f" {self.unit}")
        mark = {None: "", True: "ok", False: "—"}[self.met]
        return (self.id, self.work, figure(self.ours, self.unit), figure(self.peer, self.unit), ratio, goal, mark)


def digits(value):
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2


def times(value):
    return f"{value:.{digits(value)}f}"


def figure(value, unit):
    return "" if value is None else f"{times(value)} {unit}"


def row(cells):
    return "  ".join(str(cell).ljust(width) for cell, width in zip(cells, WIDTHS)).rstrip()


def heading():
    return row(COLUMNS) + "\n" + row("─" * width for width in WIDTHS)


def markdown(lines, run):
    """The table of a run, to be read without it."""
    conditions = (f"{run['at'][:10]}, {run['machine']}; {run['rounds']} rounds of {run['seconds']} s"
                  f"{', pinned' if run['pinned'] else ''}; load average {run['load_average']:.1f} at the start; "
                  f"{run['dropped_rows']:,} requests not recorded.")
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(line.cells() for line in lines)]
    table = ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in rows]
    return "\n".join([conditions, "", *table]) + "\n"


def put_markdown(file, text):
    """Into its place, where the file has one; else the file holds nothing but the table."""
    begin, end = MARKS
    before, found, rest = (file.read_text() if file.exists() else "").partition(begin)
    _, closed, after = rest.partition(end)
    file.write_text(before + begin + text + end + after if found and closed else text)


def save(folder, row_id, lines, run):
    folder.mkdir(parents=True, exist_ok=True)
    content = {"row": row_id, "run": run, "lines": [dataclasses.asdict(line) | {"met": line.met} for line in lines]}
    (folder / f"{row_id}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
