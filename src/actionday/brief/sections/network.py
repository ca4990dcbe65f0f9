"""How it hangs together: a sketch of the best-connected accounts and channels, what is gone marked."""

import numpy as np
import polars as pl

from actionday.brief.figures.frame import Heading
from actionday.brief.figures.network import Graph, layout
from actionday.brief.figures.network import network as draw_network
from actionday.brief.material import Material
from actionday.brief.page import Figure, Section, Table, fill, prose
from actionday.brief.suppression import THRESHOLD
from actionday.brief.vocabulary import readable, value_word

_MOST_ORGANISATIONS, _OTHER = 4, "other"
_KINDS = ("user", "channel", "bot", "admin")
"""The order goes with the marks: circle, square, diamond, triangle."""


def network(material: Material) -> Section | None:
    """The sketch, or no section where there is no network."""
    figure = network_figure(material)
    if figure is None:
        return None
    remark = prose(
        "A place in this sketch is a lead, never a ground: who is well connected may be a newspaper, a researcher, or a victim."
    )
    question = "At most 150 of the best-connected accounts and channels. Places are the layout’s; nodes have no names."
    return Section("network", "How it hangs together", question, (figure, remark))


def network_figure(material: Material) -> Figure | None:
    """Organisations by colour, kinds by shape, gone hollow and crossed; small groups are joined before they are drawn."""
    nodes, edges = material.frame("nodes"), material.frame("edges")
    tied = pl.concat([edges["source"], edges["target"]]).unique()
    nodes = nodes.filter(pl.col("node").is_in(tied.implode()))
    if len(nodes) < THRESHOLD:
        return None
    nodes = _joined(nodes)
    styles = _by_size(nodes["organisation"])
    kinds = (*_KINDS, _OTHER)
    graph = _graph(nodes, edges, styles)
    gone = int(graph.gone.sum())
    counted = f"{gone} of them gone" if gone == 0 or gone >= THRESHOLD else "fewer than 5 of them gone"
    heading = Heading("Network sketch", f"A network of {len(nodes)} nodes, {counted}, and {len(graph.edges)} ties.")
    there = set(nodes["kind"].to_list())
    key = ([readable(s) for s in styles], [value_word("kind", k) if k in there else "" for k in kinds])
    words = (
        "{} nodes with ties, {}. Colour: organisation by human judgement; shape: kind; hollow and crossed: gone. "
        "Groups of fewer than {} are joined."
    )
    caption = fill(words, len(nodes), counted, THRESHOLD)
    places = layout(len(nodes), graph.edges, graph.weight, material.origin.seed)
    return Figure(
        "network", heading.title, caption, lambda paper: draw_network(paper, heading, graph, key, places), _data(nodes)
    )


def _by_size(organisations: pl.Series) -> list[str]:
    """The organisations' names, the largest first, what is joined last."""
    sizes = pl.DataFrame({"name": organisations}).group_by("name").len()
    ordered = sizes.sort([pl.col("name") == _OTHER, pl.col("len"), pl.col("name")], descending=[False, True, False])
    return [str(name) for name in ordered["name"].to_list()]


def _graph(nodes: pl.DataFrame, edges: pl.DataFrame, styles: list[str]) -> Graph:
    places = {node: i for i, node in enumerate(nodes["node"].to_list())}
    known = edges.filter(pl.col("source").is_in(list(places)) & pl.col("target").is_in(list(places)))
    pairs = np.array([(places[s], places[t]) for s, t in known.select("source", "target").rows()], dtype=np.int64)
    shapes = (*_KINDS, _OTHER)
    return Graph(
        np.array([styles.index(o) for o in nodes["organisation"].to_list()], dtype=np.int64),
        np.array([shapes.index(k) for k in nodes["kind"].to_list()], dtype=np.int64),
        nodes["gone"].fill_null(value=False).to_numpy(),
        nodes["degree"].fill_null(0).cast(pl.Float64).to_numpy().astype(np.float64),
        pairs.reshape(-1, 2),
        known["weight"].fill_null(1).cast(pl.Float64).to_numpy().astype(np.float64),
    )


def _joined(nodes: pl.DataFrame) -> pl.DataFrame:
    """Organisations beyond the largest and groups below THRESHOLD become "other"; so do kinds that are few."""
    sizes = nodes.group_by("organisation").len().sort("len", "organisation", descending=[True, False])
    kept = sizes.filter(pl.col("len") >= THRESHOLD)["organisation"].to_list()[:_MOST_ORGANISATIONS]
    nodes = nodes.with_columns(
        pl.when(pl.col("organisation").is_in(kept))
        .then(pl.col("organisation"))
        .otherwise(pl.lit(_OTHER))
        .alias("organisation")
    )
    few = pl.len().over("organisation", "kind") < THRESHOLD
    return nodes.with_columns(
        pl.when(few | ~pl.col("kind").is_in(_KINDS)).then(pl.lit(_OTHER)).otherwise(pl.col("kind")).alias("kind")
    )


def _data(nodes: pl.DataFrame) -> Table:
    grouped = nodes.group_by("organisation", "kind").agg(
        pl.len().alias("n"), pl.col("gone").fill_null(value=False).sum().alias("gone")
    )
    rows = [
        (readable(r["organisation"]), value_word("kind", r["kind"]), _few(r["n"]), _few(r["gone"]))
        for r in grouped.sort("organisation", "kind").iter_rows(named=True)
    ]
    return Table.of("data-network", "Nodes of the sketch", ("Organisation", "Kind", "Nodes", "Gone"), rows, 2)


def _few(count: int) -> str:
    return "<5" if 0 < count < THRESHOLD else str(count)
