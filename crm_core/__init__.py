"""A small CRM, shippable alone: customers, catalogue, product inventory, and the rules of a product order.

========== =======================================================================================
catalogue  what is sold and how it is decomposed, as data; ``load_catalogue(folder)``
order      ``check`` (what is wrong with an order) and ``decompose`` (order -> plan), pure functions
store      the CRM's own tables and its own engine
inventory  what a task may do to a product instance: create, activate, discard
customers  finding a customer
core       ``CrmCore``: all of it over one database
========== =======================================================================================
"""
