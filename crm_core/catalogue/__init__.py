"""The catalogue: products, offerings and the recipes that realise them. Data in ``*.yaml`` beside this file."""

from crm_core.catalogue.load import bundled_catalogue, load_catalogue
from crm_core.catalogue.model import Catalogue, Offering, Product
from crm_core.catalogue.recipe import Recipe, TaskRule

__all__ = [
    "Catalogue",
    "Offering",
    "Product",
    "Recipe",
    "TaskRule",
    "bundled_catalogue",
    "load_catalogue",
]
