"""Named steps of the schema, applied in order by ``gongji migrate``."""
