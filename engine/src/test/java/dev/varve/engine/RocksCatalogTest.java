package dev.varve.engine;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class RocksCatalogTest extends CatalogContract {
    @TempDir
    Path folder;

    @Override
    Catalog create() {
        return RocksCatalog.open(folder, CatalogSettings.DEFAULT);
    }

    @Override
    Catalog reopen(Catalog catalog) {
        catalog.close();
        return create();
    }

    @Override
    int openCursors(Catalog catalog) {
        return ((RocksCatalog) catalog).openCursors();
    }
}
