"""The policy `adjudicated`: what a person decided of a document counts, and no annotation decides by itself."""

from curator.domain.policies.kind import PolicyKind

NOT_ADJUDICATED = "not-adjudicated"
"""Why a document is left out that no person decided."""

ADJUDICATED = PolicyKind(lambda annotations, parameters: None, undecided=NOT_ADJUDICATED)
