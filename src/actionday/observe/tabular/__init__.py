"""Tables of any shape (CSV, TSV, JSON lines, JSON array, Parquet) as a stream of batches of columns."""

from actionday.observe.tabular.batch import Batch
from actionday.observe.tabular.sniff import HEAD, Layout, sniff
from actionday.observe.tabular.stream import layout_of, stream

__all__ = ["HEAD", "Batch", "Layout", "layout_of", "sniff", "stream"]
