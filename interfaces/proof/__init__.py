"""The prover: whether a spec's rows carry canonical bodies to the wire and back without loss.

    certificate = prove(load_spec(path))
    certificate.ok, certificate.whole, certificate.findings

Three layers: what lint sees; per row the law ``back(out(v)) == v``; generated documents through both directions and
through the real codec. "proved" is said only of converters whose law holds by construction; all others are "tested".
"""

from interfaces.proof.bodies import bodies
from interfaces.proof.certificate import Certificate, Finding, RowProof, SideProof
from interfaces.proof.prover import DOCUMENTS, prove

__all__ = ["DOCUMENTS", "Certificate", "Finding", "RowProof", "SideProof", "bodies", "prove"]
