"""The front end as one call: from files to matrices, with everything that can be said without the catalogue."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from policycc.diagnostics.model import Diagnostics
from policycc.model import ids, requirements, together
from policycc.model.build import build
from policycc.model.matrix import Matrix
from policycc.model.problems import report
from policycc.source.document import Document
from policycc.source.errors import SourceError
from policycc.source.read import read_file, read_stream

STDIN = "-"


def load(paths: Iterable[str | os.PathLike[str]]) -> tuple[tuple[Matrix, ...], Diagnostics]:
    """Reads and checks matrices that are built together; see `load_documents`. What cannot be read is reported."""
    diagnostics = Diagnostics()
    matrices, found = load_documents(_read(paths, read_file, diagnostics))
    diagnostics.extend(found)
    return matrices, diagnostics


def read_sources(sources: Iterable[str], diagnostics: Diagnostics) -> list[Document]:
    """The documents at paths; `-` is standard input. What cannot be read is reported."""
    return _read(sources, _read_source, diagnostics)


def _read_source(source: str | os.PathLike[str]) -> Document:
    return read_stream(sys.stdin.buffer) if source == STDIN else read_file(source)


def _read(
    sources: Iterable[str | os.PathLike[str]],
    read: Callable[[str | os.PathLike[str]], Document],
    diagnostics: Diagnostics,
) -> list[Document]:
    documents = []
    for source in sources:
        try:
            documents.append(read(source))
        except SourceError as error:
            report(error, diagnostics)
    return documents


def load_documents(documents: Iterable[Document]) -> tuple[tuple[Matrix, ...], Diagnostics]:
    """The matrices of documents, sorted by name, and all that is wrong with them.

    Where there are errors, what was wrong is left out of a matrix and the rest of it hangs together: every name in it
    exists, so that later stages can find more errors. It must not be compiled."""
    diagnostics = Diagnostics()
    builts = [build(document, diagnostics) for document in documents]
    for built in builts:
        requirements.check(built.matrix, diagnostics)
        ids.check(built.matrix, built.sections, diagnostics)
    together.check(builts, diagnostics)
    matrices = sorted((built.matrix for built in builts), key=lambda matrix: (matrix.name, matrix.path))
    return tuple(matrices), diagnostics
