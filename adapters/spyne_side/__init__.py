"""Services written in code, on spyne: the only package of this side that imports it.

spyne is not the security boundary. A door stands in front (adapters/doors/coded.py), hands on one well-formed UTF-8
envelope at a time and turns every fault of spyne's into one of ours. What is switched off, and why, says ``plain``.
"""
