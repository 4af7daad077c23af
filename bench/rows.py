"""The rows of the table. A row is a function of the lab and the effort that returns its lines."""
import dataclasses
import statistics

from choice import choice
from footprint import footprint
from lab import agent_load, agent_messages_load, chat_load, messages_load, responses_load
from load import median, ratio
from peers import npm_peers
from recording import recording
from standing import standing
from table import Line


def race_lines(lab, effort, row_id, work, ours, peer, cpu_goal, p99_goal=None, what="request", second=None):
    """CPU per request against nginx; with a goal for it, the 99th percentile too; a second peer gets no goal."""
    results = lab.bench.race([ours, peer] + ([second] if second else []), effort)
    agt, nginx = results[ours.name], results[peer.name]
    details = {name: [dataclasses.asdict(one) for one in rounds] for name, rounds in results.items()}
    lines = [Line(row_id, f"{work}: CPU per {what}", median(agt, "cpu_us"), "µs", median(nginx, "cpu_us"),
                  ratio(agt, nginx, "cpu_us"), cpu_goal, details)]
    if p99_goal is not None:
        lines += [Line(row_id, f"{work}: p99", median(agt, "p99_ms"), "ms", median(nginx, "p99_ms"),
                       ratio(agt, nginx, "p99_ms"), p99_goal),
                  Line(row_id, f"{work}: p50", median(agt, "p50_ms"), "ms", median(nginx, "p50_ms"),
                       ratio(agt, nginx, "p50_ms")),
                  Line(row_id, f"{work}: per second", median(agt, "per_second"), "/s", median(nginx, "per_second"),
                       ratio(agt, nginx, "per_second"))]
    if second:
        theirs = results[second.name]
        lines.append(Line(row_id, f"{work}: CPU per {what}, {second.name}", median(agt, "cpu_us"), "µs",
                          median(theirs, "cpu_us"), ratio(agt, theirs, "cpu_us")))
    return lines


def small(lab, effort):
    load = chat_load()
    return race_lines(lab, effort, "P1", "4 KB request, 2 KB reply", lab.ours(load), lab.peer(load), 1.0, 1.5,
                      second=lab.second_peer(load))


def streams(lab, effort):
    burst = chat_load("burst", stream=True)
    paced = chat_load("paced", stream=True, by_bytes=True)
    return (race_lines(lab, effort, "P2", "200 events at once", lab.ours(burst), lab.peer(burst, "stream"), 1.1,
                       what="stream", second=lab.second_peer(burst))
            + race_lines(lab, effort, "P2", "200 events, 3 ms apart", lab.ours(paced), lab.peer(paced, "stream"), 1.1,
                         what="stream", second=lab.second_peer(paced)))


def agent(lab, effort):
    load = agent_load()
    return race_lines(lab, effort, "P3", "640 KB request", lab.ours(load), lab.peer(load), 1.0,
                      second=lab.second_peer(load))


def translated(lab, effort):
    """What nginx forwards untouched, the gateway translates."""
    peer = lab.peer(chat_load())
    ways = (("Anthropic → Gemini", messages_load("gemini-whole")), ("Chat → Anthropic", chat_load("claude-whole")),
            ("Responses → Gemini", responses_load("gemini-whole")))
    return [line for name, load in ways
            for line in race_lines(lab, effort, "P4", f"4 KB request, {name}", lab.ours(load), peer, 2.0)]


def translated_streams(lab, effort):
    peer = lab.peer(chat_load("burst", stream=True), "stream")
    ways = (("Anthropic → Gemini", messages_load("gemini-burst", stream=True)),
            ("Chat → Anthropic", chat_load("claude-burst", stream=True)))
    return [line for name, load in ways
            for line in race_lines(lab, effort, "P5", f"200 events, {name}", lab.ours(load), peer, 1.8, what="stream")]


def translated_agent(lab, effort):
    """Two goals: one beside nginx, and one on its own."""
    peer = lab.peer(agent_load())
    lines = []
    for name, load in (("Anthropic → Gemini", agent_messages_load("gemini-whole")),
                       ("Chat → Anthropic", agent_load("claude-whole"))):
        race = race_lines(lab, effort, "P6", f"640 KB request, {name}", lab.ours(load), peer, 3.0)
        alone = Line("P6", f"640 KB request, {name}: CPU alone", race[0].ours, "µs", goal=1200)
        lines += [*race, alone]
    return lines


def added_latency(lab, effort):
    """Sixteen clients that think between requests: what the way through a proxy adds to the direct way."""
    think = {"connections": 16, "think_ms": 20}
    contestants = [lab.ours(messages_load(**think)), lab.peer(chat_load(**think)), lab.direct(chat_load(**think))]
    results = lab.bench.race(contestants, effort)
    details = {name: [dataclasses.asdict(one) for one in rounds] for name, rounds in results.items()}
    lines = []
    for field, label, goal in (("p50_ms", "p50", 0.3), ("p99_ms", "p99", 1.0)):
        added = {name: statistics.median(getattr(one, field) - getattr(bare, field)
                                         for one, bare in zip(results[name], results["direct"]))
                 for name in ("agt", "nginx")}
        lines.append(Line("P7", f"added latency, translated (nginx: not), {label}", added["agt"], "ms", added["nginx"],
                          goal=goal, details=details))
    return lines


def tls(lab, effort):
    load, large = chat_load("secure"), agent_load("secure")
    return (race_lines(lab, effort, "P11", "TLS upstream, 4 KB request", lab.ours(load), lab.peer(load, "secure"), 1.1)
            + race_lines(lab, effort, "P11", "TLS upstream, 640 KB request", lab.ours(large), lab.peer(large, "secure"),
                         1.1))


ROWS = {
    "P1": ("pass-through of a small request", small),
    "P2": ("pass-through of streams", streams),
    "P3": ("pass-through of a coding agent's request", agent),
    "P4": ("translation of a small request", translated),
    "P5": ("translation of streams", translated_streams),
    "P6": ("translation of a coding agent's request", translated_agent),
    "P7": ("added latency with translation", added_latency),
    "P8": ("gateways from npm", npm_peers),
    "P9": ("start, memory, size", footprint),
    "P10": ("streams that stand open", standing),
    "P11": ("TLS upstream", tls),
    "P12": ("choice of an account", choice),
    "P13": ("what recording costs", recording),
}
