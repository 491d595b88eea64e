package dev.varve.door.s3;

import dev.varve.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Serves a store on a given port until standard input ends, for clients that are not written in
/// Java: see `src/test/clients`.
///
/// Arguments: folder, port, memory in MiB, flash in MiB, `md5` or `fast`.
final class DoorMain {
    private DoorMain() {}

    public static void main(String[] arguments) throws IOException {
        var folder = Files.createDirectories(Path.of(arguments[0]));
        var etags = S3Settings.ETags.valueOf(arguments[4].toUpperCase(java.util.Locale.ROOT));
        try (var rig = new DoorRig(folder, S3Settings.DEFAULT.withETags(etags),
                StoreSettings.of(Long.parseLong(arguments[2]) << 20,
                        Long.parseLong(arguments[3]) << 20),
                Integer.parseInt(arguments[1]))) {
            System.out.println("ready " + rig.port());
            while (System.in.read() >= 0) {
                // until it ends
            }
        }
    }
}
