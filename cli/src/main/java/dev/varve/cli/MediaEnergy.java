package dev.varve.cli;

import dev.varve.replay.simulation.MediaCatalogue;
import dev.varve.replay.simulation.ModelledMedium;
import dev.varve.replay.simulation.Property;
import dev.varve.server.EnergyFigures;
import dev.varve.server.EnergyFigures.Sleep;

/// Hands the server what its energy meter needs of the catalogue of media.
///
/// Thread-safe: stateless.
final class MediaEnergy implements EnergyFigures.Catalogue {
    @Override
    public EnergyFigures figures(String id) {
        var medium = MediaCatalogue.shipped().medium(id);
        return new EnergyFigures(id, medium.value(Property.READ_ENERGY),
                medium.value(Property.WRITE_ENERGY),
                medium.value(Property.IDLE_POWER) / medium.value(Property.CAPACITY),
                sleep(medium));
    }

    private static Sleep sleep(ModelledMedium medium) {
        double afterSeconds = medium.breakEvenSeconds();
        if (Double.isInfinite(afterSeconds)) {
            return Sleep.NEVER;
        }
        double capacity = medium.value(Property.CAPACITY);
        return new Sleep((long) (afterSeconds * 1e9), medium.value(Property.SLEEP_POWER) / capacity,
                medium.wakeJoules() / capacity, medium.value(Property.WAKE_TIME));
    }
}
