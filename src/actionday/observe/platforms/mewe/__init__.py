"""MeWe: no API and no export is documented, so it has no reader of its own; `table` and `sightings` read what people write down."""
