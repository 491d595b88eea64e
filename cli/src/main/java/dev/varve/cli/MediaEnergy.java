package dev.varve.cli;

import dev.varve.replay.simulation.MediaCatalogue;
import dev.varve.replay.simulation.Property;
import dev.varve.server.EnergyFigures;

/// Hands the server what its energy meter needs of the catalogue of media.
///
/// Thread-safe: stateless.
final class MediaEnergy implements EnergyFigures.Catalogue {
    @Override
    public EnergyFigures figures(String id) {
        var medium = MediaCatalogue.shipped().medium(id);
        return new EnergyFigures(id, medium.value(Property.READ_ENERGY),
                medium.value(Property.WRITE_ENERGY),
                medium.value(Property.IDLE_POWER) / medium.value(Property.CAPACITY));
    }
}
