"""The front end as one call: from files to matrices, with everything that can be said without the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterable

from policycc.diagnostics.model import Diagnostics
from policycc.model import ids, requirements, together
from policycc.model.build import build
from policycc.model.matrix import Matrix
from policycc.model.problems import report
from policycc.source.document import Document
from policycc.source.errors import SourceError
from policycc.source.read import read_file


def load(paths: Iterable[str | os.PathLike[str]]) -> tuple[tuple[Matrix, ...], Diagnostics]:
    """Reads and checks matrices that are built together; see `load_documents`. What cannot be read is reported."""
    diagnostics = Diagnostics()
    documents = []
    for path in paths:
        try:
            documents.append(read_file(path))
        except SourceError as error:
            report(error, diagnostics)
    matrices, found = load_documents(documents)
    diagnostics.extend(found)
    return matrices, diagnostics


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
