"""ConversionError: a value outside a converter's domain. Never leaves interfaces.mapping; a Failure does."""


class ConversionError(ValueError):
    """Its text says what is allowed and does not hold the value."""


class ShapeError(ConversionError):
    """A list or container is not as agreed; there is no single value to show."""
